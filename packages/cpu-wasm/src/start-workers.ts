/**
 * Starting worker threads, in Node (worker_threads) and in browsers (Worker), and noticing that they died.
 *
 * The worker is a module of its own, named by a literal that bundlers find: a strict Content-Security-Policy takes
 * code neither from a string nor from a blob.
 */
import { ARGUMENTS } from "./layout.ts";
import { SLOTS, SPIN_MS, UNIT_BITS } from "./team.ts";
import type { WorkerLike, WorkerSource } from "./worker-source.ts";

/** How long workers may take to start, in milliseconds: the backend runs on one thread when they take longer. */
export const START_MS: number = 10_000;

/**
 * Node's threads, where there are any. A page has workers of its own, whatever else it has: an imitation of `process` with
 * Node's versions in it, or (Electron) Node's modules, in which no thread starts.
 */
function nodeThreads(): typeof import("node:worker_threads") | undefined {
  if (typeof document === "object" && typeof Worker === "function") return undefined;
  try {
    // Not an import: bundlers for browsers would stumble over it.
    return process.getBuiltinModule("node:worker_threads");
  } catch {
    return undefined;
  }
}

/** Why this host has no threads that share memory; undefined when it has. */
export function whyNoThreads(source: WorkerSource | undefined): string | undefined {
  if (typeof Worker === "undefined" && nodeThreads() === undefined && typeof source !== "function") {
    return "this host has neither Worker nor Node's worker_threads";
  }
  if (typeof SharedArrayBuffer === "undefined" && globalThis.crossOriginIsolated !== false) {
    return "this host has no SharedArrayBuffer, which threads share their memory by";
  }
  if (globalThis.crossOriginIsolated !== false) return undefined;
  if (globalThis.isSecureContext === false) {
    return "the page comes from an insecure address: only pages from https (or localhost) can be cross-origin isolated";
  }
  return (
    "the page is not cross-origin isolated: it must be served with Cross-Origin-Opener-Policy: same-origin and " +
    "Cross-Origin-Embedder-Policy: require-corp"
  );
}

function isUrl(text: unknown): boolean {
  try {
    return new URL("worker.js", text as string) !== undefined;
  } catch {
    return false;
  }
}

function createWorker(source: WorkerSource | undefined): WorkerLike {
  if (typeof source === "function") return source();
  if (source === undefined && !isUrl(import.meta.url))
    throw new Error(
      "what is bundled as CommonJS or runs from a blob has no address beside which its script lies",
    );
  const threads = nodeThreads();
  if (threads !== undefined) {
    const here = import.meta.url;
    // The process's own flags are not for it: with --input-type it would not start.
    return new threads.Worker(new URL(source?.href ?? "worker.js", here), { execArgv: [] });
  }
  if (source !== undefined) return new Worker(source.href, { type: "module" });
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
}

/** Calls back with every message, and with the reason when the worker fails or ends. */
function listen(
  worker: WorkerLike,
  onMessage: (message: unknown) => void,
  onEnd: (why: string) => void,
): void {
  if (worker.on !== undefined) {
    worker.on("message", onMessage);
    worker.on("error", (error) => onEnd(String(error)));
    worker.on("exit", (code) => onEnd(`it ended with code ${String(code)}`));
    return;
  }
  worker.addEventListener?.("message", (event) => onMessage((event as MessageEvent).data));
  worker.addEventListener?.("messageerror", () => onEnd("the compiled module could not be sent to it"));
  worker.addEventListener?.("error", (event) => {
    onEnd((event as ErrorEvent).message || "its script could not be loaded");
  });
}

async function startWorker(
  thread: number,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  source: WorkerSource | undefined,
  startMs: number,
  onLost: (why: string) => void,
): Promise<WorkerLike> {
  const worker = createWorker(source);
  let timer: ReturnType<typeof setInterval> | undefined;
  let turns = 0;
  let ready = false;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => (ready ? onLost(why) : reject(new Error(why)));
      // In turns: time that passed while the process slept is one of them.
      timer = setInterval(() => {
        if (++turns === 10) fail(`it did not start within ${startMs / 1000} s`);
      }, startMs / 10);
      listen(
        worker,
        (message) => {
          if (message !== "ready") return fail(String(message));
          ready = true;
          resolve();
        },
        fail,
      );
      worker.postMessage({
        module,
        memory,
        thread,
        args: ARGUMENTS,
        slots: SLOTS,
        unitBits: UNIT_BITS,
        spinMs: SPIN_MS,
      });
    });
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    clearInterval(timer);
  }
  worker.unref?.(); // from now on it does not keep the process alive
  return worker;
}

/**
 * Starts `count` workers on one memory; rejects with the reason, and leaves none behind, when one cannot start.
 * `onLost` hears of a worker that ends later.
 */
export async function startWorkers(
  count: number,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  source: WorkerSource | undefined,
  startMs: number,
  onLost: (why: string) => void,
): Promise<WorkerLike[]> {
  const starts = Array.from({ length: count }, (_, i) =>
    startWorker(i + 1, module, memory, source, startMs, onLost),
  );
  const outcomes = await Promise.allSettled(starts);
  const workers = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") continue;
    for (const worker of workers) worker.terminate();
    throw outcome.reason;
  }
  return workers;
}
