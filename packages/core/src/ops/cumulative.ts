/** Running sums along an axis. */
import { apply, checkTensor, makeTensor, type Op } from "../autograd.ts";
import { isBool } from "../dtype.ts";
import { normalizeAxis } from "../shape.ts";
import { runScoped, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { flip } from "./movement.ts";
import { pad } from "./pad.ts";
import { rowsAlong } from "./rows.ts";
import { narrow } from "./slice.ts";

const CUMSUM: Op<{ readonly axis: number }> = {
  name: "CumsumBackward0",
  forward([x], { axis }) {
    const { storage, ownShape: shape } = x!;
    const { backend, size, stored, handle } = storage;
    if (size === 0) return makeTensor(storage.retain(), shape);
    if (backend.cumsum === undefined) return scanned(x!, axis, 0, (a, b) => a.add(b));
    const { outer, length, inner } = rowsAlong(shape, axis);
    return makeTensor(
      new Storage(backend, backend.cumsum(handle, outer, length, inner, stored), size, stored),
      shape,
    );
  },
  gradients: [
    (g, { attributes: { axis } }) => (g.ownShape.length === 0 ? g : flip(cumsum(flip(g, axis), axis), axis)),
  ],
};

/** x moved `by` positions further along an axis, `fill` before it. */
export function shifted(x: Tensor, axis: number, by: number, fill: number): Tensor {
  const behind = 2 * (x.ownShape.length - 1 - axis);
  const sides = [...Array.from({ length: behind }, () => 0), by, 0];
  return pad(narrow(x, axis, 0, x.ownShape[axis]! - by), sides, { value: fill });
}

/** Each element with all before it (Hillis & Steele 1986): after each step a result is of twice as many. `none` changes nothing. */
export function scanned(
  x: Tensor,
  axis: number,
  none: number,
  combine: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  let results = x.alias();
  for (let by = 1; by < (x.ownShape[axis] ?? 1); by *= 2) {
    const before = results;
    results = runScoped(() => combine(before, shifted(before, axis, by, none)));
    before.dispose();
  }
  return results;
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
