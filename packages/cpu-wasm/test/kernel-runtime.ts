/// <reference lib="dom" />
/**
 * A runtime for tests of kernels: the compiled module over a bump allocator, without heap or threads. It can run a
 * kernel's chunks all at once, or one by one from the last to the first, as threads might; results must be the same
 * bits. What lies behind each result is checked, so that a kernel that writes too far is caught.
 */
import type { DType } from "@corr2d/core";
import { ARGUMENTS, HEAP_START } from "../src/layout.ts";
import { compileModule, type Simd } from "../src/module.ts";
import { type Exports, kernelsOf, type Runtime, WINOGRAD, type Winograd } from "../src/runtime.ts";
import type { PlacedWindow } from "../src/window.ts";
import { enableRelaxedSimd } from "./relaxed-simd.ts";

const PAGES = 2048;
const GUARD = 0x5eed5eed;
const GUARD_WORDS = 16;

export class KernelRuntime implements Runtime {
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  readonly call: Exports;
  placed: PlacedWindow | null = null;
  readonly #relaxed: boolean;
  /** Whether chunks run one by one, backwards. */
  backwards = false;
  /** Chunks that kernels were asked for. */
  chunks = 0;
  #next = HEAP_START;
  #guards: number[] = [];

  constructor(memory: WebAssembly.Memory, call: Exports, relaxed: boolean) {
    this.f32 = new Float32Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
    this.call = call;
    this.#relaxed = relaxed;
    this.winograd = "default";
  }

  /** Every kernel of a driver is shared: `share` sees it. */
  set winograd(winograd: Winograd) {
    this.call.configure(WINOGRAD[winograd], this.#relaxed, 1, 0);
  }

  /** Forgets everything that was allocated. */
  reset(): void {
    this.#next = HEAP_START;
    this.#guards = [];
  }

  scratch(bytes: number): number {
    const at = this.#next;
    this.#next += (bytes + GUARD_WORDS * 4 + 63) & -64;
    const guard = (at + bytes + 3) >> 2;
    this.i32.fill(0x7fbadbad, at >> 2, guard); // a NaN: contents are undefined
    this.i32.fill(GUARD, guard, guard + GUARD_WORDS);
    this.#guards.push(guard);
    return at;
  }

  share(kernel: number, chunks: number): void {
    const body = kernelsOf(this.call)[kernel]!;
    this.chunks += chunks;
    if (!this.backwards) body(ARGUMENTS, 0, chunks);
    else for (let chunk = chunks - 1; chunk >= 0; chunk--) body(ARGUMENTS, chunk, chunk + 1);
  }

  put(data: ArrayLike<number>, dtype: DType = "float32"): number {
    const at = this.scratch(data.length * 4);
    (dtype === "int32" ? this.i32 : this.f32).set(data, at >> 2);
    return at;
  }

  /** A copy of `size` elements. */
  get(at: number, size: number, dtype: DType = "float32"): Float32Array | Int32Array {
    return (dtype === "int32" ? this.i32 : this.f32).slice(at >> 2, (at >> 2) + size);
  }

  /** Throws when a kernel wrote beyond something that was allocated. */
  checkGuards(): void {
    for (const guard of this.#guards) {
      for (let i = guard; i < guard + GUARD_WORDS; i++) {
        if (this.i32[i] !== GUARD)
          throw new Error(`a kernel wrote ${i - guard} words beyond the end of a buffer`);
      }
    }
  }

  /**
   * The `size` elements that `work` writes to the pointer it is given. It runs twice, chunks forwards at once and
   * backwards one by one; other bits the second time, or a write beyond a buffer, are an error.
   */
  result(size: number, dtype: DType, work: (out: number) => void): Float32Array | Int32Array {
    const [first, second] = [false, true].map((backwards) => {
      this.backwards = backwards;
      const out = this.scratch(size * 4);
      work(out);
      return out;
    }) as [number, number];
    this.backwards = false;
    this.checkGuards();
    const bits = this.get(first, size, "int32");
    const again = this.get(second, size, "int32");
    for (let i = 0; i < size; i++) {
      if (bits[i] !== again[i]) throw new Error(`element ${i} depends on how chunks are run`);
    }
    return this.get(first, size, dtype);
  }
}

enableRelaxedSimd();

export const BUILDS: readonly Simd[] = ["plain", "relaxed"];

/** `module`: another build of the kernels than the package's. */
export async function openKernels(simd: Simd, module?: WebAssembly.Module): Promise<KernelRuntime> {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const env = {
    memory,
    thread: 0,
    scratch: (bytes: number): number => runtime.scratch(bytes),
    share: (kernel: number, chunks: number): void => runtime.share(kernel, chunks),
  };
  const instance = new WebAssembly.Instance(module ?? (await compileModule(simd, false)), { env });
  const exports = instance.exports as unknown as Exports;
  const runtime: KernelRuntime = new KernelRuntime(memory, exports, simd === "relaxed");
  return runtime;
}

/** Elements of all kinds by their bits: −0, subnormal numbers, NaNs, integers that no float32 is. */
export function anyBits(size: number, random: () => number): Int32Array {
  const special = [0x80000000, 1, 0x807fffff, 0x7fc00000, 0x7f800001, 0x01000001, 0x7fffffff, 0];
  return Int32Array.from({ length: size }, (_, i) => special[i % 16] ?? random() * 2 ** 32);
}

/** Deterministic numbers in [0, 1) (mulberry32, public domain, Tommy Ettinger). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
