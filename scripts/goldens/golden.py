"""What the scripts for packages/nn share: tensors as JSON, inputs with few decimals, and the files they go into."""

import json
import pathlib
import re
import zlib

import torch

FIXTURES = pathlib.Path(__file__).parents[2] / "packages/nn/test/fixtures"


def snake(name):
    return re.sub("[A-Z]", lambda letter: "_" + letter.group().lower(), name)


def options_of(options):
    return {snake(name): tuple(value) if isinstance(value, list) else value for name, value in options.items()}


def data_of(t):
    return [json.loads(str(x)) if x == x else "NaN" for x in t.detach().flatten().numpy()]


def values(t):
    out = {"shape": list(t.shape), "data": data_of(t)}
    return out | {"dtype": "int32"} if not t.is_floating_point() else out


def checksum(t):
    return {"shape": list(t.shape), "first": data_of(t.flatten()[:4]), "crc": zlib.crc32(t.detach().numpy().tobytes())}


def sixteenths(*shape, seed=1):
    n = torch.Size(shape).numel()
    return ((torch.arange(n) * 37 + 11 * seed) % 101 - 50).reshape(shape) / 16


def classes(*shape, count=3, seed=1):
    n = torch.Size(shape).numel()
    return ((torch.arange(n) * 7 + seed) % count).reshape(shape)


def cotangent(t):
    return torch.cos(torch.arange(t.numel(), dtype=torch.float32)).reshape(t.shape)


def write(name, content):
    lines = []
    for key, value in content.items():
        cases = isinstance(value, list)
        body = "[\n" + ",\n".join(compact(case) for case in value) + "\n]" if cases else compact(value)
        lines.append(f'"{key}":{body}')
    (FIXTURES / name).write_text("{\n" + ",\n".join(lines) + "\n}\n")


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
