/**
 * The corr2d triple: which kernel serves which geometry. All of them serve every geometry; the choice is for speed.
 *
 * Small problems go kernel cell by kernel cell (corr2d-direct.ts). A window as large as the input is a matrix product. Of the
 * rest, few channels go by sliding filters (corr2d-sliding.ts), many by packed panels (corr2d-packed.ts).
 */
import type { MatmulSize, TypedArray, Window2d } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";
import { corr2dDirect, corr2dInputDirect, corr2dKernelDirect } from "./corr2d-direct.ts";
import { corr2dInputPacked, corr2dKernelPacked, corr2dPacked } from "./corr2d-packed.ts";
import { corr2dInputSliding, corr2dKernelSliding, corr2dSliding } from "./corr2d-sliding.ts";
import { matmul } from "./matmul.ts";

/** Multiplications below which preparing anything costs more than it gains. */
const SMALL = 2048;

/**
 * Panels are shared by the output channels of a group. Up to so many of them, sliding is faster than packing: where
 * windows share what they read, and where they do not.
 */
const FEW_SHARED = 16;
const FEW = 2;

/** The terms of one window's sum. */
function termsOf(w: Window2d): number {
  return (w.inChannels / w.groups) * w.kernelHeight * w.kernelWidth;
}

function isSmall(w: Window2d): boolean {
  return w.batch * w.outChannels * w.outputHeight * w.outputWidth * termsOf(w) < SMALL;
}

function isPadded(w: Window2d): boolean {
  return w.padTop + w.padBottom + w.padLeft + w.padRight > 0;
}

/** Whether one window takes in the whole input: F is then x [N, terms] times kernel [O, terms] transposed. */
function isWhole(w: Window2d): boolean {
  const reach = w.kernelHeight === w.inputHeight && w.kernelWidth === w.inputWidth;
  const dense = w.dilationHeight === 1 && w.dilationWidth === 1;
  return w.groups === 1 && reach && dense && !isPadded(w);
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
function isShared(w: Window2d): boolean {
  return w.strideWidth === 1 && w.dilationWidth === 1 && w.kernelWidth > 2;
}

/** F(x, k), with a bias per output channel unless it is null. */
export function corr2d(
  x: TypedArray,
  kernel: TypedArray,
  bias: TypedArray | null,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const outChannels = w.outChannels / w.groups;
  if (isSmall(w)) corr2dDirect(x, kernel, bias, w, out, pool);
  else if (isWhole(w)) {
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

/** T(g, k). */
export function corr2dInput(
  g: TypedArray,
  kernel: TypedArray,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const outChannels = w.outChannels / w.groups;
  // Sliding multiplies for every input cell, packing for every output cell.
  const surplus =
    (w.inputHeight * w.inputWidth) / (w.strideHeight * w.strideWidth * w.outputHeight * w.outputWidth);
  const few = outChannels <= FEW;
  const slides = few || (isShared(w) && outChannels <= FEW_SHARED && surplus < 1.5);
  if (isSmall(w) || (few && surplus > 4)) corr2dInputDirect(g, kernel, w, out, pool);
  else if (isWhole(w)) {
    matmul(g, kernel, wholeSize(w.batch, w.outChannels, termsOf(w), false, false), out, pool);
  } else if (slides) corr2dInputSliding(g, kernel, w, out, pool);
  else corr2dInputPacked(g, kernel, w, out, pool);
}

/** G(x, g). Where a g that is not finite would meet the zeros of the padding (0 · ∞ is NaN), cell by cell. */
export function corr2dKernel(
  x: TypedArray,
  g: TypedArray,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const outChannels = w.outChannels / w.groups;
  if (isSmall(w) || (isPadded(w) && !allFinite(g))) corr2dKernelDirect(x, g, w, out);
  else if (isWhole(w)) {
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
