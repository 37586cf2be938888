"""Goldens for packages/nn: what the functions of torch.nn.functional that its layers are made of compute, and say of bad input, as
packages/nn/test/fixtures/functional.json.

Functions and options are named as packages/nn names them; {"t": shape, "seed": n} is a tensor, of which {"plain": True} gets no
gradient and may be assigned. Written with 1.13, which lacks rms_norm: that is made here by its formula.
"""

import re

import torch
import torch.nn.functional as F

from golden import cotangent, sixteenths, snake, values, write


def rms_norm(x, normalized_shape, weight=None, eps=None):
    dims = tuple(range(-len(normalized_shape), 0))
    y = x * torch.rsqrt(x.pow(2).mean(dims, keepdim=True) + (torch.finfo(x.dtype).eps if eps is None else eps))
    return y if weight is None else y * weight


def made(given):
    if not isinstance(given, dict):
        return given
    t = sixteenths(*given["t"], seed=given.get("seed", 1))
    return t.abs() + 1 / 16 if given.get("plain") else t.requires_grad_()


def call(name, args, options, seed=0):
    fn = rms_norm if name == "rmsNorm" else getattr(F, snake(name))
    inputs = [made(a) for a in args]
    named = {key: made(value) for key, value in options.items()}
    torch.manual_seed(seed)
    y = fn(*inputs, **{snake(key): value for key, value in named.items()})
    return y, inputs, named


def computed(name, args, options=None, seed=0):
    options = options or {}
    y, inputs, named = call(name, args, options, seed)
    if y.requires_grad:
        y.backward(cotangent(y))
    everything = [*inputs, *named.values()]
    tensors = [t for t in everything if isinstance(t, torch.Tensor)]
    return {"fn": name, "args": args, "options": options, "seed": seed, "output": values(y),
            # Of each tensor, arguments first: its gradient, or what it is afterwards.
            "after": [values(t.grad if t.requires_grad else t) for t in tensors]}


def message(name, args, options=None):
    try:
        call(name, args, options or {})
    except Exception as error:
        return {"fn": name, "args": args, "options": options or {}, "message": re.sub(" +", " ", str(error).split("\n")[0]).replace("size[", "size [")}
    raise AssertionError(f"{name} takes {args}")


def t(*shape, seed=1):
    return {"t": list(shape), "seed": seed}


def plain(*shape, seed=1):
    return {"t": list(shape), "seed": seed, "plain": True}


AFFINE = {"weight": t(3, seed=2), "bias": t(3, seed=3)}
COMPUTED = [
    ["batchNorm", [t(4, 3), plain(3, seed=4), plain(3, seed=5)], AFFINE],
    ["batchNorm", [t(2, 3, 2, 2), plain(3, seed=4), plain(3, seed=5)], {"training": True, **AFFINE}],
    ["batchNorm", [t(2, 3, 5), plain(3, seed=4), plain(3, seed=5)], {"training": True, "momentum": 0.5, "eps": 0.1}],
    ["batchNorm", [t(2, 3, 5), None, None], {"training": True, "weight": t(3, seed=2)}],
    ["instanceNorm", [t(2, 3, 4)]],
    ["instanceNorm", [t(2, 3, 2, 2)], {"runningMean": plain(3, seed=4), "runningVar": plain(3, seed=5), **AFFINE}],
    ["instanceNorm", [t(2, 3, 4)], {"runningMean": plain(3, seed=4), "runningVar": plain(3, seed=5), "useInputStats": False,
                                    **AFFINE, "eps": 0.1}],
    ["instanceNorm", [t(2, 3, 4)], {"runningMean": plain(3, seed=4), "runningVar": plain(3, seed=5), "momentum": 0.5}],
    ["layerNorm", [t(2, 3, 4), [4]]],
    ["layerNorm", [t(2, 3, 4), [3, 4]], {"weight": t(3, 4, seed=2), "bias": t(3, 4, seed=3), "eps": 0.1}],
    ["rmsNorm", [t(2, 3, 4), [4]]],
    ["rmsNorm", [t(2, 3, 4), [3, 4]], {"weight": t(3, 4, seed=2), "eps": 0.1}],
    ["groupNorm", [t(2, 4, 3), 2]],
    ["groupNorm", [t(2, 4, 2, 2), 4], {"weight": t(4, seed=2), "bias": t(4, seed=3), "eps": 0.1}],
    ["localResponseNorm", [t(2, 4, 3), 2]],
    ["localResponseNorm", [t(1, 5, 2, 3), 3], {"alpha": 0.5, "beta": 0.5, "k": 2}],
    ["bilinear", [t(5, 3), t(5, 4, seed=2), t(2, 3, 4, seed=3), t(2, seed=4)]],
    ["bilinear", [t(2, 2, 2), t(2, 2, 3, seed=2), t(3, 2, 3, seed=3)]],
    *([name, [t(2, 6, 4)], {"p": p, "training": True}, seed] for name in ("dropout", "dropout1d", "dropout2d", "alphaDropout")
      for p, seed in ((0.5, 0), (0.25, 1), (1.0, 2))),
    ["dropout", [t(3, 40)]],
    ["alphaDropout", [t(3, 4)]],
    ["dropout", [t(3, 4)], {"p": 0.5, "training": False}],
]
MESSAGES = [
    ["batchNorm", [t(2, 3, 4), None, None]],
    ["batchNorm", [t(2, 3, 4), plain(3), None]],
    ["batchNorm", [t(2, 3, 4), plain(2), plain(3)]],
    ["batchNorm", [t(2, 3, 4), plain(3), plain(2)]],
    ["batchNorm", [t(2, 3, 4), plain(3), plain(3)], {"weight": t(2)}],
    ["batchNorm", [t(1, 3), plain(3), plain(3)], {"training": True}],
    ["instanceNorm", [t(2, 3)], {"runningMean": plain(3), "runningVar": plain(3)}],
    ["instanceNorm", [t(2, 3, 4)], {"useInputStats": False}],
    ["instanceNorm", [t(2, 3, 1)]],
    ["layerNorm", [t(2, 3, 4), [4]], {"weight": t(3)}],
    ["layerNorm", [t(2, 3, 4), [4]], {"bias": t(3)}],
    ["layerNorm", [t(2, 3, 4), [3]]],
    ["groupNorm", [t(2, 3, 4), 2]],
    ["groupNorm", [t(2, 3, 4), 3], {"weight": t(2)}],
    ["localResponseNorm", [t(2, 3), 2]],
    *([name, [t(2, 3, 4)], {"p": 1.5}] for name in ("dropout", "dropout1d", "dropout2d", "alphaDropout")),
    ["bilinear", [t(5, 3), t(4, 3), t(2, 3, 3)]],
    ["bilinear", [t(5, 3), t(5, 4), t(2, 4, 4)]],
    ["bilinear", [t(5, 3), t(5, 4), t(2, 3, 3)]],
    ["bilinear", [t(5, 3), t(5, 4), t(2, 3, 4), t(3)]],
    ["bilinear", [t(5, 3), t(1, 5, 4), t(2, 3, 4)]],
]
write("functional.json", {
    "torch": torch.__version__,
    "computed": [computed(*case) for case in COMPUTED],
    "messages": [message(*case) for case in MESSAGES],
})
