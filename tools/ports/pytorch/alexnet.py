"""AlexNet, with fewer channels. Book: Dive into Deep Learning, 8.1."""

import torch
from torch import nn


class AlexNet(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=11, stride=4, padding=1), nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(16, 32, kernel_size=5, padding=2), nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(32, 48, kernel_size=3, padding=1), nn.ReLU(),
            nn.Conv2d(48, 48, kernel_size=3, padding=1), nn.ReLU(),
            nn.Conv2d(48, 32, kernel_size=3, padding=1), nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2))
        self.classifier = nn.Sequential(
            nn.Linear(32, 64), nn.ReLU(), nn.Dropout(p=0.5),
            nn.Linear(64, 64), nn.ReLU(), nn.Dropout(p=0.5),
            nn.Linear(64, num_classes))

    def forward(self, x):
        x = self.features(x)
        x = torch.flatten(x, 1)
        return self.classifier(x)


def alexnet(log):
    torch.manual_seed(1)
    net = AlexNet()
    log.module("net", net, [4, 1, 96, 96])
    images, labels = torch.randn(4, 1, 96, 96), torch.randint(0, 10, (4,))
    loss_fn = nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    for _ in range(5):
        optimizer.zero_grad()
        loss = loss_fn(net(images), labels)
        loss.backward()
        optimizer.step()
        scheduler.step()
        log("loss", loss)
        log("lr", scheduler.get_last_lr()[0])
    net.eval()
    with torch.no_grad():
        log("probabilities", torch.softmax(net(images[:2]), dim=1))
