/**
 * Padding of any axes, in the four modes of PyTorch. Constant padding adds the tensor into a larger one; the others
 * pick positions of the tensor, axis by axis, so both directions are differentiable by what they are made of.
 */
import { checkTensor } from "../autograd.ts";
import { Corr2dError } from "../errors.ts";
import { formatShape, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { indexSelect } from "./indexing.ts";
import { embed, embedIn, type Range, slice } from "./movement.ts";

export type PadMode = "constant" | "zeros" | "reflect" | "replicate" | "circular";

export interface PadOptions {
  /** Default 'constant'; 'zeros' is the same with value 0. */
  readonly mode?: PadMode | undefined;
  /** What constant padding is made of (default 0). */
  readonly value?: number | undefined;
}

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
  mode: "reflect" | "circular",
  size: number,
  before: number,
  after: number,
  axis: number,
): void {
  const limit = mode === "reflect" ? size - 1 : size;
  if (before <= limit && after <= limit) return;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    mode === "reflect"
      ? `Argument #4: Padding size should be less than the corresponding input dimension, but got: padding ` +
          `(${before}, ${after}) at dimension ${axis} of size ${size}`
      : `Padding value causes wrapping around more than once: padding (${before}, ${after}) at dimension ${axis} of size ${size}`,
  );
}

/**
 * The tensor with cells added around it; negative numbers crop.
 *
 * @param sides pairs (before, after) from the last axis backwards, as PyTorch has it: [left, right, top, bottom, …].
 * @throws INVALID_ARGUMENT for an odd number of sides, an unknown mode, a reflection of the size of the axis or more.
 */
export function pad(x: Tensor, sides: readonly number[], options: PadOptions = {}): Tensor {
  checkTensor("pad", x);
  const mode = options.mode ?? "constant";
  const rank = x.shape.length;
  if (sides.length % 2 !== 0 || sides.length > 2 * rank || !sides.every(Number.isInteger)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `pad: expected pairs of integers (before, after) from the last axis backwards, at most ${rank} for a tensor of shape ` +
        `${formatShape(x.shape)}, but got ${formatShape(sides)}`,
    );
  }
  if (!["constant", "zeros", "reflect", "replicate", "circular"].includes(mode)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='${mode}'`,
    );
  }
  const before = x.shape.map((_, axis) => sides[2 * (rank - 1 - axis)] ?? 0);
  const after = x.shape.map((_, axis) => sides[2 * (rank - 1 - axis) + 1] ?? 0);
  x.shape.forEach((size, axis) => {
    if (size + before[axis]! + after[axis]! < 0) {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `pad: the input size ${size} plus negative padding ${before[axis]} and ${after[axis]} resulted in a negative ` +
          `output size at dimension ${axis}`,
      );
    }
  });
  if (mode === "constant" || mode === "zeros") {
    return padConstant(x, before, after, mode === "zeros" ? 0 : (options.value ?? 0));
  }
  let out = x;
  for (let axis = 0; axis < rank; axis++) {
    const size = x.shape[axis]!;
    const [low, high] = [before[axis]!, after[axis]!];
    if (low === 0 && high === 0) continue;
    if (mode !== "replicate") checkReach(mode, size, low, high, axis);
    if (size === 0) {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `pad: there is nothing to ${mode} at dimension ${axis} of size 0`,
      );
    }
    const positions = Int32Array.from({ length: size + low + high }, (_, i) => SOURCES[mode](i - low, size));
    out = indexSelect(out, axis, x.fromArray(positions, [positions.length]));
  }
  return out === x ? x.alias() : out;
}

function padConstant(x: Tensor, before: readonly number[], after: readonly number[], value: number): Tensor {
  const crop = x.shape.map((size, axis): Range => {
    const start = Math.max(0, -before[axis]!);
    return [start, Math.max(start, size - Math.max(0, -after[axis]!))];
  });
  const kept = before.some((n) => n < 0) || after.some((n) => n < 0) ? slice(x, ...crop) : x;
  const shape = kept.shape.map((size, axis) => size + Math.max(0, before[axis]!) + Math.max(0, after[axis]!));
  const strides = stridesOf(shape);
  const offset =
    kept.size === 0 ? 0 : strides.reduce((sum, stride, axis) => sum + stride * Math.max(0, before[axis]!), 0);
  const view = { shape: kept.shape, strides, offset };
  return value === 0 ? embed(kept, shape, view) : embedIn(value, kept, shape, view);
}
