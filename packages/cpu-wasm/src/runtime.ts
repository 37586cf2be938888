/**
 * What the operations' wrappers see of the backend: views of the memory, and the drivers (assembly). Pointers are byte
 * addresses in the WebAssembly memory; only four-byte elements live there.
 *
 * A driver gives its kernel an argument block and chunks [begin, end) of a grid that depends on geometry and build
 * alone, so that results are the same bits for every number of threads.
 */
import { Winograd as WinogradOption } from "./generated/border.ts";
import type { Exports } from "./generated/kernels.ts";
import type { Heap } from "./heap.ts";
import { ARGUMENTS } from "./layout.ts";
import type { ChunkKernel, Team } from "./team.ts";
import type { PlacedWindow } from "./window.ts";

export type { Exports };

/**
 * Which Winograd transforms a caller allows: 'default' those as accurate as direct summation, F(2×2, 3×3); 'large'
 * also F(4×4, 3×3), whose error is 5 to 10 times as large; 'off' none.
 */
export type Winograd = "default" | "large" | "off";

export interface Runtime {
  /** The whole memory as integers; index = pointer / 4. Read it anew after anything that may allocate. */
  readonly i32: Int32Array;
  /**
   * Every export of the module. Drivers run on the main thread, and may get scratch memory.
   * @throws OUT_OF_MEMORY, WORKER_LOST
   */
  readonly call: Exports;
  /** What `putWindow` wrote last. */
  placed: PlacedWindow | null;
}

/**
 * About 0.1 ms of one thread's work: below it, waking another thread costs more than it gives. A step of LeNet on two
 * threads takes 7.5 ms with twice as much, 6.9 with this, and the same with half of it.
 */
export const PARALLEL_FLOPS = 4e6;

const word = new DataView(new ArrayBuffer(4));

/** The bits of a float32, as a slot of an argument block holds them. */
export function floatBits(value: number): number {
  word.setFloat32(0, value);
  return word.getInt32(0);
}

/** The kernels by number, which is their place in the module's table; in the workers too. */
export function kernelsOf({ table }: Exports): readonly (ChunkKernel | null)[] {
  return Array.from({ length: table.length }, (_, i) => table.get(i) as ChunkKernel | null);
}

export const WINOGRAD: Readonly<Record<Winograd, number>> = WinogradOption;

/** Writes integers (a shape, a window) for a driver to read, from `address` on. */
export function putIntegers(rt: Runtime, address: number, values: readonly number[]): void {
  const slots = rt.i32;
  for (let i = 0; i < values.length; i++) slots[(address >> 2) + i] = values[i]!;
}

/** The runtime over a heap, an instance of the module and, where there are threads, the team of them. */
export class WasmRuntime implements Runtime {
  call: Exports;
  placed: PlacedWindow | null = null;
  /** Threads that share the chunks of a large kernel, the main thread included. */
  readonly threads: number;
  readonly winograd: Winograd;
  readonly #heap: Heap;
  #team: Team | null;
  #kernels: readonly (ChunkKernel | null)[];

  constructor(
    heap: Heap,
    exports: Exports,
    team: Team | null,
    settings: { readonly relaxed: boolean; readonly winograd: Winograd },
  ) {
    this.#heap = heap;
    this.call = exports;
    this.#kernels = kernelsOf(exports);
    this.#team = team;
    this.threads = team?.threads ?? 1;
    this.winograd = settings.winograd;
    const least = team === null ? Infinity : PARALLEL_FLOPS;
    exports.configure(WINOGRAD[this.winograd], settings.relaxed, this.threads, least);
  }

  get i32(): Int32Array {
    return this.#heap.i32;
  }

  /** Runs kernel number `kernel`, whose argument block is written, on all threads. */
  share(kernel: number, chunks: number): void {
    const body = this.#kernels[kernel]!;
    if (this.#team === null || chunks < 2) body(ARGUMENTS, 0, chunks);
    else this.#team.run(kernel, body, chunks);
  }

  /** Lets go of the instance, which holds the memory as long as somebody has the backend. The heap refuses operations by then. */
  close(): void {
    this.call = {} as Exports;
    this.#kernels = [];
    this.#team = null;
  }
}
