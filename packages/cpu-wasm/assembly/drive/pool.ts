/** The pools laid out. */
import { avgPool, avgPoolInput, maxPool } from "../pool";
import { Slot } from "../pool-window";
import { arg } from "../simd";
import { ARGUMENTS, ceilDiv, Kernel, run, set } from "./host";

/** Elements of the input that are worth a chunk. */
const CHUNK = 8192;
/** Rough work per cell of a window, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 12;

/** Of so many planes. JavaScript has written the window, and what an average counts, into the argument block. */
function pool(kernel: Kernel, x: usize, out: usize, indices: usize, planes: i32): void {
  const perChunk = max(1, CHUNK / (arg(ARGUMENTS, Slot.HEIGHT) * arg(ARGUMENTS, Slot.WIDTH)));
  set(Slot.X, x);
  set(Slot.OUT, out);
  set(Slot.INDICES, indices);
  set(Slot.PLANES, planes);
  set(Slot.PER_CHUNK, perChunk);
  const cells = WORK * planes * arg(ARGUMENTS, Slot.OUT_HEIGHT) * arg(ARGUMENTS, Slot.OUT_WIDTH);
  run(kernel, ceilDiv(planes, perChunk), cells * arg(ARGUMENTS, Slot.KERNEL_HEIGHT) * arg(ARGUMENTS, Slot.KERNEL_WIDTH));
}

/** The maxima of the windows, and where they are: int32, flat in the plane, the first one; NaN wins. */
export function maxPool2d(x: usize, values: usize, indices: usize, planes: i32): void {
  pool(maxPool, x, values, indices, planes);
}

export function avgPool2d(x: usize, out: usize, planes: i32): void {
  pool(avgPool, x, out, 0, planes);
}

/** The adjoint of `avgPool2d`: g of the output's shape, `out` of the input's. */
export function avgPool2dInput(g: usize, out: usize, planes: i32): void {
  pool(avgPoolInput, g, out, 0, planes);
}
