"""Attention in convolutional networks: squeeze-and-excitation (Hu et al. 2018), CBAM (Woo et al. 2018), SAGAN (Zhang et al. 2019)."""

import torch
from torch import nn
from torch.nn import functional as F


class SELayer(nn.Module):
    def __init__(self, channel, reduction=4):
        super().__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channel, channel // reduction, bias=False), nn.ReLU(),
            nn.Linear(channel // reduction, channel, bias=False), nn.Sigmoid())

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.avg_pool(x).view(b, c)
        y = self.fc(y).view(b, c, 1, 1)
        return x * y.expand_as(x)


class ChannelAttention(nn.Module):
    def __init__(self, channel, reduction=4):
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Conv2d(channel, channel // reduction, 1, bias=False), nn.ReLU(),
            nn.Conv2d(channel // reduction, channel, 1, bias=False))

    def forward(self, x):
        avg_out = self.mlp(F.adaptive_avg_pool2d(x, 1))
        max_out = self.mlp(F.adaptive_max_pool2d(x, 1))
        return torch.sigmoid(avg_out + max_out)


class SpatialAttention(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)

    def forward(self, x):
        avg_out = torch.mean(x, dim=1, keepdim=True)
        max_out, _ = torch.max(x, dim=1, keepdim=True)
        return torch.sigmoid(self.conv(torch.cat([avg_out, max_out], dim=1)))


class CBAM(nn.Module):
    def __init__(self, channel):
        super().__init__()
        self.ca = ChannelAttention(channel)
        self.sa = SpatialAttention()

    def forward(self, x):
        x = x * self.ca(x)
        return x * self.sa(x)


class SelfAttention(nn.Module):
    def __init__(self, channel):
        super().__init__()
        self.query = nn.Conv2d(channel, channel // 8, 1)
        self.key = nn.Conv2d(channel, channel // 8, 1)
        self.value = nn.Conv2d(channel, channel, 1)
        self.gamma = nn.Parameter(torch.full((1,), 0.5))

    def forward(self, x):
        b, c, h, w = x.shape
        q = self.query(x).view(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).view(b, -1, h * w)
        v = self.value(x).view(b, c, h * w)
        attention = F.softmax(torch.bmm(q, k), dim=-1)
        out = torch.bmm(v, attention.permute(0, 2, 1)).view(b, c, h, w)
        return self.gamma * out + x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.attention = nn.ModuleDict({"se": SELayer(16), "cbam": CBAM(16), "self": SelfAttention(16)})
        self.head = nn.Linear(16, 5)

    def forward(self, x):
        x = F.silu(self.stem(x))
        for layer in self.attention.values():
            x = layer(x)
        return self.head(x.mean((2, 3)))


def attention(log):
    torch.manual_seed(14)
    net = Net()
    log.module("net", net, [4, 3, 10, 12])
    images, labels = torch.randn(4, 3, 10, 12), torch.randint(0, 5, (4,))
    # foreach: without it 1.13 counts one momentum twice; 2.x does not.
    optimizer = torch.optim.NAdam([
        {"params": [p for name, p in net.named_parameters() if not name.startswith("attention")]},
        {"params": net.attention.parameters(), "lr": 1e-3}], lr=2e-3, foreach=True)
    for _ in range(5):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(images), labels)
        loss.backward()
        torch.nn.utils.clip_grad_value_(net.parameters(), 0.05)
        optimizer.step()
        log("loss", loss)
    log("gamma", net.attention["self"].gamma)
