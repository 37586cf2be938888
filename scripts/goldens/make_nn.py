"""Goldens for packages/nn: what PyTorch's layers and losses draw, compute and print, as
packages/nn/test/fixtures/*.json.

Layers and options are named as packages/nn names them; `TORCH` and `snake` translate. Inputs are small multiples of
1/16, so that their decimals are short and exact. Gradients are those of the sum of output × cos(0), cos(1), … Networks
that are too large to store are drawn from a seed on both sides.
"""

import warnings

import torch
from torch import nn
from torch.nn import functional

from golden import checksum, classes, cotangent, data_of, options_of, sixteenths, values, write

warnings.simplefilter("ignore")  # lazy layers and broadcast losses warn

# --- Layers: [type, positional arguments, options] -------------------------------------------------------------------

TORCH = {"Conv2D": nn.Conv2d, "ConvTranspose2D": nn.ConvTranspose2d, "LazyConv2D": nn.LazyConv2d,
         "MaxPool2D": nn.MaxPool2d, "AvgPool2D": nn.AvgPool2d, "BatchNorm2D": nn.BatchNorm2d}


def build(spec):
    kind, args, options = spec
    layer = TORCH.get(kind) or getattr(nn, kind)
    if kind in ("Sequential", "ModuleList"):
        return nn.Sequential(*[build(child) for child in args])
    return layer(*[tuple(a) if isinstance(a, list) else a for a in args], **options_of(options))


INITIALISED = [
    ["Conv2D", [1, 6, 5], {}],
    ["Conv2D", [1, 1, [1, 2]], {"bias": False}],
    ["Conv2D", [4, 8, [3, 5]], {"groups": 2, "paddingMode": "reflect", "padding": 1}],
    ["ConvTranspose2D", [4, 6, 3], {"groups": 2, "stride": 2}],
    ["Linear", [400, 120], {}],
    ["Linear", [7, 3], {"bias": False}],
]
INITIALISERS = [
    ["uniform", [-0.5, 0.25], lambda t: nn.init.uniform_(t, -0.5, 0.25)],
    ["normal", [1, 0.02], lambda t: nn.init.normal_(t, 1, 0.02)],
    ["constant", [0.3], lambda t: nn.init.constant_(t, 0.3)],
    ["zeros", [], nn.init.zeros_],
    ["ones", [], nn.init.ones_],
    ["xavierUniform", [], nn.init.xavier_uniform_],
    ["xavierUniform", [{"gain": 5 / 3}], lambda t: nn.init.xavier_uniform_(t, 5 / 3)],
    ["xavierNormal", [], nn.init.xavier_normal_],
    ["kaimingUniform", [], nn.init.kaiming_uniform_],
    ["kaimingUniform", [{"mode": "fanOut", "nonlinearity": "relu"}],
     lambda t: nn.init.kaiming_uniform_(t, mode="fan_out", nonlinearity="relu")],
    ["kaimingUniform", [{"nonlinearity": "selu"}], lambda t: nn.init.kaiming_uniform_(t, nonlinearity="selu")],
    ["kaimingNormal", [{"a": 0.2}], lambda t: nn.init.kaiming_normal_(t, 0.2)],
    ["kaimingNormal", [{"nonlinearity": "tanh"}], lambda t: nn.init.kaiming_normal_(t, nonlinearity="tanh")],
]

PRINTED = [
    ["Conv2D", [1, 6, 5], {"padding": 2}],
    ["Conv2D", [4, 4, [3, 2]], {"stride": [2, 1], "dilation": 2, "groups": 2, "bias": False}],
    ["Conv2D", [4, 4, 3], {"padding": "same", "paddingMode": "reflect"}],
    ["Conv2D", [4, 4, 3], {"padding": "valid"}],
    ["ConvTranspose2D", [2, 4, 3], {"stride": 2, "padding": 1, "outputPadding": 1, "groups": 2, "bias": False}],
    ["LazyConv2D", [6, 5], {"padding": [0, 1]}],
    ["LazyLinear", [10], {"bias": False}],
    ["Linear", [400, 120], {}],
    ["Linear", [4, 2], {"bias": False}],
    ["Flatten", [], {}],
    ["Flatten", [], {"startDim": 0, "endDim": 2}],
    ["Identity", [], {}],
    ["ReLU", [], {}],
    ["Sigmoid", [], {}],
    ["Tanh", [], {}],
    ["Softmax", [1], {}],
    ["LogSoftmax", [-1], {}],
    ["LeakyReLU", [], {}],
    ["LeakyReLU", [], {"negativeSlope": 0.2}],
    ["GELU", [], {}],
    ["GELU", [], {"approximate": "tanh"}],
    ["MaxPool2D", [2], {}],
    ["MaxPool2D", [[2, 3]], {"stride": [2, 3], "padding": [0, 1], "dilation": 2, "ceilMode": True}],
    ["AvgPool2D", [3], {"stride": 2, "padding": 1}],
    ["AvgPool2D", [[2, 3]], {}],
    ["Dropout", [], {}],
    ["Dropout", [0.25], {}],
    ["BatchNorm2D", [6], {}],
    ["BatchNorm2D", [6], {"eps": 0.001, "momentum": None, "affine": False, "trackRunningStats": False}],
    ["LayerNorm", [5], {"eps": 1e-12}],
    ["LayerNorm", [[3, 4]], {"elementwiseAffine": False}],
    ["GroupNorm", [2, 6], {"affine": False}],
    ["Sequential", [], {}],
    ["Sequential", [["Sequential", [["Conv2D", [1, 6, 5], {}], ["ReLU", [], {}]], {}], ["Flatten", [], {}],
                    ["Sequential", [["Sequential", [["Linear", [4, 2], {}]], {}]], {}]], {}],
]

STATES = [
    ["Sequential", [["Conv2D", [2, 4, 3], {}], ["BatchNorm2D", [4], {}], ["ReLU", [], {}],
                    ["Sequential", [["Conv2D", [4, 4, 1], {"bias": False}],
                                    ["BatchNorm2D", [4], {"affine": False}]], {}],
                    ["ConvTranspose2D", [4, 2, 2], {}], ["Flatten", [], {}], ["LayerNorm", [[8]], {}],
                    ["Linear", [8, 3], {}]], {}],
]

COMPUTED = [  # layers with a seed-0 initialisation, on an input
    [["Conv2D", [2, 3, 3], {"padding": 1}], [2, 2, 5, 4]],
    [["Conv2D", [2, 4, [2, 3]], {"stride": [1, 2], "padding": [1, 0], "dilation": [1, 2], "groups": 2}], [2, 2, 5, 7]],
    [["Conv2D", [2, 3, [2, 4]], {"padding": "same", "dilation": [1, 1]}], [1, 2, 4, 5]],
    [["Conv2D", [1, 2, 3], {"padding": 1}], [1, 4, 4]],
    *[[["Conv2D", [1, 2, 3], {"padding": [1, 2], "paddingMode": mode}], [1, 1, 4, 5]]
      for mode in ("reflect", "replicate", "circular")],
    [["Conv2D", [1, 1, [2, 3]], {"padding": "same", "paddingMode": "circular"}], [1, 1, 3, 4]],
    [["Conv2D", [1, 1, 2], {"padding": "valid", "paddingMode": "reflect", "bias": False}], [1, 1, 3, 3]],
    [["ConvTranspose2D", [2, 4, 3], {"stride": 2, "padding": 1, "outputPadding": 1, "groups": 2}], [1, 2, 3, 3]],
    [["Linear", [4, 3], {}], [2, 4]],
    [["Linear", [4, 3], {"bias": False}], [2, 2, 4]],
    [["MaxPool2D", [2], {}], [1, 2, 4, 5]],
    [["MaxPool2D", [3], {"stride": 2, "padding": 1, "ceilMode": True}], [1, 1, 6, 6]],
    [["AvgPool2D", [2], {"stride": 1, "padding": 1, "countIncludePad": False}], [1, 1, 3, 3]],
    [["LeakyReLU", [], {"negativeSlope": 0.25}], [2, 5]],
    [["GELU", [], {}], [2, 5]],
    [["GELU", [], {"approximate": "tanh"}], [2, 5]],
    [["Softmax", [1], {}], [2, 5]],
    [["LogSoftmax", [-1], {}], [2, 5]],
    [["Flatten", [], {"startDim": 1, "endDim": 2}], [2, 2, 3, 2]],
    [["LayerNorm", [[3, 4]], {}], [2, 3, 4]],
    [["LayerNorm", [4], {"eps": 0.1, "elementwiseAffine": False}], [3, 4]],
    [["GroupNorm", [2, 4], {}], [2, 4, 3]],
    [["GroupNorm", [4, 4], {"affine": False}], [2, 4, 2, 2]],
]


def computed(spec, shape):
    torch.manual_seed(0)
    layer = build(spec)
    if isinstance(layer, (nn.LayerNorm, nn.GroupNorm)) and layer.weight is not None:
        with torch.no_grad():
            layer.weight.copy_(sixteenths(*layer.weight.shape, seed=2))
            layer.bias.copy_(sixteenths(*layer.bias.shape, seed=3))
    x = sixteenths(*shape).requires_grad_()
    y = layer(x)
    y.backward(cotangent(y))
    return {"layer": spec, "input": values(x), "output": values(y), "inputGrad": values(x.grad),
            "grads": {name: values(p.grad) for name, p in layer.named_parameters()}}


def batch_norm(options):
    """Three batches in training, then one after eval()."""
    layer = nn.BatchNorm2d(2, **options_of(options))
    if layer.affine:
        with torch.no_grad():
            layer.weight.copy_(torch.tensor([1.5, -0.5]))
            layer.bias.copy_(torch.tensor([0.25, 1.0]))
    steps = []
    for i in range(4):
        layer.train(i < 3)
        layer.zero_grad()
        x = sixteenths(2, 2, 2, 3, seed=i + 1).requires_grad_()
        y = layer(x)
        y.backward(cotangent(y))
        steps.append({"training": i < 3, "input": values(x), "output": values(y), "inputGrad": values(x.grad),
                      "grads": {name: values(p.grad) for name, p in layer.named_parameters()},
                      "buffers": {name: values(b) for name, b in layer.named_buffers()}})
    return {"options": options, "steps": steps}


def initialised(spec, seed):
    torch.manual_seed(seed)
    layer = build(spec)
    return {"layer": spec, "seed": seed, "next": torch.rand(1).item(),
            "parameters": {name: checksum(p) for name, p in layer.named_parameters()}}


def initialiser(name, args, function, shape, seed):
    torch.manual_seed(seed)
    return {"name": name, "args": args, "seed": seed, **checksum(function(torch.empty(shape)))}


def dropout(p, shape, seed):
    torch.manual_seed(seed)
    x = sixteenths(*shape).requires_grad_()
    y = nn.Dropout(p)(x)
    y.backward(cotangent(y))
    return {"p": p, "seed": seed, "input": values(x), "output": values(y), "inputGrad": values(x.grad),
            "next": torch.rand(1).item()}


write("layers.json", {
    "torch": torch.__version__,
    "initialised": [initialised(spec, seed) for spec in INITIALISED for seed in (0, 1, 20260)],
    "initialisers": [initialiser(*case, (8, 6, 3, 3), 3) for case in INITIALISERS],
    "printed": [{"layer": spec, "text": str(build(spec))} for spec in PRINTED],
    "states": [{"layer": spec, "state": [[name, list(t.shape)] for name, t in build(spec).state_dict().items()],
                "parameters": [name for name, _ in build(spec).named_parameters()]} for spec in STATES],
    "computed": [computed(*case) for case in COMPUTED],
    "batchNorm": [batch_norm(options) for options in
                  ({}, {"momentum": None, "eps": 0.01}, {"affine": False, "momentum": 0.5},
                   {"trackRunningStats": False})],
    "dropout": [dropout(0.5, (2, 10), 0), dropout(0.2, (3, 7), 5), dropout(0, (2, 3), 5), dropout(1, (2, 3), 5)],
})

# --- Losses ----------------------------------------------------------------------------------------------------------

LOSSES = {"mseLoss": functional.mse_loss, "l1Loss": functional.l1_loss, "huberLoss": functional.huber_loss,
          "smoothL1Loss": functional.smooth_l1_loss, "crossEntropy": functional.cross_entropy,
          "nllLoss": functional.nll_loss, "binaryCrossEntropyWithLogits": functional.binary_cross_entropy_with_logits}


def loss(name, x, target, options=None, **tensors):
    """`tensors`: weight, posWeight."""
    x = x.clone().requires_grad_()
    given = target.clone()
    differentiable = given.is_floating_point() and name != "nllLoss"
    given.requires_grad_(differentiable)
    keywords = options_of(options or {}) | {{"posWeight": "pos_weight"}.get(k, k): t for k, t in tensors.items()}
    y = LOSSES[name](x, given, **keywords)
    y.backward(cotangent(y))
    return {"name": name, "options": options or {}, "input": values(x), "target": values(target),
            **{k: values(t) for k, t in tensors.items()}, "output": values(y), "inputGrad": values(x.grad),
            **({"targetGrad": values(given.grad)} if differentiable else {})}


def loss_cases():
    x, target = sixteenths(3, 4), sixteenths(3, 4, seed=4)
    target[0, 0] = x[0, 0]
    target[0, 1] = x[0, 1] - 1  # on Huber's corner
    for reduction in ("mean", "sum", "none"):
        some = {"reduction": reduction}
        yield loss("mseLoss", x, target, some)
        yield loss("l1Loss", x, target, some)
        yield loss("huberLoss", x, target, some | {"delta": 1.5})
        yield loss("smoothL1Loss", x, target, some | {"beta": 0.5})
        yield loss("binaryCrossEntropyWithLogits", x * 8, target.sigmoid(), some)
        yield loss("binaryCrossEntropyWithLogits", x, classes(3, 4, count=2).float(), some, weight=sixteenths(3, 1).abs(),
                   posWeight=sixteenths(4, seed=2).abs())
    yield loss("huberLoss", x, target)
    yield loss("smoothL1Loss", x, target)
    yield loss("smoothL1Loss", x, sixteenths(3, 4, seed=4), {"beta": 0})  # no ties: 1.13's gradient there is -1
    yield loss("mseLoss", sixteenths(3, 1), sixteenths(3))
    weight = torch.tensor([0.5, 2, 1.25])
    shapes = [((4, 3), (4,)), ((2, 3, 4), (2, 4)), ((2, 3, 2, 2), (2, 2, 2)), ((3,), ())]
    for shape, target_shape in shapes:
        logits, picks = sixteenths(*shape), classes(*target_shape)
        ignored = picks.clone()
        ignored.view(-1)[-1] = -100
        for reduction in ("mean", "sum", "none"):
            some = {"reduction": reduction}
            yield loss("crossEntropy", logits, picks, some)
            yield loss("nllLoss", logits.log_softmax(0 if len(shape) == 1 else 1).detach(), picks, some)
            yield loss("crossEntropy", logits, picks, some | {"ignoreIndex": 1, "labelSmoothing": 0.1}, weight=weight)
            yield loss("crossEntropy", logits, ignored, some)
            yield loss("crossEntropy", logits, ignored, some, weight=weight)
            yield loss("nllLoss", logits, picks, some | {"ignoreIndex": 0}, weight=weight)
            if len(shape) > 1:
                yield loss("crossEntropy", logits, ignored, some | {"labelSmoothing": 0.25})
                probabilities = sixteenths(*shape, seed=3).softmax(1)
                yield loss("crossEntropy", logits, probabilities, some)
                yield loss("crossEntropy", logits, probabilities, some | {"labelSmoothing": 0.1}, weight=weight)
    yield loss("crossEntropy", sixteenths(3), torch.tensor([0.25, 0.5, 0.25]))
    yield loss("crossEntropy", sixteenths(2, 3), torch.tensor([-100, -100]))
    yield loss("crossEntropy", sixteenths(3, 3) * 30, torch.tensor([0, 1, 2]))


write("losses.json", {"torch": torch.__version__, "cases": list(loss_cases())})

# --- Training --------------------------------------------------------------------------------------------------------


def lenet(activation, pool):
    act = getattr(nn, activation)
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), act(), TORCH[pool](2, stride=2),
        nn.Conv2d(6, 16, 5), act(), TORCH[pool](2, stride=2), nn.Flatten(),
        nn.Linear(400, 120), act(), nn.Linear(120, 84), act(), nn.Linear(84, 10))


def training(activation, pool, options):
    """Everything is drawn from seed 0: network, then 8 images, then their classes."""
    torch.manual_seed(0)
    net = lenet(activation, pool)
    images, targets = torch.randn(8, 1, 28, 28), torch.randint(0, 10, (8,))
    optimizer = torch.optim.SGD(net.parameters(), **options_of(options))
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        value = functional.cross_entropy(net(images), targets)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return {"activation": activation, "pool": pool, "options": options, "losses": losses,
            "after": {name: [p.double().sum().item(), p.double().abs().sum().item()]
                      for name, p in net.named_parameters()}}


write("training.json", {
    "torch": torch.__version__,
    "cases": [training("Sigmoid", "AvgPool2D", {"lr": 0.9}),
              training("ReLU", "MaxPool2D", {"lr": 0.05, "momentum": 0.9, "weightDecay": 0.001})],
})
