/**
 * Assignment as operations: what a tensor is after it, from what it was and what it was given.
 *
 * `Tensor.assign` and `Tensor.set` rebind a tensor to these results, at their place in the graph, so a loop that fills a
 * tensor piece by piece is differentiable as in PyTorch.
 */
import { apply, checkTensors, type Op } from "../autograd.ts";
import { isList } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { checkIndices, type Range, slice, sliceScatter } from "./movement.ts";
import { checkSameDtype, type Operand } from "./operands.ts";

const COPY: Op = {
  name: "CopyBackwards",
  forward: ([, value]) => value!.detach(),
  gradients: [(g) => g.zerosLike(), (g) => g],
};

/** `value` in place of all of x; both have the same shape. */
export function copied(x: Tensor, value: Tensor): Tensor {
  return apply(COPY, [x, value], undefined);
}

const COPY_SLICES: Op<readonly Range[]> = {
  name: "CopySlices",
  forward: ([x, part], ranges) => sliceScatter(x!, part!, ...ranges),
  gradients: [
    (g, { attributes }) => sliceScatter(g, 0, ...attributes),
    (g, { attributes }) => slice(g, ...attributes),
  ],
};

/** `value` in place of the part of x that `ranges` names. @throws as `sliceScatter`. */
export function copiedSlices(x: Tensor, value: Operand, ranges: readonly Range[]): Tensor {
  const part = typeof value === "number" ? x.scalarLike(value) : value;
  checkTensors("set", [x, part]);
  checkSameDtype("set", x, part);
  checkIndices(x, ranges); // too many would not even fit into a call
  // The caller's arrays may be written on before backward reads them.
  const own = ranges.map((range): Range => (isList(range) ? (range.slice() as Range) : range));
  return apply(COPY_SLICES, [x, part], own);
}
