"""Network in network, with fewer channels. Book: Dive into Deep Learning, 8.3."""

import torch
from torch import nn


def nin_block(in_channels, out_channels, kernel_size, stride, padding):
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding), nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, kernel_size=1), nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, kernel_size=1), nn.ReLU())


def nin(log):
    torch.manual_seed(3)
    net = nn.Sequential(
        nin_block(1, 16, kernel_size=11, stride=4, padding=0),
        nn.MaxPool2d(3, stride=2),
        nin_block(16, 24, kernel_size=5, stride=1, padding=2),
        nn.MaxPool2d(3, stride=2),
        nin_block(24, 32, kernel_size=3, stride=1, padding=1),
        nn.MaxPool2d(3, stride=2),
        nn.Dropout(0.5),
        nin_block(32, 10, kernel_size=3, stride=1, padding=1),
        nn.AdaptiveAvgPool2d((1, 1)),
        nn.Flatten())
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
    log.module("net", net, [4, 1, 96, 96])
    images, labels = torch.randn(4, 1, 96, 96), torch.randint(0, 10, (4,))
    x = images
    for layer in net:  # the shapes, layer by layer
        x = layer(x)
        log(type(layer).__name__, x.shape)
    loss_fn = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adagrad(net.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda=lambda epoch: 0.95 ** epoch)
    for _ in range(5):
        optimizer.zero_grad()
        loss = loss_fn(net(images), labels)
        loss.backward()
        optimizer.step()
        scheduler.step()
        log("loss", loss)
    log("lr", scheduler.get_last_lr()[0])
