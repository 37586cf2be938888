/** The pools laid out. */
import { ceilDiv, newScratch, run } from "../common/host";
import { argumentsOf } from "../common/structs";
import { WINDOW } from "../common/window";
import { avgPool, avgPoolInput } from "./average";
import { maxPool } from "./max";
import { shareCells, sharesRoom } from "./shares";
import { PoolArguments } from "./window";

type PoolKernel = (args: PoolArguments, begin: i32, end: i32) => void;

/** Elements of the input that are worth a chunk. */
const CHUNK = 8192;
/** Rough work per cell of a window, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 12;

/** The kernel's other arguments are written, and the window, by JavaScript. `shares`: whether by shares.ts. */
function pool(kernel: PoolKernel, x: usize, out: usize, shares: bool): void {
  const w = WINDOW;
  const planes = w.batch * w.inChannels;
  const perChunk = max(1, CHUNK / max(1, w.y.input * w.x.input));
  const chunks = ceilDiv(planes, perChunk);
  let rooms: usize = 0;
  let roomBytes: f64 = 0;
  if (shares) {
    const scratch = newScratch();
    roomBytes = sharesRoom(w);
    scratch.reserve(roomBytes * chunks);
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
  run<PoolArguments>(kernel, chunks, cells * w.y.kernel * w.x.kernel);
}

/**
 * The maxima of the windows, and where they are: int32, flat in the plane, the first one. NaN wins, the last
 * of several. A window that meets no cell gives −∞ at −1.
 */
export function maxPool2d(x: usize, values: usize, indices: usize): void {
  argumentsOf<PoolArguments>().indices = indices;
  pool(maxPool, x, values, false);
}

/**
 * The averages of the windows, or (`adjoint`) from g of the output's shape to the input's. `divisor` 0: what
 * it counts.
 */
export function avgPool2d(adjoint: bool, x: usize, out: usize, countPad: bool, divisor: f32): void {
  const args = argumentsOf<PoolArguments>();
  args.countPad = countPad;
  args.divisor = divisor;
  pool(adjoint ? avgPoolInput : avgPool, x, out, adjoint && shareCells(WINDOW));
}
