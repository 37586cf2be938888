"""What PyTorch computes for the operations that are methods of tensors, or functions of `torch`, beside those of make_ops.py.

Writes packages/core/test/fixtures/tensor-ops.json, in the form of ops.json.
"""
import torch

from case import SPECIAL, case, positive, real, whole, write

NAN, INF = float("nan"), float("inf")

# Elementwise.
for name in ("log2", "log10"):
    case(name, getattr(torch, name), positive(3, 5))
    case(name, getattr(torch, name), SPECIAL, grads=False)
case("exp2", torch.exp2, real(3, 5))
case("exp2", torch.exp2, SPECIAL, grads=False)
case("nanToNum", lambda x: torch.nan_to_num(x), torch.tensor([NAN, INF, -INF, 1.5, -0.0]))
case("nanToNum", lambda x: torch.nan_to_num(x, 2.0, 5.0, -7.0), torch.tensor([NAN, INF, -INF, 1.5]),
     args=({"nan": 2, "posinf": 5, "neginf": -7},))
case("maskedFill", lambda x, m: x.masked_fill(m > 0, 7.0), real(3, 4), whole(3, 4), args=(7,))
case("maskedFill", lambda x, m: x.masked_fill(m > 0, -1.5), real(3, 4), whole(2, 1, 4), args=(-1.5,))


def set_rows(x, value):
    y = x * 1
    y[torch.tensor([True, False, True])] = value
    return y


case("maskedSet", set_rows, real(3, 4), real(4))
case("maskedSet", set_rows, real(3, 2, 4), real(1, 2, 1))
for weight in (0.25, 0.5, 2.0, -1.0):
    case("lerp", lambda x, y: torch.lerp(x, y, weight), real(3, 4), real(4), args=(weight,))
case("lerp", torch.lerp, real(2, 3), real(2, 3), positive(3) / 8)
case("add", lambda x, y: torch.add(x, y, alpha=2.5), real(2, 3), real(3), args=({"alpha": 2.5},))
case("sub", lambda x, y: torch.sub(x, y, alpha=-0.5), real(2, 3), real(2, 1), args=({"alpha": -0.5},))
ints = lambda *shape: torch.randint(-9, 10, shape, dtype=torch.int32)
case("add", lambda x, y: torch.add(x, y, alpha=3), ints(4), ints(4), args=({"alpha": 3},))

# Movement.
case("view", lambda x: x.view(3, -1), real(2, 6), args=([3, -1],))
case("viewAs", lambda x, y: x.view_as(y), real(2, 6), real(4, 3))
case("expandAs", lambda x, y: x.expand_as(y), real(3, 1), real(2, 3, 4))
case("unflatten", lambda x: x.unflatten(1, (2, -1)), real(2, 6), args=(1, [2, -1]))
case("unflatten", lambda x: x.unflatten(-2, (3, 1)), real(3, 2), args=(-2, [3, 1]))
case("swapaxes", lambda x: x.swapaxes(0, -1), real(2, 3, 4), args=(0, -1))
for source, destination in ((0, 2), (-1, 0), ([0, 2], [1, 0]), ([2, 1, 0], [0, 1, 2])):
    case("movedim", lambda x: torch.movedim(x, source, destination), real(2, 3, 4), args=(source, destination))
for chunks, dim in ((3, 0), (2, 1), (5, 0), (4, -1)):
    case("chunks", lambda x: torch.cat([c.reshape(-1) * (i + 1) for i, c in enumerate(x.chunk(chunks, dim))]), real(7, 4),
         args=(chunks, dim))
for dim in (0, 1, -1):
    case("unbound", lambda x: torch.cat([c.reshape(-1) * (i + 1) for i, c in enumerate(x.unbind(dim))]), real(2, 3, 4), args=(dim,))
case("repeat", lambda x: x.repeat(2, 1, 3), real(2, 3), args=([2, 1, 3],))
case("repeat", lambda x: x.repeat(0), real(3), args=([0],))
for shifts, dims in ((1, 0), (-2, 1), ([1, 2], [0, 1]), ([1, 1], [0, 0]), (7, 1)):
    case("roll", lambda x: torch.roll(x, shifts, dims), real(3, 4), args=(shifts, dims))
case("roll", lambda x: torch.roll(x, 5), real(3, 4), args=(5,))
case("slice", lambda x: x[..., None, 1], real(2, 3, 4), args=("...", None, 1))
case("slice", lambda x: x[None, 1, ..., ::2], real(2, 3, 4), args=(None, 1, "...", "::2"))
case("sliceScatter", lambda x, s: torch.cat([x[:1], s[None], x[2:]]), real(3, 2, 4), real(2, 4), args=(1, "..."))

# Order and running sums.
TIES = torch.tensor([[2.0, 0.0, -0.0, 2.0, -1.5], [NAN, 1.0, INF, NAN, -INF], [0.5, 0.5, 0.5, 0.25, 0.5]])
for x in (real(3, 5), TIES):
    for dim in (0, 1):
        for descending in (False, True):
            args = (dim, {"descending": descending})
            case("sortValues", lambda x: torch.sort(x, stable=True, dim=dim, descending=descending)[0], x, args=args)
            case("sortIndices", lambda x: torch.sort(x, stable=True, dim=dim, descending=descending)[1], x, args=args,
                 grads=False)
            case("argsort", lambda x: torch.sort(x, stable=True, dim=dim, descending=descending)[1], x, args=args, grads=False)
case("sortValues", lambda x: torch.sort(x)[0], ints(20), args=(-1, {}))
case("sortValues", lambda x: torch.sort(x)[0], torch.tensor(2.0), args=(-1, {}))
for k, dim, largest in ((2, -1, True), (1, 0, False), (3, 1, False), (0, 1, True)):
    args = (k, dim, {"largest": largest})
    case("topkValues", lambda x: torch.topk(x, k, dim, largest)[0], real(3, 4, 2), args=args)
    case("topkIndices", lambda x: torch.topk(x, k, dim, largest)[1], torch.rand(3, 4, 2), args=args, grads=False)
for dim in (0, 1, -1):
    case("cumsum", lambda x: torch.cumsum(x, dim), real(3, 4, 5), args=(dim,))
case("cumsum", lambda x: torch.cumsum(x, 0, dtype=torch.int32), ints(9), args=(0,), grads=False)
case("cumsum", lambda x: torch.cumsum(x, 0), torch.tensor(2.5), args=(0,))
case("cumsum", lambda x: torch.cumsum(x, 1), torch.zeros(2, 0), args=(1,))
case("cumsum", lambda x: torch.cumsum(x, 0), torch.tensor([1.0, INF, 2.0, -INF, 3.0, NAN]), args=(0,), grads=False)

# Products.
case("mm", torch.mm, real(2, 3), real(3, 4))
case("bmm", torch.bmm, real(2, 3, 4), real(2, 4, 5))
case("mv", torch.mv, real(2, 3), real(3))
case("dot", torch.dot, real(5), real(5))
case("dot", torch.dot, ints(5), ints(5))
case("outer", torch.outer, real(2), real(3))

write("tensor-ops.json")
