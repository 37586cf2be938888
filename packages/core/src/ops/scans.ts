/** Running products and extremes along an axis, in as many steps as the axis' length has binary digits (Hillis & Steele 1986). */
import { checkTensor, noGrad } from "../autograd.ts";
import { normalizeAxis } from "../shape.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { gather } from "./indexing.ts";
import { reshape } from "./movement.ts";
import { pad } from "./pad.ts";
import type { ValuesAndIndices } from "./reduce.ts";
import { narrow } from "./slice.ts";
import { where } from "./where.ts";

/** x moved `by` positions further along an axis, `fill` before it. */
function shifted(x: Tensor, axis: number, by: number, fill: number): Tensor {
  const behind = 2 * (x.ownShape.length - 1 - axis);
  const sides = [...Array.from({ length: behind }, () => 0), by, 0];
  return pad(narrow(x, axis, 0, x.ownShape[axis]! - by), sides, { value: fill });
}

/**
 * Along an axis, the product of each element and all before it; of int32 it wraps.
 * @throws INVALID_ARGUMENT.
 */
export function cumprod(x: Tensor, dim: number): Tensor {
  checkTensor("cumprod", x);
  const axis = normalizeAxis("cumprod", dim, x.ownShape.length);
  let products = x.alias();
  for (let by = 1; by < (x.ownShape[axis] ?? 1); by *= 2)
    products = products.mul(shifted(products, axis, by, 1));
  return products;
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
