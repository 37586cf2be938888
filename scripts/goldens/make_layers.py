"""Goldens for packages/nn: what the layers beside those of make_nn.py compute, print, save, and say of bad input, as
packages/nn/test/fixtures/layer-families.json.

Layers and options are named as packages/nn names them. Written with 1.13; where 2.x differs, 2.x's rule is made here: RMSNorm, which
1.13 lacks, by its formula, and the texts of TEXTS.
"""

import functools
import json
import re
import warnings

import torch
from torch import nn

from golden import classes, cotangent, options_of, sixteenths, values, write

warnings.simplefilter("ignore")


class RMSNorm(nn.Module):
    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.weight = nn.Parameter(torch.ones(self.normalized_shape)) if elementwise_affine else None

    def forward(self, x):
        dims = tuple(range(-len(self.normalized_shape), 0))
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        y = x * torch.rsqrt(x.pow(2).mean(dims, keepdim=True) + eps)
        return y if self.weight is None else y * self.weight

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class FunctionPad(nn.Module):
    """Padding layers that 1.13 lacks."""

    def __init__(self, mode, axes, padding):
        super().__init__()
        self.padding = (padding,) * (2 * axes) if isinstance(padding, int) else padding
        self.mode = mode

    def forward(self, x):
        return nn.functional.pad(x, self.padding, mode=self.mode)


MADE = {"RMSNorm": RMSNorm, "ZeroPad1D": functools.partial(FunctionPad, "constant", 1),
        "CircularPad1D": functools.partial(FunctionPad, "circular", 1),
        "CircularPad2D": functools.partial(FunctionPad, "circular", 2)}
# 2.x's texts where 1.13's differ.
TEXTS = {
    '["Softplus",[],{}]': "Softplus(beta=1.0, threshold=20.0)",
}


def build(spec):
    kind, args, options = spec
    if kind in ("Sequential", "ModuleList"):
        children = [build(child) for child in args]
        return nn.Sequential(*children) if kind == "Sequential" else nn.ModuleList(children)
    if kind == "ModuleDict":
        return nn.ModuleDict({name: build(child) for name, child in args[0].items()})
    if kind in ("ParameterList", "ParameterDict"):
        given = args[0]
        if kind == "ParameterList":
            return nn.ParameterList([nn.Parameter(torch.zeros(shape)) for shape in given])
        return nn.ParameterDict({name: nn.Parameter(torch.zeros(shape)) for name, shape in given.items()})
    layer = MADE.get(kind) or getattr(nn, re.sub("([12])D$", r"\1d", kind))
    return layer(*[tuple(a) if isinstance(a, list) else a for a in args], **options_of(options))


FILLED = ("BatchNorm1D", "BatchNorm2D", "InstanceNorm1D", "InstanceNorm2D", "RMSNorm", "LazyBatchNorm1D", "LazyBatchNorm2D",
          "PReLU")


def input_of(shape, seed):
    """{"classes": shape, "count": n}: an index."""
    if isinstance(shape, dict):
        return classes(*shape["classes"], count=shape["count"], seed=seed)
    return sixteenths(*shape, seed=seed)


def filled(spec, layer):
    if spec[0] not in FILLED or "Lazy" in spec[0]:
        return
    with torch.no_grad():
        for seed, (name, p) in enumerate(layer.named_parameters()):
            p.copy_(sixteenths(*p.shape, seed=seed + 2))


def computed(spec, shapes, steps=1, extra=None):
    """`steps` calls with other inputs; where there are several, the last is after eval(). `extra`: arguments behind the inputs."""
    torch.manual_seed(0)
    layer = build(spec)
    filled(spec, layer)
    out = []
    for i in range(steps):
        layer.train(i < max(1, steps - 1))
        layer.zero_grad()
        inputs = [input_of(shape, 5 * i + j + 1) for j, shape in enumerate(shapes)]
        for x in inputs:
            x.requires_grad_(x.is_floating_point())
        y = layer(*inputs, *(extra or []))
        g = cotangent(y)
        y.backward(g)
        out.append({"training": layer.training, "inputs": [values(x) for x in inputs], "output": values(y),
                    "inputGrads": [values(x.grad) if x.requires_grad else None for x in inputs],
                    "grads": {name: values(p.grad) for name, p in layer.named_parameters()},
                    "buffers": {name: values(b) for name, b in layer.named_buffers()}})
    return {"layer": spec, "filled": spec[0] in FILLED and "Lazy" not in spec[0], **({"extra": extra} if extra else {}),
            "steps": out}


ACTIVATIONS = ["ReLU6", "LogSigmoid", "Tanhshrink", "SiLU", "Mish", "SELU", "Softsign", "Hardsigmoid", "Hardswish", "ELU", "CELU",
               "Softplus", "Hardtanh", "Hardshrink", "Softshrink", "GLU", "PReLU"]
COMPUTED = [
    *([[kind, [], {}], [[3, 4]]] for kind in ACTIVATIONS),
    [["ELU", [], {"alpha": 0.5}], [[3, 4]]],
    [["CELU", [], {"alpha": 2}], [[3, 4]]],
    [["Softplus", [], {"beta": 2, "threshold": 3}], [[3, 4]]],
    [["Hardtanh", [], {"minVal": -2, "maxVal": 0.5}], [[3, 4]]],
    [["Threshold", [0.5, -1], {}], [[3, 4]]],
    [["Softmin", [0], {}], [[3, 4]]],
    [["Softmax2D", [], {}], [[2, 3, 2, 2]]],
    [["GLU", [], {"dim": 1}], [[2, 4, 3]]],
    [["PReLU", [], {"numParameters": 3, "init": 0.1}], [[2, 3, 2, 2]]],
    [["AdaptiveAvgPool2D", [[2, 3]], {}], [[1, 2, 5, 6]]],
    [["AdaptiveMaxPool2D", [[None, 4]], {}], [[2, 3, 6]]],
    [["BatchNorm1D", [3], {}], [[4, 3]], 3],
    [["BatchNorm1D", [3], {"momentum": None}], [[2, 3, 5]], 4],
    [["LazyBatchNorm1D", [], {}], [[4, 3]], 3],
    [["LazyBatchNorm2D", [], {"affine": False}], [[2, 3, 2, 2]], 3],
    [["InstanceNorm2D", [3], {}], [[2, 3, 3, 2]], 2],
    [["InstanceNorm2D", [3], {"affine": True, "trackRunningStats": True}], [[2, 3, 3, 2]], 3],
    [["InstanceNorm2D", [2], {"affine": True, "eps": 0.1}], [[2, 3, 2]]],
    [["InstanceNorm1D", [3], {"affine": True, "trackRunningStats": True, "momentum": 0.5}], [[2, 3, 4]], 3],
    [["LocalResponseNorm", [2], {}], [[2, 4, 3]]],
    [["LocalResponseNorm", [3], {"alpha": 0.5, "beta": 0.5, "k": 2}], [[2, 5, 2, 3]]],
    [["RMSNorm", [[3, 4]], {}], [[2, 3, 4]]],
    [["RMSNorm", [4], {"eps": 0.1, "elementwiseAffine": False}], [[3, 4]]],
    [["Conv1D", [2, 3, 3], {"padding": 1, "stride": 2}], [[2, 2, 7]]],
    [["Conv1D", [4, 2, 2], {"padding": "same", "dilation": 3, "groups": 2, "bias": False}], [[4, 7]]],
    [["Conv1D", [1, 2, 3], {"padding": 2, "paddingMode": "circular"}], [[2, 1, 5]]],
    [["ConvTranspose1D", [2, 4, 3], {"stride": 2, "padding": 1, "outputPadding": 1, "groups": 2}], [[2, 2, 4]]],
    [["MaxPool1D", [2], {"padding": 1, "ceilMode": True}], [[2, 2, 5]]],
    [["AvgPool1D", [3], {"stride": 2, "padding": 1}], [[2, 6]]],
    [["Upsample", [], {"scaleFactor": 2}], [[1, 2, 2, 3]]],
    [["Upsample", [], {"size": [5, 4], "mode": "bilinear", "alignCorners": True}], [[1, 2, 2, 3]]],
    [["UpsamplingNearest2D", [], {"scaleFactor": 3}], [[1, 1, 2, 2]]],
    [["UpsamplingBilinear2D", [], {"scaleFactor": 2}], [[1, 1, 2, 3]]],
    [["PixelShuffle", [2], {}], [[1, 4, 2, 3]]],
    [["PixelUnshuffle", [2], {}], [[1, 1, 4, 2]]],
    *([[f"{kind}Pad{axes}D", [given], {}], [[1, 2, *[4, 3][-axes:]]]]
      for kind in ("Zero", "Reflection", "Replication", "Circular") for axes, given in ((1, 2), (1, [1, 2]), (2, [2, 1, 1, 2]))),
    [["ConstantPad1D", [[1, 2], 3.5], {}], [[2, 3]]],
    [["ConstantPad2D", [[1, -1, 0, 2], -1], {}], [[2, 3, 3]]],
    [["Unfold", [[2, 3]], {"stride": 2, "padding": 1}], [[1, 2, 4, 5]]],
    [["Fold", [[4, 5], [2, 2]], {}], [[1, 8, 12]]],
    [["Unflatten", [1, [2, 3]], {}], [[2, 6, 2]]],
    [["Unflatten", [-1, [2, -1]], {}], [[3, 4]]],
    [["Bilinear", [3, 4, 2], {}], [[5, 3], [5, 4]]],
    [["Bilinear", [2, 2, 3], {"bias": False}], [[2, 2, 2], [2, 2, 2]]],
    [["Embedding", [5, 3], {}], [{"classes": [2, 4], "count": 5}]],
    [["Embedding", [5, 2], {"paddingIdx": -2}], [{"classes": [6], "count": 5}]],
    [["CosineSimilarity", [], {}], [[3, 4], [3, 4]]],
    [["CosineSimilarity", [], {"dim": 0, "eps": 0.1}], [[3, 2], [3, 1]]],
    [["PairwiseDistance", [], {}], [[3, 4], [3, 4]]],
    [["PairwiseDistance", [], {"p": 1, "keepdim": True}], [[3, 4], [3, 4]]],
]
OUTPUT_SIZES = [
    [["MaxUnpool2D", [2], {}], [[2, 2, 2, 3], {"classes": [2, 2, 2, 3], "count": 24}], 1, [None]],
    [["MaxUnpool2D", [2], {"stride": 3, "padding": 1}], [[2, 2, 3], {"classes": [2, 2, 3], "count": 30}], 1, [[4, 8]]],
    [["MaxUnpool2D", [[3, 2]], {"stride": [2, 3]}], [[1, 2, 2, 3], {"classes": [1, 2, 2, 3], "count": 40}], 1, [[1, 2, 5, 8]]],
    [["MaxUnpool1D", [2], {}], [[2, 2, 3], {"classes": [2, 2, 3], "count": 6}], 1, [None]],
    [["MaxUnpool1D", [3], {"stride": 2, "padding": 1}], [[2, 3], {"classes": [2, 3], "count": 6}], 1, [[6]]],
    [["ConvTranspose2D", [2, 1, 3], {"stride": 2, "padding": 1}], [[1, 2, 3, 3]], 1, [[6, 5]]],
    [["ConvTranspose2D", [2, 1, 3], {"stride": 3}], [[2, 2, 2]], 1, [[1, 8, 7]]],
    [["ConvTranspose1D", [2, 1, 3], {"stride": 2}], [[1, 2, 3]], 1, [[8]]],
]

PRINTED = [
    *([kind, [], {}] for kind in ACTIVATIONS),
    ["ELU", [], {"alpha": 0.5}], ["Hardtanh", [], {"minVal": -0.5, "maxVal": 2.5}], ["Threshold", [0.1, 20], {}],
    ["Softmin", [1], {}], ["Softmax2D", [], {}], ["PReLU", [], {"numParameters": 4}],
    ["AdaptiveAvgPool2D", [1], {}], ["AdaptiveAvgPool2D", [[7, 7]], {}], ["AdaptiveMaxPool2D", [[None, 5]], {}],
    ["BatchNorm1D", [3], {"affine": False}], ["LazyBatchNorm1D", [], {}], ["LazyBatchNorm2D", [], {"momentum": 0.5}],
    ["InstanceNorm2D", [3], {}], ["InstanceNorm1D", [3], {"affine": True, "trackRunningStats": True}],
    ["LocalResponseNorm", [2], {}], ["RMSNorm", [5], {}], ["RMSNorm", [[3, 4]], {"eps": 1e-06, "elementwiseAffine": False}],
    ["Conv1D", [1, 2, 3], {}], ["Conv1D", [4, 2, 3], {"stride": 2, "padding": 1, "dilation": 2, "groups": 2, "bias": False}],
    ["Conv1D", [4, 2, 3], {"padding": "same", "paddingMode": "reflect"}],
    ["ConvTranspose1D", [1, 2, 3], {"stride": 2, "outputPadding": 1}],
    ["MaxPool1D", [2], {}], ["MaxPool1D", [3], {"stride": 2, "padding": 1}], ["AvgPool1D", [2], {}],
    ["AvgPool1D", [3], {"stride": 2, "padding": 1}],
    ["MaxUnpool2D", [2], {}], ["MaxUnpool2D", [[3, 2]], {"stride": [2, 1], "padding": 1}],
    ["MaxUnpool1D", [3], {"stride": 2, "padding": 1}],
    ["PixelShuffle", [2], {}], ["PixelUnshuffle", [3], {}], ["ChannelShuffle", [2], {}],
    ["ZeroPad2D", [[1, 1, 2, 0]], {}], ["ConstantPad2D", [2, 3.5], {}], ["ConstantPad1D", [[1, 2], 0.25], {}],
    ["ReflectionPad2D", [2], {}], ["ReflectionPad1D", [[1, 2]], {}], ["ReplicationPad2D", [1], {}],
    ["Unfold", [3], {}], ["Unfold", [[2, 3]], {"padding": [1, 0]}], ["Fold", [[4, 5], [2, 2]], {"stride": 2}],
    ["Dropout1D", [], {}], ["Dropout2D", [0.25], {}], ["AlphaDropout", [0.1], {}],
    ["Unflatten", [1, [2, 5]], {}], ["Bilinear", [20, 30, 40], {}], ["Embedding", [10, 3], {}],
    ["Embedding", [10, 3], {"paddingIdx": 0}], ["CosineSimilarity", [], {}], ["PairwiseDistance", [], {}],
]
CONTAINERS = [
    ["ModuleList", [], {}],
    ["ModuleList", [["Conv1D", [1, 2, 3], {}], ["Sequential", [["ReLU", [], {}]], {}]], {}],
    ["ModuleDict", [{"conv": ["Conv1D", [1, 2, 3], {}], "act": ["ReLU", [], {}]}], {}],
    ["ParameterList", [[[2, 3], [4]]], {}],
    ["ParameterDict", [{"left": [2, 3], "right": [4]}], {}],
]
STATES = [
    ["Sequential", [["Conv1D", [2, 4, 3], {}], ["BatchNorm1D", [4], {}], ["InstanceNorm1D", [4], {}],
                    ["InstanceNorm2D", [4], {"affine": True, "trackRunningStats": True}], ["PReLU", [], {}],
                    ["ConvTranspose1D", [4, 2, 2], {}], ["Bilinear", [2, 3, 4], {}], ["Embedding", [5, 2], {}],
                    ["RMSNorm", [4], {}]], {}],
    *CONTAINERS[1:],
]


def printed(spec):
    return {"layer": spec, "text": TEXTS.get(json.dumps(spec, separators=(",", ":"))) or str(build(spec))}


def dropout(kind, p, shape, seed):
    torch.manual_seed(seed)
    x = sixteenths(*shape).requires_grad_()
    y = build([kind, [p], {}])(x)
    y.backward(cotangent(y))
    return {"layer": [kind, [p], {}], "seed": seed, "input": values(x), "output": values(y), "inputGrad": values(x.grad),
            "next": torch.rand(1).item()}


def message(spec, shapes, extra=None):
    try:
        build(spec)(*[input_of(shape, 2) for shape in shapes], *(extra or []))
    except Exception as error:
        return {"layer": spec, "inputs": shapes, **({"extra": extra} if extra else {}), "message": re.sub(" +", " ", str(error).split("\n")[0])}
    raise AssertionError(f"{spec} takes {shapes}")


MESSAGES = [
    message(["BatchNorm1D", [3], {}], [[2, 3, 4, 5]]),
    message(["BatchNorm1D", [3], {}], [[1, 3]]),
    message(["BatchNorm1D", [3], {}], [[2, 4]]),
    message(["InstanceNorm2D", [3], {}], [[3, 4]]),
    message(["InstanceNorm2D", [3], {}], [[1, 3, 1, 1]]),
    message(["LocalResponseNorm", [2], {}], [[3, 4]]),
    message(["Conv1D", [3, 4, 3], {}], [[1, 1, 5]]),
    message(["Conv1D", [3, 4, 3], {}], [[1, 1, 5, 5]]),
    message(["Conv1D", [3, 4, 3], {"groups": 2}], []),
    message(["Conv1D", [4, 4, 3], {"padding": "same", "stride": 2}], []),
    message(["ConvTranspose2D", [2, 1, 3], {"stride": 2}], [[1, 2, 3, 3]], [[9, 9]]),
    message(["MaxUnpool2D", [2], {}], [[1, 1, 2, 2], {"classes": [1, 1, 2], "count": 9}]),
    message(["MaxUnpool2D", [2], {}], [[1, 1, 2, 2], {"classes": [1, 1, 2, 2], "count": 40}]),
    message(["MaxUnpool2D", [2], {}], [[2, 2], {"classes": [2, 2], "count": 9}]),
    message(["MaxUnpool2D", [2], {}], [[1, 1, 2, 2], {"classes": [1, 1, 2, 2], "count": 9}], [[6, 6]]),
    message(["MaxUnpool2D", [2], {}], [[1, 1, 2, 2], {"classes": [1, 1, 2, 2], "count": 9}], [[5, 5, 5]]),
    message(["MaxUnpool1D", [2], {}], [[1, 1, 2], {"classes": [1, 1, 2], "count": 9}], [[6]]),
    message(["PixelShuffle", [2], {}], [[1, 3, 2, 2]]),
    message(["PixelUnshuffle", [2], {}], [[1, 3, 3, 2]]),
    message(["Upsample", [], {"scaleFactor": 2, "size": 3}], [[1, 1, 2, 2]]),
    message(["Upsample", [], {}], [[1, 1, 2, 2]]),
    message(["Upsample", [], {"scaleFactor": 2, "mode": "bilinear"}], [[1, 1, 2]]),
    message(["Upsample", [], {"scaleFactor": 2, "alignCorners": True}], [[1, 1, 2, 2]]),
    message(["Fold", [[4, 5], 2], {}], [[1, 8, 11]]),
    message(["Fold", [[4, 5], 2], {}], [[1, 9, 12]]),
    message(["Unfold", [5], {}], [[1, 1, 4, 4]]),
    message(["GLU", [], {}], [[2, 3]]),
    message(["Embedding", [5, 2], {"paddingIdx": 5}], []),
    message(["PReLU", [], {"numParameters": 3}], [[2, 2]]),
]
write("layer-families.json", {
    "torch": torch.__version__,
    "computed": [computed(*case) for case in COMPUTED + OUTPUT_SIZES],
    "printed": [printed(spec) for spec in PRINTED + CONTAINERS],
    "states": [{"layer": spec, "state": [[name, list(t.shape)] for name, t in build(spec).state_dict().items()]}
               for spec in STATES],
    "dropout": [dropout(*case) for case in (
        ("Dropout1D", 0.5, (2, 5, 3), 0), ("Dropout1D", 0.25, (6, 2), 1), ("Dropout2D", 0.5, (2, 6, 2, 2), 0),
        ("Dropout2D", 0.5, (2, 6, 3), 4), ("Dropout2D", 1, (1, 2, 2, 2), 4), ("AlphaDropout", 0.5, (3, 7), 0),
        ("AlphaDropout", 0.1, (3, 4), 2), ("AlphaDropout", 1, (2, 3), 2))],
    "messages": MESSAGES,
})
