/**
 * Padding of any axes, in the four modes of PyTorch. Constant padding adds the tensor into a larger one; the others
 * pick positions of the tensor, axis by axis, so both directions are differentiable by what they are made of.
 */
import { checkTensor } from "../autograd.ts";
import { arrayOf } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, describeValue, isList, type OptionTypes } from "../options.ts";
import { formatShape, MAX_SIZE, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { indexSelect } from "./indexing.ts";
import { embed, embedIn } from "./movement.ts";
import { checkRoom, toScalar } from "./operands.ts";
import { type Range, slice } from "./slice.ts";

/** What the cells around show. */
export type PadMode = "constant" | "zeros" | "reflect" | "replicate" | "circular";

/** Options of `pad`. */
export interface PadOptions {
  /** Default 'constant'; 'zeros' is the same with value 0. */
  readonly mode?: PadMode | undefined;
  /** What constant padding is made of (default 0). */
  readonly value?: number | undefined;
}

const PAD_OPTIONS: OptionTypes = { mode: "any", value: "number" };

/** Which position of the axis a cell outside it shows. */
const SOURCES = {
  reflect: (i: number, size: number) => {
    const period = Math.max(1, 2 * (size - 1));
    const at = ((i % period) + period) % period;
    return at < size ? at : period - at;
  },
  replicate: (i: number, size: number) => Math.min(size - 1, Math.max(0, i)),
  circular: (i: number, size: number) => ((i % size) + size) % size,
};

function checkReach(
  mode: keyof typeof SOURCES,
  size: number,
  before: number,
  after: number,
  axis: number,
): void {
  const limit = { reflect: size - 1, replicate: size === 0 ? 0 : Infinity, circular: size }[mode];
  if (before <= limit && after <= limit) return;
  const why = {
    reflect:
      "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding",
    replicate: "pad: there is nothing to replicate: padding",
    circular: "Padding value causes wrapping around more than once: padding",
  }[mode];
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `${why} (${before}, ${after}) at dimension ${axis} of size ${size}`,
  );
}

/**
 * The tensor with cells added around it; negative numbers crop.
 *
 * @param pad pairs (before, after) from the last axis backwards, as PyTorch has it: [left, right, top, bottom, …].
 * @throws INVALID_ARGUMENT for an odd number of them, an unknown mode, a reflection of the size of the axis or more.
 */
export function pad(x: Tensor, pad: readonly number[], options: PadOptions = {}): Tensor {
  checkTensor("pad", x);
  checkOptions("pad", options, PAD_OPTIONS, "{ mode: 'reflect' }");
  const { mode = "constant", value = 0 } = options;
  const rank = x.ownShape.length;
  const isPairs = isList(pad) && pad.length % 2 === 0 && pad.length <= 2 * rank;
  if (!isPairs || !Array.from(pad).every((n) => Number.isInteger(n) && Math.abs(n) <= MAX_SIZE)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `pad: expected pairs of integers (before, after) from the last axis backwards, at most ${rank} for a tensor of shape ` +
        `${formatShape(x.ownShape)}, but got ${isList(pad) ? formatShape(pad) : describeValue(pad)}`,
    );
  }
  const borders = x.ownShape.map((size, axis): Border => {
    const [before = 0, after = 0] = pad.slice(2 * (rank - 1 - axis));
    if (size + Math.min(before, after, before + after) < 0) {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `pad: padding ${before} and ${after} crops more than there is of dimension ${axis}, whose size is ${size}`,
      );
    }
    return [before, after];
  });
  if (mode === "constant" || mode === "zeros") return padConstant(x, borders, mode === "zeros" ? 0 : value);
  if (typeof mode !== "string" || !Object.hasOwn(SOURCES, mode)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode=${describeValue(mode)}`,
    );
  }
  // What a circle has lost cannot come round again: PyTorch crops all axes first.
  let out = mode === "circular" ? crop(x, borders) : x;
  const grown = mode === "circular" ? borders.map(onlyAdded) : borders;
  grown.forEach(([before, after], axis) => {
    if (before !== 0 || after !== 0) checkReach(mode, out.ownShape[axis]!, before, after, axis);
  });
  const shape = grown.map(([before, after], axis) => before + out.ownShape[axis]! + after);
  checkRoom("pad", x.backend, shape, x.dtype);
  if (shape.includes(0)) return padConstant(out, grown, 0); // nothing is shown, however long the axes are
  grown.forEach(([before, after], axis) => {
    if (before === 0 && after === 0) return;
    const size = out.ownShape[axis]!;
    const length = size + before + after;
    const positions = arrayOf("int32", length);
    for (let i = 0; i < length; i++) positions[i] = SOURCES[mode](i - before, size);
    out = indexSelect(out, axis, x.fromArray(positions, [length]));
  });
  return out === x ? x.alias() : out;
}

type Border = readonly [before: number, after: number];

/** What is left of x where borders are negative. */
function crop(x: Tensor, borders: readonly Border[]): Tensor {
  if (borders.every(([before, after]) => before >= 0 && after >= 0)) return x;
  const ranges = x.ownShape.map((size, axis): Range => {
    const [before, after] = borders[axis]!;
    const start = Math.max(0, -before);
    return [start, Math.max(start, size + Math.min(0, after))];
  });
  return slice(x, ...ranges);
}

const onlyAdded = ([before, after]: Border): Border => [Math.max(0, before), Math.max(0, after)];

function padConstant(x: Tensor, borders: readonly Border[], value: number | boolean): Tensor {
  const kept = crop(x, borders);
  const added = borders.map(onlyAdded);
  const shape = kept.ownShape.map((size, axis) => size + added[axis]![0] + added[axis]![1]);
  checkRoom("pad", x.backend, shape, x.dtype);
  const strides = stridesOf(shape);
  const offset =
    kept.numel() === 0 ? 0 : strides.reduce((sum, stride, axis) => sum + stride * added[axis]![0], 0);
  const view = { shape: kept.ownShape, strides, offset };
  return Number(value) === 0
    ? embed(kept, shape, view)
    : embedIn(toScalar("pad", value, x), kept, shape, view);
}
