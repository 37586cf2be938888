/**
 * Fork and join: a kernel's chunks shared between the main thread and workers.
 *
 * A job is cut into units (groups of chunks). One shared word holds the range of units left; whoever shortens it by
 * compare-and-swap owns the unit that it has lost. Even threads take the first unit, odd ones the last: when a kernel
 * runs again, each thread meets much of what it read and wrote before, and that lies in its own cache. The main thread
 * takes units too, so a job ends even when no worker wakes up, and a late worker can never take a unit of a finished
 * job: its range is empty. While a unit is taken the job's description does not change, so it is read after the swap;
 * a word that has come back in another job means the same unit there.
 *
 * Workers look for work for `SPIN_MS`, then sleep in `Atomics.wait`. A unit that a worker took and does not finish
 * means a dead worker, which no thread can see while it waits: after `LOST_MS` the backend is given up. The time is
 * counted in turns of which each counts little: a process that slept, or stood in a debugger, has not waited.
 */
import { Corr2dError } from "@corr2d/core";
import { ARGUMENTS, CONTROL } from "./layout.ts";

/** The word: the first unit left in so many low bits, and above them the one after the last. */
export const UNIT_BITS: number = 12;
const UNIT_MASK = (1 << UNIT_BITS) - 1;
/** Fine enough to balance threads of unequal speed, coarse enough that taking a unit costs nothing. */
const UNITS_PER_THREAD = 32;

/** A sleeping worker takes about 50 µs to wake, a looking one 0.5 µs; but looking takes a core from others. */
export const SPIN_MS = 0.1;
/** How long a unit may take without any progress. */
const LOST_MS = 10_000;

/** The control block: indices into the memory as int32. */
export interface ControlSlots {
  readonly word: number;
  readonly done: number;
  readonly parked: number;
  readonly kernel: number;
  readonly chunks: number;
  readonly units: number;
  readonly failed: number;
}

const BASE = CONTROL >> 2;
/** What threads write at the same time lies in cache lines of its own. */
export const SLOTS: ControlSlots = {
  word: BASE,
  done: BASE + 16,
  parked: BASE + 32,
  kernel: BASE + 48,
  chunks: BASE + 49,
  units: BASE + 50,
  failed: BASE + 51,
};

/** A kernel as the module exports it. */
export type ChunkKernel = (args: number, begin: number, end: number) => void;

/** The error of an operation that needed a worker which is no more. */
export function workerLost(why: string): Corr2dError {
  return new Corr2dError(
    "WORKER_LOST",
    `a worker thread of cpu-wasm is lost: ${why}. Close the backend and create a new one.`,
  );
}

/** In a browser's main thread `Atomics.wait` throws. */
function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

export class Team {
  /** The main thread and the workers. */
  readonly threads: number;
  readonly #control: Int32Array;
  readonly #mayWait: boolean = mayWait();
  readonly #onLost: (why: string) => void;
  readonly #lostMs: number;

  constructor(
    memory: WebAssembly.Memory,
    threads: number,
    onLost: (why: string) => void,
    lostMs: number = LOST_MS,
  ) {
    this.threads = threads;
    this.#onLost = onLost;
    this.#control = new Int32Array(memory.buffer);
    this.#lostMs = lostMs;
  }

  /**
   * Runs kernel number `kernel` over all chunks; the argument block is already written.
   * @throws WORKER_LOST when a worker took a part and did not finish it; INTERNAL when a kernel trapped in a worker.
   */
  run(kernel: number, run: ChunkKernel, chunks: number): void {
    const control = this.#control;
    const units = Math.min(chunks, this.threads * UNITS_PER_THREAD, UNIT_MASK);
    Atomics.store(control, SLOTS.kernel, kernel);
    Atomics.store(control, SLOTS.chunks, chunks);
    Atomics.store(control, SLOTS.units, units);
    Atomics.store(control, SLOTS.done, 0);
    Atomics.store(control, SLOTS.failed, 0);
    Atomics.store(control, SLOTS.word, units << UNIT_BITS);
    if (Atomics.load(control, SLOTS.parked) > 0) Atomics.notify(control, SLOTS.word);

    let finished = 0;
    try {
      for (let unit = this.#take(); unit >= 0; unit = this.#take()) {
        finished++; // also when it traps
        run(ARGUMENTS, Math.floor((unit * chunks) / units), Math.floor(((unit + 1) * chunks) / units));
      }
    } finally {
      const left = Atomics.exchange(control, SLOTS.word, 0);
      this.#join(units - ((left >> UNIT_BITS) - (left & UNIT_MASK)) - finished);
    }
    if (Atomics.load(control, SLOTS.failed) !== 0) {
      throw new Corr2dError("INTERNAL", "a kernel trapped in a worker thread");
    }
  }

  /** Takes the first unit left; -1 when there is none. */
  #take(): number {
    const control = this.#control;
    for (;;) {
      const word = Atomics.load(control, SLOTS.word);
      const first = word & UNIT_MASK;
      if (first === word >> UNIT_BITS) return -1;
      if (Atomics.compareExchange(control, SLOTS.word, word, word + 1) === word) return first;
    }
  }

  /** Waits until the workers have finished the `taken` units that they took. */
  #join(taken: number): void {
    const control = this.#control;
    let done = Atomics.load(control, SLOTS.done);
    if (done === taken) return;
    const turnMs = Math.max(1, this.#lostMs / 10);
    let waited = 0;
    let last = performance.now();
    for (;;) {
      for (let i = 0; i < 64; i++) if (Atomics.load(control, SLOTS.done) === taken) return;
      const now = performance.now();
      waited += Math.min(now - last, turnMs);
      last = now;
      const progress = Atomics.load(control, SLOTS.done);
      if (progress !== done) {
        done = progress;
        waited = 0;
      } else if (waited > this.#lostMs) {
        const why = `it took a part of an operation and did not finish it in ${this.#lostMs} ms`;
        this.#onLost(why);
        throw workerLost(why);
      } else if (this.#mayWait && waited > SPIN_MS) {
        Atomics.wait(control, SLOTS.done, done, turnMs);
      }
    }
  }
}
