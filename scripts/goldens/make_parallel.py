"""Goldens for packages/parallel: which samples PyTorch's DistributedSampler gives each rank, as
packages/parallel/test/fixtures/sampler.json; and SyncBatchNorm is compared with BatchNorm, which has its own."""

import json
import pathlib

from torch.utils.data.distributed import DistributedSampler

TARGET = pathlib.Path(__file__).parents[2] / "packages/parallel/test/fixtures/sampler.json"

CASES = [
    (10, 2, {}),
    (11, 4, {}),
    (11, 4, {"dropLast": True}),
    (12, 4, {"dropLast": True, "seed": 7}),
    (7, 3, {"shuffle": False}),
    (7, 3, {"shuffle": False, "dropLast": True}),
    (2, 5, {"seed": 3}),  # the order is repeated
    (2, 5, {"shuffle": False, "dropLast": True}),  # nothing is left
    (40, 1, {"seed": -1}),
]
NAMES = {"shuffle": "shuffle", "seed": "seed", "dropLast": "drop_last"}


def golden(length, size, options):
    given = {NAMES[name]: value for name, value in options.items()}
    epochs = []
    for epoch in (0, 1, 5):
        ranks = []
        for rank in range(size):
            sampler = DistributedSampler(range(length), size, rank, **given)
            sampler.set_epoch(epoch)
            ranks.append(list(sampler))
        epochs.append({"epoch": epoch, "ranks": ranks})
    return {"length": length, "size": size, "options": options, "epochs": epochs}


TARGET.parent.mkdir(parents=True, exist_ok=True)
TARGET.write_text("[\n" + ",\n".join(json.dumps(golden(*case)) for case in CASES) + "\n]\n")
