/** The pools laid out. */
import { ceilDiv, newScratch, run, SETTINGS } from "../common/host";
import { argumentsOf } from "../common/structs";
import { WINDOW } from "../common/window";
import { avgPool, sumsFloats } from "./average";
import { keptFloats, maxPool } from "./max";
import { apartRoom, avgPoolInput, sharesRoom } from "./shares";
import { areHalves, PoolArguments, sumsFirst } from "./window";

type PoolKernel = (args: PoolArguments, begin: i32, end: i32) => void;

/** Elements of the input that are worth a chunk. */
const CHUNK = 8192;
/** Rough work per cell of a window, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 12;

/**
 * The kernel's other arguments are written, and the window, by JavaScript. `roomBytes`: what each thread needs.
 */
function pool(kernel: PoolKernel, x: usize, out: usize, roomBytes: f64): void {
  const w = WINDOW;
  const planes = w.batch * w.inChannels;
  const perChunk = max(1, CHUNK / max(1, w.y.input * w.x.input));
  let rooms: usize = 0;
  if (roomBytes > 0) {
    const scratch = newScratch();
    roomBytes = ceil((roomBytes + 16) / 64) * 64;
    scratch.reserve(roomBytes * SETTINGS.threads);
    rooms = scratch.allocate();
  }
  const args = argumentsOf<PoolArguments>();
  args.rooms = rooms;
  args.roomBytes = <usize>roomBytes;
  args.window = w;
  args.x = x;
  args.out = out;
  args.perChunk = perChunk;
  const cells = WORK * planes * w.y.output * w.x.output;
  run<PoolArguments>(kernel, ceilDiv(planes, perChunk), cells * w.y.kernel * w.x.kernel);
}

/**
 * The maxima of the windows, and where they are: int32, flat in the plane, the first one. NaN wins, the last
 * of several. A window that meets no cell gives −∞ at −1.
 */
export function maxPool2d(x: usize, values: usize, indices: usize): void {
  argumentsOf<PoolArguments>().indices = indices;
  pool(maxPool, x, values, 4 * keptFloats(WINDOW));
}

/**
 * The averages of the windows, or (`adjoint`) from g of the output's shape to the input's. `divisor` 0: what
 * it counts.
 */
export function avgPool2d(adjoint: bool, x: usize, out: usize, countPad: bool, divisor: f32): void {
  const args = argumentsOf<PoolArguments>();
  args.countPad = countPad;
  args.divisor = divisor;
  const w = WINDOW;
  if (!adjoint) pool(avgPool, x, out, sumsFirst(w) ? 4 * sumsFloats(w) : 0);
  else pool(avgPoolInput, x, out, sumsFirst(w) ? 4 * apartRoom(w) : areHalves(w) ? 0 : sharesRoom(w));
}
