/** Wrappers of the pooling kernels: a window as the slots of their argument block. */
import type { AveragePool, Window2d } from "@corr2d/core";
import { floatBits, type Runtime } from "./runtime.ts";

/** Elements of the input that are worth a chunk. */
const CHUNK = 8192;
/** Rough work per cell of a window, in the unit of `PARALLEL_FLOPS`. */
const WORK = 12;

function windowSlots(w: Window2d): number[] {
  return [
    ...[w.inputHeight, w.inputWidth, w.outputHeight, w.outputWidth],
    ...[w.kernelHeight, w.kernelWidth, w.strideHeight, w.strideWidth],
    ...[w.padTop, w.padBottom, w.padLeft, w.padRight, w.dilationHeight, w.dilationWidth],
  ];
}

function run(
  rt: Runtime,
  kernel: "maxPool" | "avgPool" | "avgPoolInput",
  pointers: readonly [x: number, out: number, indices: number],
  w: Window2d,
  average: readonly number[],
): void {
  const planes = w.batch * w.inChannels;
  const perChunk = Math.max(1, Math.floor(CHUNK / (w.inputHeight * w.inputWidth)));
  const cells = planes * w.outputHeight * w.outputWidth * w.kernelHeight * w.kernelWidth;
  const args = [...pointers, planes, perChunk, ...windowSlots(w), ...average];
  rt.run(kernel, args, Math.ceil(planes / perChunk), cells * WORK);
}

function averageSlots({ countIncludePad, divisorOverride }: AveragePool): number[] {
  const divisor = divisorOverride ?? 0;
  return [countIncludePad ? 1 : 0, divisorOverride === null ? 0 : 1, floatBits(divisor)];
}

/** The maxima of the windows, and where they are: int32, flat in the plane, the first one; NaN wins. */
export function maxPool2d(rt: Runtime, x: number, values: number, indices: number, w: Window2d): void {
  run(rt, "maxPool", [x, values, indices], w, []);
}

export function avgPool2d(rt: Runtime, x: number, out: number, w: Window2d, average: AveragePool): void {
  run(rt, "avgPool", [x, out, 0], w, averageSlots(average));
}

/** The adjoint of `avgPool2d`: g of the output's shape, `out` of the input's. */
export function avgPool2dInput(rt: Runtime, g: number, out: number, w: Window2d, average: AveragePool): void {
  run(rt, "avgPoolInput", [g, out, 0], w, averageSlots(average));
}
