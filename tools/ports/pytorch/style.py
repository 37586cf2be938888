"""Neural style transfer: Gatys et al. 2016, with a small network of random weights. Book: Dive into Deep Learning, 14.12."""

import torch
from torch import nn
from torch.nn import functional as F

content_layers, style_layers = [4], [0, 2]


def gram(x):
    num_channels, n = x.shape[1], x.numel() // x.shape[1]
    x = x.reshape((num_channels, n))
    return torch.matmul(x, x.T) / (num_channels * n)


def extract_features(net, x):
    contents, styles = [], []
    for i in range(len(net)):
        x = net[i](x)
        if i in style_layers:
            styles.append(x)
        if i in content_layers:
            contents.append(x)
    return contents, styles


def tv_loss(y_hat):
    return 0.5 * (torch.abs(y_hat[:, :, 1:, :] - y_hat[:, :, :-1, :]).mean() +
                  torch.abs(y_hat[:, :, :, 1:] - y_hat[:, :, :, :-1]).mean())


class SynthesizedImage(nn.Module):
    def __init__(self, img_shape):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(*img_shape))

    def forward(self):
        return self.weight


def style(log):
    torch.manual_seed(19)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.Tanh(),
        nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.Tanh(),
        nn.Conv2d(16, 16, 3, padding=1))
    for p in net.parameters():
        p.requires_grad_(False)
    log.module("net", net, [1, 3, 16, 20])
    content_image, style_image = torch.rand(1, 3, 16, 20), torch.rand(1, 3, 16, 20)
    contents_y, _ = extract_features(net, content_image)
    _, styles_y = extract_features(net, style_image)
    styles_y_gram = [gram(y) for y in styles_y]
    gen_img = SynthesizedImage(content_image.shape)
    with torch.no_grad():
        gen_img.weight.copy_(content_image)
    optimizer = torch.optim.Adam(gen_img.parameters(), lr=0.02)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.8)
    for _ in range(5):
        optimizer.zero_grad()
        contents_y_hat, styles_y_hat = extract_features(net, gen_img())
        contents_l = [F.mse_loss(y_hat, y) * 1 for y_hat, y in zip(contents_y_hat, contents_y)]
        styles_l = [F.mse_loss(gram(y_hat), y) * 1e4 for y_hat, y in zip(styles_y_hat, styles_y_gram)]
        tv_l = tv_loss(gen_img()) * 10
        loss = sum(contents_l + styles_l + [tv_l])
        loss.backward()
        optimizer.step()
        scheduler.step()
        log("loss", loss)
