/** The pools laid out. */
import { avgPool, avgPoolInput, maxPool } from "./kernels";
import { Slot } from "./window";
import { WINDOW } from "../common/window";
import { ceilDiv, Kernel, run, set } from "../common/host";

const w = WINDOW;

/** Elements of the input that are worth a chunk. */
const CHUNK = 8192;
/** Rough work per cell of a window, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 12;

/** JavaScript has written the window. */
function pool(kernel: Kernel, x: usize, out: usize, indices: usize): void {
  const planes = w.batch * w.inChannels;
  const perChunk = max(1, CHUNK / max(1, w.inputHeight * w.inputWidth));
  set(Slot.X, x);
  set(Slot.OUT, out);
  set(Slot.INDICES, indices);
  set(Slot.PER_CHUNK, perChunk);
  const cells = WORK * planes * w.outputHeight * w.outputWidth;
  run(kernel, ceilDiv(planes, perChunk), cells * w.kernelHeight * w.kernelWidth);
}

/**
 * The maxima of the windows, and where they are: int32, flat in the plane, the first one. NaN wins, the last
 * of several. A window that meets no cell gives −∞ at −1.
 */
export function maxPool2d(x: usize, values: usize, indices: usize): void {
  pool(maxPool, x, values, indices);
}

/**
 * The averages of the windows, or (`adjoint`) from g of the output's shape to the input's. `divisor` 0: what
 * it counts.
 */
export function avgPool2d(adjoint: bool, x: usize, out: usize, countPad: bool, divisor: f32): void {
  set(Slot.COUNT_PAD, i32(countPad));
  set(Slot.DIVISOR, divisor);
  pool(adjoint ? avgPoolInput : avgPool, x, out, 0);
}
