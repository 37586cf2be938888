"""The networks of `bench record` in PyTorch, trained an epoch at a time: each line on standard input asks for one.

Arguments: model, threads, batch, seed, folder of the IDX files. Answers a line of JSON to each.
"""
import gzip
import json
import os
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

model, threads, batch, seed, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
torch.set_num_threads(threads)


def idx(name, offset):
    path = os.path.join(folder, name)
    data = gzip.open(path + ".gz").read() if os.path.exists(path + ".gz") else open(path, "rb").read()
    return numpy.frombuffer(data, numpy.uint8, offset=offset)


def images_of(part):
    pixels = idx(part + "-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28).astype(numpy.float32) / 255
    classes = idx(part + "-labels-idx1-ubyte", 8).astype(numpy.int64)
    return TensorDataset(torch.from_numpy(pixels), torch.from_numpy(classes))


def lenet():
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2, stride=2),
        nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2, stride=2), nn.Flatten(),
        nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))
    for layer in net:
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            nn.init.xavier_uniform_(layer.weight)
    return net, torch.optim.SGD(net.parameters(), lr=0.9)


def lenet_modern():
    net = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10))
    return net, torch.optim.Adam(net.parameters(), lr=0.001)


train_set, test_set = images_of("train"), images_of("t10k")
torch.manual_seed(seed)
net, optimizer = {"lenet": lenet, "lenet-modern": lenet_modern}[model]()
train, test = DataLoader(train_set, batch, shuffle=True), DataLoader(test_set, 1000)
print(json.dumps({"name": "PyTorch " + torch.__version__.split("+")[0]}), flush=True)

for _ in sys.stdin:
    net.train()
    start = time.perf_counter()
    for x, y in train:
        optimizer.zero_grad()
        loss = cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        loss.item()
    seconds = time.perf_counter() - start
    net.eval()
    with torch.no_grad():
        right = sum((net(x).argmax(1) == y).sum().item() for x, y in test)
    print(json.dumps({"seconds": seconds, "testAccuracy": right / len(test_set)}), flush=True)
