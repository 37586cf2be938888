/** The window of a correlation or a pool, written for a driver to read (`assembly/common/window.ts`). */
import type { Window2d, WindowAxis } from "@corr2d/core";
import { AxisSlot, WINDOW, WindowSlot } from "./generated/border.ts";
import type { Runtime } from "./runtime.ts";

const WINDOW_AT = WINDOW >> 2;

function putAxis(slots: Int32Array, at: number, axis: WindowAxis): void {
  slots[at + AxisSlot.input] = axis.input;
  slots[at + AxisSlot.kernel] = axis.kernel;
  slots[at + AxisSlot.output] = axis.output;
  slots[at + AxisSlot.stride] = axis.stride;
  slots[at + AxisSlot.before] = axis.before;
  slots[at + AxisSlot.after] = axis.after;
  slots[at + AxisSlot.dilation] = axis.dilation;
}

/** One by one: an array of the sizes would take up to a tenth of a tiny correlation's time. */
export function putWindow(rt: Runtime, w: Window2d): void {
  const slots = rt.i32;
  slots[WINDOW_AT + WindowSlot.batch] = w.batch;
  slots[WINDOW_AT + WindowSlot.inChannels] = w.inChannels;
  slots[WINDOW_AT + WindowSlot.outChannels] = w.outChannels;
  slots[WINDOW_AT + WindowSlot.groups] = w.groups;
  putAxis(slots, WINDOW_AT + WindowSlot.y, w.axes[0]);
  putAxis(slots, WINDOW_AT + WindowSlot.x, w.axes[1]);
}
