/**
 * What the typed wrappers of the kernels see of the backend: views of the memory, scratch space, and a way to run
 * a kernel. Pointers are byte addresses in the WebAssembly memory; only four-byte elements live there.
 *
 * A kernel gets a block of i32 slots and works on chunks [begin, end) of a grid that depends on geometry and build
 * alone, so that results are the same bits for every number of threads.
 */
import type { Exports, KernelName } from "./generated/kernels.ts";
import type { Heap } from "./heap.ts";
import { ARGUMENTS } from "./layout.ts";
import type { ChunkKernel, Team } from "./team.ts";

export type { Exports, KernelName };

/**
 * Which Winograd transforms a caller allows: 'default' those as accurate as direct summation, F(2×2, 3×3); 'large'
 * also F(4×4, 3×3), whose error is 5 to 10 times as large; 'off' none.
 */
export type Winograd = "default" | "large" | "off";

export interface Runtime {
  /** The whole memory as floats; index = pointer / 4. Read it anew after anything that may allocate. */
  readonly f32: Float32Array;
  /** The whole memory as integers; index = pointer / 4. Read it anew after anything that may allocate. */
  readonly i32: Int32Array;
  /** Every export of the module, for kernels with direct arguments, and drivers. They run on the main thread. */
  readonly call: Exports;

  /**
   * A pointer to `bytes` bytes of undefined contents, aligned to 64, valid until the current operation ends.
   * @throws OUT_OF_MEMORY
   */
  scratch(bytes: number): number;

  /**
   * Runs all of a kernel's chunks and returns when they are done. `args` (at most 512 slots; see `floatBits`) becomes
   * the argument block. `flops` is the rough amount of work; threads help when it exceeds `PARALLEL_FLOPS`.
   * @throws WORKER_LOST
   */
  run(kernel: KernelName, args: readonly number[], chunks: number, flops: number): void;
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

/** The kernels by number: those that drivers name by their place in the table, then those of `Runtime.run`. The worker's are the same. */
export function kernelsOf(exports: Exports): readonly (ChunkKernel | null)[] {
  const { table } = exports;
  return [
    ...Array.from({ length: table.length }, (_, i) => table.get(i) as ChunkKernel | null),
    ...(Object.values(exports) as ChunkKernel[]),
  ];
}

/** `Winograd` in assembly/drive/host.ts. */
export const WINOGRAD: Readonly<Record<Winograd, number>> = { off: 0, default: 1, large: 2 };

/** The runtime over a heap, an instance of the module and, where there are threads, the team of them. */
export class WasmRuntime implements Runtime {
  readonly call: Exports;
  /** Threads that share the chunks of a large kernel, the main thread included. */
  readonly threads: number;
  readonly winograd: Winograd;
  readonly #heap: Heap;
  readonly #team: Team | null;
  readonly #kernels: readonly (ChunkKernel | null)[];

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

  get f32(): Float32Array {
    return this.#heap.f32;
  }

  get i32(): Int32Array {
    return this.#heap.i32;
  }

  scratch(bytes: number): number {
    return this.#heap.scratch(bytes);
  }

  run(kernel: KernelName, args: readonly number[], chunks: number, flops: number): void {
    const slots = this.#heap.i32;
    for (let i = 0; i < args.length; i++) slots[(ARGUMENTS >> 2) + i] = args[i]!;
    const body = this.call[kernel];
    if (this.#team === null || flops < PARALLEL_FLOPS) body(ARGUMENTS, 0, chunks);
    else this.share(this.#kernels.indexOf(body), chunks);
  }

  /** Runs kernel number `kernel`, whose argument block is written, on all threads. */
  share(kernel: number, chunks: number): void {
    const body = this.#kernels[kernel]!;
    if (this.#team === null || chunks < 2) body(ARGUMENTS, 0, chunks);
    else this.#team.run(kernel, body, chunks);
  }
}
