/**
 * Rectangular parts of a tensor by Python's index notation: taken out, or put back.
 *
 * A part is a view, so one `strided` takes it and one `stridedAdd` puts it back.
 */
import { checkTensor, checkTensors } from "../autograd.ts";
import type { StridedView } from "../backend.ts";
import { Corr2dError } from "../errors.ts";
import { describeValue, isList } from "../options.ts";
import { checkRank, formatShape, normalizeAxis, stridesOf, toSizes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { embedIn, expand, read } from "./movement.ts";
import { checkSameDtype, isPlain, type Operand } from "./operands.ts";

/**
 * One axis of an index: a number picks one position and drops the axis; `[start, stop, step]` (each optional, null
 * for open) and the string 'start:stop:step' keep a range, as Python's slices do; a negative step reverses. The string '...'
 * takes the axes that no other range names, and null puts a new axis of size 1 in its place.
 */
export type Range =
  | number
  | string
  | null
  | readonly [start?: number | null, stop?: number | null, step?: number | null];

/** The elements of a tensor that an index names. */
export type View = Omit<StridedView, "sourceSize">;

interface AxisRange {
  readonly start: number;
  readonly count: number;
  readonly step: number;
  readonly drop: boolean;
}

function badRange(range: Range, why: string): Corr2dError {
  const got = isList(range) ? formatShape(range) : describeValue(range);
  return new Corr2dError("INVALID_ARGUMENT", `slice: ${why}: ${got}`);
}

function parseRange(range: Range, axis: number, size: number): AxisRange {
  if (typeof range === "number") {
    if (!Number.isInteger(range)) throw badRange(range, "an index must be an integer");
    if (range < -size || range >= size) {
      throw new Corr2dError(
        "INDEX_OUT_OF_RANGE",
        `index ${range} is out of bounds for dimension ${axis} with size ${size}`,
      );
    }
    return { start: range < 0 ? range + size : range, count: 1, step: 1, drop: true };
  }
  let parts: readonly (number | null | undefined)[];
  if (typeof range === "string") {
    const fields = range.split(":");
    if (fields.length < 2 || fields.length > 3 || !fields.every((field) => /^\s*(-?\d+)?\s*$/.test(field))) {
      throw badRange(range, "expected 'start:stop' or 'start:stop:step'");
    }
    parts = fields.map((field) => (field.trim() === "" ? null : Number(field)));
  } else if (isList(range) && range.length <= 3) parts = range;
  else throw badRange(range, "expected a number, [start, stop, step] or 'start:stop:step'");
  if (!Array.from(parts).every((part) => part === null || part === undefined || Number.isInteger(part))) {
    throw badRange(range, "bounds must be integers");
  }
  const step = parts[2] ?? 1;
  if (step === 0) throw badRange(range, "slice step cannot be zero");
  // Python's slice.indices: bounds count from the end when negative, then are clipped to the axis.
  const low = step > 0 ? 0 : -1;
  const high = low + size;
  const clip = (bound: number | null | undefined, open: number): number =>
    Math.min(
      high,
      Math.max(low, bound === null || bound === undefined ? open : bound < 0 ? bound + size : bound),
    );
  const start = clip(parts[0], step > 0 ? low : high);
  const stop = clip(parts[1], step > 0 ? high : low);
  return { start, count: Math.max(0, Math.ceil((stop - start) / step)), step, drop: false };
}

/** The view that an index takes of a tensor; axes behind the last range are taken whole. */
export function sliceView(x: Tensor, ranges: readonly Range[]): View {
  const rank = x.ownShape.length;
  let named = 0;
  for (const range of ranges) if (range !== null && range !== "...") named++; // a hole is a range, and refused
  if (named > rank) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `too many indices for tensor of dimension ${rank}: got ${named}`,
    );
  }
  const steps = stridesOf(x.ownShape);
  const shape: number[] = [];
  const strides: number[] = [];
  let offset = 0;
  let axis = 0;
  let unnamed = rank - named;
  const take = (range: Range): void => {
    const stride = steps[axis]!;
    const { start, count, step, drop } = parseRange(range, axis, x.ownShape[axis]!);
    axis++;
    if (count > 0) offset += start * stride;
    if (drop) return;
    shape.push(count);
    strides.push(stride * step);
  };
  for (const range of [...ranges, "..."]) {
    if (range === null) {
      shape.push(1);
      strides.push(0);
      if (shape.length > rank) checkRank("slice", shape);
    } else if (range === "...") for (; unnamed > 0; unnamed--) take(":");
    else take(range);
  }
  return { shape, strides, offset };
}

/**
 * A rectangular part: `x.slice(0, "2:6")` is Python's `x[0, 2:6]`, `x.slice("...", null)` its `x[..., None]`.
 * @throws INDEX_OUT_OF_RANGE, INVALID_ARGUMENT.
 */
export function slice(x: Tensor, ...ranges: readonly Range[]): Tensor {
  checkTensor("slice", x);
  return taken(x, sliceView(x, ranges));
}

/** The part of x that a view takes. */
export const taken = (x: Tensor, view: View): Tensor => read(x, "SliceBackward0", view);

/** x with that part replaced. */
export const replaced = (x: Tensor, part: Tensor, view: View): Tensor =>
  embedIn(x, expand(part, view.shape), x.ownShape, view);

/**
 * x with the part that `ranges` names replaced by `src` (broadcast to it): PyTorch's slice_scatter. x is not changed.
 * @throws INDEX_OUT_OF_RANGE, INVALID_ARGUMENT, SHAPE_MISMATCH, DTYPE_MISMATCH.
 */
export function sliceScatter(x: Tensor, src: Operand, ...ranges: readonly Range[]): Tensor {
  checkTensor("sliceScatter", x);
  const view = sliceView(x, ranges);
  const part = isPlain(src) ? x.scalarLike(src) : src;
  checkTensors("sliceScatter", [x, part]);
  checkSameDtype("sliceScatter", x, part);
  return replaced(x, part, view);
}

/** `length` positions of one axis from `start` on. */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  checkTensor("narrow", x);
  const axis = normalizeAxis("narrow", dim, x.ownShape.length);
  toSizes([start, length], "narrow: start and length");
  if (start + length > (x.ownShape[axis] ?? 1)) {
    throw new Corr2dError(
      "INDEX_OUT_OF_RANGE",
      `start (${start}) + length (${length}) exceeds dimension size (${x.ownShape[axis]}).`,
    );
  }
  return slice(x, ...x.ownShape.slice(0, axis).map((): Range => ":"), [start, start + length]);
}

/** A tensor for each of the sizes, so that `const [a, b] = x.split([2, 3])` is known to have both. */
export type Parts<Sizes> = number extends Sizes
  ? Tensor[]
  : Sizes extends readonly number[]
    ? { -readonly [I in keyof Sizes]: Tensor }
    : Tensor[];

/**
 * The parts of `sizes[i]` positions along an axis (a number: parts of that size, the last may be smaller).
 * @throws SHAPE_MISMATCH when the sizes do not add up to the axis, or a size of 0 cannot.
 */
export function split<const Sizes extends number | readonly number[]>(
  x: Tensor,
  splitSizeOrSections: Sizes,
  dim = 0,
): Parts<Sizes> {
  checkTensor("split", x);
  const axis = normalizeAxis("split", dim, x.ownShape.length);
  const total = x.ownShape[axis] ?? 1;
  toSizes(
    typeof splitSizeOrSections === "number" ? [splitSizeOrSections] : splitSizeOrSections,
    "split: sizes",
  );
  const list: readonly number[] =
    typeof splitSizeOrSections === "number"
      ? Array.from({ length: Math.max(1, Math.ceil(total / (splitSizeOrSections || Infinity))) }, (_, i) =>
          Math.min(splitSizeOrSections, total - i * splitSizeOrSections),
        )
      : splitSizeOrSections;
  if (list.reduce((a, b) => a + b, 0) !== total) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `split_with_sizes expects split_sizes to sum exactly to ${total} (input tensor's size at dimension ${axis}), ` +
        `but got split_sizes=${formatShape(list)}`,
    );
  }
  let start = 0;
  return list.map((length) => {
    const part = narrow(x, axis, start, length);
    start += length;
    return part;
  }) as Parts<Sizes>;
}
