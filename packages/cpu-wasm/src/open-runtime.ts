/**
 * Puts a runtime together: the compiled module, its memory, the heap in it, and the worker threads.
 *
 * Threads that cannot be had are not an error: the runtime then has one thread, and says why.
 */
import { Corr2dError } from "@corr2d/core";
import type { Exports } from "./generated/kernels.ts";
import { Heap } from "./heap.ts";
import { PAGE } from "./layout.ts";
import { checkModule, chooseSimd, compileModule, type Simd } from "./module.ts";
import { WasmRuntime, type Winograd } from "./runtime.ts";
import { START_MS, startWorkers, whyNoThreads } from "./start-workers.ts";
import { Team, workerLost } from "./team.ts";
import type { WorkerLike, WorkerSource } from "./worker-source.ts";

export interface RuntimeOptions {
  readonly simd?: Simd | undefined;
  readonly threads?: number | undefined;
  readonly heapMiB?: number | undefined;
  readonly winograd?: Winograd | undefined;
  readonly worker?: WorkerSource | undefined;
  readonly module?: object | undefined;
  /** How long a worker may take to start, and over its part of an operation, before it is given up; for tests. */
  readonly startMs?: number | undefined;
  readonly lostMs?: number | undefined;
}

export interface OpenRuntime {
  readonly runtime: WasmRuntime;
  readonly heap: Heap;
  readonly simd: Simd;
  /** Why there are fewer threads than were asked for. */
  readonly threadsReason: string | undefined;
  /** Ends the workers and lets go of the memory; later operations fail with BACKEND_CLOSED. */
  close(): void;
}

const DEFAULT_HEAP_MIB = 512;
/** Pointers stay positive 32-bit integers. */
const MAX_HEAP_MIB = 2048;
/** The memory is reserved at once but only taken as the heap grows. */
const INITIAL_PAGES = 64;

/** The values that an option given as a word may have. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  simd: ["relaxed", "plain"],
  winograd: ["default", "large", "off"],
};

function checkOptions(options: RuntimeOptions): void {
  const { threads = 1, heapMiB = DEFAULT_HEAP_MIB } = options;
  for (const [name, allowed] of Object.entries(WORDS)) {
    const value = options[name as keyof RuntimeOptions];
    if (value !== undefined && !allowed.includes(value as string)) {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `${name} must be one of '${allowed.join("', '")}', but got ${JSON.stringify(value)}`,
      );
    }
  }
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new Corr2dError("INVALID_ARGUMENT", `threads must be an integer from 1 to 64, but got ${threads}`);
  }
  if (!(heapMiB >= 4 && heapMiB <= MAX_HEAP_MIB)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `heapMiB must be a number from 4 to ${MAX_HEAP_MIB}, but got ${heapMiB}`,
    );
  }
  if (options.module !== undefined && options.simd === "relaxed") {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      "simd: 'relaxed' cannot be had with a module: kernels.wasm is the plain build. Leave one of the options out.",
    );
  }
}

function createMemory(pages: number, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: Math.min(INITIAL_PAGES, pages), maximum: pages, shared });
  } catch (cause) {
    if (shared && typeof SharedArrayBuffer === "undefined") {
      throw new Corr2dError(
        "BACKEND_UNAVAILABLE",
        "this host has no shared memory, which a module of @corr2d/cpu-wasm/kernels.wasm needs. Leave the option " +
          "`module` out, or use @corr2d/cpu-js.",
        {},
        { cause },
      );
    }
    const kind = shared ? "a shared WebAssembly memory" : "a WebAssembly memory";
    throw new Corr2dError(
      "OUT_OF_MEMORY",
      `the host cannot reserve ${kind} of ${pages / 16} MiB; ask for a smaller heapMiB`,
      {},
      { cause },
    );
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Ends the workers of backends that nobody holds any more. */
const dropped = new FinalizationRegistry<readonly WorkerLike[]>((workers) => {
  for (const worker of workers) worker.terminate();
});

/** Makes the heap refuse operations. Workers, which the host holds, hold this; it does not hold the backend. */
function lossOf(heap: Heap): (why: string) => void {
  const held = new WeakRef(heap);
  return (why) => held.deref()?.refuse(() => workerLost(why));
}

/**
 * Opens a runtime.
 * @throws INVALID_ARGUMENT, BACKEND_UNAVAILABLE, OUT_OF_MEMORY
 */
export async function openRuntime(options: RuntimeOptions = {}): Promise<OpenRuntime> {
  checkOptions(options);
  const { threads = 1, heapMiB = DEFAULT_HEAP_MIB, winograd = "default" } = options;
  const given = options.module === undefined ? undefined : checkModule(options.module);
  const simd = given === undefined ? chooseSimd(options.simd) : "plain";
  let threadsReason = threads > 1 ? whyNoThreads(options.worker) : undefined;
  let wantsWorkers = threads > 1 && threadsReason === undefined;
  let shared = wantsWorkers || given !== undefined; // kernels.wasm serves one thread and many

  const pages = Math.floor((heapMiB * 2 ** 20) / PAGE);
  let memory: WebAssembly.Memory;
  try {
    memory = createMemory(pages, shared);
  } catch (error) {
    if (!shared || given !== undefined) throw error;
    threadsReason = messageOf(error);
    wantsWorkers = shared = false;
    memory = createMemory(pages, shared);
  }
  const module = given ?? (await compileModule(simd, shared));
  const imports = {
    memory,
    thread: 0,
    scratch: (bytes: number): number => heap.scratch(bytes),
    share: (kernel: number, chunks: number): void => runtime.share(kernel, chunks),
  };
  const exports = new WebAssembly.Instance(module, { env: imports }).exports as unknown as Exports;
  const heap: Heap = new Heap(memory, pages * PAGE);

  let workers: WorkerLike[] = [];
  const onLost = lossOf(heap);
  if (wantsWorkers) {
    try {
      workers = await startWorkers(
        threads - 1,
        module,
        memory,
        options.worker,
        options.startMs ?? START_MS,
        onLost,
      );
    } catch (error) {
      const hint = options.worker === undefined ? ". The option worker says where its script is" : "";
      threadsReason = `a worker thread could not be started: ${messageOf(error)}${hint}`;
    }
  }
  const team = workers.length > 0 ? new Team(memory, threads, onLost, options.lostMs) : null;
  const runtime: WasmRuntime = new WasmRuntime(heap, exports, team, {
    relaxed: simd === "relaxed",
    winograd,
  });
  dropped.register(runtime, workers);

  const close = (): void => {
    heap.close(() => new Corr2dError("BACKEND_CLOSED", "this cpu-wasm backend was closed"));
    runtime.close();
    for (const worker of workers) worker.terminate();
    workers = [];
  };
  return { runtime, heap, simd, threadsReason, close };
}
