"""What PyTorch computes for every operation of packages/core: values and gradients.

Writes packages/core/test/fixtures/ops.json. Each case names its operation and arguments as the TypeScript test spells
them; inputs are float32 and exactly representable; `grads` belong to the cotangent cos(0), cos(1), … .
"""
import torch
import torch.nn.functional as F

from case import SPECIAL, case, positive, real, whole, write

# Elementwise, one operand.
for name, fn in {
    "neg": torch.neg, "abs": torch.abs, "sign": torch.sign, "square": torch.square, "sin": torch.sin, "cos": torch.cos,
    "tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu, "erf": torch.erf, "exp": torch.exp,
    "expm1": torch.expm1, "floor": torch.floor, "ceil": torch.ceil, "round": torch.round, "trunc": torch.trunc,
    "softplus": F.softplus, "softsign": F.softsign, "gelu": F.gelu, "selu": F.selu, "hardswish": F.hardswish,
    "relu6": F.relu6, "hardsigmoid": F.hardsigmoid, "elu": F.elu, "leakyRelu": F.leaky_relu,
}.items():
    case(name, fn, real(3, 5))
    # PyTorch changed hardswish's gradient at exactly ±3 after 1.13.
    case(name, fn, torch.tensor([0.0, 6.0, 0.5, 1.5, 2.5, -0.5] + ([] if name == "hardswish" else [3.0, -3.0])))
    if name not in ("softplus", "softsign", "gelu", "selu", "hardswish", "hardsigmoid", "elu", "leakyRelu", "relu6"):
        # PyTorch's sign(NaN) is 0; ours stays NaN, as no other NaN is hidden either.
        case(name, fn, SPECIAL[1:] if name == "sign" else SPECIAL, grads=False)
case("geluTanh", lambda x: F.gelu(x, approximate="tanh"), real(3, 5))
for name, fn in {"sqrt": torch.sqrt, "rsqrt": torch.rsqrt, "reciprocal": torch.reciprocal, "log": torch.log,
                 "log1p": torch.log1p}.items():
    case(name, fn, positive(3, 5))
    case(name, fn, SPECIAL, grads=False)
case("tan", torch.tan, real(3, 5) / 8)
for low, high in ((-1, 2), (None, 0.5), (0, None)):
    case("clamp", lambda x: torch.clamp(x, low, high), torch.tensor([-3.0, -1.0, 0.0, 0.5, 2.0, 4.0]), args=(low, high))

# Elementwise, two operands: broadcasting every way.
SHAPES = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 3)), ((4, 1, 3), (2, 1)), ((1,), (1, 1))]
for a, b in SHAPES:
    case("add", torch.add, real(*a), real(*b))
    case("sub", torch.sub, real(*a), real(*b))
    case("mul", torch.mul, real(*a), real(*b))
    case("div", torch.div, real(*a), real(*b))
    case("maximum", torch.maximum, whole(*a), whole(*b))
    case("minimum", torch.minimum, whole(*a), whole(*b))
    case("pow", torch.pow, positive(*a), whole(*b) / 2)
    for name, fn in {"eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt,
                     "ge": torch.ge}.items():
        case(name, fn, whole(*a), whole(*b), grads=False)
    case("where", lambda x, y: torch.where(x > y, x, y), whole(*a), whole(*b))
for name, fn in {"add": torch.add, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum,
                 "minimum": torch.minimum, "pow": torch.pow, "eq": torch.eq, "lt": torch.lt, "ne": torch.ne,
                 "ge": torch.ge}.items():
    case(name, fn, SPECIAL.reshape(-1, 1), SPECIAL.reshape(1, -1), grads=False)
case("pow", torch.pow, torch.tensor([0.0, 0.0, 0.0, 2.0]), torch.tensor([0.0, 1.0, 2.0, 0.0]))
for mode in ("trunc", "floor"):
    f = lambda a, b: torch.div(a, b, rounding_mode=mode)
    case("divMode", f, real(3, 4), real(4), args=(mode,), grads=False)
    case("divMode", f, torch.randint(-20, 20, (3, 4), dtype=torch.int32), torch.tensor([3, -3, 7, -1], dtype=torch.int32),
         args=(mode,), grads=False)
case("div", torch.div, torch.tensor([7, -7, 1], dtype=torch.int32), torch.tensor([2, 2, 3], dtype=torch.int32), grads=False)

# Reductions.
for dim in (None, 0, 1, 2, -1, [0, 2], [1, 2], [0, 1, 2]):
    for keep in (False, True):
        kw = {} if dim is None else {"dim": dim, "keepdim": keep}
        if dim is None and keep:
            continue
        case("sum", lambda x: torch.sum(x, **kw), real(2, 3, 4), args=(dim, keep))
        case("mean", lambda x: torch.mean(x, **kw), real(2, 3, 4), args=(dim, keep))
        case("amax", lambda x: torch.amax(x, **({"dim": (0, 1, 2)} if dim is None else kw)), whole(2, 3, 4), args=(dim, keep))
        case("amin", lambda x: torch.amin(x, **({"dim": (0, 1, 2)} if dim is None else kw)), whole(2, 3, 4), args=(dim, keep))
        case("logsumexp", lambda x: torch.logsumexp(x, dim=[0, 1, 2] if dim is None else dim, keepdim=keep), real(2, 3, 4),
             args=(dim, keep))
        case("var", lambda x: torch.var(x, dim=[0, 1, 2] if dim is None else dim, keepdim=keep), real(2, 3, 4),
             args=(dim, keep))
        case("std", lambda x: torch.std(x, dim=[0, 1, 2] if dim is None else dim, keepdim=keep), real(2, 3, 4), args=(dim, keep))
        if not isinstance(dim, list):
            case("prod", lambda x: torch.prod(x, **kw), whole(2, 3, 4), args=(dim, keep))
            case("argmax", lambda x: torch.argmax(x, **kw), whole(2, 3, 4), args=(dim, keep), grads=False)
            case("argmin", lambda x: torch.argmin(x, **kw), whole(2, 3, 4), args=(dim, keep), grads=False)
            if dim is not None:
                case("maxValues", lambda x: torch.max(x, **kw)[0], real(2, 3, 4), args=(dim, keep))
                case("minValues", lambda x: torch.min(x, **kw)[0], real(2, 3, 4), args=(dim, keep))
case("prod", lambda x: torch.prod(x, dim=1), torch.tensor([[2.0, 0, 3], [0, 0, 5], [1, 2, 3]]), args=(1, False))
for p in (1, 2, 3, float("inf")):
    case("norm", lambda x: torch.norm(x, p=p, dim=1), real(3, 4), args=("Infinity" if p == float("inf") else p, 1))
case("sum", lambda x: torch.sum(x, dim=0), torch.zeros(0, 3), args=(0, False))
case("mean", lambda x: torch.mean(x, dim=0), torch.zeros(0, 3), args=(0, False), grads=False)

# Movement.
case("reshape", lambda x: x.reshape(4, -1), real(2, 6), args=([4, -1],))
case("flatten", lambda x: x.flatten(1), real(2, 3, 4), args=(1,))
case("flatten", lambda x: x.flatten(0, 1), real(2, 3, 4), args=(0, 1))
case("permute", lambda x: x.permute(2, 0, 1), real(2, 3, 4), args=([2, 0, 1],))
case("transpose", lambda x: x.transpose(-1, 0), real(2, 3, 4), args=(-1, 0))
case("t", lambda x: x.t(), real(2, 3))
case("squeeze", lambda x: x.squeeze(), real(1, 3, 1))
case("squeeze", lambda x: x.squeeze(0), real(1, 3, 1), args=(0,))
case("unsqueeze", lambda x: x.unsqueeze(-1), real(2, 3), args=(-1,))
case("expand", lambda x: x.expand(2, 3, -1), real(3, 1), args=([2, 3, -1],))
case("expand", lambda x: x.expand(4, 3, 2), real(3, 1), args=([4, 3, 2],))
case("tile", lambda x: x.tile(2, 1, 3), real(2, 3), args=([2, 1, 3],))
case("flip", lambda x: x.flip([0, 2]), real(2, 3, 4), args=([0, 2],))
case("slice", lambda x: x[1, 0:2], real(2, 3, 4), args=(1, "0:2"))
case("slice", lambda x: x[:, -2:, ::2], real(2, 3, 5), args=(":", "-2:", "::2"))
case("slice", lambda x: x[0:9, 5:2], real(2, 3), args=([0, 9], [5, 2]))
case("sliceReverse", lambda x: x.flip(1)[:, ::2], real(2, 5), args=(":", "::-2"))
case("sliceScatter", lambda x, s: torch.cat([x[:, :2], s, x[:, 6:]], 1), real(6, 8), real(6, 4), args=(":", "2:6"))
case("narrow", lambda x: x.narrow(1, 1, 2), real(2, 4), args=(1, 1, 2))
case("split1", lambda x: x.split(2, 1)[2], real(2, 5), args=(2, 1))
case("cat", lambda a, b, c: torch.cat([a, b, c], 1), real(2, 3), real(2, 1), real(2, 2), args=(1,))
case("cat", lambda a, b: torch.cat([a, b]), real(2, 3), real(4, 3), args=(0,))
case("stack", lambda a, b: torch.stack([a, b], 1), real(2, 3), real(2, 3), args=(1,))
for sides in ([1, 2], [1, 2, 3, 0], [-1, 1, 2, -2]):
    case("pad", lambda x: F.pad(x, sides), real(2, 3, 4), args=(sides, "constant", 0))
    case("pad", lambda x: F.pad(x, sides, value=2.5), real(2, 3, 4), args=(sides, "constant", 2.5))
for mode in ("reflect", "replicate", "circular"):
    case("pad", lambda x: F.pad(x, [1, 2, 2, 1], mode=mode), real(1, 2, 4, 5), args=([1, 2, 2, 1], mode, 0))

# Indexing.
index = torch.tensor([[0, 2, 1], [2, 2, 0]])
case("gather", lambda x: torch.gather(x, 1, index), real(2, 4), args=(1, index.tolist()))
case("gather", lambda x: torch.gather(x, 0, index % 2), real(3, 5), args=(0, (index % 2).tolist()))
case("scatterAdd", lambda x, s: x.scatter_add(1, index, s), real(2, 4), real(2, 3), args=(1, index.tolist()))
case("indexSelect", lambda x: torch.index_select(x, 1, torch.tensor([2, 0, 2])), real(2, 3, 2), args=(1, [2, 0, 2]))
case("oneHot", lambda i: F.one_hot(i.long(), 4), torch.tensor([[0, 3], [1, 1]], dtype=torch.int32), args=(4,), grads=False)

# Products.
for a, b in [((2, 3), (3, 4)), ((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((5, 2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4)),
             ((2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((4, 2, 3), (3,)), ((3,), (4, 3, 2))]:
    case("matmul", torch.matmul, real(*a), real(*b))
case("linear", F.linear, real(5, 3), real(4, 3), real(4))
case("linear", F.linear, real(2, 5, 3), real(4, 3), real(4))
case("softmax", lambda x: F.softmax(x, 1), real(2, 5, 3), args=(1,))
case("softmax", lambda x: F.softmax(x, -1), real(2, 5) * 30, args=(-1,))
case("logSoftmax", lambda x: F.log_softmax(x, 1), real(2, 5, 3), args=(1,))
case("logSoftmax", lambda x: F.log_softmax(x, 0), real(6) * 30, args=(0,))

# Windows.
GEOMETRIES = [
    dict(), dict(stride=2), dict(padding=1), dict(padding=(2, 0)), dict(dilation=2), dict(stride=(2, 1), padding=(1, 2)),
    dict(stride=2, padding=1, dilation=2), dict(padding="same"), dict(padding="same", dilation=2), dict(padding="valid"),
]
for options in GEOMETRIES:
    for groups in (1, 2):
        case("corr2d", lambda x, k, b: F.conv2d(x, k, b, groups=groups, **options), real(2, 4, 5, 6),
             real(4, 4 // groups, 3, 2), real(4), args=(dict(options, groups=groups),))
case("corr2d", lambda x, k: F.conv2d(x, k), real(2, 5, 6), real(3, 2, 2, 3), args=({},))
case("corr2d", lambda x, k: F.conv2d(x[None, None], k[None, None])[0, 0], real(5, 6), real(2, 3), args=({},))
case("corr2d", lambda x, k: F.conv2d(x, k, padding=4), real(1, 1, 3, 3), real(1, 1, 3, 3), args=({"padding": 4},))
case("corr2d", lambda x, k: F.conv2d(F.pad(x, [2, 0, 1, 3]), k), real(1, 2, 5, 5), real(2, 2, 3, 3),
     args=({"padding": [1, 3, 2, 0]},))
for options in [dict(), dict(stride=2), dict(stride=2, output_padding=1), dict(padding=1), dict(dilation=2),
                dict(stride=(3, 2), padding=(1, 0), output_padding=(2, 1), dilation=(1, 2))]:
    for groups in (1, 2):
        args = {{"output_padding": "outputPadding"}.get(k, k): v for k, v in options.items()}
        case("convTranspose2d", lambda x, k, b: F.conv_transpose2d(x, k, b, groups=groups, **options), real(2, 4, 4, 3),
             real(4, 3, 3, 2), real(3 * groups), args=(dict(args, groups=groups),))
for options in [dict(), dict(stride=1), dict(stride=2, padding=1), dict(ceil_mode=True), dict(stride=3, padding=1, ceil_mode=True)]:
    args = {{"ceil_mode": "ceilMode"}.get(k, k): v for k, v in options.items()}
    case("maxPool2d", lambda x: F.max_pool2d(x, 3, **options), whole(2, 3, 8, 7), args=(3, args))
    case("maxPool2d", lambda x: F.max_pool2d(x, (2, 3), dilation=(2, 1), **options), whole(2, 3, 8, 9),
         args=([2, 3], dict(args, dilation=[2, 1])))
    case("avgPool2d", lambda x: F.avg_pool2d(x, 3, **options), real(2, 3, 8, 7), args=(3, args))
    case("avgPool2d", lambda x: F.avg_pool2d(x, (2, 3), count_include_pad=False, **options), real(3, 8, 9),
         args=([2, 3], dict(args, countIncludePad=False)))
case("avgPool2d", lambda x: F.avg_pool2d(x, 2, divisor_override=3), real(1, 2, 4, 4), args=(2, {"divisorOverride": 3}))

for size in ((1, 1), (3, 2), (7, 5)):
    case("adaptiveAvgPool2d", lambda x: F.adaptive_avg_pool2d(x, size), real(2, 3, 7, 5), args=(list(size),))
for diagonal in (-1, 0, 2):
    case("triu", lambda x: torch.triu(x, diagonal), real(2, 3, 4), args=(diagonal,))
    case("tril", lambda x: torch.tril(x, diagonal), real(2, 3, 4), args=(diagonal,))

# Where a formula's value or gradient would not be finite, or a product would spread what is not.
NAN, INF = float("nan"), float("inf")
rows = torch.tensor([[0.0, 0.0, 0.0], [2.0, 0.0, -1.0], [1.5, 2.0, 0.5]])
for p in (0, 0.5, 1, 2, 3, INF, -1, -INF):
    case("norm", lambda x: torch.norm(x, p=p, dim=1), rows, args=(str(p).replace("inf", "Infinity"), 1))
case("std", lambda x: torch.std(x, dim=[1]), torch.tensor([[2.0, 2.0, 2.0], [1.0, 2.0, 4.0]]), args=(1,))
for name, fn in {"amax": torch.amax, "amin": torch.amin}.items():
    case(name, lambda x: fn(x, dim=[1]), torch.tensor([[2.0, NAN, 1.0], [3.0, 1.0, 3.0]]), args=(1,))
for name, fn in {"maximum": torch.maximum, "minimum": torch.minimum}.items():
    case(name, fn, torch.tensor([NAN, 1.0, NAN, 2.0]), torch.tensor([1.0, NAN, NAN, 3.0]))
case("clamp", lambda x: torch.clamp(x, -1, 1), torch.tensor([NAN, INF, -INF, 0.5]), args=(-1, 1))
case("logsumexp", lambda x: torch.logsumexp(x, dim=[1]), torch.zeros(2, 0), args=(1,), grads=False)
case("maxPool2d", lambda x: F.max_pool2d(x, 2, stride=1, padding=1, dilation=2), torch.ones(1, 1, 1), grads=False,
     args=(2, {"stride": 1, "padding": 1, "dilation": 2}))
case("gelu", F.gelu, torch.tensor([3e38, -3e38]), grads=False)
case("geluTanh", lambda x: F.gelu(x, approximate="tanh"), torch.tensor([3e38, -3e38]), grads=False)
for size, plane in ((2, [[NAN, 1.0], [2.0, 3.0]]), (2, [[INF, 1.0, 5.0], [2.0, -INF, 3.0], [0.5, 1.5, 4.0]])):
    case("adaptiveAvgPool2d", lambda x: F.adaptive_avg_pool2d(x, size), torch.tensor([[plane]]), args=(size,))
for size in ((2, 3), (3, 6), (4, 4)):
    case("adaptiveAvgPool2d", lambda x: F.adaptive_avg_pool2d(x, size), real(2, 6, 9), args=(list(size),))

# Activations, at and around their kinks.
KINKS = torch.tensor([0.0, 0.5, -0.5, 1.0, -1.0, 6.0, 0.25, -3.0, 2.5, -7.5, 30.0, -30.0])
for name, fn, args in (
        ("silu", F.silu, ()), ("mish", F.mish, ()), ("logsigmoid", F.logsigmoid, ()), ("tanhshrink", F.tanhshrink, ()),
        ("celu", F.celu, ()), ("celu", F.celu, (0.5,)), ("hardtanh", F.hardtanh, ()), ("hardtanh", F.hardtanh, (-0.5, 2.5)),
        ("hardshrink", F.hardshrink, ()), ("softshrink", F.softshrink, ()), ("softshrink", F.softshrink, (1.0,)),
        ("threshold", F.threshold, (0.5, -7.0)), ("softplus", F.softplus, (2.0, 5.0)), ("elu", F.elu, (0.5,))):
    case(name, lambda x: fn(x, *args), KINKS, args=args)
    if name != "softshrink":  # 1.13's softshrink(NaN) is 0; ours stays NaN, as 2.x's does
        case(name, lambda x: fn(x, *args), SPECIAL, args=args, grads=False)
for dim in (-1, 1):
    case("glu", lambda x: F.glu(x, dim), real(2, 4, 6), args=(dim,))
    case("softmin", lambda x: F.softmin(x, dim), real(2, 4, 6), args=(dim,))

# Planes: pools of bins, other sizes, other orders, patches.
for size in (1, [2, 3], [3, 4], [4, None], [None, 2], 5):
    case("adaptiveMaxPool2d", lambda x: F.adaptive_max_pool2d(x, size), real(2, 6, 9), args=(size,))
case("adaptiveMaxPool2d", lambda x: F.adaptive_max_pool2d(x, [2, 2]), torch.ones(1, 1, 5, 3), args=([2, 2],))
case("adaptiveAvgPool2d", lambda x: F.adaptive_avg_pool2d(x, [2, None]), real(2, 3, 5, 4), args=([2, None],))
case("pixelShuffle", lambda x: F.pixel_shuffle(x, 2), real(2, 8, 2, 3), args=(2,))
case("pixelShuffle", lambda x: F.pixel_shuffle(x, 3), real(9, 1, 2), args=(3,))
case("pixelUnshuffle", lambda x: F.pixel_unshuffle(x, 2), real(2, 2, 4, 6), args=(2,))
case("channelShuffle", lambda x: torch.channel_shuffle(x, 3), real(2, 6, 2, 2), grads=False, args=(3,))


def options_of(options):
    renamed = {"scaleFactor": "scale_factor", "alignCorners": "align_corners",
               "recomputeScaleFactor": "recompute_scale_factor"}
    return {renamed.get(name, name): value for name, value in options.items()}


for kernel, options in ((2, {}), ([2, 3], {"stride": [2, 1], "padding": [1, 0]}),
                        (3, {"dilation": 2, "padding": 2, "stride": 2})):
    case("unfold", lambda x: F.unfold(x, kernel, **options), real(2, 2, 5, 6), args=(kernel, options))
    columns = F.unfold(torch.zeros(2, 2, 5, 6), kernel, **options)
    case("fold", lambda x: F.fold(x, [5, 6], kernel, **options), real(*columns.shape), args=([5, 6], kernel, options))
for options in (
        {"size": 7}, {"size": [2, 9]}, {"scaleFactor": 2}, {"scaleFactor": [1, 3]}, {"scaleFactor": 1.7},
        {"scaleFactor": 0.6, "recomputeScaleFactor": True}, {"size": [3, 11], "mode": "nearest-exact"},
        {"size": [3, 2], "mode": "area"},
        *({"mode": mode, **rest} for mode in ("bilinear", "bicubic") for rest in (
            {"scaleFactor": 2}, {"size": [7, 3]}, {"size": [7, 9], "alignCorners": True}, {"scaleFactor": 1.7},
            {"size": 1, "alignCorners": True}, {"scaleFactor": 0.4, "alignCorners": False},
            {"size": [2, 3], "antialias": True}, {"size": [9, 4], "antialias": True},
            {"scaleFactor": [0.45, 1.5], "antialias": True}))):
    case("interpolate", lambda x: F.interpolate(x, **options_of(options)), real(1, 2, 5, 6), args=(options,))
for options in ({"size": 7}, {"scaleFactor": 2.5, "mode": "linear"}, {"size": 4, "mode": "linear", "alignCorners": True},
                {"size": 3, "mode": "area"}):
    case("interpolate", lambda x: F.interpolate(x, **options_of(options)), real(2, 2, 5), args=(options,))

# One axis.
for options in ({}, {"stride": 2, "padding": 1, "dilation": 2, "groups": 2}, {"padding": "same"}):
    groups = options.get("groups", 1)
    case("conv1d", lambda x, k, b: F.conv1d(x, k, b, **options), real(2, 4, 7), real(2, 4 // groups, 3), real(2),
         args=(options,))
case("convTranspose1d", lambda x, k, b: F.conv_transpose1d(x, k, b, stride=2, padding=1, output_padding=1), real(2, 3, 4),
     real(3, 2, 3), real(2), args=({"stride": 2, "padding": 1, "outputPadding": 1},))
case("maxPool1d", lambda x: F.max_pool1d(x, 3, stride=2, padding=1, ceil_mode=True), real(2, 2, 8),
     args=(3, {"stride": 2, "padding": 1, "ceilMode": True}))
case("avgPool1d", lambda x: F.avg_pool1d(x, 3, stride=2, padding=1, count_include_pad=False), real(2, 8),
     args=(3, {"stride": 2, "padding": 1, "countIncludePad": False}))
case("binaryCrossEntropyOf", lambda x, t: F.binary_cross_entropy(x, t, reduction="none"),
     torch.tensor([0.0, 0.0, 1.0, 1.0, 0.5, 0.125, 0.875, 1.0, 1e-20]),
     torch.tensor([0.0, 1.0, 1.0, 0.0, 0.5, 1.0, 0.25, 0.5, 0.5]))

write("ops.json")
