"""Goldens for packages/core/src/random.ts: what PyTorch draws, as packages/core/test/fixtures/random.json.

A case is a seed and a sequence of draws from one generator; the order matters, since every draw leaves the
stream where the next one begins. Up to 24 values are stored in full; of a longer draw the first and last four,
with the CRC-32 of all bytes (little-endian) where draws are equal bit for bit, else the sum.
"""

import json
import pathlib
import random
import zlib

import numpy
import torch

DTYPES = {"float32": torch.float32, "float64": torch.float64}


def integers(low, high, n):
    """torch.randint as PyTorch 2.13 draws it; 1.13 differs for ranges of 2**28 and more."""
    if high - low < 2**28:
        return torch.randint(low, high, (n,), dtype=torch.int32).numpy()
    words = torch.empty(n, dtype=torch.int64).random_(-(2**63), None).tolist()  # 64 raw bits each
    return numpy.array([word % 2**64 % (high - low) + low for word in words], dtype=numpy.int32)


def draw(kind, args, dtype, n):
    empty = torch.empty(n, dtype=DTYPES.get(dtype))
    if kind == "uniform":
        return empty.uniform_(*args).numpy()
    if kind == "normal":
        return empty.normal_(*args).numpy()
    if kind == "bernoulli":  # one probability
        return empty.bernoulli_(*args).numpy()
    if kind == "bernoulliEach":  # a probability for each value: 0, 1/n, 2/n, …
        return torch.bernoulli(torch.arange(n, dtype=DTYPES[dtype]) / n).numpy()
    if kind == "randint":
        return integers(*args, n)
    if kind == "randperm":
        return torch.randperm(n, dtype=torch.int32).numpy()
    raise ValueError(kind)


def plain(values):
    # The shortest decimal that reads back as the same float32 (float64, integer).
    return [json.loads(str(value)) for value in values]


def record(kind, n, dtype="float32", args=()):
    values = draw(kind, args, dtype, n)
    out = {"draw": kind, "n": n}
    if kind not in ("randint", "randperm"):
        out["dtype"] = dtype
    if args:
        out["args"] = args
    if n <= 24:
        return out | {"values": plain(values)}
    exact = kind != "normal" or dtype == "float32"
    check = {"crc": zlib.crc32(values.tobytes())} if exact else {"sum": float(values.sum())}
    return out | {"first": plain(values[:4]), "last": plain(values[-4:])} | check


def case(seed, draws):
    torch.manual_seed(seed)
    return {"seed": seed, "draws": [record(**d) for d in draws]}


def d(kind, n, dtype="float32", *args):
    return {"kind": kind, "n": n, "dtype": dtype, "args": args}


SEEDS = [0, 1, 42, 1234, 2**31, 2**32 - 1, 2**32 + 5, 67280421310721, 2**53 - 1, -1, -5]
SIZES = [1, 2, 3, 15, 16, 17, 31, 32, 33, 64, 100, 624, 625, 1000]
RANGES = [(0, 1), (0, 2), (0, 10), (-10, 10), (0, 2**24), (5, 2**28 + 4), (0, 2**28), (-7, 2**28 - 6)]
RANGES += [(0, 2**31 - 1), (-(2**31), 2**31 - 1), (-(2**31), 2**31)]


def single_draws():
    for seed in SEEDS:
        yield case(seed, [d("uniform", 3)])
        yield case(seed, [d("normal", 3)])
        yield case(seed, [d("normal", 20)])
        yield case(seed, [d("randint", 6, None, 0, 10), d("randperm", 8)])
    for seed, n in enumerate(SIZES):
        for dtype in DTYPES:
            end = d("uniform", 1)
            yield case(seed, [d("uniform", n, dtype), end])
            yield case(seed, [d("uniform", n, dtype, -0.3, 0.7), end])
            yield case(seed, [d("normal", n, dtype), end])
            yield case(seed, [d("normal", n, dtype, -1.7, 0.02), end])
            yield case(seed, [d("bernoulli", n, dtype, 0.3), end])
            yield case(seed, [d("bernoulliEach", n, dtype), end])
        yield case(seed, [d("randperm", n), end])
    for low, high in RANGES:
        yield case(9, [d("randint", 20, None, low, high), d("randint", 100, None, low, high), d("uniform", 1)])
    # PyTorch's own example of an initialisation: weight and bias of Conv2d(1, 6, 5).
    yield case(0, [d("uniform", 150, "float32", -0.2, 0.2), d("uniform", 6, "float32", -0.2, 0.2)])
    yield case(3, [d("uniform", 0), d("normal", 0), d("randperm", 0), d("randperm", 1), d("uniform", 2)])
    yield case(3, [d("normal", 5, "float32", 2, 0), d("normal", 18, "float64", 2, 0), d("uniform", 2)])
    yield case(3, [d("uniform", 5, "float32", 2, 2), d("bernoulli", 4, "float32", 0), d("bernoulli", 4, "float32", 1)])
    # Long enough for many blocks of the twister, and for the rare roundings of the float32 normals.
    for seed in range(4):
        yield case(seed, [d("uniform", 100003), d("uniform", 50001, "float64"), d("randperm", 20000)])
        yield case(seed, [d("normal", 1000003), d("normal", 50001, "float64"), d("normal", 1)])


def mixed_sequences():
    """Normal values wait in the generator from one short draw to the next, whatever comes between."""
    yield case(7, [d("normal", 3), d("uniform", 2), d("normal", 20), d("normal", 1), d("randperm", 5)])
    yield case(7, [d("normal", 1), d("normal", 1, "float64"), d("normal", 1, "float64"), d("normal", 1)])
    choose = random.Random(2026)
    for seed in range(70):
        draws = []
        for _ in range(choose.randint(4, 9)):
            kind = choose.choice(["uniform", "normal", "normal", "bernoulli", "bernoulliEach", "randint", "randperm"])
            dtype = choose.choice(["float32", "float32", "float64"])
            n = choose.choice([1, 2, 3, 5, 15, 16, 17, 20, 40])
            args = ()
            if kind == "uniform" and choose.random() < 0.5:
                args = (-choose.random() * 3, choose.random() * 5)
            if kind == "normal" and choose.random() < 0.5:
                args = (choose.random() * 4 - 2, choose.random() * 3)
            if kind == "bernoulli":
                args = (choose.random(),)
            if kind == "randint":
                args = choose.choice(RANGES)
            draws.append(d(kind, n, dtype, *args))
        yield case(seed, draws)


def main():
    cases = [*single_draws(), *mixed_sequences()]
    generator = torch.Generator()
    unseeded = {"seed": generator.initial_seed(), "uniform": plain(torch.rand(3, generator=generator).numpy())}
    out = {"torch": torch.__version__, "unseeded": unseeded, "cases": cases}
    path = pathlib.Path(__file__).parents[2] / "packages/core/test/fixtures/random.json"
    path.write_text(json.dumps(out, separators=(",", ":")).replace('{"seed"', '\n{"seed"') + "\n")
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size // 1000} kB")


main()
