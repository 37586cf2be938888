/**
 * `@corr2d/cpu-wasm`: the WebAssembly backend's factory. The module's default export is the factory, as programs
 * that take a backend by name expect.
 */
import type { CompleteBackend } from "@corr2d/core";
import { createBackend } from "./backend.ts";
import { openRuntime } from "./open-runtime.ts";
import type { WorkerSource } from "./worker-source.ts";

export type { WorkerLike, WorkerSource } from "./worker-source.ts";

/** Options of `cpuWasm`. */
export interface CpuWasmOptions {
  /**
   * Threads that share the work of a large operation, the calling one included (default 1). Results are the same
   * bits for every number. Where threads cannot be had, the backend has one, and `features.threadsReason` says why.
   */
  readonly threads?: number | undefined;
  /** 'relaxed' has fused multiply-adds, 'plain' runs wherever there is SIMD. Default: the best that the host has. */
  readonly simd?: "relaxed" | "plain" | undefined;
  /** The size the heap may grow to, in MiB (default 512, at most 2048). Beyond it, tensors move to ordinary memory. */
  readonly heapMiB?: number | undefined;
  /** The worker's script, or a function that creates a worker from it, where a bundler does not find it by itself. */
  readonly worker?: WorkerSource | undefined;
  /**
   * 'default' allows the Winograd transform that rounds like direct summation, 'large' also the faster one, which is
   * about ten times less accurate; either's error is relative to the largest products near an output (README.md,
   * Accuracy). 'off' allows none.
   */
  readonly winograd?: "default" | "large" | "off" | undefined;
  /**
   * The kernels as a `WebAssembly.Module` compiled from `@corr2d/cpu-wasm/kernels.wasm`, for hosts that forbid compiling
   * at run time, such as Cloudflare Workers. It is the plain build. Default: the package's own bytes.
   */
  readonly module?: object | undefined;
}

/**
 * A backend that computes in WebAssembly, in float32 and int32.
 * @throws BACKEND_UNAVAILABLE where WebAssembly, its SIMD or DecompressionStream is missing, the host or a
 *   Content-Security-Policy forbids compiling, or `simd: 'relaxed'` cannot be met; INVALID_ARGUMENT; OUT_OF_MEMORY when
 *   the host cannot reserve the heap.
 */
export async function cpuWasm(options: CpuWasmOptions = {}): Promise<CompleteBackend> {
  const open = await openRuntime(options);
  const { runtime, simd, threadsReason } = open;
  return createBackend(open, {
    syncRead: true,
    build: `simd=${simd} winograd=${runtime.winograd}`,
    simd,
    threads: runtime.threads,
    ...(threadsReason === undefined ? {} : { threadsReason }),
    winograd: runtime.winograd,
    heapMiB: open.heap.stats().heapLimitBytes / 2 ** 20,
    maxBytes: open.heap.maxBytes,
  }) as CompleteBackend;
}

export default cpuWasm;
