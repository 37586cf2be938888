"""Goldens for packages/data: the order of PyTorch's loader and samplers, as packages/data/test/fixtures/loader.json.

A case is a small program: generators, loaders that draw from them (or from the default one), and steps that read
loaders, whole or in part. After every case comes what each generator draws next, so that a draw too many or too
few anywhere is found. Sample i is i, or [i, a number drawn when the sample is read]: a random augmentation.
"""

import json
import pathlib
import sys

import torch
from torch.utils import data

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from golden import compact

FIXTURES = pathlib.Path(__file__).parents[2] / "packages/data/test/fixtures"


class Numbers(data.Dataset):
    def __init__(self, n, noisy):
        self.n, self.noisy = n, noisy

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return [i, torch.rand(()).item()] if self.noisy else i


def sampler_of(source, spec, generators):
    kind, args, options = spec
    options = dict(options)
    if "generator" in options:
        options["generator"] = generators[options["generator"]]
    if kind == "RandomSampler":
        names = {"numSamples": "num_samples"}
        return data.RandomSampler(source, **{names.get(k, k): v for k, v in options.items()})
    if kind == "SequentialSampler":
        return data.SequentialSampler(source)
    if kind == "BatchSampler":
        return data.BatchSampler(sampler_of(source, args[0], generators), args[1], args[2])
    return getattr(data, kind)(*args, **options)


def loader_of(spec, generators):
    options = dict(spec)
    source = Numbers(options.pop("n"), options.pop("noisy", False))
    if "generator" in options:
        options["generator"] = generators[options["generator"]]
    for name in ("sampler", "batchSampler"):
        if name in options:
            options[name] = sampler_of(source, options[name], generators)
    names = {
        "batchSize": "batch_size",
        "dropLast": "drop_last",
        "batchSampler": "batch_sampler",
        "numWorkers": "num_workers",
        "prefetchFactor": "prefetch_factor",
        "persistentWorkers": "persistent_workers",
    }
    return data.DataLoader(source, collate_fn=list, **{names.get(k, k): v for k, v in options.items()})


def read(loader, most):
    batches = []
    for batch in loader:
        batches.append(batch)
        if most is not None and len(batches) == most:
            break
    return batches


def run(seed, loaders, steps, generators=None):
    torch.manual_seed(seed)
    made = {name: torch.Generator().manual_seed(s) for name, s in (generators or {}).items()}
    built = {name: loader_of(spec, made) for name, spec in loaders.items()}
    out = []
    for name, most in steps:
        out.append({"read": name, **({} if most is None else {"most": most}), "batches": read(built[name], most)})
    case = {"seed": seed, "generators": generators or {}, "loaders": loaders, "steps": out}
    after = [torch.rand(2).tolist()] + [torch.rand(2, generator=g).tolist() for g in made.values()]
    return case | {"after": after}


def orders():
    train = {"n": 10, "batchSize": 4, "shuffle": True}
    test = {"n": 6, "batchSize": 4}
    yield "a loader", run(0, {"train": train}, [("train", None)] * 3)
    yield "a test loader between epochs", run(0, {"train": train, "test": test}, [("train", None), ("test", None)] * 3)
    g = {"g": 5}
    with_g = {**train, "generator": "g"}
    yield "generator: g", run(1, {"train": with_g}, [("train", None)] * 3, g)
    yield "generator: g, batches without a rest", run(1, {"train": {**with_g, "n": 8}}, [("train", None)] * 3, g)
    yield "generator: g of an unshuffled loader", run(1, {"test": {**test, "generator": "g"}}, [("test", None)] * 2, g)
    for most in (1, 2, 3):
        steps = [("train", most), ("train", None), ("train", most), ("train", None)]
        yield f"a break after {most}", run(2, {"train": train}, steps)
        yield f"generator: g, a break after {most}", run(2, {"train": with_g}, steps, g)
    yield "dropLast", run(3, {"train": {**train, "dropLast": True}}, [("train", None)] * 2)
    yield "dropLast, generator: g", run(3, {"train": {**with_g, "dropLast": True}}, [("train", None)] * 2, g)
    yield "batches of one", run(3, {"train": {"n": 3, "shuffle": True}}, [("train", None)] * 2)
    yield "a large one", run(4, {"train": {"n": 1000, "batchSize": 400, "shuffle": True}}, [("train", None)] * 2)


def samplers():
    def one(name, sampler, n=10, seed=6, **more):
        loaders = {"train": {"n": n, "batchSize": 4, "sampler": sampler, **more}}
        for most in (None, 2):
            title = name if most is None else f"{name}, left after 2"
            yield title, run(seed, loaders, [("train", most), ("train", None)], {"g": 7})

    yield from one("SequentialSampler", ["SequentialSampler", [], {}])
    yield from one("RandomSampler", ["RandomSampler", [], {}])
    yield from one("RandomSampler with a generator", ["RandomSampler", [], {"generator": "g"}])
    for replacement in (False, True):
        options = {"replacement": replacement, "numSamples": 25}
        yield from one(f"RandomSampler {options}", ["RandomSampler", [], options])
        yield from one(f"RandomSampler {options}, g", ["RandomSampler", [], {**options, "generator": "g"}])
        yield from one(f"RandomSampler {replacement}, 20 of 10", ["RandomSampler", [], {**options, "numSamples": 20}])
        options = {"replacement": replacement, "numSamples": 70, "generator": "g"}
        yield from one(f"RandomSampler {options}", ["RandomSampler", [], options], n=40)
    yield from one("SubsetRandomSampler", ["SubsetRandomSampler", [[1, 3, 5, 7, 9]], {}])
    yield from one("SubsetRandomSampler, g", ["SubsetRandomSampler", [[1, 3, 5, 7, 9]], {"generator": "g"}])
    weights = [0.1, 0.9, 0.4, 0, 3, 0.6, 2.5, 0.25, 1, 7]
    for replacement in (False, True):
        options = {"replacement": replacement}
        yield from one(f"WeightedRandomSampler {options}", ["WeightedRandomSampler", [weights, 9], options])
        spec = ["WeightedRandomSampler", [weights, 5], {**options, "generator": "g"}]
        yield from one(f"WeightedRandomSampler {options}, g", spec)
    many = [(i * 37 % 101) / 8 for i in range(300)]
    yield "WeightedRandomSampler of many", run(
        8, {"train": {"n": 300, "batchSize": 64, "sampler": ["WeightedRandomSampler", [many, 500], {}]}}, [("train", None)]
    )
    yield "WeightedRandomSampler of many, without replacement", run(
        8,
        {"train": {"n": 300, "batchSize": 64, "sampler": ["WeightedRandomSampler", [many, 200], {"replacement": False}]}},
        [("train", None)],
    )
    batches = ["BatchSampler", [["RandomSampler", [], {}], 3, False], {}]
    yield "BatchSampler", run(9, {"train": {"n": 10, "batchSampler": batches}}, [("train", None)] * 2)
    batches = ["BatchSampler", [["RandomSampler", [], {"generator": "g"}], 3, True], {}]
    spec = {"n": 10, "batchSampler": batches, "generator": "h"}
    yield "BatchSampler, dropLast, two generators", run(9, {"train": spec}, [("train", None)] * 2, {"g": 1, "h": 2})


def augmented():
    for workers in (0, 2, 3):
        base = {"n": 14, "batchSize": 3, "shuffle": True, "noisy": True, "numWorkers": workers}
        yield f"{workers} workers", run(11, {"train": base}, [("train", None)] * 2)
        if workers == 3:
            continue
        yield f"{workers} workers, unshuffled", run(11, {"test": {**base, "shuffle": False}}, [("test", None)] * 2)
        yield f"{workers} workers, generator: g", run(
            11, {"train": {**base, "generator": "g"}}, [("train", None)] * 2, {"g": 4}
        )
        yield f"{workers} workers, generator: g, a break", run(
            11, {"train": {**base, "generator": "g", "n": 40}}, [("train", 2), ("train", None)], {"g": 4}
        )
        replaced = {**base, "shuffle": False, "sampler": ["RandomSampler", [], {"replacement": True, "numSamples": 80}]}
        yield f"{workers} workers, with replacement, a break", run(12, {"train": replaced}, [("train", 3), ("train", None)])
        if workers > 0:
            lazy = {**replaced, "sampler": ["RandomSampler", [], {"replacement": True, "numSamples": 80, "generator": "g"}]}
            steps = [("train", 3), ("train", None)]
            yield f"{workers} workers, prefetchFactor 1", run(
                13, {"train": {**lazy, "prefetchFactor": 1}}, steps, {"g": 4}
            )
            yield f"{workers} workers, prefetchFactor 4", run(
                13, {"train": {**lazy, "prefetchFactor": 4}}, steps, {"g": 4}
            )
            yield f"{workers} workers, persistentWorkers", run(
                14, {"train": {**base, "persistentWorkers": True}}, [("train", None)] * 3
            )


def splits():
    def one(seed, n, lengths, generator=None):
        torch.manual_seed(seed)
        g = None if generator is None else torch.Generator().manual_seed(generator)
        options = {} if g is None else {"generator": g}
        parts = data.random_split(Numbers(n, False), lengths, **options)
        out = {"seed": seed, "n": n, "lengths": lengths, "parts": [list(part.indices) for part in parts]}
        return out | ({} if g is None else {"generator": generator}) | {"after": torch.rand(2).tolist()}

    yield one(0, 10, [7, 3])
    yield one(0, 10, [7, 3], 5)
    yield one(1, 10, [0.8, 0.2])
    yield one(1, 11, [0.5, 0.25, 0.25])
    yield one(1, 103, [0.3, 0.3, 0.4], 2)
    yield one(1, 10, [0.1] * 9 + [0.1])


def main():
    FIXTURES.mkdir(parents=True, exist_ok=True)
    named = [{"name": name, **case} for make in (orders, samplers, augmented) for name, case in make()]
    lines = ",\n".join(compact(case) for case in named)
    parts = ",\n".join(compact(case) for case in splits())
    text = f'{{"torch":"{torch.__version__}",\n"loaders":[\n{lines}\n],\n"splits":[\n{parts}\n]}}\n'
    json.loads(text)
    (FIXTURES / "loader.json").write_text(text)
    print(f"loader.json: {len(named)} cases, {len(text) // 1000} kB")


main()
