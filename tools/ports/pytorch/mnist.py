"""The first example everybody runs: a small convolutional network for digits, trained and tested."""

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = self.dropout1(F.max_pool2d(x, 2))
        x = torch.flatten(x, 1)
        x = self.dropout2(F.relu(self.fc1(x)))
        return F.log_softmax(self.fc2(x), dim=1)


def train(net, loader, optimizer, log):
    net.train()
    for data, target in loader:
        optimizer.zero_grad()
        output = net(data)
        loss = F.nll_loss(output, target)
        loss.backward()
        optimizer.step()
        log("loss", loss.item())


def test(net, loader, log):
    net.eval()
    total, correct, count = 0, 0, 0
    with torch.no_grad():
        for data, target in loader:
            output = net(data)
            total += F.nll_loss(output, target, reduction="sum").item()
            correct += output.argmax(dim=1).eq(target).sum().item()
            count += len(data)
    log("average loss", total / count)
    log("correct", correct)


def mnist(log):
    torch.manual_seed(8)
    net = Net()
    log.module("net", net, [4, 1, 28, 28])
    digits = TensorDataset(torch.randn(12, 1, 28, 28), torch.randint(0, 10, (12,)))
    others = TensorDataset(torch.randn(6, 1, 28, 28), torch.randint(0, 10, (6,)))
    train_loader = DataLoader(digits, batch_size=4, shuffle=True)
    test_loader = DataLoader(others, batch_size=4)
    optimizer = optim.Adadelta(net.parameters(), lr=1.0)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.7)
    for _ in range(2):
        train(net, train_loader, optimizer, log)
        test(net, test_loader, log)
        scheduler.step()
    log("lr", scheduler.get_last_lr()[0])
