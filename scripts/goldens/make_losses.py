"""Goldens for packages/nn: the losses beside those of make_nn.py, as functions and as layers, and what torch.nn.utils does with
gradients, as packages/nn/test/fixtures/loss-families.json. All of it is the same in 2.x, but for the message of
tripletMarginLoss, which the test has."""

import re
import warnings

import torch
from torch import nn

from golden import classes, cotangent, options_of, sixteenths, values, write

warnings.simplefilter("ignore")

LAYERS = {"mseLoss": "MSELoss", "l1Loss": "L1Loss", "huberLoss": "HuberLoss", "smoothL1Loss": "SmoothL1Loss",
          "crossEntropy": "CrossEntropyLoss", "nllLoss": "NLLLoss", "binaryCrossEntropy": "BCELoss",
          "binaryCrossEntropyWithLogits": "BCEWithLogitsLoss", "klDiv": "KLDivLoss", "poissonNllLoss": "PoissonNLLLoss",
          "gaussianNllLoss": "GaussianNLLLoss", "cosineEmbeddingLoss": "CosineEmbeddingLoss",
          "marginRankingLoss": "MarginRankingLoss", "hingeEmbeddingLoss": "HingeEmbeddingLoss",
          "tripletMarginLoss": "TripletMarginLoss"}


def case(name, inputs, options=None, **tensors):
    """`tensors`: weight, posWeight."""
    options = options or {}
    leaves = [x.clone().requires_grad_(x.is_floating_point() and name not in ("crossEntropy", "nllLoss")
                                       or i == 0) for i, x in enumerate(inputs)]
    keywords = options_of(options) | {{"posWeight": "pos_weight"}.get(k, k): t for k, t in tensors.items()}
    layer = getattr(nn, LAYERS[name])(**keywords)
    y = layer(*leaves)
    y.backward(cotangent(y))
    return {"name": name, "layer": LAYERS[name], "options": options, "inputs": [values(x) for x in inputs],
            "tensors": {k: values(t) for k, t in tensors.items()}, "output": values(y),
            "grads": [values(x.grad) if x.grad is not None else None for x in leaves],
            "text": str(layer), "state": list(layer.state_dict())}


def cases():
    x, y, z = (sixteenths(3, 4, seed=seed) for seed in (1, 4, 9))
    probabilities, target = x.sigmoid(), classes(3, 4, count=2).float()
    signs = classes(3, count=2) * 2 - 1
    many = classes(3, 4, count=2) * 2 - 1
    for reduction in ("mean", "sum", "none"):
        some = {"reduction": reduction}
        yield case("binaryCrossEntropy", (probabilities, target), some)
        yield case("binaryCrossEntropy", (probabilities, y.sigmoid()), some, weight=sixteenths(4, seed=2).abs())
        yield case("klDiv", (x.log_softmax(1), y.softmax(1)), some)
        yield case("klDiv", (x.log_softmax(1), y.log_softmax(1)), some | {"logTarget": True})
        yield case("poissonNllLoss", (x / 4, classes(3, 4, count=5).float()), some)
        # Of a count of 0 PyTorch's gradient of the full form is NaN; ours is 0.
        yield case("poissonNllLoss", (x.abs() + 0.5, classes(3, 4, count=5).float() + 1), some | {"logInput": False, "full": True})
        yield case("gaussianNllLoss", (x, y, z.abs() + 0.25), some)
        yield case("gaussianNllLoss", (x, y, torch.tensor([0.5, 0.0, 2.0])), some | {"full": True, "eps": 0.25})
        yield case("cosineEmbeddingLoss", (x, y, signs), some | {"margin": 0.25})
        yield case("cosineEmbeddingLoss", (x, y, signs.float()), some)
        yield case("marginRankingLoss", (x[0], y[0], many[0].float()), some | {"margin": 0.5})
        yield case("marginRankingLoss", (x, y, many), some)
        yield case("hingeEmbeddingLoss", (x, many), some)
        yield case("hingeEmbeddingLoss", (x, many.float()), some | {"margin": 2.5})
        yield case("tripletMarginLoss", (x, y, z), some)
        yield case("tripletMarginLoss", (x, y, z), some | {"margin": 3, "p": 1, "swap": True})
    yield case("klDiv", (x.log_softmax(1), y.softmax(1)), {"reduction": "batchmean"})
    yield case("gaussianNllLoss", (x, y, torch.ones(3, 1)))
    yield case("cosineEmbeddingLoss", (x[0], y[0], torch.tensor(-1)))
    yield case("tripletMarginLoss", (x[0], y[0], z[0]))
    weight = torch.tensor([0.5, 2, 1.25, 3])
    yield case("mseLoss", (x, y))
    yield case("l1Loss", (x, y), {"reduction": "sum"})
    yield case("huberLoss", (x, y), {"delta": 0.5})
    yield case("smoothL1Loss", (x, y), {"beta": 0.5})
    yield case("crossEntropy", (x, classes(3)), {"ignoreIndex": 1, "labelSmoothing": 0.1}, weight=weight)
    yield case("nllLoss", (x, classes(3)), {"reduction": "sum"}, weight=weight)
    yield case("binaryCrossEntropyWithLogits", (x, target), weight=weight, posWeight=weight)


def clipped(norm_type, most):
    p, q, unused = (nn.Parameter(sixteenths(*shape)) for shape in ((2, 3), (4,), (2,)))
    p.grad, q.grad = sixteenths(2, 3, seed=3), sixteenths(4, seed=5)
    total = nn.utils.clip_grad_norm_([p, q, unused], most, norm_type)
    return {"normType": str(norm_type), "maxNorm": most, "total": total.item(), "grads": [values(p.grad), values(q.grad)]}


def message(name, inputs, options=None):
    try:
        getattr(nn, LAYERS[name])(**options_of(options or {}))(*inputs)
    except Exception as error:
        return {"name": name, "inputs": [list(x.shape) for x in inputs], "options": options or {},
                "message": re.sub(" +", " ", str(error).split("\n")[0]).strip()}
    raise AssertionError(name)


z = torch.zeros
write("loss-families.json", {
    "torch": torch.__version__,
    "cases": list(cases()),
    "clipped": [clipped(*c) for c in ((2, 1.5), (2, 100), (1, 1), (float("inf"), 0.5), (3, 0.75))],
    "messages": [
        message("binaryCrossEntropy", (z(3), z(2))),
        message("cosineEmbeddingLoss", (z(3), z(3), z(2))),
        message("cosineEmbeddingLoss", (z(3, 2), z(3, 2), z(3, 2))),
        message("marginRankingLoss", (z(3), z(3), z(3, 1))),
        message("gaussianNllLoss", (z(3, 2), z(3, 2), z(2))),
        message("klDiv", (z(3), z(3)), {"reduction": "foo"}),
    ],
})
