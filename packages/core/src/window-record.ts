/** The record of a window: built once, bounded, frozen; and what is counted from it. */
import type { AveragePool, Window2d, WindowAxis } from "./backend.ts";
import { Corr2dError } from "./errors.ts";
import { MAX_SIZE } from "./shape.ts";
import { inputSizeOf, kernelSizeOf, outputSizeOf } from "./sizes.ts";

/** The input cells from a window's first to its last. */
export const reach = (kernel: number, dilation: number): number => dilation * (kernel - 1) + 1;

/** The axes of a window before it is built. */
export type Axes = readonly [height: WindowAxis, width: WindowAxis];

/** Windows made lately, each where its numbers hash to: a program asks for the same few again and again. */
const recent: Window2d[] = [];
const RECENT = 64; // a power of two

function hashAxis(hash: number, axis: WindowAxis): number {
  let h = Math.imul(hash, 31) + axis.input;
  h = Math.imul(h, 31) + axis.kernel;
  h = Math.imul(h, 31) + axis.stride;
  h = Math.imul(h, 31) + axis.before;
  return Math.imul(h, 31) + axis.dilation;
}

const sameAxis = (a: WindowAxis, b: WindowAxis): boolean =>
  a.input === b.input &&
  a.kernel === b.kernel &&
  a.output === b.output &&
  a.stride === b.stride &&
  a.before === b.before &&
  a.after === b.after &&
  a.dilation === b.dilation;

/**
 * The one builder of windows: a frozen record with frozen axes, of numbers that have been checked. An equal one made
 * lately is given again: V8 takes longer to freeze four objects (130 ns) than to compute with them.
 */
export function makeWindow(
  batch: number,
  inChannels: number,
  outChannels: number,
  groups: number,
  axes: Axes,
): Window2d {
  const [height, width] = axes;
  const counts = Math.imul(Math.imul(Math.imul(batch, 31) + inChannels, 31) + outChannels, 31) + groups;
  const hash = hashAxis(hashAxis(counts, height), width);
  const slot = (hash ^ (hash >>> 15)) & (RECENT - 1);
  const known = recent[slot];
  if (
    known !== undefined &&
    known.batch === batch &&
    known.inChannels === inChannels &&
    known.outChannels === outChannels &&
    known.groups === groups &&
    sameAxis(known.axes[0], height) &&
    sameAxis(known.axes[1], width)
  ) {
    return known;
  }
  Object.freeze(height);
  Object.freeze(width);
  const window = Object.freeze({ batch, inChannels, outChannels, groups, axes: Object.freeze(axes) });
  checkBounds(window);
  recent[slot] = window;
  return window;
}

/**
 * Kernels count in int32: every number that they form from a window has to be one.
 * @throws INVALID_ARGUMENT for a reach or a padded size beyond it, OUT_OF_MEMORY for values of more elements than that.
 */
function checkBounds(w: Window2d): void {
  for (const axis of w.axes) {
    const span = reach(axis.kernel, axis.dilation);
    const around = axis.before + axis.input + axis.after;
    const last = (axis.output - 1) * axis.stride + span;
    if (Math.max(span, around, last, axis.stride) <= MAX_SIZE) continue;
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `a window reaches further than 2³¹ − 1 cells: input ${axis.input}, padding ${axis.before} and ${axis.after}, ` +
        `kernel ${axis.kernel}, stride ${axis.stride}, dilation ${axis.dilation}`,
    );
  }
  const sizes = [inputSizeOf(w), kernelSizeOf(w), outputSizeOf(w), w.axes[0].kernel * w.axes[1].kernel];
  const largest = Math.max(...sizes);
  if (largest <= MAX_SIZE) return;
  const [height, width] = w.axes;
  throw new Corr2dError(
    "OUT_OF_MEMORY",
    `a window of kernel [${height.kernel}, ${width.kernel}] over [${height.input}, ${width.input}] with outputs of ` +
      `[${height.output}, ${width.output}], ${w.batch} times ${w.inChannels} to ${w.outChannels} channels, has a value of ` +
      `${largest} elements, more than a tensor can have (2³¹ − 1)`,
  );
}

/** How many of a window's positions along an axis lie in the input; with `padded`, in the input and its padding. */
function cellsAlong(axis: WindowAxis, output: number, padded: boolean): number {
  const start = output * axis.stride - axis.before;
  const end = padded ? axis.input + axis.after : axis.input;
  const first = padded ? 0 : Math.max(0, Math.ceil(-start / axis.dilation));
  const last = Math.min(axis.kernel - 1, Math.floor((end - 1 - start) / axis.dilation));
  return Math.max(0, last - first + 1);
}

/**
 * Whether some window meets no cell of the input: with dilation it may step over a small one. (Without, a pool's
 * padding is too small for that.)
 */
export function someWindowIsEmpty(w: Window2d): boolean {
  for (const axis of w.axes) {
    if (axis.dilation === 1) continue;
    for (let o = 0; o < axis.output; o++) if (cellsAlong(axis, o, false) === 0) return true;
  }
  return false;
}

/**
 * What average pooling divides each window's sum by, row-major over the output's plane. In ceil mode the part of a window
 * beyond the padding never counts, as in PyTorch; where nothing counts the sum of nothing is divided by 1.
 */
export function averageDivisors({ axes }: Window2d, average: AveragePool): Float64Array {
  const [height, width] = axes;
  const out = new Float64Array(height.output * width.output);
  if (average.divisorOverride !== null) return out.fill(average.divisorOverride);
  for (let y = 0, i = 0; y < height.output; y++) {
    const rows = cellsAlong(height, y, average.countIncludePad);
    for (let x = 0; x < width.output; x++, i++) {
      out[i] = Math.max(1, rows * cellsAlong(width, x, average.countIncludePad));
    }
  }
  return out;
}
