/** The window of a correlation or a pool, written for a driver to read (`assembly/common/window.ts`). */
import { inputSizeOf, kernelSizeOf, outputSizeOf, type Window2d, type WindowAxis } from "@corr2d/core";
import { AxisSlot, WINDOW, WindowSlot } from "./generated/border.ts";
import type { Runtime } from "./runtime.ts";

/** The window that the memory holds, and how many elements its values have. */
export interface PlacedWindow {
  readonly window: Window2d;
  readonly inputSize: number;
  readonly kernelSize: number;
  readonly outputSize: number;
}

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

/**
 * Writes `w` unless it is there already: core gives equal windows as one frozen object, and V8 reads a frozen array's elements
 * slowly. One by one, since an array of the sizes would take up to a tenth of a tiny correlation's time.
 */
export function putWindow(rt: Runtime, w: Window2d): PlacedWindow {
  if (rt.placed?.window === w) return rt.placed;
  const slots = rt.i32;
  slots[WINDOW_AT + WindowSlot.batch] = w.batch;
  slots[WINDOW_AT + WindowSlot.inChannels] = w.inChannels;
  slots[WINDOW_AT + WindowSlot.outChannels] = w.outChannels;
  slots[WINDOW_AT + WindowSlot.groups] = w.groups;
  putAxis(slots, WINDOW_AT + WindowSlot.y, w.axes[0]);
  putAxis(slots, WINDOW_AT + WindowSlot.x, w.axes[1]);
  rt.placed = {
    window: w,
    inputSize: inputSizeOf(w),
    kernelSize: kernelSizeOf(w),
    outputSize: outputSizeOf(w),
  };
  return rt.placed;
}
