"""What the scripts for the operations of packages/core share: cases, inputs with few bits, and the file they go into."""

import json
import os
import torch

torch.manual_seed(0)
CASES = []


def tensor_json(t):
    flat = t.detach().reshape(-1).tolist()
    data = [("NaN" if x != x else "Infinity" if x == float("inf") else "-Infinity" if x == -float("inf") else
             (int(x) if float(x).is_integer() else float("%.9g" % x))) for x in flat]
    return {"shape": list(t.shape), "dtype": str(t.dtype).split(".")[1].replace("int64", "int32"),
            "data": data}


def case(op, fn, *inputs, args=(), grads=True):
    leaves = [i.clone().requires_grad_(i.is_floating_point() and grads) for i in inputs]
    y = fn(*leaves)
    record = {"op": op, "args": list(args), "inputs": [tensor_json(i) for i in inputs], "output": tensor_json(y)}
    if grads and y.requires_grad:
        g = torch.cos(torch.arange(y.numel(), dtype=torch.float32)).reshape(y.shape)
        y.backward(g)
        record["grads"] = [tensor_json(i.grad) if i.grad is not None else None for i in leaves]
    CASES.append(record)


def real(*shape):
    """Values with few bits, away from 0 and from each other's ties."""
    return (torch.randint(-40, 41, shape).float() / 8 + 1 / 16)


def positive(*shape):
    return torch.randint(1, 40, shape).float() / 8


def whole(*shape):
    return torch.randint(-9, 10, shape).float()


SPECIAL = torch.tensor([float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 0.5, 1e-20, 100.0])


def write(name):
    out = os.path.join(os.path.dirname(__file__), "../../packages/core/test/fixtures", name)
    with open(out, "w") as f:
        f.write('{"torch":"%s","cases":[\n' % torch.__version__.split("+")[0])
        f.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in CASES))
        f.write("\n]}\n")
    print(len(CASES), "cases,", os.path.getsize(out), "bytes")
