/** The window of a correlation or a pool, written for a driver to read (`assembly/common/window.ts`). */
import type { Window2d } from "@corr2d/core";
import { WINDOW } from "./layout.ts";
import type { Runtime } from "./runtime.ts";

/** One by one: an array of the sizes would take up to a tenth of a tiny correlation's time. */
export function putWindow(rt: Runtime, w: Window2d): void {
  const slots = rt.i32;
  const at = WINDOW >> 2;
  const height = w.axes[0];
  const width = w.axes[1];
  slots[at] = w.batch;
  slots[at + 1] = w.inChannels;
  slots[at + 2] = w.outChannels;
  slots[at + 3] = w.groups;
  slots[at + 4] = height.input;
  slots[at + 5] = width.input;
  slots[at + 6] = height.kernel;
  slots[at + 7] = width.kernel;
  slots[at + 8] = height.output;
  slots[at + 9] = width.output;
  slots[at + 10] = height.stride;
  slots[at + 11] = width.stride;
  slots[at + 12] = height.before;
  slots[at + 13] = height.after;
  slots[at + 14] = width.before;
  slots[at + 15] = width.after;
  slots[at + 16] = height.dilation;
  slots[at + 17] = width.dilation;
}
