/**
 * The corr2d triple: which kernel serves which geometry.
 *
 * Small problems go term by term (corr2d-direct.ts), the others through packed panels (corr2d-packed.ts).
 */
import type { TypedArray, Window2d } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";
import { corr2dDirect, corr2dInputDirect, corr2dKernelDirect } from "./corr2d-direct.ts";
import { corr2dInputPacked, corr2dKernelPacked, corr2dPacked } from "./corr2d-packed.ts";

/** Multiplications below which preparing anything costs more than it gains. */
const SMALL = 2048;

/** The multiplications of any one of the triple. */
function multiplications(w: Window2d): number {
  const terms = (w.inChannels / w.groups) * w.kernelHeight * w.kernelWidth;
  return w.batch * w.outChannels * w.outputHeight * w.outputWidth * terms;
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
  if (multiplications(w) < SMALL) corr2dDirect(x, kernel, bias, w, out);
  else corr2dPacked(x, kernel, bias, w, out, pool);
}

/** T(g, k). */
export function corr2dInput(
  g: TypedArray,
  kernel: TypedArray,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  if (multiplications(w) < SMALL) corr2dInputDirect(g, kernel, w, out);
  else corr2dInputPacked(g, kernel, w, out, pool);
}

/** G(x, g). Where a g that is not finite would meet the zeros of the padding (0 · ∞ is NaN), term by term. */
export function corr2dKernel(
  x: TypedArray,
  g: TypedArray,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const padded = w.padTop + w.padBottom + w.padLeft + w.padRight > 0;
  if (multiplications(w) < SMALL || (padded && !allFinite(g))) corr2dKernelDirect(x, g, w, out);
  else corr2dKernelPacked(x, g, w, out, pool);
}

function allFinite(x: TypedArray): boolean {
  // 0 · v is 0 for finite v, else NaN.
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += 0 * x[i]!;
  return sum === 0;
}
