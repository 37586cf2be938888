/** Axes and parts in other orders, composed of the movements in `movement.ts` and `slice.ts`. */
import { checkTensor } from "../autograd.ts";
import { Corr2dError } from "../errors.ts";
import { describeValue, isList } from "../options.ts";
import { formatShape, inferShape, normalizeAxis, type Shape, sizeOf, stridesOf, toSizes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { flatten, permute, reshape, tile } from "./movement.ts";
import { narrow, split, taken } from "./slice.ts";

const invalid = (message: string): Corr2dError => new Corr2dError("INVALID_ARGUMENT", message);
const mismatch = (message: string): Corr2dError => new Corr2dError("SHAPE_MISMATCH", message);

/** An axis that x has. @throws INVALID_ARGUMENT. */
function axisOf(op: string, x: Tensor, dim: number): number {
  checkTensor(op, x);
  const axis = normalizeAxis(op, dim, x.ownShape.length);
  if (x.ownShape.length > 0) return axis;
  throw invalid(`${op}: Dimension specified as ${dim} but tensor has no dimensions`);
}

/**
 * `chunks` parts of one size along an axis; the last may be smaller, and there may be fewer parts.
 * @throws INVALID_ARGUMENT for no parts, or an axis that x does not have.
 */
export function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  const axis = axisOf("chunk", x, dim);
  if (!Number.isInteger(chunks) || chunks < 1) {
    throw invalid(`chunk expects \`chunks\` to be greater than 0, got: ${describeValue(chunks)}`);
  }
  const size = x.ownShape[axis]!;
  return size === 0
    ? split(
        x,
        Array.from({ length: chunks }, () => 0),
        axis,
      )
    : split(x, Math.ceil(size / chunks), axis);
}

/** Position `i` of an axis, which is dropped. */
export function pick(x: Tensor, axis: number, i: number): Tensor {
  const strides = stridesOf(x.ownShape);
  const without = (sizes: Shape): number[] => sizes.filter((_, a) => a !== axis);
  return taken(x, { shape: without(x.ownShape), strides: without(strides), offset: i * strides[axis]! });
}

/**
 * The positions of an axis, each without it: the rows of a matrix for 0, its columns for 1.
 * @throws INVALID_ARGUMENT for an axis that x does not have; a scalar has none.
 */
export function unbind(x: Tensor, dim = 0): Tensor[] {
  const axis = axisOf("unbind", x, dim);
  return Array.from({ length: x.ownShape[axis]! }, (_, i) => pick(x, axis, i));
}

/**
 * The whole tensor repeated `sizes[axis]` times along each axis; new axes may be added in front.
 * @throws INVALID_ARGUMENT for fewer counts than axes, or a count that is negative or a fraction.
 */
export function repeat(x: Tensor, sizes: readonly number[]): Tensor {
  checkTensor("repeat", x);
  if (toSizes(sizes, "repeat: sizes").length < x.ownShape.length) {
    throw invalid(
      "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor: repeat" +
        `(${formatShape(sizes)}) of a tensor of shape ${formatShape(x.ownShape)}`,
    );
  }
  return tile(x, sizes);
}

/** One number or several, as a list. */
const listOf = (numbers: number | readonly number[]): readonly number[] =>
  isList(numbers) ? numbers : [numbers as number];

/**
 * The elements moved on by `shifts` positions along `dims`; those that leave at the end come in at the start. Without `dims`, along
 * the flattened tensor.
 * @throws INVALID_ARGUMENT unless there is a whole shift for every axis.
 */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  dims?: number | readonly number[],
): Tensor {
  checkTensor("roll", x);
  const steps = listOf(shifts);
  if (dims === undefined && steps.length === 1) return reshape(roll(flatten(x), steps, 0), x.ownShape);
  const axes = dims === undefined ? [] : listOf(dims);
  if (axes.length !== steps.length || axes.length === 0) {
    throw invalid(`roll: shifts and dimensions must align. shifts: ${steps.length}, dims:${axes.length}`);
  }
  return axes.reduce<Tensor>((rolled, dim, i) => {
    const axis = axisOf("roll", rolled, dim);
    const size = rolled.ownShape[axis]!;
    const step = steps[i]!;
    if (!Number.isSafeInteger(step))
      throw invalid(`roll: a shift must be an integer, but got ${describeValue(step)}`);
    const start = size === 0 ? 0 : ((-step % size) + size) % size;
    if (start === 0) return rolled;
    return narrow(
      tile(
        rolled,
        rolled.ownShape.map((_, a) => (a === axis ? 2 : 1)),
      ),
      axis,
      start,
      size,
    );
  }, x.alias());
}

/**
 * Axes moved to other places; the rest keep their order.
 * @throws INVALID_ARGUMENT unless source and destination are as many different axes.
 */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  checkTensor("movedim", x);
  const rank = x.ownShape.length;
  const [from, to] = [source, destination].map((dims, which) => {
    const axes = Array.from(listOf(dims), (dim) => normalizeAxis("movedim", dim, rank));
    if (new Set(axes).size === axes.length) return axes;
    throw invalid(
      `movedim: repeated dim in \`${which === 0 ? "source" : "destination"}\` (${formatShape(listOf(dims))})`,
    );
  }) as [number[], number[]];
  if (from.length !== to.length) {
    throw invalid(
      `movedim: Invalid source or destination dims: source (${formatShape(from)} dims) should contain the same number of dims ` +
        `as destination (${formatShape(to)} dims)`,
    );
  }
  if (rank === 0) return x.alias();
  const rest = x.ownShape.flatMap((_, axis) => (from.includes(axis) ? [] : [axis]));
  return permute(
    x,
    x.ownShape.map((_, axis) => (to.includes(axis) ? from[to.indexOf(axis)]! : rest.shift()!)),
  );
}

/**
 * One axis as several of `sizes`, of which one may be −1.
 * @throws SHAPE_MISMATCH unless they multiply up to the axis; INVALID_ARGUMENT.
 */
export function unflatten(x: Tensor, dim: number, sizes: Shape): Tensor {
  const axis = axisOf("unflatten", x, dim);
  if (!isList(sizes) || sizes.length === 0) throw invalid("unflatten: sizes must be non-empty");
  const size = x.ownShape[axis]!;
  const known = sizes.filter((n) => n !== -1);
  if (sizes.length - known.length === 0 ? sizeOf(sizes) !== size : size % sizeOf(known) !== 0) {
    throw mismatch(
      `unflatten: Provided sizes ${formatShape(sizes)} don't multiply up to the size of dim ${axis} (${size}) in the input tensor`,
    );
  }
  return reshape(x, [
    ...x.ownShape.slice(0, axis),
    ...inferShape(sizes, size),
    ...x.ownShape.slice(axis + 1),
  ]);
}
