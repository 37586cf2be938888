"""Goldens for packages/nn: what PyTorch's initialisers that make_nn.py does not hold bit for bit draw, as
packages/nn/test/fixtures/init.json: [name, arguments] as packages/nn has them, seed, shape, values, and the next draw.
"""

import math

import torch
from golden import data_of, write
from torch import nn

CASES = [
    *[["orthogonal", [], shape, nn.init.orthogonal_] for shape in ([4, 3], [3, 5], [1, 7], [6, 1], [6, 4, 3, 2], [24, 24])],
    ["orthogonal", [{"gain": math.sqrt(2)}], [5, 8], lambda t: nn.init.orthogonal_(t, math.sqrt(2))],
    ["truncNormal", [], [50], nn.init.trunc_normal_],
    ["truncNormal", [{"mean": 1, "std": 2, "a": -1, "b": 1.5}], [5, 10], lambda t: nn.init.trunc_normal_(t, 1, 2, -1, 1.5)],
    ["truncNormal", [{"std": 0.02}], [50], lambda t: nn.init.trunc_normal_(t, std=0.02)],
    ["sparse", [0.3, {"std": 1}], [7, 5], lambda t: nn.init.sparse_(t, 0.3, 1)],
    ["sparse", [0.5], [4, 6], lambda t: nn.init.sparse_(t, 0.5)],
    ["eye", [], [3, 5], nn.init.eye_],
    ["eye", [], [5, 3], nn.init.eye_],
    ["dirac", [], [4, 3, 3], nn.init.dirac_],
    ["dirac", [], [2, 4, 3, 2], nn.init.dirac_],
    ["dirac", [{"groups": 2}], [6, 2, 3, 3], lambda t: nn.init.dirac_(t, 2)],
    ["dirac", [], [2, 2, 2, 3, 1], nn.init.dirac_],
]


def case(name, args, shape, function, seed, dtype):
    torch.manual_seed(seed)
    values = function(torch.empty(shape, dtype=dtype))
    return {"name": name, "args": args, "seed": seed, "shape": shape, "dtype": str(dtype).removeprefix("torch."),
            "data": data_of(values), "next": torch.rand(1).item()}


cases = [case(*given, seed=3, dtype=torch.float32) for given in CASES]
cases += [case(*given, seed=4, dtype=torch.float64) for given in CASES if given[0] in ("orthogonal", "truncNormal")][:9]
write("init.json", {"torch": torch.__version__, "cases": cases})
