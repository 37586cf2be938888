/** The window of a correlation or a pool, written for a driver to read (`assembly/window.ts`). */
import type { Window2d } from "@corr2d/core";
import { WINDOW } from "./layout.ts";
import type { Runtime } from "./runtime.ts";

/** One by one: an array of the sizes would take up to a tenth of a tiny correlation's time. */
export function putWindow(rt: Runtime, w: Window2d): void {
  const slots = rt.i32;
  const at = WINDOW >> 2;
  slots[at] = w.batch;
  slots[at + 1] = w.inChannels;
  slots[at + 2] = w.outChannels;
  slots[at + 3] = w.groups;
  slots[at + 4] = w.inputHeight;
  slots[at + 5] = w.inputWidth;
  slots[at + 6] = w.kernelHeight;
  slots[at + 7] = w.kernelWidth;
  slots[at + 8] = w.outputHeight;
  slots[at + 9] = w.outputWidth;
  slots[at + 10] = w.strideHeight;
  slots[at + 11] = w.strideWidth;
  slots[at + 12] = w.padTop;
  slots[at + 13] = w.padBottom;
  slots[at + 14] = w.padLeft;
  slots[at + 15] = w.padRight;
  slots[at + 16] = w.dilationHeight;
  slots[at + 17] = w.dilationWidth;
}
