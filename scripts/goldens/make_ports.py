"""Goldens for tools/ports: what the programs of tools/ports/pytorch log, as tools/ports/test/fixtures/NAME.json.

A program is a file, and in it a function of the file's name (or of FUNCTIONS) that takes `log`: `log(name, value)` notes a number, a
tensor, a shape or a text, `log.module(name, net, shape)` a network: its text, its state dict (names, shapes, and of each tensor a
checksum, the sum of element × cos(index)) and the number of its parameters. Nothing else of the programs is there for the test.

Each runs again, six times, with kernels that add in another order (without oneDNN), and from weights whose last bit is another:
`spread` is by how much PyTorch's numbers then differ from its own, relatively. No bound below it can be asked of anybody. Where it is
large, a ReLU is within rounding of 0 and goes one way or the other, or an optimiser divides by next to nothing: take another seed, or a
smaller rate.

Run with 1.13 alone. 2.x prints the mode of an Upsample in quotes, as the files have it, and runs of equal modules in a ModuleList as
`(0-2): 3 x …`: no program has any.
"""

import importlib
import pathlib
import re
import sys
import warnings

import torch

from golden import compact, data_of

PORTS = pathlib.Path(__file__).parents[2] / "tools/ports"
FUNCTIONS = {"batch_norm": "batch_norm_lenet", "ssim": "ssim_loss"}

sys.path.insert(0, str(PORTS / "pytorch"))
warnings.simplefilter("ignore")  # lazy layers warn


def checksum(t):
    flat = t.detach().double().flatten()
    return float((flat * torch.arange(flat.numel(), dtype=torch.float64).cos()).sum())


class Log:
    def __init__(self, seed=None):
        self.entries = []
        self.generator = None if seed is None else torch.Generator().manual_seed(seed)

    def __call__(self, name, value):
        if isinstance(value, torch.Tensor):
            value = data_of(value)
        elif isinstance(value, torch.Size):
            value = list(value)
        self.entries.append([name, value])

    def module(self, name, net, shape):
        state = [[key, list(t.shape), checksum(t)] for key, t in net.state_dict().items()]
        parameters = sum(p.numel() for p in net.parameters())
        text = re.sub(r"(Upsample\(.*mode=)(\w+)", r"\1'\2'", str(net))
        if self.generator is not None:
            shake(net, self.generator)
        self.entries.append([name, {"input": shape, "parameters": parameters, "text": text, "state": state}])


def shake(net, generator):
    """The next float up or down, or itself."""
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(p + p.abs() * torch.randint(-1, 2, p.shape, generator=generator) * 2 ** -23)


def run(function, seed=None):
    log = Log(seed)
    function(log)
    return log.entries


def spread(a, b):
    """The largest difference of two values of a name, relative to the largest of these values."""
    worst = 0
    for (_, x), (_, y) in zip(a, b):
        if isinstance(x, float):
            x, y = [x], [y]
        if isinstance(x, list) and isinstance(x[0], float):
            scale = max(map(abs, x)) or 1
            worst = max(worst, *(abs(p - q) / scale for p, q in zip(x, y)))
    return worst


def write(path, name, entries, worst):
    lines = [f'"torch":"{torch.__version__}"', f'"spread":{worst:.1e}', '"log":[\n' + ",\n".join(map(compact, entries)) + "\n]"]
    (path / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


names = sys.argv[1:] or sorted(file.stem for file in (PORTS / "pytorch").glob("*.py"))
for name in names:
    function = getattr(importlib.import_module(name), FUNCTIONS.get(name, name))
    entries = run(function)
    with torch.backends.mkldnn.flags(enabled=False):
        worst = max(spread(entries, run(function, seed)) for seed in range(6))
    write(PORTS / "test/fixtures", name, entries, worst)
    print(f"{name}: {worst:.1e}")
