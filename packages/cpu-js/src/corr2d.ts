/**
 * The corr2d triple: which kernel serves which geometry. All of them serve every geometry; the choice is for speed.
 *
 * Small problems go kernel cell by kernel cell (corr2d-direct.ts). A window as large as the input is a matrix product. Of the
 * rest, few channels go by sliding filters (corr2d-sliding.ts), many by packed panels (corr2d-packed.ts).
 */
import { inputSizeOf, type MatmulSize, type TypedArray, type Window2d, type WindowAxis } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";
import { corr2dDirect, corr2dInputDirect, corr2dKernelDirect } from "./corr2d-direct.ts";
import { corr2dInputPacked, corr2dKernelPacked, corr2dPacked } from "./corr2d-packed.ts";
import { corr2dInputSliding, corr2dKernelSliding, corr2dSliding } from "./corr2d-sliding.ts";
import { int32Window } from "./int32.ts";
import { matmul } from "./matmul.ts";
import { inputPlanesSize } from "./planes.ts";

/** Multiplications below which preparing anything costs more than it gains. */
const SMALL = 2048;

/** Elements of a working copy that only an input of its own size is worth. */
const HUGE = 2 ** 27;

/**
 * Panels are shared by the output channels of a group. Up to so many of them, sliding is faster than packing: where
 * windows share what they read, and where they do not.
 */
const FEW_SHARED = 16;
const FEW = 2;

/** The terms of one window's sum. */
function termsOf(w: Window2d): number {
  return (w.inChannels / w.groups) * w.axes[0].kernel * w.axes[1].kernel;
}

/** @param outputs how many there are */
function isSmall(w: Window2d, outputs: number): boolean {
  return outputs * termsOf(w) < SMALL;
}

/**
 * Whether padding, stride or dilation is so much larger than the input that a copy with its zeros (1 GiB and more) would
 * hold little else: then, too, cell by kernel cell is the way.
 */
function isFar(w: Window2d): boolean {
  const size = inputPlanesSize(w);
  return size > HUGE && size > 16 * inputSizeOf(w);
}

function isPadded({ before, after }: WindowAxis): boolean {
  return before + after > 0;
}

/** Whether one window takes in the whole of an axis. */
function takesAll(axis: WindowAxis): boolean {
  return axis.kernel === axis.input && axis.dilation === 1 && !isPadded(axis);
}

/** Whether one window takes in the whole input: F is then x [N, terms] times kernel [O, terms] transposed. */
function isWhole(w: Window2d): boolean {
  return w.groups === 1 && takesAll(w.axes[0]) && takesAll(w.axes[1]);
}

function wholeSize(
  rows: number,
  inner: number,
  columns: number,
  transposeA: boolean,
  transposeB: boolean,
): MatmulSize {
  return { batch: 1, rows, inner, columns, transposeA, transposeB };
}

/** Whether neighbouring windows read neighbouring cells, and the filter is wide enough for that to matter. */
function isShared({ axes: [, width] }: Window2d): boolean {
  return width.stride === 1 && width.dilation === 1 && width.kernel > 2;
}

/** F(x, k), with a bias per output channel unless it is null. */
export function corr2d(
  x: TypedArray,
  kernel: TypedArray,
  bias: TypedArray | null,
  window: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  if (isSmall(window, out.length) || isFar(window)) {
    corr2dDirect(x, kernel, bias, window, out, pool);
    return;
  }
  const w = int32Window(window);
  const outChannels = w.outChannels / w.groups;
  if (isWhole(w)) {
    matmul(x, kernel, wholeSize(w.batch, termsOf(w), w.outChannels, false, true), out, pool);
    if (bias !== null) addBias(out, bias);
  } else if (outChannels <= (isShared(w) ? FEW_SHARED : FEW)) corr2dSliding(x, kernel, bias, w, out, pool);
  else corr2dPacked(x, kernel, bias, w, out, pool);
}

/** Adds to [N, channels] row by row. */
function addBias(out: TypedArray, bias: TypedArray): void {
  for (let start = 0; start < out.length; start += bias.length) {
    for (let i = 0; i < bias.length; i++) out[start + i]! += bias[i]!;
  }
}

/** Input cells for each one that a window starts at. */
function surplusOf({ axes: [height, width] }: Window2d): number {
  return (height.input * width.input) / (height.stride * width.stride * height.output * width.output);
}

/** T(g, k). */
export function corr2dInput(
  g: TypedArray,
  kernel: TypedArray,
  window: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const outChannels = window.outChannels / window.groups;
  const few = outChannels <= FEW;
  // Sliding multiplies for every input cell, packing for every output cell.
  if (isSmall(window, g.length) || isFar(window) || (few && surplusOf(window) > 4)) {
    corr2dInputDirect(g, kernel, window, out, pool);
    return;
  }
  const w = int32Window(window);
  const slides = few || (isShared(w) && outChannels <= FEW_SHARED && surplusOf(w) < 1.5);
  if (isWhole(w)) {
    matmul(g, kernel, wholeSize(w.batch, w.outChannels, termsOf(w), false, false), out, pool);
  } else if (slides) corr2dInputSliding(g, kernel, w, out, pool);
  else corr2dInputPacked(g, kernel, w, out, pool);
}

/** Whether a g that is not finite would meet zeros of the padding: 0 · ∞ is NaN. */
function meetsZeros(w: Window2d, g: TypedArray): boolean {
  return (isPadded(w.axes[0]) || isPadded(w.axes[1])) && !allFinite(g);
}

/** G(x, g). */
export function corr2dKernel(
  x: TypedArray,
  g: TypedArray,
  window: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  if (isSmall(window, g.length) || isFar(window) || meetsZeros(window, g)) {
    corr2dKernelDirect(x, g, window, out);
    return;
  }
  const w = int32Window(window);
  const outChannels = w.outChannels / w.groups;
  if (isWhole(w)) {
    matmul(g, x, wholeSize(w.outChannels, w.batch, termsOf(w), true, false), out, pool);
  } else if (outChannels <= (isShared(w) ? FEW_SHARED / 2 : FEW)) corr2dKernelSliding(x, g, w, out, pool);
  else corr2dKernelPacked(x, g, w, out, pool);
}

function allFinite(x: TypedArray): boolean {
  // 0 · v is 0 for finite v, else NaN.
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += 0 * x[i]!;
  return sum === 0;
}
