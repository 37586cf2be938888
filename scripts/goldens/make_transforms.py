"""Goldens for packages/data: torchvision's transforms of tensors, as packages/data/test/fixtures/transforms.json.

Run with Debian's python3-torchvision (0.14). A case is a transform, an image whose pixels are (37 i + 11) % 101 / 100, and
seeds; for each seed comes what the transform gives and what is drawn after it. Antialiasing is asked for by name: it is the
default of torchvision since 0.17, and of ours.
"""

import json
import pathlib
import sys

import torch
import torchvision
from torchvision import transforms as T

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from golden import compact, data_of, snake

FIXTURES = pathlib.Path(__file__).parents[2] / "packages/data/test/fixtures"


def image_of(shape):
    n = torch.Size(shape).numel()
    return (((torch.arange(n) * 37 + 11) % 101).float() / 100).reshape(shape)


def made(name, args, options):
    options = {snake(key): tuple(v) if isinstance(v, list) else v for key, v in options.items()}
    if "interpolation" in options:
        options["interpolation"] = T.InterpolationMode(options["interpolation"])
    if name in ("Resize", "RandomResizedCrop") and options.get("interpolation") != T.InterpolationMode.NEAREST:
        options.setdefault("antialias", True)
    if name == "RandomResizedCrop":  # 0.14 has no such option yet: what it crops is resized by Resize
        antialias = options.pop("antialias", False)
        crop = T.RandomResizedCrop(*args, **options)
        resize = T.Resize(crop.size, crop.interpolation, antialias=antialias)

        def run(image):
            i, j, h, w = crop.get_params(image, crop.scale, crop.ratio)
            return resize(T.functional.crop(image, i, j, h, w))

        return run
    return getattr(T, name)(*args, **options)


def case(name, args=(), shape=(3, 7, 9), seeds=(0,), **options):
    transform = made(name, args, options)
    results = []
    for seed in seeds:
        torch.manual_seed(seed)
        out = transform(image_of(shape))
        results.append(
            {"seed": seed, "shape": list(out.shape), "data": data_of(out), "after": torch.rand(1).item()}
        )
    return {"transform": name, "args": list(args), "options": options, "shape": list(shape), "results": results}


def cases():
    some, few = (0, 1, 2, 3, 4, 5), (0, 1, 2)
    yield case("Normalize", [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])
    yield case("Normalize", [[0.286], [0.353]], (1, 4, 4))
    yield case("Pad", [2])
    yield case("Pad", [[1, 2]], fill=0.5)
    yield case("Pad", [[1, 2, 3, 0]], paddingMode="edge")
    yield case("Pad", [[1, 2, 3, 4]], paddingMode="reflect")
    yield case("CenterCrop", [[4, 5]])
    yield case("CenterCrop", [[3, 4]])
    yield case("CenterCrop", [[10, 6]])
    yield case("CenterCrop", [[8, 12]], (1, 5, 5))
    yield case("Resize", [4])
    yield case("Resize", [4], (1, 9, 7), maxSize=5)
    yield case("Resize", [[12, 5]])
    yield case("Resize", [[5, 4]], antialias=False)
    yield case("Resize", [[5, 14]], interpolation="nearest")
    yield case("Resize", [[5, 14]], interpolation="bicubic")
    yield case("Resize", [[3, 4]], (2, 3, 6, 8))
    yield case("RandomHorizontalFlip", seeds=some)
    yield case("RandomHorizontalFlip", (), (2, 1, 3, 4), seeds=few, p=0.9)
    yield case("RandomVerticalFlip", seeds=some)
    yield case("RandomVerticalFlip", seeds=few, p=0)
    yield case("RandomCrop", [[4, 5]], seeds=some)
    yield case("RandomCrop", [[7, 9]], seeds=few)
    yield case("RandomCrop", [6], (1, 6, 6), seeds=some, padding=2)
    yield case("RandomCrop", [6], (1, 6, 6), seeds=few, padding=[1, 2], fill=0.25)
    yield case("RandomCrop", [10], seeds=few, padIfNeeded=True, paddingMode="edge")
    yield case("RandomResizedCrop", [5], seeds=some)
    yield case("RandomResizedCrop", [[4, 6]], seeds=few, scale=[0.5, 0.9], ratio=[0.5, 2], antialias=False)
    yield case("RandomResizedCrop", [4], (1, 3, 30), seeds=few)
    yield case("RandomResizedCrop", [4], (1, 30, 3), seeds=few)
    yield case("RandomErasing", seeds=some, p=0.8)
    yield case("RandomErasing", seeds=few, p=1, scale=[0.1, 0.4], ratio=[0.5, 2], value=0.5)
    yield case("RandomErasing", seeds=few, p=1, value=[0.1, 0.2, 0.3])
    yield case("RandomErasing", (), (1, 9, 9), seeds=some, p=1, value="random")
    yield case("ColorJitter", seeds=few)
    for name in ("brightness", "contrast", "saturation"):
        yield case("ColorJitter", seeds=few, **{name: 0.5})
        yield case("ColorJitter", seeds=few, **{name: [0.2, 2.5]})
    yield case("ColorJitter", seeds=some, hue=0.4)
    yield case("ColorJitter", seeds=some, brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1)
    yield case("ColorJitter", (), (1, 5, 5), seeds=some, brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1)
    yield case("ColorJitter", (), (2, 3, 4, 4), seeds=few, contrast=0.4, saturation=0.4, hue=0.1)
    yield case("Grayscale")
    yield case("Grayscale", [3])


def main():
    rows = list(cases())
    lines = ",\n".join(compact(row) for row in rows)
    text = f'{{"torchvision":"{torchvision.__version__}",\n"cases":[\n{lines}\n]}}\n'
    json.loads(text)
    (FIXTURES / "transforms.json").write_text(text)
    print(f"transforms.json: {len(rows)} cases, {len(text) // 1000} kB")


main()
