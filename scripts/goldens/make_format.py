"""Goldens for packages/core/src/format.ts: what PyTorch prints, as packages/core/test/fixtures/format.json.

A case gives the elements (or a recipe for many), shape, dtype and options, and the text. Left out on purpose:
`sci_mode` where it overrides the automatic choice between values of different lengths, and `edgeitems=0`. PyTorch
changed both since 1.13; test/format.test.ts has what 2.13 prints.
"""

import json
import math
import pathlib
import random

import torch

DTYPES = {"float32": torch.float32, "float64": torch.float64, "int32": torch.int32, "bool": torch.bool}
NAN, INF = math.nan, math.inf
choose = random.Random(2026)
cases = []


def plain(value, dtype):
    if math.isnan(value) or math.isinf(value) or (value == 0 and math.copysign(1, value) < 0):
        return str(value)  # JSON has no number for these
    if dtype == "float32":  # the shortest decimal that reads back as the same float32
        return json.loads(str(torch.tensor(value, dtype=torch.float32).numpy()))
    return value


def add(data, shape=None, dtype="float32", requires_grad=False, grad_fn=None, **options):
    """`data`: a number, a flat list, or ("ramp", n, step) and ("scatter", n, scale, offset) for long tensors."""
    case = {}
    if isinstance(data, tuple):
        kind, n, scale, *offset = data
        case["recipe"] = [kind, n, scale, *offset]
        if kind == "ramp":
            data = [i * scale for i in range(n)]
        else:
            data = [(i * 7919) % 10007 * scale + offset[0] for i in range(n)]
    else:
        flat = data if isinstance(data, list) else [data]
        case["data"] = [plain(x, dtype) for x in flat]
    t = torch.tensor(data, dtype=DTYPES[dtype])
    if shape is not None:
        t = t.reshape(shape)
    case["shape"] = list(t.shape)
    if dtype != "float32":
        case["dtype"] = dtype
    if requires_grad or grad_fn:
        t.requires_grad_()
        case["requiresGrad"] = True
    if grad_fn:
        t = grad_fn(t)
        if "data" in case:
            case["data"] = [plain(x, dtype) for x in t.detach().flatten().tolist()]
        case["shape"] = list(t.shape)
        case["gradFn"] = type(t.grad_fn).__name__
    names = {"sci_mode": "sciMode"}
    if options:
        case["options"] = {names.get(k, k): v for k, v in options.items()}
    torch.set_printoptions(profile="default")
    torch.set_printoptions(**options)
    case["text"] = str(t)
    cases.append(case)


FLOATS = ["float32", "float64"]

# Scalars and short vectors
for value in [0.0, -0.0, 1.0, -3.0, 0.5, 3.14159265, 1e-4, 1e-5, -2.5e-7, 1e8, 1.5e8, 123456.0, 99999.5, NAN, INF, -INF]:
    for dtype in FLOATS:
        add(value, [], dtype)
        add([value], None, dtype)
for value in [0, 7, -12, 2**31 - 1, -(2**31)]:
    add(value, [], "int32")
for dtype in DTYPES:
    add([], [0], dtype)
    add([], [2, 0], dtype)
    add([], [0, 3, 2], dtype)
    add([], [1, 0, 1], dtype, requires_grad=dtype in FLOATS)
add([], [0], requires_grad=True)
add([19.0, 25.0, 37.0, 43.0], [2, 2])  # the book's first output
add([0.0, 1.0, 1.0, 0.0, 0.0, -1.0], [2, 3])
add([1, -20, 300], None, "int32")
add([1, 2, 3, 4, 5, 6], [2, 3], "int32")
for truths in ([1], [0], [1, 1], [1, 0], [0, 1] * 20):
    add(truths, None, "bool")
add(1, [], "bool")
add([1, 0, 0, 1, 1, 1], [3, 2], "bool")

# The choice of a style
VECTORS = [
    [0.0, 0.0],
    [0.0, -0.0, 1.0],
    [-0.0, 1.5],
    [1.0, 1000.0],
    [1.0, 1001.0],
    [1.0, 1000.5],
    [1.5, 1501.0],
    [0.001, 1.0],
    [0.001, 1.1],
    [1e8, 1e8],
    [100000001.0, 100000000.0],
    [1e-4, 1e-4],
    [2e-4, 9e-4, 0.0],
    [9.9e-5, 1e-4],
    [1e-5, 0.0, 1.0],
    [0.1, 0.25, 0.99999],
    [0.99995, 0.99994],
    [9.99995, 9999.0],
    [999.99995, 1.0],
    [12345.678, 99.0],
    [123456.0, 999999.0],
    [-1.0, -2.0, -3.0],
    [-1.5, 22.25, 0.125],
    [1e10, 1.0],
    [-1e10, 1e-10],
    [1e30, -1e30],
    [1e-30, 1e-38],
    [3.4e38, 1e-45],
    [16777216.0, 16777215.0],
    [0.03125, 0.09375, 0.15625, -0.03125],  # ties at the fourth digit
    [100003.125, 100004.5],
    [0.5, 1.5, 2.5, 1024.5, 1e9],
    [1.00005, 200005.0, 300015.0, 1e-3],
    [1234050.0, 1234150.0, 1.0],  # ties of the mantissa
    [NAN],
    [NAN, NAN, INF],
    [NAN, 1.0],
    [NAN, 1.5],
    [INF, 100.0, -2.0],
    [-INF, 1.0],
    [-INF, 0.0],
    [NAN, 1e-8, 1.0],
    [-INF, 1e10, 2.5],
    [NAN, INF, -INF, 0.0, -0.5],
]
for vector in VECTORS:
    for dtype in FLOATS:
        add(vector, None, dtype)
add([5e-324, 1.0], None, "float64")
add([1e308, 1e-308], None, "float64")
add([1e-310], None, "float64")
add([1e100, -1e-100, 0.0], None, "float64")
add([2.0**60, 2.0**61], None, "float64")
add([1e16, 123456789012345680.0], None, "float64")
add([1e22, 1e23], None, "float64")
for vector in [[2**31 - 1, -(2**31)], [0, 0, 0], [-1, 10, -100, 1000], [1, 1000000]]:
    add(vector, None, "int32")

# Lines
for n in [14, 15, 16, 18, 19, 24, 25, 50, 120]:
    add(("ramp", n, 1))
    add(("ramp", n, 0.25), None, "float64")
    add(("ramp", n, 3), None, "int32")
    add(("ramp", n, 3), None, "bool")
add(("ramp", 1000, 0))
add(("ramp", 1000, 1), None, "int32")
add(("scatter", 60, 2**-10, -5))
add(("scatter", 60, 2**20, -(2**32)))
for shape in [[3, 4], [1, 12], [12, 1], [2, 3, 2], [3, 1, 4], [1, 1, 12], [2, 1, 2, 3], [1, 2, 3, 2], [1, 1, 1, 12]]:
    add(("ramp", 12, 1), shape)
    add(("scatter", 12, 2**-12, -1), shape, "float64")
    add(("scatter", 12, 1, -5000), shape, "int32")
add(("scatter", 2 * 3 * 30, 2**-12, -1), [2, 3, 30])
add(("scatter", 2 * 2 * 2 * 25, 2**-3, 0), [2, 2, 2, 25])
add(("scatter", 4 * 40, 1, 0), [4, 40], "int32")
add(("ramp", 32, 1), [2, 2, 2, 2, 2])

# Summaries
for n in [1000, 1001, 5000, 100000]:
    add(("ramp", n, 1))
    add(("scatter", n, 2**-12, -1), None, "float64")
add(("ramp", 1001, 0))
add(("ramp", 3000, 2), None, "int32")
LARGE = [[40, 50], [2, 600], [600, 2], [7, 200], [6, 200], [1, 1001], [1001, 1], [9, 11, 12], [2, 3, 400], [30, 1, 40]]
LARGE += [[1, 1, 1100], [2, 1, 7, 100], [1, 7, 1, 200], [128, 1, 28, 28]]
for shape in LARGE:
    n = math.prod(shape)
    add(("scatter", n, 2**-12, -1), shape)
    add(("ramp", n, 1), shape, choose.choice(["int32", "float64"]))

add(("ramp", 7**4, 1), [7, 7, 7, 7], edgeitems=1)
add(("ramp", 4**5, 1), [4, 4, 4, 4, 4], "int32", edgeitems=1)

# Suffixes
for n in [1, 9, 10, 11, 12, 13, 14, 17, 18]:
    add(("ramp", n, 1), requires_grad=True)
    add(("ramp", n, 1), None, "float64", requires_grad=True)
    add(("ramp", n, 1), None, "float64", grad_fn=lambda t: t * 1)
for n in range(1, 9):
    add([1.5] * n, grad_fn=lambda t: t * 2)
    add([1.5] * n, None, "float64", grad_fn=lambda t: t.relu())
add(3.0, [], requires_grad=True)
add([1.0, 2.0], grad_fn=lambda t: t.sum())
add([1.0, 2.0], [1, 2], "float64", grad_fn=lambda t: t.t())
add([1.0, 2.0, 3.0], [3, 1], grad_fn=lambda t: t.mean(dim=1, keepdim=True))
add(("scatter", 2 * 3 * 30, 2**-12, -1), [2, 3, 30], requires_grad=True)
add(("scatter", 2000, 2**-12, -1), [40, 50], "float64", requires_grad=True)
add(("ramp", 36, 0.5), [1, 1, 6, 6], grad_fn=lambda t: torch.nn.functional.conv2d(t, torch.ones(1, 1, 1, 1)))
cases[-1]["recipe"] = ["ramp", 36, 0.5]
add([], [2, 0], "float64", grad_fn=lambda t: t * 1)

# Options
for precision in [0, 1, 2, 8, 12]:
    add([0.5, 1.5, 2.25, 0.125, 0.375, -2.5], precision=precision)
    add([0.5, 1.5, 2.5e-7, 1e10], precision=precision)
    add([1.0, 2.0], precision=precision)
    add([0.5, 1e-5, 9.5, 25.0, 45000.0, 9.5e9], None, "float64", precision=precision)
for linewidth in [1, 10, 20, 40, 79, 120, 200]:
    add(("ramp", 40, 0.5), linewidth=linewidth)
    add(("ramp", 30, 1), [2, 15], "float64", requires_grad=True, linewidth=linewidth)
for edgeitems in [1, 2, 5]:
    add(("ramp", 2000, 1), edgeitems=edgeitems)
    add(("ramp", 2000, 1), [40, 50], edgeitems=edgeitems)
    add(("ramp", 10, 1), threshold=5, edgeitems=edgeitems)
for threshold in [0, 7, 8]:
    add(("ramp", 8, 1), threshold=threshold)
    add([2.0], threshold=threshold)
    add(2.0, [], threshold=threshold)
for sci_mode in [True, False]:
    add([0.0, 0.0], sci_mode=sci_mode)
    add([NAN], sci_mode=sci_mode)
    add([1.0, 2.0], sci_mode=sci_mode)
    add([1.5, 2.5], None, "float64", sci_mode=sci_mode)
    add([1, 2], None, "int32", sci_mode=sci_mode)

# Whatever else: random vectors of mixed magnitudes
for i in range(40):
    spread = choose.choice([1, 2, 3, 4, 8, 20])
    vector = [choose.choice([-1, 1, 1]) * 10 ** (choose.random() * spread - spread / 2) for _ in range(choose.randint(1, 30))]
    if i % 3 == 0:
        vector = [float(round(x)) for x in vector]
    if i % 5 == 0:
        vector[0] = choose.choice([NAN, INF, -INF, 0.0])
    add(vector, None, FLOATS[i % 2])

path = pathlib.Path(__file__).parents[2] / "packages/core/test/fixtures/format.json"
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
path.write_text(f'{{"torch":"{torch.__version__}","cases":[\n{lines}\n]}}\n')
print(f"{path.name}: {len(cases)} cases, {path.stat().st_size // 1000} kB")
