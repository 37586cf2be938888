/** The pools (`assembly/drive/pool.ts`): a window as the slots of their argument block. */
import type { AveragePool, Window2d } from "@corr2d/core";
import { ARGUMENTS } from "./layout.ts";
import { floatBits, putIntegers, type Runtime } from "./runtime.ts";

/** `Slot.HEIGHT` in assembly/pool-window.ts. */
const WINDOW = 5;

/** Writes the window, and what an average counts; gives how many planes there are. */
function putWindow(rt: Runtime, w: Window2d, average: readonly number[]): number {
  putIntegers(rt, ARGUMENTS + 4 * WINDOW, [
    ...[w.inputHeight, w.inputWidth, w.outputHeight, w.outputWidth],
    ...[w.kernelHeight, w.kernelWidth, w.strideHeight, w.strideWidth],
    ...[w.padTop, w.padBottom, w.padLeft, w.padRight, w.dilationHeight, w.dilationWidth],
    ...average,
  ]);
  return w.batch * w.inChannels;
}

function averageSlots({ countIncludePad, divisorOverride }: AveragePool): number[] {
  const divisor = divisorOverride ?? 0;
  return [countIncludePad ? 1 : 0, divisorOverride === null ? 0 : 1, floatBits(divisor)];
}

/** The maxima of the windows, and where they are: int32, flat in the plane, the first one; NaN wins. */
export function maxPool2d(rt: Runtime, x: number, values: number, indices: number, w: Window2d): void {
  rt.call.maxPool2d(x, values, indices, putWindow(rt, w, []));
}

export function avgPool2d(rt: Runtime, x: number, out: number, w: Window2d, average: AveragePool): void {
  rt.call.avgPool2d(x, out, putWindow(rt, w, averageSlots(average)));
}

/** The adjoint of `avgPool2d`: g of the output's shape, `out` of the input's. */
export function avgPool2dInput(rt: Runtime, g: number, out: number, w: Window2d, average: AveragePool): void {
  rt.call.avgPool2dInput(g, out, putWindow(rt, w, averageSlots(average)));
}
