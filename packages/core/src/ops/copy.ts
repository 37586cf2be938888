/**
 * Assignment as operations: what a tensor is after it, from what it was and what it was given.
 *
 * `Tensor.assign` and `Tensor.set` rebind a tensor to these results, at their place in the graph, so a loop that fills a
 * tensor piece by piece is differentiable as in PyTorch.
 */
import { apply, checkTensors, type Op } from "../autograd.ts";
import { Corr2dError } from "../errors.ts";
import { formatShape, type Shape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { expand, reshape } from "./movement.ts";
import { checkSameDtype, isPlain, type Operand } from "./operands.ts";
import { type Range, replaced, sliceView, taken, type View } from "./slice.ts";
import { choose, WHERE } from "./where.ts";

const COPY: Op = {
  name: "CopyBackwards",
  forward: ([, value]) => value!.detach(),
  gradients: [(g) => g.zerosLike(), (g) => g],
};

/** `value` in place of all of x; both have the same shape. */
export function copied(x: Tensor, value: Tensor): Tensor {
  return apply(COPY, [x, value], undefined);
}

const COPY_SLICES: Op<View> = {
  name: "CopySlices",
  forward: ([x, part], view) => replaced(x!, part!, view),
  gradients: [
    (g, { attributes }) => replaced(g, g.scalarLike(0), attributes),
    (g, { attributes }) => taken(g, attributes),
  ],
};

const INDEX_PUT: Op = { ...WHERE, name: "IndexPutBackward0" };

/** What is assigned, as a tensor beside x. */
function partOf(x: Tensor, value: Operand): Tensor {
  const part = isPlain(value) ? x.scalarLike(value) : value;
  checkTensors("set", [x, part]);
  checkSameDtype("set", x, part);
  return part;
}

/** The part of at most `rank` axes: leading ones of size 1 are dropped, as PyTorch does where it assigns. */
function withoutLeadingOnes(part: Tensor, rank: number): Tensor {
  const { ownShape: shape } = part;
  let drop = 0;
  while (shape.length - drop > rank && shape[drop] === 1) drop++;
  return drop === 0 ? part : reshape(part, shape.slice(drop));
}

/** `value` in place of the part of x that `ranges` names. @throws as `sliceScatter`. */
export function copiedSlices(x: Tensor, value: Operand, ranges: readonly Range[]): Tensor {
  const part = partOf(x, value);
  const view = sliceView(x, ranges);
  return apply(COPY_SLICES, [x, withoutLeadingOnes(part, view.shape.length)], view);
}

/**
 * `value` where `mask` is true, and x elsewhere.
 *
 * @param mask of x's first axes: x[mask] = value, as PyTorch has it. It is not broadcast, but for a mask that is all of x's.
 * @param value one number, or what broadcasts to the axes that the mask leaves; or a tensor of x's shape, of which the elements
 *   under the mask are taken.
 */
export function copiedUnderMask(x: Tensor, mask: Tensor, value: Operand): Tensor {
  const { ownShape: shape } = x;
  const rank = mask.ownShape.length;
  if (rank > shape.length || !sameShape(mask.ownShape, shape.slice(0, rank))) {
    const at = mask.ownShape.findIndex((size, axis) => size !== shape[axis]);
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `set: The shape of the mask ${formatShape(mask.ownShape)} at index ${at} does not match the shape of the indexed tensor ` +
        formatShape(shape),
    );
  }
  const rest = shape.slice(rank);
  let part = partOf(x, value);
  if (!sameShape(part.ownShape, shape)) {
    part = withoutLeadingOnes(part, rest.length);
    if (!broadcastsTo(part.ownShape, rest)) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `set: shape mismatch: value tensor of shape ${formatShape(part.ownShape)} cannot be broadcast to indexing result of shape ` +
          `${formatShape(rest)} per element of the mask; a value for each element of x is a tensor of x's shape ${formatShape(shape)}`,
      );
    }
  }
  return choose(
    INDEX_PUT,
    "set",
    reshape(mask, [...mask.ownShape, ...rest.map(() => 1)]),
    expand(part, shape),
    x,
  );
}

const broadcastsTo = (from: Shape, to: Shape): boolean =>
  from.length <= to.length && from.every((size, i) => size === 1 || size === to[to.length - from.length + i]);
