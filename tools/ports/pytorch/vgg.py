"""VGG-11, with fewer channels. Book: Dive into Deep Learning, 8.2."""

import torch
from torch import nn


def vgg_block(num_convs, out_channels):
    layers = []
    for _ in range(num_convs):
        layers.append(nn.LazyConv2d(out_channels, kernel_size=3, padding=1))
        layers.append(nn.ReLU())
    layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
    return nn.Sequential(*layers)


class VGG(nn.Module):
    def __init__(self, arch, num_classes=10):
        super().__init__()
        conv_blocks = []
        for num_convs, out_channels in arch:
            conv_blocks.append(vgg_block(num_convs, out_channels))
        self.net = nn.Sequential(
            *conv_blocks, nn.Flatten(),
            nn.LazyLinear(64), nn.ReLU(), nn.Dropout(0.5),
            nn.LazyLinear(64), nn.ReLU(), nn.Dropout(0.5),
            nn.LazyLinear(num_classes))

    def forward(self, x):
        return self.net(x)


def vgg(log):
    torch.manual_seed(2)
    net = VGG(arch=((1, 8), (1, 16), (2, 32), (2, 64), (2, 64)))
    images, labels = torch.randn(4, 1, 32, 32), torch.randint(0, 10, (4,))
    log("lazy", str(net))
    # Made before the first input: the lazy layers' parameters are in it all the same.
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    net(images)
    log.module("net", net, [4, 1, 32, 32])
    loss_fn = nn.CrossEntropyLoss()
    for _ in range(5):
        loss = loss_fn(net(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        log("loss", loss)
    log("lr", optimizer.param_groups[0]["lr"])
