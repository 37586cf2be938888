/** Running products and extremes along an axis, in as many steps as the axis' length has binary digits (Hillis & Steele 1986). */
import { checkTensor, noGrad } from "../autograd.ts";
import { isBool } from "../dtype.ts";
import { normalizeAxis } from "../shape.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { scanned, shifted } from "./cumulative.ts";
import { gather } from "./indexing.ts";
import { reshape } from "./movement.ts";
import type { ValuesAndIndices } from "./reduce.ts";
import { where } from "./where.ts";

/**
 * Along an axis, the product of each element and all before it; of int32 it wraps, truth values count as 0 and 1.
 * @throws INVALID_ARGUMENT.
 */
export function cumprod(x: Tensor, dim: number): Tensor {
  checkTensor("cumprod", x);
  if (isBool(x.dtype)) return runScoped(() => cumprod(x.int(), dim));
  return scanned(x, normalizeAxis("cumprod", dim, x.ownShape.length), 1, (a, b) => a.mul(b));
}

/** Along an axis, where the extreme of each element and all before it is: the last of several, the last NaN. */
function extremes(x: Tensor, axis: number, isBehind: (a: Tensor, b: Tensor) => Tensor): Tensor {
  const length = x.ownShape[axis]!;
  const sizes = x.ownShape.map((_, a) => (a === axis ? length : 1));
  const counted = x.fromArray(
    Int32Array.from({ length }, (_, i) => i),
    sizes,
  );
  let at = counted.expand(x.ownShape);
  for (let by = 1; by < length; by *= 2) {
    // The first positions meet themselves.
    const earlier = where(counted.lt(by), at, shifted(at, axis, by, 0));
    const [here, there] = [gather(x, axis, at), gather(x, axis, earlier)];
    const stays = where(
      here.ne(here),
      1,
      where(there.ne(there), 0, isBehind(there, here).int().type("int32")),
    );
    at = where(stays.ne(0), at, earlier);
  }
  return at;
}

function cumulated(
  label: string,
  x: Tensor,
  dim: number,
  isBehind: (a: Tensor, b: Tensor) => Tensor,
): ValuesAndIndices {
  checkTensor(label, x);
  const axis = normalizeAxis(label, dim, x.ownShape.length);
  const whole = x.ownShape.length === 0 ? reshape(x, [1]) : x;
  const indices = noGrad(() => runScoped(() => extremes(whole.detach(), axis, isBehind)));
  return { values: reshape(gather(whole, axis, indices), x.ownShape), indices: reshape(indices, x.ownShape) };
}

/** Along an axis, the largest of each element and all before it, and where it is. @throws INVALID_ARGUMENT. */
export const cummax = (x: Tensor, dim: number): ValuesAndIndices =>
  cumulated("cummax", x, dim, (a, b) => a.le(b));
/** Along an axis, the smallest of each element and all before it, and where it is. @throws INVALID_ARGUMENT. */
export const cummin = (x: Tensor, dim: number): ValuesAndIndices =>
  cumulated("cummin", x, dim, (a, b) => a.ge(b));
