/** Threads: the same bits as one thread gives, and every way a worker can fail. */
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { Worker as NodeWorker } from "node:worker_threads";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type OpenRuntime, openRuntime, type RuntimeOptions } from "../src/open-runtime.ts";
import { WINOGRAD } from "../src/runtime.ts";

const opened: OpenRuntime[] = [];
/** With every operation shared, however small. */
async function open(options: RuntimeOptions): Promise<OpenRuntime> {
  const open = await openRuntime(options);
  open.runtime.call.configure(WINOGRAD.default, false, open.runtime.threads, 0);
  opened.push(open);
  return open;
}
afterEach(() => {
  for (const runtime of opened.splice(0)) runtime.close();
});

const fixture = (name: string): URL => new URL(`fixtures/${name}`, import.meta.url);

/** Elements per chunk of `addScaled`; one chunk alone is not shared. */
const CHUNK = 8192;

/** 0.5 · a + 3 · b over `chunks` chunks of numbers that depend on `seed`: its bytes (`equals` is fast on a Buffer). */
function addScaled({ heap, runtime }: OpenRuntime, chunks: number, seed: number): Buffer {
  const size = chunks * CHUNK;
  heap.begin();
  const a = heap.result(size * 4);
  const b = heap.result(size * 4);
  const out = heap.result(size * 4);
  const [pointerA, pointerB] = [heap.pointer(a), heap.pointer(b)];
  heap.f32.set(
    Float32Array.from({ length: size }, (_, i) => i / 7 - seed),
    pointerA >> 2,
  );
  heap.f32.set(
    Float32Array.from({ length: size }, (_, i) => ((i * 1103515245) % 65536) / seed),
    pointerB >> 2,
  );
  runtime.call.addScaled(pointerA, pointerB, heap.pointer(out), size, 0.5, 3);
  heap.end();
  const bits = heap.read(out, size, "int32");
  for (const handle of [a, b, out]) heap.free(handle);
  return Buffer.from(bits.buffer as ArrayBuffer);
}

describe("with workers", () => {
  test("results are the same bits for every number of threads", async () => {
    const one = await open({ threads: 1 });
    for (const threads of [2, 3]) {
      const many = await open({ threads });
      expect(many.threadsReason).toBeUndefined();
      expect(many.runtime.threads).toBe(threads);
      for (const [chunks, seed] of [
        [1, 1],
        [2, 2],
        [7, 3],
        [64, 4],
        [101, 5],
      ] as const) {
        expect(addScaled(many, chunks, seed).equals(addScaled(one, chunks, seed))).toBe(true);
      }
    }
  });

  test("many jobs in a row, with pauses in which the workers fall asleep", async () => {
    const { runtime, heap } = await open({ threads: 2 });
    const size = 16 * CHUNK;
    heap.begin();
    const x = heap.pointer(heap.result(size * 4));
    heap.f32.fill(0, x >> 2, (x >> 2) + size);
    const one = heap.pointer(heap.result(size * 4));
    heap.f32.fill(1, one >> 2, (one >> 2) + size);
    for (let step = 1; step <= 3000; step++) {
      runtime.call.addScaled(x, one, x, size, 1, 1);
      if (step % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(heap.f32.subarray(x >> 2, (x >> 2) + size).every((value) => value === 3000)).toBe(true);
  });

  test("the heap grows under running workers", async () => {
    const backend = await open({ threads: 2, heapMiB: 256 });
    const before = backend.heap.stats().heapBytes;
    const wanted = addScaled(await open({}), 150, 1);
    expect(addScaled(backend, 150, 1).equals(wanted)).toBe(true);
    expect(backend.heap.stats().heapBytes).toBeGreaterThan(before);
  });

  test("a trap in a kernel is an error, whichever thread meets it, and the next job runs", async () => {
    const backend = await open({ threads: 2 });
    const { runtime, heap } = backend;
    for (let attempt = 0; attempt < 20; attempt++) {
      heap.begin();
      const outside = 2 ** 31 - 64;
      expect(() => runtime.call.addScaled(outside, outside, outside, 64 * CHUNK, 0, 0)).toThrow();
      heap.end();
    }
    expect(addScaled(backend, 8, 2).equals(addScaled(await open({}), 8, 2))).toBe(true);
  });
});

describe("lost workers", () => {
  test("one that ends in the middle of a job: WORKER_LOST, then and from then on, instead of a hang", async () => {
    const backend = await open({ threads: 2, lostMs: 300, worker: fixture("dying-worker.mjs") });
    expect(backend.runtime.threads).toBe(2);
    const lost = expect.objectContaining({ code: "WORKER_LOST" });
    // The main thread may finish a job before the worker takes a part of it.
    expect(() => {
      for (let attempt = 0; attempt < 1000; attempt++) addScaled(backend, 64, 1);
    }).toThrow(lost);
    expect(() => backend.heap.begin()).toThrow(lost);
  });

  test("one that is killed while it idles: the next operation after the event says WORKER_LOST", async () => {
    let worker: NodeWorker | undefined;
    const backend = await open({
      threads: 2,
      worker: () => {
        worker = new NodeWorker(new URL("../src/worker.js", import.meta.url));
        return worker;
      },
    });
    backend.heap.begin();
    const kept = backend.heap.result(64);
    backend.heap.i32[backend.heap.pointer(kept) >> 2] = 42;
    backend.heap.end();
    await worker!.terminate();
    expect(() => backend.heap.begin()).toThrow(expect.objectContaining({ code: "WORKER_LOST" }));
    expect(backend.heap.read(kept, 1, "int32")[0]).toBe(42); // what was computed can still be saved
  });
});

describe("a browser's worker", () => {
  test.each([
    ["none", undefined],
    ["an empty one", () => ({})],
  ])(
    "waits for its message, though its bundler gave it a process, with a module of threads: %s",
    (_, get) => {
      const script = readFileSync(new URL("../src/worker.js", import.meta.url), "utf8");
      const process = { env: {}, versions: { node: "22.14.0" }, getBuiltinModule: get };
      const scope: Record<string, unknown> = { process };
      scope.globalThis = scope;
      runInNewContext(script, scope);
      expect(scope.onmessage).toBeTypeOf("function");
    },
  );
});

describe("a process that slept", () => {
  /** A clock that jumps ahead by `ms` at every second look. */
  function jump(ms: number): void {
    const now = performance.now.bind(performance);
    let looks = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now() + ms * Math.floor(++looks / 2));
  }
  afterEach(() => vi.restoreAllMocks());

  test("while a worker had a part of an operation: the worker is not lost", async () => {
    // The time that counts in a jump is a tenth of the limit; the worker finishes long before ten of them.
    const backend = await open({ threads: 2, lostMs: 60_000, worker: fixture("slow-worker.mjs") });
    jump(120_000);
    const one = await open({});
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(addScaled(backend, 64, attempt + 1).equals(addScaled(one, 64, attempt + 1))).toBe(true);
    }
  });
});

describe("workers that cannot start", () => {
  test.each([
    ["failing-worker.mjs", "this worker cannot start"],
    ["refusing-worker.mjs", "no memory for an instance"],
    ["missing-worker.mjs", "Cannot find module"],
  ])("%s: one thread, and the reason", async (name, reason) => {
    const backend = await open({ threads: 3, worker: fixture(name) });
    expect(backend.runtime.threads).toBe(1);
    expect(backend.threadsReason).toContain(`a worker thread could not be started: `);
    expect(backend.threadsReason).toContain(reason);
    expect(addScaled(backend, 3, 1).equals(addScaled(await open({}), 3, 1))).toBe(true);
  });

  test("one that never answers: given up after the time limit", async () => {
    const silent = { postMessage() {}, terminate() {}, on() {} };
    const backend = await open({ threads: 2, startMs: 50, worker: () => silent });
    expect(backend.threadsReason).toMatch(/did not start within 0.05 s$/);
  });

  test("a host without threads: that it has none, and nothing about scripts", async () => {
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
    try {
      const backend = await open({ threads: 2 });
      expect(backend.threadsReason).toBe("this host has neither Worker nor Node's worker_threads");
    } finally {
      vi.restoreAllMocks();
    }
  });

  test("a bundle without an address: which option helps", async () => {
    vi.stubGlobal("URL", function refuse() {
      throw new TypeError("Invalid URL");
    });
    try {
      const backend = await open({ threads: 2 });
      expect(backend.threadsReason).toMatch(/bundled as CommonJS.*The option worker says where/);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test("a page has workers of its own, though it has Node's modules too", async () => {
    const made: string[] = [];
    vi.stubGlobal("document", {});
    vi.stubGlobal(
      "Worker",
      class {
        constructor(script: URL) {
          made.push(script.href);
          throw new Error("a page's worker");
        }
      },
    );
    try {
      const backend = await open({ threads: 2 });
      expect(backend.threadsReason).toMatch(/a page's worker/);
      expect(made).toHaveLength(1);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test("no shared memory in the host, though it has the class (iOS): one thread, and the reason", async () => {
    const { Memory } = WebAssembly;
    vi.spyOn(WebAssembly, "Memory").mockImplementation(function refuse(descriptor) {
      if (descriptor.shared) throw new RangeError("Out of memory");
      return new Memory(descriptor);
    });
    try {
      const backend = await open({ threads: 2 });
      expect(backend.runtime.threads).toBe(1);
      expect(backend.threadsReason).toMatch(/cannot reserve a shared WebAssembly memory of 512 MiB/);
    } finally {
      vi.restoreAllMocks();
    }
  });

  test.each([
    ["a page that is not isolated: the headers that are missing", false, true, /Cross-Origin-Opener-Policy/],
    ["a page that cannot be isolated: its address", false, false, /insecure address/],
    ["another host: what it has not", undefined, undefined, /has no SharedArrayBuffer/],
  ])("no shared memory, on %s", async (_, crossOriginIsolated, isSecureContext, reason) => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    vi.stubGlobal("crossOriginIsolated", crossOriginIsolated);
    vi.stubGlobal("isSecureContext", isSecureContext);
    try {
      const backend = await open({ threads: 2 });
      expect(backend.runtime.threads).toBe(1);
      expect(backend.threadsReason).toMatch(reason);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
