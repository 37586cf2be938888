"""Goldens for apps/demo: the recalled chapters on Fashion-MNIST, with seed 0, as apps/demo/src/real/pytorch-numbers.ts
(which `biome format --write` then sets).

The networks, their order of drawing, the batches and the measuring are those of apps/demo/src/real. The images are Debian's package
dataset-fashion-mnist, or the four files in the folder that is named.
"""

import gzip
import json
import pathlib
import subprocess
import sys

import torch
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler, SequentialSampler

PATH = pathlib.Path(__file__).parents[2] / "apps/demo/src/real/pytorch-numbers.ts"
SIZE = 28 * 28


def folder():
    if len(sys.argv) > 1:
        return pathlib.Path(sys.argv[1])
    files = subprocess.run(["dpkg", "-L", "dataset-fashion-mnist"], check=True, capture_output=True, text=True).stdout
    return pathlib.Path(next(line for line in files.split("\n") if line.endswith("train-images-idx3-ubyte.gz"))).parent


class Images(Dataset):
    """A batch is taken at once, by the list of its indices."""

    def __init__(self, pixels, classes):
        self.pixels, self.classes = pixels, classes

    def __len__(self):
        return len(self.classes)

    def __getitem__(self, indices):
        return self.pixels[indices], self.classes[indices]

    def first(self, count):
        return Images(self.pixels[:count], self.classes[:count])


def read(part):
    pixels = gzip.decompress((folder() / f"{part}-images-idx3-ubyte.gz").read_bytes())[16:]
    classes = gzip.decompress((folder() / f"{part}-labels-idx1-ubyte.gz").read_bytes())[8:]
    rows = torch.frombuffer(bytearray(pixels), dtype=torch.uint8).reshape(-1, SIZE).float() / 255
    return Images(rows, torch.frombuffer(bytearray(classes), dtype=torch.uint8).long())


def loader(images, batch, shuffle):
    order = RandomSampler(images) if shuffle else SequentialSampler(images)
    return DataLoader(images, sampler=BatchSampler(order, batch, False), batch_size=None)


def fit(net, optimizer, images, epochs, batch):
    batches = loader(images, batch, True)
    for _ in range(epochs):
        for pixels, classes in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(pixels), classes).backward()
            optimizer.step()


@torch.no_grad()
def measure(net, images):
    net.eval()
    loss = right = 0
    for pixels, classes in loader(images, 1000, False):
        scores = net(pixels)
        loss += nn.functional.cross_entropy(scores, classes, reduction="sum").item()
        right += (scores.argmax(1) == classes).sum().item()
    net.train()
    return loss / len(images), right / len(images)


def linear_layers(net):
    return [layer for layer in net.modules() if isinstance(layer, nn.Linear)]


def classifier(make, epochs):
    torch.manual_seed(0)
    net = make()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    measure(net, TEST)
    accuracies = []
    for _ in range(epochs):
        fit(net, optimizer, TRAIN, 1, 256)
        accuracies.append(measure(net, TEST)[1])
    loss, accuracy = measure(net, TRAIN)
    return {"trainLoss": loss, "trainAccuracy": accuracy, "testAccuracies": accuracies}


def regularized(make, decay, count, batch, lr, epochs):
    torch.manual_seed(0)
    net = make()
    layers = linear_layers(net)
    groups = [{"params": [layer.weight for layer in layers], "weight_decay": decay},
              {"params": [layer.bias for layer in layers]}]
    few = TRAIN.first(count)
    fit(net, torch.optim.SGD(groups, lr=lr), few, epochs, batch)
    train, test = measure(net, few), measure(net, TEST)
    return {"trainLoss": train[0], "testLoss": test[0], "testAccuracy": test[1]}


def softmax():
    return nn.Sequential(nn.Flatten(), nn.Linear(SIZE, 10))


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(SIZE, 256), nn.ReLU(), nn.Linear(256, 10))


def with_dropout(p):
    return nn.Sequential(nn.Flatten(), nn.Linear(SIZE, 256), nn.ReLU(), nn.Dropout(p),
                         nn.Linear(256, 256), nn.ReLU(), nn.Dropout(p), nn.Linear(256, 10))


def gradients(activation, draw):
    """Norms by layer, for the first 128 images."""
    torch.manual_seed(0)
    layers = []
    for i in range(10):
        layers += [nn.Linear(SIZE if i == 0 else 100, 100), activation()]
    net = nn.Sequential(*layers, nn.Linear(100, 10))
    for layer in linear_layers(net):
        draw(layer.weight)
        nn.init.zeros_(layer.bias)
    nn.functional.cross_entropy(net(TRAIN.pixels[:128]), TRAIN.classes[:128]).backward()
    return [layer.weight.grad.double().norm().item() for layer in linear_layers(net)]


def small(weight):
    nn.init.normal_(weight, 0, 0.01)


def large(weight):
    nn.init.normal_(weight, 0, 1)


def kaiming(weight):
    nn.init.kaiming_normal_(weight, nonlinearity="relu")


def rounded(value):
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.6g}")


TRAIN, TEST = read("train"), read("t10k")
XAVIER = nn.init.xavier_normal_

content = {
    "softmax-regression": classifier(softmax, 10),
    "mlp": classifier(mlp, 5),
    "weight-decay": [regularized(softmax, decay, 200, 200, 0.2, 500) for decay in (0, 0.01, 0.03)],
    "dropout": [regularized(lambda: with_dropout(p), 0, 1000, 50, 0.1, 50) for p in (0, 0.5)],
    "initialization": [gradients(activation, draw) for activation, draw in (
        (nn.Sigmoid, small), (nn.Sigmoid, XAVIER), (nn.ReLU, small), (nn.ReLU, large), (nn.ReLU, XAVIER), (nn.ReLU, kaiming))],
}
lines = [f"  {json.dumps(name)}: {json.dumps(value)},\n" for name, value in rounded(content).items()]
PATH.write_text(f"""/** PyTorch {torch.__version__} on Fashion-MNIST, seed 0. Written by scripts/goldens/make_recall.py. */
export const PYTORCH = {{
{"".join(lines)}}} as const;
""")
