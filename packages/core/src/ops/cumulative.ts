/** Running sums along an axis. */
import { apply, checkTensor, makeTensor, type Op } from "../autograd.ts";
import { isBool } from "../dtype.ts";
import { normalizeAxis } from "../shape.ts";
import { runScoped, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { embed, flip, reshape } from "./movement.ts";
import { rowsAlong } from "./rows.ts";
import { narrow } from "./slice.ts";

const CUMSUM: Op<{ readonly axis: number }> = {
  name: "CumsumBackward0",
  forward([x], { axis }) {
    const { storage, ownShape: shape } = x!;
    const { backend, size, stored, handle } = storage;
    const { outer, length, inner } = rowsAlong(shape, axis);
    if (size === 0) return makeTensor(storage.retain(), shape);
    if (backend.cumsum === undefined) {
      return runScoped(() => reshape(composedCumsum(reshape(x!, [outer, length, inner])), shape));
    }
    return makeTensor(
      new Storage(backend, backend.cumsum(handle, outer, length, inner, stored), size, stored),
      shape,
    );
  },
  gradients: [
    (g, { attributes: { axis } }) => (g.ownShape.length === 0 ? g : flip(cumsum(flip(g, axis), axis), axis)),
  ],
};

/** The elements `by` positions further along the middle axis, zeros before them. */
function shifted(x: Tensor, by: number): Tensor {
  const [outer, length, inner] = x.ownShape as [number, number, number];
  return embed(narrow(x, 1, 0, length - by), x.ownShape, {
    shape: [outer, length - by, inner],
    strides: [length * inner, inner, 1],
    offset: by * inner,
  });
}

/** The fallback (Hillis & Steele 1986): after each step a sum has twice as many terms. */
function composedCumsum(x: Tensor): Tensor {
  let sums = x;
  for (let by = 1; by < x.ownShape[1]!; by *= 2) {
    const before = sums;
    sums = runScoped(() => before.add(shifted(before, by)));
    if (before !== x) before.dispose();
  }
  return sums === x ? x.alias() : sums;
}

/**
 * Along an axis, the sum of each element and all before it; of int32 it wraps, truth values are counted.
 * @throws INVALID_ARGUMENT for an axis that x does not have.
 */
export function cumsum(x: Tensor, dim: number): Tensor {
  checkTensor("cumsum", x);
  if (isBool(x.dtype)) return runScoped(() => cumsum(x.int(), dim));
  return apply(CUMSUM, [x], { axis: normalizeAxis("cumsum", dim, x.ownShape.length) });
}
