"""Structural similarity (Wang et al. 2004) as a loss: an image is made like another."""

import torch
from torch.nn import functional as F


def gaussian(window_size, sigma):
    x = torch.arange(window_size) - window_size // 2
    gauss = torch.exp(-(x ** 2) / (2 * sigma ** 2))
    return gauss / gauss.sum()


def create_window(window_size, channel):
    window_1d = gaussian(window_size, 1.5).unsqueeze(1)
    window_2d = window_1d.mm(window_1d.t()).float().unsqueeze(0).unsqueeze(0)
    return window_2d.expand(channel, 1, window_size, window_size)


def ssim(img1, img2, window_size=11):
    channel = img1.size(1)
    window = create_window(window_size, channel)
    padding = window_size // 2
    mu1 = F.conv2d(img1, window, padding=padding, groups=channel)
    mu2 = F.conv2d(img2, window, padding=padding, groups=channel)
    mu1_sq, mu2_sq, mu1_mu2 = mu1.pow(2), mu2.pow(2), mu1 * mu2
    sigma1_sq = F.conv2d(img1 * img1, window, padding=padding, groups=channel) - mu1_sq
    sigma2_sq = F.conv2d(img2 * img2, window, padding=padding, groups=channel) - mu2_sq
    sigma12 = F.conv2d(img1 * img2, window, padding=padding, groups=channel) - mu1_mu2
    c1, c2 = 0.01 ** 2, 0.03 ** 2
    ssim_map = ((2 * mu1_mu2 + c1) * (2 * sigma12 + c2)) / ((mu1_sq + mu2_sq + c1) * (sigma1_sq + sigma2_sq + c2))
    return ssim_map.mean()


def ssim_loss(log):
    torch.manual_seed(18)
    target = torch.rand(1, 3, 20, 24)
    image = torch.rand(1, 3, 20, 24, requires_grad=True)
    optimizer = torch.optim.Adam([image], lr=0.01, amsgrad=True)
    for _ in range(5):
        optimizer.zero_grad()
        loss = 1 - ssim(image, target)
        loss.backward()
        optimizer.step()
        log("loss", loss)
    log("image", image[0, 0, 0])
