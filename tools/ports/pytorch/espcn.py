"""ESPCN: Shi et al. 2016, "Real-time single image and video super-resolution using a sub-pixel network"."""

import math

import torch
import torch.nn as nn
import torch.nn.init as init


class Net(nn.Module):
    def __init__(self, upscale_factor):
        super().__init__()
        self.relu = nn.ReLU()
        self.conv1 = nn.Conv2d(1, 64, (5, 5), (1, 1), (2, 2))
        self.conv2 = nn.Conv2d(64, 64, (3, 3), (1, 1), (1, 1))
        self.conv3 = nn.Conv2d(64, 32, (3, 3), (1, 1), (1, 1))
        self.conv4 = nn.Conv2d(32, upscale_factor ** 2, (3, 3), (1, 1), (1, 1))
        self.pixel_shuffle = nn.PixelShuffle(upscale_factor)
        self._initialize_weights()

    def forward(self, x):
        x = self.relu(self.conv1(x))
        x = self.relu(self.conv2(x))
        x = self.relu(self.conv3(x))
        return self.pixel_shuffle(self.conv4(x))

    def _initialize_weights(self):
        init.orthogonal_(self.conv1.weight, init.calculate_gain("relu"))
        init.orthogonal_(self.conv2.weight, init.calculate_gain("relu"))
        init.orthogonal_(self.conv3.weight, init.calculate_gain("relu"))
        init.orthogonal_(self.conv4.weight)


def espcn(log):
    torch.manual_seed(10)
    net = Net(upscale_factor=3)
    log.module("net", net, [2, 1, 12, 12])
    small, large = torch.rand(2, 1, 12, 12), torch.rand(2, 1, 36, 36)
    criterion = nn.MSELoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for _ in range(5):
        optimizer.zero_grad()
        loss = criterion(net(small), large)
        loss.backward()
        optimizer.step()
        log("loss", loss)
    with torch.no_grad():
        mse = criterion(net(small).clamp(0, 1), large)
        log("psnr", 10 * math.log10(1 / mse.item()))
