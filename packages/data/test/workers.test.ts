/** Batches that workers read ahead, in Node's threads. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { type Corr2dError, getRngState, manualSeed, setRngState, type Tensor } from "@corr2d/core";
import { DataLoader, type LoaderState, serve } from "@corr2d/data";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { onEachBackend } from "./backends.ts";
import { after, generatorsOf, goldens, type LoaderCase, loaderOf } from "./goldens.ts";
import type { Sample } from "./numbers.ts";
import { expectCoded, expectError, plain } from "./support.ts";
import { bundleWorker, type WorkerModule } from "./worker-modules.ts";

let modules: WorkerModule;
beforeAll(async () => {
  modules = await bundleWorker();
});
afterAll(() => modules?.remove());

const withWorkers = goldens.loaders.filter(({ loaders }) =>
  Object.values(loaders).some(({ numWorkers = 0 }) => numWorkers > 0),
);
const rounded = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(rounded) : typeof value === "number" ? Math.fround(value) : value;

function loadersOf(given: LoaderCase, generators: ReturnType<typeof generatorsOf>) {
  return Object.fromEntries(
    Object.entries(given.loaders).map(([name, spec]) => [
      name,
      loaderOf(spec, generators, {
        worker: () => modules.start({ kind: "numbers", n: spec.n, noisy: spec.noisy }),
      }),
    ]),
  );
}

describe("PyTorch's batches, draws of the workers included", () => {
  it.each(withWorkers.map((each) => [each.name, each] as [string, LoaderCase]))("%s", async (_, given) => {
    manualSeed(given.seed);
    const generators = generatorsOf(given.generators);
    const loaders = loadersOf(given, generators);
    for (const { read, most, batches } of given.steps) {
      const seen: Sample[][] = [];
      for await (const batch of loaders[read]!) {
        seen.push(batch);
        if (seen.length === most) break;
      }
      expect(rounded(seen)).toEqual(rounded(batches));
    }
    expect(after(generators)).toEqual(rounded(given.after));
    for (const loader of Object.values(loaders)) loader.close();
  });
});

describe("resumed", () => {
  const some = withWorkers.filter(({ name }) =>
    /^2 workers(, generator: g|, prefetchFactor 4|, persistentWorkers)?$/.test(name),
  );
  it.each(some.map((each) => [each.name, each] as [string, LoaderCase]))("%s", async (_, given) => {
    interface Saved {
      readonly step: number;
      readonly loader: LoaderState;
      readonly random: ReturnType<typeof getRngState>;
    }
    const [read] = Object.keys(given.loaders) as [string];
    const play = async (stop: number, from?: Saved) => {
      manualSeed(from === undefined ? given.seed : 987);
      const generators = generatorsOf(given.generators);
      const loader = loadersOf(given, generators)[read]!;
      if (from !== undefined) loader.loadStateDict(from.loader);
      if (from !== undefined) setRngState(from.random);
      const seen: Sample[][] = [];
      for (let step = from?.step ?? 0; step < given.steps.length; step++) {
        for await (const batch of loader) {
          seen.push(batch);
          if (seen.length < stop) continue;
          const saved = JSON.stringify({ step, loader: loader.stateDict(), random: getRngState() });
          loader.close();
          return { seen, saved: JSON.parse(saved) as Saved, end: [] };
        }
      }
      loader.close();
      return { seen, saved: null, end: after(generators) };
    };
    const whole = await play(Infinity);
    for (const stop of [1, 4, whole.seen.length - 1]) {
      const { seen, saved } = await play(stop);
      const rest = await play(Infinity, saved!);
      expect([...seen, ...rest.seen]).toEqual(whole.seen);
      expect(rest.end).toEqual(whole.end);
    }
  });
});

/** A loader over `n` samples of the worker's, and its workers. */
function loaderFor(
  kind: string,
  n: number,
  options: object = {},
): { readonly loader: DataLoader<unknown, unknown>; readonly workers: readonly Worker[] } {
  const workers: Worker[] = [];
  const loader = new DataLoader<unknown, unknown>(
    { length: n },
    {
      batchSize: 2,
      numWorkers: 2,
      worker: () => {
        const worker: Worker = modules.start({ kind, n });
        workers.push(worker);
        return worker;
      },
      ...options,
    },
  );
  return { loader, workers };
}

async function all(loader: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const batch of loader) seen.push(plain(batch));
  return seen;
}

/** Once every thread has ended; a test that waits too long fails. */
const ended = (workers: readonly Worker[]): Promise<unknown> =>
  Promise.all(
    workers.map((worker) => worker.threadId === -1 || new Promise((resolve) => worker.once("exit", resolve))),
  );

onEachBackend((backend) => {
  it("tensors come over, in arrays and records, and are lent", async () => {
    const { loader } = loaderFor("images", 6);
    const lent: Tensor[] = [];
    for await (const [x, y] of loader as DataLoader<unknown, [Tensor, Tensor]>) {
      expect([x.backend, x.shape, x.dtype, y.dtype]).toEqual([backend, [2, 1, 2, 2], "float32", "int32"]);
      if (lent.length === 0)
        expect([...x.dataSync()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((i) => Math.fround(i / 255)));
      lent.push(x);
    }
    expect(lent.map((x) => x.isDisposed)).toEqual([true, true, true]);
    expect(await all(loaderFor("records", 3).loader)).toEqual([
      { x: [[0], [1]], name: ["sample 0", "sample 1"] },
      { x: [[2]], name: ["sample 2"] },
    ]);
  });
});

describe("the workers of a loop", () => {
  it("give batches in order, whoever is faster", async () => {
    const { loader } = loaderFor("slow", 9, { batchSize: 1, numWorkers: 3 });
    expect(await all(loader)).toEqual([...Array(9).keys()].map((i) => [i]));
  });

  it("end with it, and when it is left", async () => {
    const { loader, workers } = loaderFor("numbers", 20);
    await all(loader);
    for await (const _ of loader) break;
    expect(workers).toHaveLength(4);
    await ended(workers);
  });

  it("stay if they are to, until close()", async () => {
    const { loader, workers } = loaderFor("numbers", 20, { persistentWorkers: true });
    await all(loader);
    for await (const _ of loader) break;
    expect(await all(loader)).toHaveLength(10);
    expect(workers).toHaveLength(2);
    loader.close();
    await ended(workers);
    expect(await all(loader)).toHaveLength(10);
    loader.close();
  });

  it("do not keep the process alive", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(modules.folder, "left-loop.js")], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "[0]\n[0]\n", stderr: "" });
  });
});

describe("what goes wrong in a worker", () => {
  it.each([
    ["throws", "SAMPLE_FAILED", "worker 0 failed at sample 5: RangeError: no such picture", 2],
    ["rejects", "SAMPLE_FAILED", "worker 0 failed at sample 5: Error: a text", 2],
    ["differs", "SAMPLE_FAILED", "worker 0 failed at batch 2: Corr2dError: defaultCollate", 2],
    ["cannot be sent", "SAMPLE_FAILED", "worker 0 failed at batch 0: DataCloneError", 0],
    ["dies", "WORKER_LOST", "worker 0 is lost: it ended with code 3", 2],
    ["fails later", "WORKER_LOST", "worker 0 is lost: Error: out of the blue", 2],
    ["useless", "WORKER_LOST", "is lost: Error: the files are not there", 0],
    ["other length", "WORKER_LOST", "its data set has 9 samples, and the loader's 8", 0],
    ["ends", "WORKER_LOST", "it ended with code 0", 0],
  ] as const)("%s", async (kind, code, text, batches) => {
    const { loader, workers } = loaderFor(kind, 8);
    const seen: unknown[] = [];
    let thrown: unknown;
    try {
      for await (const batch of loader) seen.push(batch);
    } catch (error) {
      thrown = error;
    }
    expectCoded(thrown, code, text);
    // A thread that ends may take with it what it had sent.
    if (code === "WORKER_LOST") expect(seen.length).toBeLessThanOrEqual(batches);
    else expect(seen.length).toBe(batches);
    await ended(workers);
    const { details, cause } = thrown as Corr2dError;
    if (kind === "throws") {
      expect(details).toEqual({ worker: 0, index: 5, batch: 2 });
      expect(cause).toMatchObject({ name: "RangeError", stack: expect.stringContaining("loader-worker") });
    }
    if (kind === "differs") expect(cause).toMatchObject({ code: "SHAPE_MISMATCH" });
  });

  it("the next iteration begins with new ones", async () => {
    const { loader, workers } = loaderFor("throws", 8);
    for (let i = 0; i < 2; i++) await expect(all(loader)).rejects.toThrow("no such picture");
    expect(workers).toHaveLength(4);
    await ended(workers);
  });

  it("what the worker option throws, or gives", async () => {
    const own = new Error("mine");
    const { loader } = loaderFor("numbers", 8, {
      worker: (): never => {
        throw own;
      },
    });
    await expect(all(loader)).rejects.toBe(own);
    await expect(all(loaderFor("numbers", 8, { worker: (): unknown => 3 }).loader)).rejects.toThrow(
      "returns a new Worker",
    );
  });

  it.each([false, true])(
    "a loop that is under way when another begins: persistentWorkers %s",
    async (stay) => {
      const { loader, workers } = loaderFor("numbers", 8, { persistentWorkers: stay });
      const [first, second] = await Promise.allSettled([all(loader), all(loader)]);
      expectCoded(
        (first as PromiseRejectedResult).reason,
        "WORKER_LOST",
        "another loop over this loader began",
      );
      expect(second).toMatchObject({ status: "fulfilled", value: { length: 4 } });
      expect(await all(loader)).toHaveLength(4);
      loader.close();
      await ended(workers);
    },
  );

  it("close() while one waits", async () => {
    const { loader, workers } = loaderFor("slow", 8);
    const waiting = all(loader);
    loader.close();
    await expect(waiting).rejects.toThrow("the loader was closed");
    await ended(workers);
  });

  it.each([
    [{ numWorkers: 2 }, "numWorkers needs worker: () => new Worker("],
    [{ numWorkers: 1.5 }, "numWorkers is a number of workers"],
    [{ numWorkers: 2, worker: "w.js" }, "'worker' is a function"],
    [
      { numWorkers: 2, worker: Math.random, collateFn: Math.random },
      "call serve(dataset, { collateFn }) there",
    ],
    [{ prefetchFactor: 2 }, "for numWorkers: 1 or more"],
    [
      { numWorkers: 1, worker: Math.random, prefetchFactor: 0 },
      "prefetchFactor should be a positive integer",
    ],
  ])("%j is refused", (options, text) => {
    expectError(() => new DataLoader([1, 2], options as object), "INVALID_ARGUMENT", text);
  });

  it("for…of says what to write, and serve where it is", () => {
    expectError(() => [...loaderFor("numbers", 8).loader], "INVALID_ARGUMENT", "write for await");
    expectError(() => new DataLoader({ length: 3 } as never), "INVALID_ARGUMENT", "a method 'at(index)'");
    expectError(() => serve([1], { collate: 1 } as never), "INVALID_ARGUMENT", "unknown option 'collate'");
    for (const port of [3, {}, null]) {
      const options = { port } as never;
      expectError(() => serve([1], options), "INVALID_ARGUMENT", "serve: 'port' is the parentPort");
    }
  });
});
