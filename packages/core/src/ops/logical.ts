/** Truth values: their logic, questions whose answers they are, and whether any or all of many hold. */
import { checkTensor, checkTensors, makeTensor } from "../autograd.ts";
import { isFloating } from "../dtype.ts";
import { normalizeAxes, reducedShape } from "../shape.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { compare, maximum, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { reshape } from "./movement.ts";
import * as primitives from "./primitives.ts";
import { type Dim, type KeepDim, toOptions } from "./reduce.ts";
import { unary } from "./unary.ts";

/** `fn` of the truth values of both; of numbers, whether they are not 0. */
function ofTruths(label: string, a: Tensor, b: Tensor, fn: (a: Tensor, b: Tensor) => Tensor): Tensor {
  checkTensors(label, [a, b]);
  return runScoped(() => fn(cast(a, "bool"), cast(b, "bool")));
}

/** bool: whether both are true. Of numbers, what is not 0 is true (NaN, too). */
export const logicalAnd = (x: Tensor, other: Tensor): Tensor => ofTruths("logicalAnd", x, other, mul);
/** bool: whether one of the two is true, or both. Of numbers, what is not 0 is true. */
export const logicalOr = (x: Tensor, other: Tensor): Tensor => ofTruths("logicalOr", x, other, maximum);
/** bool: whether exactly one of the two is true. Of numbers, what is not 0 is true. */
export const logicalXor = (x: Tensor, other: Tensor): Tensor =>
  ofTruths("logicalXor", x, other, (a, b) => compare("ne", a, b));

/** bool: whether it is not true. Of numbers, whether they are 0. */
export const logicalNot = (x: Tensor): Tensor => compare("eq", x, 0);

/** bool: which elements are NaN. */
export const isnan = (x: Tensor): Tensor => compare("ne", x, x);

/** bool: which elements are ∞ or −∞. */
export function isinf(x: Tensor): Tensor {
  checkTensor("isinf", x);
  return isFloating(x.dtype)
    ? runScoped(() => compare("eq", unary("abs", x), Infinity))
    : compare("ne", x, x);
}

/** bool: which elements are neither NaN nor ±∞. */
export function isfinite(x: Tensor): Tensor {
  checkTensor("isfinite", x);
  return isFloating(x.dtype)
    ? runScoped(() => compare("lt", unary("abs", x), Infinity))
    : compare("eq", x, x);
}

function reduced(label: "any" | "all", x: Tensor, dim: Dim, keepdim: KeepDim): Tensor {
  checkTensor(label, x);
  const options = toOptions(label, keepdim);
  const axes = normalizeAxes(label, dim, x.ownShape.length);
  const shape = reducedShape(x.ownShape, axes, options.keepdim);
  return runScoped(() => {
    const truths = cast(x.detach(), "bool");
    if (axes.length === 0) return reshape(truths, shape);
    // Of zeros and ones the largest is "or" and the product "and"; of nothing they are 0 and 1.
    const op = label === "any" ? "max" : "prod";
    return makeTensor(primitives.reduce(op, truths.storage, truths.ownShape, axes), shape);
  });
}

/** bool: whether any element is true, along `dim` or at all; over nothing false. Of numbers, what is not 0 is true. */
export const any = (x: Tensor, dim?: Dim, keepdim: KeepDim = {}): Tensor => reduced("any", x, dim, keepdim);
/** bool: whether all elements are true, along `dim` or at all; over nothing true. Of numbers, what is not 0 is true. */
export const all = (x: Tensor, dim?: Dim, keepdim: KeepDim = {}): Tensor => reduced("all", x, dim, keepdim);
