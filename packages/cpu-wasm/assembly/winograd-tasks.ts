/**
 * Winograd's convolution, task by task. A task is a block of tiles, or a part of the output channels, from its first
 * transform to its output, on one thread: what its stages hand on stays in that thread's cache. Sharing each stage
 * among the threads moves all of it between caches, which takes longer than the transforms themselves.
 */
import { arg } from "./simd";
import { padPlanes } from "./conv-pad";
import { winogradProducts } from "./winograd";
import { winograd2Input, winograd2Kernel, winograd2Output } from "./winograd2";
import { winograd4Input, winograd4Kernel, winograd4Output } from "./winograd4";

/** As src/winograd.ts numbers them. */
const enum Stage { PAD, INPUT, KERNEL, PRODUCTS, OUTPUT }

/** Bytes of a step: its stage, its chunks, and the stage's arguments. */
const STEP: usize = 128;

/** The number of this instance's thread. */
let thread: i32 = 0;

export function setThread(index: i32): void {
  thread = index;
}

function runStage(stage: i32, args: usize, chunks: i32, isLarge: bool): void {
  if (stage == Stage.PAD) padPlanes(args, 0, chunks);
  else if (stage == Stage.PRODUCTS) winogradProducts(args, 0, chunks);
  else if (stage == Stage.INPUT) {
    if (isLarge) winograd4Input(args, 0, chunks);
    else winograd2Input(args, 0, chunks);
  } else if (stage == Stage.KERNEL) {
    if (isLarge) winograd4Kernel(args, 0, chunks);
    else winograd2Kernel(args, 0, chunks);
  } else if (isLarge) winograd4Output(args, 0, chunks);
  else winograd2Output(args, 0, chunks);
}

function runTasks(args: usize, begin: i32, end: i32, isLarge: bool): void {
  const steps = arg(args, 1);
  for (let task = begin; task < end; task++) {
    let step = <usize>arg(args, 0) + STEP * steps * (task * arg(args, 2) + thread);
    for (let left = steps; left > 0; left--) {
      runStage(arg(step, 0), step + 8, arg(step, 1), isLarge);
      step += STEP;
    }
  }
}

/** F(2×2). Chunks are tasks. args: 0 the steps of each task for each thread, 1 steps of a task, 2 threads. */
export function winograd2Tasks(args: usize, begin: i32, end: i32): void {
  runTasks(args, begin, end, false);
}

/** F(4×4); chunks and args as in `winograd2Tasks`. */
export function winograd4Tasks(args: usize, begin: i32, end: i32): void {
  runTasks(args, begin, end, true);
}
