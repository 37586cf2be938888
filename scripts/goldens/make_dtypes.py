"""What PyTorch makes of operands of different dtypes: the result's dtype and values, and the gradients.

Writes packages/core/test/fixtures/dtypes.json. Operands are named: "int32" is the vector below, "int32()" its first
element without axes, "true", "2", "2.5" and "nan" no tensors. A row is [operation, operands, dtype, values, gradients], or
[operation, operands, message] where PyTorch refuses. int64 is written as int32: here there is one integer.
"""
import itertools
import json
import math
import pathlib
import torch

DTYPES = {"bool": [True, False], "int32": [3, -2], "float32": [1.5, -2.25], "float64": [0.7, 3]}
# (1.13 cannot differentiate beside True itself; a tensor of it counts the same.)
NUMBERS = {"true": torch.tensor(True), "2": 2, "2.5": 2.5, "nan": math.nan}

OPERANDS = {**NUMBERS}
for name, values in DTYPES.items():
    OPERANDS[name] = torch.tensor(values, dtype=getattr(torch, name))
    OPERANDS[f"{name}()"] = OPERANDS[name][0].clone()

MASK = torch.tensor([True, False])


def where(a, b):
    # 1.13 wants one dtype; 2.x promotes, as here.
    dtype = torch.result_type(a, b)
    return torch.where(MASK, *(torch.as_tensor(x).to(dtype) for x in (a, b)))


TWO = {
    "add": torch.add, "sub": lambda a, b: a - b, "mul": torch.mul, "div": torch.div, "pow": torch.pow,
    "divFloor": lambda a, b: torch.div(a, b, rounding_mode="floor"),
    "divTrunc": lambda a, b: torch.div(a, b, rounding_mode="trunc"),
    "maximum": torch.maximum, "minimum": torch.minimum, "where": where,
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "lt": lambda a, b: a < b, "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b,
    "cat": lambda a, b: torch.cat([a, b]), "stack": lambda a, b: torch.stack([a, b]),
    "lower": lambda a, b: torch.clamp(a, min=b),
    "logicalAnd": torch.logical_and, "logicalOr": torch.logical_or, "logicalXor": torch.logical_xor,
}
TENSORS_ONLY = ("maximum", "minimum", "cat", "stack", "logicalAnd", "logicalOr", "logicalXor")
ONE = {name: getattr(torch, name) for name in (
    "sqrt", "exp", "sin", "erf", "reciprocal", "rsqrt", "log1p", "sigmoid", "tanh", "floor", "ceil", "round", "trunc", "abs", "neg",
    "sign", "square", "relu", "isnan", "isinf", "isfinite", "sum", "prod", "amax", "amin", "any", "all", "argmax", "argmin", "mean",
)} | {"logicalNot": torch.logical_not, "float": torch.Tensor.float, "int": torch.Tensor.int, "bool": torch.Tensor.bool,
      "max0": lambda x: x.max(0).values, "min0": lambda x: x.min(0).values, "sum0": lambda x: x.sum(0), "any0": lambda x: x.any(0),
      "all0": lambda x: x.all(0), "logsumexp0": lambda x: x.logsumexp(0)}


def dtype_of(t):
    return str(t.dtype).removeprefix("torch.").replace("int64", "int32")


def plain(x):
    if isinstance(x, float) and not math.isfinite(x):
        return str(x)
    return int(x) if x == int(x) and not isinstance(x, bool) else float("%.9g" % x) if isinstance(x, float) else x


def data_of(t):
    return [plain(x) for x in t.detach().flatten().tolist()]


def row(op, fn, *names):
    leaves = [OPERANDS[name].clone().requires_grad_(OPERANDS[name].is_floating_point())
              if isinstance(OPERANDS[name], torch.Tensor) else OPERANDS[name] for name in names]
    try:
        y = fn(*leaves)
    except (RuntimeError, TypeError) as error:
        return [op, *names, str(error).split("\n")[0]]
    grads = []
    # 1.13 cannot differentiate powers by truth values.
    if y.requires_grad and not (op == "pow" and names[1] in ("true", "bool", "bool()")):
        y.backward(torch.arange(1, y.numel() + 1, dtype=y.dtype).reshape(y.shape))
        grads = [data_of(x.grad) if isinstance(x, torch.Tensor) and x.grad is not None else None for x in leaves]
        for x in leaves:
            assert not isinstance(x, torch.Tensor) or x.grad is None or x.grad.dtype == x.dtype
    return [op, *names, dtype_of(y), data_of(y), grads]


def rows():
    for (op, fn), a, b in itertools.product(TWO.items(), OPERANDS, OPERANDS):
        if a in NUMBERS and b in NUMBERS or op in TENSORS_ONLY and (a in NUMBERS or b in NUMBERS):
            continue
        if op in ("cat", "stack") and ("(" in a) != ("(" in b) or op == "cat" and "(" in a:
            continue
        if op == "lower" and (a in NUMBERS or b not in NUMBERS or b in ("nan", "true")):
            continue
        line = row(op, fn, a, b)
        if line[-1] != "ZeroDivisionError":  # integers by 0, which are 0 here
            yield line
    for op, name in itertools.product(ONE, OPERANDS):
        if name not in NUMBERS:
            yield row(op, ONE[op], name)


target = pathlib.Path(__file__).parents[2] / "packages/core/test/fixtures/dtypes.json"
content = {"operands": {name: list(values) for name, values in DTYPES.items()}}
lines = [json.dumps(line, separators=(",", ":")) for line in rows()]
target.write_text(json.dumps(content)[:-1] + ', "rows": [\n' + ",\n".join(lines) + "\n]}\n")
