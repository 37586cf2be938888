"""Goldens for packages/nn: weights of learnt length and of spectral norm one over a short training, and layers fused with batch
norms, as packages/nn/test/fixtures/utils.json. Everything is drawn from seed 0: the layer, what its parametrization draws, then the
inputs.

Written with 1.13, whose weight_norm is the older one: 2.x's is made here, of the same operations, on 1.13's registrations. Layers are
named as packages/nn names them.
"""

import re

import torch
from torch import nn
from torch.nn.utils import fusion, parametrizations, parametrize

from golden import options_of, values, write


class _WeightNorm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g, weight_v):
        return torch._weight_norm(weight_v, weight_g, self.dim)

    def right_inverse(self, weight):
        return torch.norm_except_dim(weight, 2, self.dim), weight


def weight_norm(module, name="weight", dim=0):
    return parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


NORMS = {"weightNorm": weight_norm, "parametrizations.spectralNorm": parametrizations.spectral_norm,
         "spectralNorm": nn.utils.spectral_norm}


def build(spec):
    kind, args, options = spec
    return getattr(nn, re.sub("([12])D$", r"\1d", kind))(*[tuple(a) if isinstance(a, list) else a for a in args],
                                                       **options_of(options))


def state_of(layer):
    # The older spectral norm's names, as packages/nn has them.
    names = {"weight_orig": "parametrizations.weight.original", "weight_u": "parametrizations.weight.0._u",
             "weight_v": "parametrizations.weight.0._v"}
    return {names.get(name, name): values(t) for name, t in layer.state_dict().items()}


def trained(norm, spec, shape, options=None, steps=5):
    torch.manual_seed(0)
    layer = build(spec)
    NORMS[norm](layer, **options_of(options or {}))
    xs = torch.randn(steps, *shape)
    before = state_of(layer)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.05, momentum=0.9)
    losses, grads = [], {}
    for x in xs:
        optimizer.zero_grad()
        loss = layer(x).square().mean()
        loss.backward()
        grads = grads or {name.replace("weight_orig", "parametrizations.weight.original"): values(p.grad)
                          for name, p in layer.named_parameters()}
        optimizer.step()
        losses.append(loss.item())
    after = state_of(layer)
    layer.eval()
    outputs = [values(layer(xs[0])) for _ in range(2)]
    evaluated = state_of(layer)
    text = str(layer)
    if norm != "spectralNorm":
        parametrize.remove_parametrizations(layer, "weight")
    else:
        nn.utils.remove_spectral_norm(layer)
    return {"norm": norm, "layer": spec, "shape": list(shape), "options": options or {}, "before": before, "grads": grads,
            "losses": losses, "after": after, "outputs": outputs, "evaluated": evaluated, "text": text,
            "removed": {name: values(t) for name, t in layer.state_dict().items()}, "removedOutput": values(layer(xs[0]))}


def fused(spec, bn_spec, shape):
    torch.manual_seed(0)
    layer, bn = build(spec), build(bn_spec)
    if bn.affine:
        nn.init.normal_(bn.weight)
        nn.init.normal_(bn.bias)
    xs = torch.randn(3, *shape)
    with torch.no_grad():
        for x in xs:
            bn(layer(x))
    layer.eval(), bn.eval()
    if not bn.affine:
        # The functions of 1.13 take no batch norm without scale for a Linear.
        bn.weight, bn.bias = nn.Parameter(torch.ones(bn.num_features)), nn.Parameter(torch.zeros(bn.num_features))
    if isinstance(layer, nn.Linear):
        one = fusion.fuse_linear_bn_eval(layer, bn)
    elif isinstance(layer, nn.modules.conv._ConvTransposeNd) and layer.groups > 1:
        # PyTorch scales the wrong outputs of a transposed convolution in groups: there, what the two layers do is the golden.
        one = None
    else:
        one = fusion.fuse_conv_bn_eval(layer, bn, isinstance(layer, nn.modules.conv._ConvTransposeNd))
    return {"layer": spec, "bn": bn_spec, "shape": list(shape), "output": values(bn(layer(xs[0]))),
            "state": None if one is None else {name: values(t) for name, t in one.state_dict().items()}}


write("utils.json", {
    "torch": torch.__version__,
    "trained": [
        trained("weightNorm", ["Linear", [3, 4], {}], (5, 3)),
        trained("weightNorm", ["Linear", [3, 4], {"bias": False}], (5, 3), {"dim": None}),
        trained("weightNorm", ["Conv2D", [2, 3, 2], {}], (2, 2, 4, 4)),
        trained("weightNorm", ["Conv2D", [2, 3, 2], {"padding": 1}], (2, 2, 3, 3), {"dim": 3}),
        trained("weightNorm", ["ConvTranspose2D", [2, 3, 2], {"stride": 2}], (2, 2, 2, 2), {"dim": 1}),
        trained("parametrizations.spectralNorm", ["Linear", [3, 4], {}], (5, 3)),
        trained("parametrizations.spectralNorm", ["Conv2D", [2, 3, 2], {}], (2, 2, 4, 4), {"nPowerIterations": 3}),
        trained("parametrizations.spectralNorm", ["ConvTranspose2D", [2, 3, 2], {"stride": 2}], (2, 2, 2, 2)),
        trained("parametrizations.spectralNorm", ["Conv1D", [2, 3, 2], {}], (2, 2, 4), {"dim": -1, "eps": 1e-6}),
        trained("spectralNorm", ["Linear", [3, 4], {}], (5, 3)),
        trained("spectralNorm", ["Conv2D", [2, 3, 2], {"bias": False}], (2, 2, 4, 4), {"nPowerIterations": 2}),
    ],
    "fused": [
        fused(["Conv2D", [2, 4, 3], {"padding": 1}], ["BatchNorm2D", [4], {}], (3, 2, 4, 4)),
        fused(["Conv2D", [2, 4, 3], {"bias": False, "groups": 2}], ["BatchNorm2D", [4], {"eps": 0.1}], (3, 2, 4, 4)),
        fused(["Conv2D", [2, 4, 3], {"bias": False}], ["BatchNorm2D", [4], {"affine": False}], (3, 2, 4, 4)),
        fused(["Conv1D", [2, 4, 3], {}], ["BatchNorm1D", [4], {}], (3, 2, 5)),
        fused(["ConvTranspose2D", [2, 4, 3], {"stride": 2}], ["BatchNorm2D", [4], {}], (3, 2, 3, 3)),
        fused(["ConvTranspose2D", [4, 6, 2], {"groups": 2}], ["BatchNorm2D", [6], {}], (3, 4, 3, 3)),
        fused(["Linear", [3, 4], {}], ["BatchNorm1D", [4], {}], (5, 3)),
        fused(["Linear", [3, 4], {"bias": False}], ["BatchNorm1D", [4], {"affine": False}], (5, 3)),
    ],
})
