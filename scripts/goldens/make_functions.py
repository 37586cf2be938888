"""What PyTorch computes for functions of `torch` that are no methods of ours.

Writes packages/core/test/fixtures/functions.json, in the form of ops.json.
"""
import torch

from case import case, positive, real, whole, write

NAN, INF = float("nan"), float("inf")
ints = lambda *shape: torch.randint(-9, 10, shape, dtype=torch.int32)
counts = lambda *shape: torch.randint(0, 6, shape, dtype=torch.int32)

# Ranks and running products and extremes.
WITH_NAN = torch.tensor([[3.0, NAN, 1.0, 2.0], [4.0, 1.0, 2.0, 0.5], [NAN, NAN, 7.0, NAN]])
for name, fn in {"median": torch.median, "nanmedian": torch.nanmedian}.items():
    case(name, lambda x: fn(x), real(3, 4))
    case(name, lambda x: fn(x), real(3, 5))
    case(name, lambda x: fn(x), WITH_NAN, grads=False)
    for dim in (0, 1):
        for keep in (False, True):
            case(name + "Values", lambda x: fn(x, dim, keep)[0], real(3, 4), args=(dim, keep))
            case(name + "Values", lambda x: fn(x, dim, keep)[0], WITH_NAN, args=(dim, keep), grads=False)
            case(name + "Indices", lambda x: fn(x, dim, keep)[1], torch.randperm(20).float().reshape(4, 5), args=(dim, keep),
                 grads=False)
for k, dim, keep in ((1, -1, False), (3, 1, True), (2, 0, False)):
    case("kthvalueValues", lambda x: torch.kthvalue(x, k, dim, keep)[0], real(3, 4), args=(k, dim, keep))
    case("kthvalueIndices", lambda x: torch.kthvalue(x, k, dim, keep)[1], torch.randperm(12).float().reshape(3, 4),
         args=(k, dim, keep), grads=False)
for dim in (0, 1, -1):
    case("cumprod", lambda x: torch.cumprod(x, dim), real(3, 4, 2), args=(dim,))
case("cumprod", lambda x: torch.cumprod(x, 0), torch.tensor([2.0, 0.0, 3.0, 0.0, 1.0]), args=(0,))
RUN = torch.tensor([[1.0, 3.0, 3.0, 2.0, 5.0], [2.0, NAN, 1.0, NAN, 7.0], [4.0, 4.0, 1.0, -INF, INF]])
for name, fn in {"cummax": torch.cummax, "cummin": torch.cummin}.items():
    for dim in (0, 1):
        case(name + "Values", lambda x: fn(x, dim)[0], real(3, 4), args=(dim,))
        case(name + "Values", lambda x: fn(x, dim)[0], RUN, args=(dim,), grads=False)
        case(name + "Indices", lambda x: fn(x, dim)[1], RUN, args=(dim,), grads=False)
        case(name + "Indices", lambda x: fn(x, dim)[1], whole(3, 9), args=(dim,), grads=False)

# Diagonals, turns, repetitions, grids.
for offset in (-2, -1, 0, 1, 3):
    case("diag", lambda x: torch.diag(x, offset), real(3), args=(offset,))
    case("diag", lambda x: torch.diag(x, offset), real(3, 4), args=(offset,))
    case("diagonal", lambda x: torch.diagonal(x, offset, 2, 0), real(3, 2, 4), args=(offset, 2, 0))
case("trace", torch.trace, real(3, 4))
case("fliplr", torch.fliplr, real(2, 3))
case("flipud", torch.flipud, real(2, 3))
for k in (-1, 0, 1, 2, 3, 5):
    case("rot90", lambda x: torch.rot90(x, k), real(2, 3), args=(k,))
    case("rot90", lambda x: torch.rot90(x, k, [2, 0]), real(2, 3, 4), args=(k, [2, 0]))
case("repeatInterleave", lambda x: torch.repeat_interleave(x, 2), real(2, 3), args=(2,))
case("repeatInterleave", lambda x: torch.repeat_interleave(x, 3, 1), real(2, 3), args=(3, 1))
case("repeatInterleave", lambda x: torch.repeat_interleave(x, torch.tensor([0, 2, 1]), 1), real(2, 3), args=([0, 2, 1], 1))
for indexing in ("ij", "xy"):
    case("meshgrids", lambda x, y, z: torch.stack(torch.meshgrid(x, y, z, indexing=indexing)), real(2), real(3), real(4),
         args=(indexing,))
for name in ("hstack", "vstack", "dstack"):
    for shape in ((3,), (2, 3), (2, 3, 2)):
        case("stacks", lambda x, y: getattr(torch, name)([x, y]), real(*shape), real(*shape), args=(name,))
case("broadcastTo", lambda x: torch.broadcast_to(x, (2, 3)), real(3), args=([2, 3],))

# Products, remainders.
case("addcmul", lambda x, a, b: torch.addcmul(x, a, b, value=0.5), real(2, 3), real(3), real(2, 1), args=({"value": 0.5},))
case("addcdiv", lambda x, a, b: torch.addcdiv(x, a, b, value=-2), real(2, 3), real(3), positive(2, 1), args=({"value": -2},))
case("addmm", lambda x, a, b: torch.addmm(x, a, b, beta=0.5, alpha=2), real(4), real(2, 3), real(3, 4),
     args=({"beta": 0.5, "alpha": 2},))
case("addmm", torch.addmm, real(2, 4), real(2, 3), real(3, 4))
SIDES = torch.tensor([7.5, -7.5, 3.0, -3.0, 0.0, 1e10, INF, -INF, NAN, 5.25])
for name, fn in {"fmod": torch.fmod, "remainder": torch.remainder}.items():
    case(name, fn, real(3, 4), positive(4))
    case(name, fn, real(3, 4), -positive(4))
    for divisor in (2.5, -3.0, INF, -INF, 0.0):
        case(name, lambda x: fn(x, divisor), SIDES[[0, 1, 2, 3, 4, 6, 7, 8, 9]], args=(str(divisor).replace("inf", "Infinity"),), grads=False)
    case(name, fn, ints(12), torch.tensor([4, -3, 5] * 4, dtype=torch.int32))
case("clampMin", lambda x: torch.clamp_min(x, 0.5), real(5), args=(0.5,))
case("clampMax", lambda x: torch.clamp_max(x, 0.5), real(5), args=(0.5,))
for p in (1, 2, 3, INF):
    case("cdist", lambda x, y: torch.cdist(x, y, p), real(2, 3, 4), real(2, 5, 4), args=(str(p).replace("inf", "Infinity"),),
         grads=p != INF)  # where several differences are the largest, each has all of PyTorch's gradient; in norm(Infinity) they share

# Einstein's sums.
for equation, *shapes in (
        ("ij,jk->ik", (2, 3), (3, 4)), ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)), ("ii->", (3, 3)), ("ii->i", (3, 3)),
        ("ij->ji", (2, 3)), ("ij->", (2, 3)), ("i,j->ij", (2,), (3,)), ("i,i", (4,), (4,)), ("ij,jk", (2, 3), (3, 4)),
        ("...ij,...jk->...ik", (2, 5, 3, 4), (5, 4, 2)), ("...ij->...ji", (2, 3, 4)), ("bchw,oc->bohw", (2, 3, 4, 5), (6, 3)),
        ("nchw,nkhw->nck", (2, 3, 4, 5), (2, 2, 4, 5)), ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)), ("bi,ij,bj->b", (2, 3), (3, 4), (2, 4)),
        ("ba", (2, 3)), ("...", (2, 3)), ("i...->...", (2, 3)), ("ij,ij->ij", (2, 3), (2, 3)), ("ij,j->ij", (2, 3), (1,)),
        ("iij->j", (3, 3, 2))):
    case("einsums", lambda *x: torch.einsum(equation, *x), *[real(*shape) for shape in shapes], args=(equation,))

# Counts and places.
case("bincount", lambda x: torch.bincount(x), counts(20), grads=False)
case("bincount", lambda x: torch.bincount(x, minlength=9), counts(20), args=({"minlength": 9},), grads=False)
case("bincount", lambda x: torch.bincount(x), torch.zeros(0, dtype=torch.int32), grads=False)
case("weightedCounts", lambda x, w: torch.bincount(x, w), counts(20), torch.rand(20), grads=False)
for bins, low, high in ((4, 0, 0), (5, -2, 3), (100, -5, 5)):
    case("histc", lambda x: torch.histc(x, bins, low, high), real(6, 7), args=(bins, low, high), grads=False)
case("histc", lambda x: torch.histc(x, 3), torch.full((5,), 2.0), args=(3,), grads=False)
case("histc", lambda x: torch.histc(x, 4, 0, 1), torch.tensor([0.0, 0.25, 0.5, 1.0, 1.5, -0.5]), args=(4, 0, 1), grads=False)
EDGES = torch.tensor([-1.0, 0.0, 0.0, 0.5, 2.0])
PROBES = torch.tensor([[-2.0, -1.0, -0.5, 0.0], [0.25, 0.5, 2.0, 3.0], [NAN, INF, -INF, 1.0]])
for right in (False, True):
    case("bucketize", lambda x, b: torch.bucketize(x, b, right=right), PROBES, EDGES, args=({"right": right},), grads=False)
    case("searchsorted", lambda s, x: torch.searchsorted(s, x, right=right), EDGES, PROBES, args=({"right": right},), grads=False)
    case("searchsorted", lambda s, x: torch.searchsorted(s, x, right=right), whole(3, 7).sort()[0], whole(3, 4),
         args=({"right": right},), grads=False)
case("unique", torch.unique, whole(4, 5), grads=False)
case("uniqueInverse", lambda x: torch.unique(x, return_inverse=True)[1], whole(4, 5), grads=False)
case("uniqueCounts", lambda x: torch.unique(x, return_counts=True)[1], ints(30), grads=False)
case("nonzero", torch.nonzero, whole(3, 4, 2).clamp(0, 1), grads=False)
case("maskedSelect", lambda x, m: torch.masked_select(x, m > 0), real(3, 4), whole(3, 4))
case("maskedSelect", lambda x, m: torch.masked_select(x, m > 0), real(4), whole(3, 4))
for base in (10, 2):
    case("logspaces", lambda: torch.logspace(-1, 2, 7, base), args=(-1, 2, 7, base), grads=False)

# Draws, from seed 7.


def seeded(fn):
    def run(*inputs):
        torch.manual_seed(7)
        return fn(*inputs)

    return run


case("draw", seeded(torch.rand_like), real(3, 4), args=("randLike",), grads=False)
case("draw", seeded(torch.randn_like), real(3, 4), args=("randnLike",), grads=False)
case("draw", seeded(torch.randn_like), real(5, 7), args=("randnLike",), grads=False)
case("draw", seeded(lambda x: torch.randint_like(x, 2, 9)), real(3, 4), args=("randintLike", 2, 9), grads=False)
case("normals", seeded(lambda: torch.normal(2.0, 3.0, (4, 5))), args=(2, 3, [4, 5]), grads=False)
case("normalOfBoth", seeded(torch.normal), real(3, 4), positive(3, 4), grads=False)
case("normalOfMean", seeded(lambda m: torch.normal(m, 0.5)), real(3, 4), grads=False)
for samples in (1, 3):
    case("multinomial", seeded(lambda p: torch.multinomial(p, samples)), positive(6), args=(samples, {}), grads=False)
    case("multinomial", seeded(lambda p: torch.multinomial(p, samples)), positive(4, 6), args=(samples, {}), grads=False)
for samples in (5, 40):
    case("multinomial", seeded(lambda p: torch.multinomial(p, samples, replacement=True)), positive(4, 6),
         args=(samples, {"replacement": True}), grads=False)

write("functions.json")
