/**
 * Sizes, strides, broadcasting: pure functions on plain arrays of numbers.
 *
 * A shape lists the sizes of the axes, outermost first; `[]` is a scalar. Everything in corr2d is contiguous
 * and row-major, so strides only appear in the views that the backend primitives `strided` and `stridedAdd` take.
 * Arrays are made by literals, `slice` and `push`, never by `new Array(n)`: to V8 that is another kind, with holes, and
 * what was compiled for one kind is thrown away when the other comes.
 */
import { Corr2dError } from "./errors.ts";
import { describeValue, isList } from "./options.ts";

/** Sizes of the axes, outermost first. */
export type Shape = readonly number[];

/** The sizes of so many axes, as a tuple. */
export type SizesOf<Rank extends number, Sizes extends Shape = readonly []> = number extends Rank
  ? Shape
  : Sizes["length"] extends Rank
    ? Sizes
    : SizesOf<Rank, readonly [...Sizes, number]>;

/** The most axes a tensor can have: what backends must handle. */
export const MAX_RANK = 8;

/** The most elements a tensor can have, and the largest number that any geometry is made of: backends count in int32. */
export const MAX_SIZE: number = 2 ** 31 - 1;

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i]!;
  return size;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = shape.slice();
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}

/** `shape.map(fn)`, whose compiled form makes an array with holes. */
export function mapAxes(shape: Shape, fn: (size: number, axis: number) => number): number[] {
  const out: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) out.push(fn(shape[axis]!, axis));
  return out;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** `[2, 3]`, as PyTorch prints a size in its messages. */
export function formatShape(shape: Shape): string {
  const shown = Array.from(shape.slice(0, 64), (n) => (typeof n === "number" ? String(n) : describeValue(n)));
  return `[${shown.join(", ")}${shape.length > 64 ? ", …" : ""}]`;
}

/** The shape with ones put in front until it has `rank` axes; the same array when it already has them. */
export function alignShape(shape: Shape, rank: number): Shape {
  if (shape.length === rank) return shape;
  const out: number[] = [];
  for (let i = shape.length; i < rank; i++) out.push(1);
  for (const size of shape) out.push(size);
  return out;
}

/**
 * The shape two operands broadcast to (NumPy's rule: align at the last axis, sizes equal or one of them 1).
 *
 * @param op what the message names.
 * @throws SHAPE_MISMATCH with PyTorch's message.
 */
export function broadcastShapes(a: Shape, b: Shape, op = "broadcastShapes"): Shape {
  if (sameShape(a, b)) return a;
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  const rank = Math.max(a.length, b.length);
  const out = (rank === a.length ? a : b).slice();
  for (let axis = rank - 1; axis >= 0; axis--) {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `${op}: The size of tensor a (${sizeA}) must match the size of tensor b (${sizeB}) at non-singleton dimension ` +
          `${axis}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast.`,
      );
    }
    out[axis] = sizeA === 1 ? sizeB : sizeA;
  }
  return sameShape(out, a) ? a : sameShape(out, b) ? b : out;
}

/**
 * An axis counted from the front; negative axes count from the end.
 * @throws INVALID_ARGUMENT with PyTorch's message.
 */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const limit = Math.max(rank, 1);
  if (!Number.isInteger(axis) || axis < -limit || axis >= limit) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}: Dimension out of range (expected to be in range of [${-limit}, ${limit - 1}], but got ${describeValue(axis)})`,
    );
  }
  return axis < 0 ? axis + limit : axis;
}

/** Sorted, distinct axes from the front; `undefined` or `null` means all of them. */
export function normalizeAxes(
  op: string,
  axes: number | readonly number[] | null | undefined,
  rank: number,
): number[] {
  if (axes === undefined || axes === null) {
    const all: number[] = [];
    for (let axis = 0; axis < rank; axis++) all.push(axis);
    return all;
  }
  if (typeof axes === "number") return normalizeAxes(op, [axes], rank);
  if (!isList(axes)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}: dim must be a number or an array of numbers, but got ${describeValue(axes)}; options come after it, as in ` +
        "sum(1, { keepdim: true })",
    );
  }
  const out = mapAxes(axes, (axis) => normalizeAxis(op, axis, rank)).sort((a, b) => a - b);
  for (let i = 1; i < out.length; i++) {
    if (out[i] === out[i - 1]) {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `${op}: dim ${out[i]} appears multiple times in the list of dims`,
      );
    }
  }
  return rank === 0 ? [] : out;
}

/** The shape left when `axes` (sorted, from the front) are reduced. */
export function reducedShape(shape: Shape, axes: readonly number[], keepdim: boolean | undefined): number[] {
  const out: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) {
    if (!axes.includes(axis)) out.push(shape[axis]!);
    else if (keepdim) out.push(1);
  }
  return out;
}

/**
 * A new shape for `size` elements; one entry may be -1.
 * @throws SHAPE_MISMATCH with PyTorch's message, INVALID_ARGUMENT for what is no shape.
 */
export function inferShape(requested: Shape, size: number): number[] {
  if (!isList(requested)) throw notSizes(requested, "reshape: a shape");
  const out: number[] = [];
  let hole = -1;
  let known = 1;
  for (let i = 0; i < requested.length; i++) {
    const n = requested[i]!;
    if (n === -1 && hole < 0) hole = i;
    else if (n === -1) {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `reshape: only one dimension can be inferred: reshape(${formatShape(requested)})`,
      );
    } else if (!isSize(n)) {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `reshape: invalid shape dimension ${describeValue(n)}: reshape(${formatShape(requested)})`,
      );
    } else known *= n;
    out.push(n);
  }
  checkRank("reshape", out);
  if (hole >= 0 && known > 0 && size % known === 0) out[hole] = size / known;
  if (size === 0) checkSize("reshape", out);
  if (out.includes(-1) || sizeOf(out) !== size) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `reshape: shape '${formatShape(requested)}' is invalid for input of size ${size}`,
    );
  }
  return out;
}

const isSize = (n: unknown): boolean => Number.isInteger(n) && (n as number) >= 0;

const notSizes = (sizes: unknown, name: string): Corr2dError =>
  new Corr2dError(
    "INVALID_ARGUMENT",
    `${name} is an array of non-negative integers, but got ${isList(sizes) ? formatShape(sizes) : describeValue(sizes)}`,
  );

/**
 * Sizes that a caller gave, or other counts per axis: checked by index (a hole in an array is no size), and copied.
 *
 * @param name what the message of an error calls them.
 * @throws INVALID_ARGUMENT on a negative, fractional or non-numeric size.
 */
export function toSizes(sizes: unknown, name: string): Shape {
  if (!isList(sizes)) throw notSizes(sizes, name);
  const out: number[] = [];
  for (let i = 0; i < sizes.length; i++) {
    if (!isSize(sizes[i])) throw notSizes(sizes, name);
    out.push(sizes[i]);
  }
  return out;
}

/**
 * The shape of a tensor that a caller asked for: `toSizes`, of at most 8 axes and as many elements as can be addressed.
 * @throws INVALID_ARGUMENT; OUT_OF_MEMORY for more elements than that.
 */
export function toShape(op: string, sizes: unknown): Shape {
  const shape = toSizes(sizes, `${op}: a shape`);
  checkRank(op, shape);
  checkSize(op, shape);
  return shape;
}

/**
 * The number of elements of a result, before any work is done for it.
 * @throws OUT_OF_MEMORY for more than can be addressed; INVALID_ARGUMENT for an axis longer than that of a tensor without any.
 */
export function checkSize(op: string, shape: Shape): number {
  const size = sizeOf(shape);
  if (size === 0) checkLengths(op, shape);
  if (size <= MAX_SIZE) return size;
  throw new Corr2dError(
    "OUT_OF_MEMORY",
    `${op}: shape ${formatShape(shape)} has ${size} elements, more than a tensor can have (2³¹ − 1)`,
  );
}

/** Where there are no elements, their number says nothing of how long the axes are: arithmetic with them must stay exact. */
function checkLengths(op: string, shape: Shape): void {
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis]! <= MAX_SIZE) continue;
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}: dimension ${axis} of shape ${formatShape(shape)} is longer than a tensor's can be (2³¹ − 1)`,
    );
  }
}

/** Sizes given as one array or one by one: `reshape([2, 3])` and `reshape(2, 3)`. */
export function sizesFrom(first: Shape | number, rest: readonly number[]): Shape {
  return typeof first === "number" ? [first, ...rest] : first;
}

/**
 * Checks the bias of a layer, if there is one: a number per channel.
 * @throws SHAPE_MISMATCH with PyTorch's message.
 */
export function checkBias(weight: Shape, bias: Shape | undefined, channels: number): void {
  if (bias === undefined || (bias.length === 1 && bias[0] === channels)) return;
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    `Given weight of size ${formatShape(weight)}, expected bias to be 1-dimensional with ${channels} elements, but got ` +
      `bias of size ${formatShape(bias)} instead`,
  );
}

/**
 * An address pattern with as few axes as possible: sizes of 1 dropped, neighbours that step evenly merged.
 *
 * @returns sizes and strides of the remaining axes, addressing the same elements in the same order.
 */
export function collapseAxes(
  shape: Shape,
  strides: readonly number[],
): { shape: number[]; strides: number[] } {
  const out: { shape: number[]; strides: number[] } = { shape: [], strides: [] };
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis]!;
    const stride = strides[axis]!;
    const last = out.shape.length - 1;
    if (size === 1) continue;
    if (last >= 0 && out.strides[last] === size * stride) {
      out.shape[last]! *= size;
      out.strides[last] = stride;
    } else {
      out.shape.push(size);
      out.strides.push(stride);
    }
  }
  return out;
}

/**
 * @throws INVALID_ARGUMENT for more than 8 axes.
 */
export function checkRank(op: string, shape: Shape): void {
  if (shape.length <= MAX_RANK) return;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `${op}: a tensor has at most ${MAX_RANK} axes, but got shape ${formatShape(shape)}`,
  );
}

/** The strides of `shape` with 0 along the axes where it is 1 and `out` is not: how an operand broadcasts to `out`. */
export function broadcastStrides(shape: Shape, out: Shape): number[] {
  return mapAxes(stridesOf(shape), (stride, axis) => (shape[axis] === 1 && out[axis] !== 1 ? 0 : stride));
}
