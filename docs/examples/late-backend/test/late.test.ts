/** What the suite cannot ask of every backend: how much waits, what is dropped, and what happens when the worker dies. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import {
  type Backend,
  Corr2dError,
  corr2d,
  manualSeed,
  noGrad,
  randn,
  scope,
  synchronize,
} from "@corr2d/core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import lateBackend, { type LateOptions } from "../dist/late-backend/backend.js";

async function create(options?: LateOptions): Promise<Backend> {
  const backend = await lateBackend(options);
  onTestFinished(() => backend.close!());
  return backend;
}

const three = Float32Array.of(1, 2, 3);
const negated = (backend: Backend, x: unknown): unknown => backend.unary("neg", x, 3, "float32");

/** A gather that goes past its axis. */
function failing(backend: Backend, x: unknown): unknown {
  const index = backend.upload(Int32Array.of(0, 7));
  return backend.gather(x, index, { outer: 1, length: 3, inner: 1, count: 2 }, "float32");
}

describe("the queue", () => {
  const limit = 2 ** 20;

  /** A step of gradient descent that reads nothing. */
  function trainer(backend: Backend): { step: () => void; loss: () => Promise<number> } {
    manualSeed(0);
    const images = randn([4, 1, 6, 6], { backend });
    const wanted = corr2d(images, randn([2, 1, 3, 3], { backend }), { padding: 1 });
    const kernel = randn([2, 1, 3, 3], { backend, requiresGrad: true });
    const lossOf = () => corr2d(images, kernel, { padding: 1 }).sub(wanted).square().mean();
    return {
      step: () =>
        scope(() => {
          kernel.grad = null;
          lossOf().backward();
          noGrad(() => kernel.assign(kernel.sub(kernel.grad!.mul(0.1))));
        }),
      loss: () => noGrad(() => scope(lossOf)).item(),
    };
  }

  test("300 steps stay within the limit where synchronize() is awaited now and then", async () => {
    const backend = await create({ queueBytes: limit });
    const { step, loss } = trainer(backend);
    const before = await loss();
    const after: number[] = [];
    for (let i = 0; i < 300; i++) {
      step();
      expect(backend.stats!().queuedBytes).toBeLessThan(limit);
      if (i % 5 === 4) {
        await synchronize(backend);
        after.push(backend.stats!().liveBytes);
        expect(backend.stats!().queuedBytes).toBe(0);
      }
    }
    expect(await loss()).toBeLessThan(before / 100);
    expect(Math.max(...after)).toBe(after[0]);
  });

  test("300 steps without it end in an error that says so, and the backend works on", async () => {
    const backend = await create({ queueBytes: limit });
    const { step, loss } = trainer(backend);
    const all = (): void => {
      for (let i = 0; i < 300; i++) step();
    };
    expect(all).toThrow(
      /late: \d+ bytes wait for the worker, and \w+ asks for \d+ more; the limit is 1048576\. Await synchronize\(\).*more queueBytes/,
    );
    expect(backend.features.queueBytes).toBe(limit);
    await synchronize(backend);
    step();
    expect(await loss()).toBeGreaterThan(0);
  });

  test("has room again when the worker has caught up, whoever awaits what", async () => {
    const backend = await create({ queueBytes: limit });
    const x = backend.upload(new Float32Array(1000));
    for (let i = 0; i < 200; i++) backend.free(backend.unary("neg", x, 1000, "float32"));
    expect(backend.stats!().queuedBytes).toBeGreaterThan(limit / 2);
    await expect.poll(() => backend.stats!().queuedBytes).toBeLessThan(limit / 2);
  });

  test("takes a single value of any size", async () => {
    const backend = await create({ queueBytes: 100 });
    const x = backend.upload(new Float32Array(1000).fill(2));
    expect(() => backend.unary("neg", x, 1000, "float32")).toThrow(
      /and unary asks for 5024 more; the limit is 100/,
    );
    await synchronize(backend);
    const data = await backend.read(backend.unary("neg", x, 1000, "float32"), 1000, "float32");
    expect(data[999]).toBe(-2);
  });
});

describe("failures", () => {
  test("travel to whoever reads, with the operation and its sizes, and spoil nothing else", async () => {
    const backend = await create();
    const x = backend.upload(three);
    const lost = backend.binary("add", failing(backend, x), [2], x, [1], [2], "float32");
    const reads = [
      backend.read(lost, 2, "float32"),
      backend.read(backend.unary("abs", lost, 2, "float32"), 2, "float32"),
    ];
    for (const read of reads) {
      const error = await read.catch((e: unknown) => e);
      expect(Corr2dError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({
        code: "INDEX_OUT_OF_RANGE",
        message: "gather: index 7 is out of range for an axis of 3 (data [1, 3, 1], index [1, 2, 1])",
        details: { index: 7, length: 3 },
      });
    }
    expect([...(await backend.read(negated(backend, x), 3, "float32"))]).toEqual([-1, -2, -3]);
  });

  test("of the worker's memory are told like the others", async () => {
    const backend = await create();
    const x = backend.upload(three);
    await synchronize(backend);
    const size = 2 ** 40; // more than there is anywhere, and than an array may have in any version of Node
    const view = { shape: [size], strides: [0], offset: 0, sourceSize: 3 };
    const huge = backend.strided(x, view, "float32");
    await expect(backend.read(huge, size, "float32")).rejects.toMatchObject({
      code: "OUT_OF_MEMORY",
      message: expect.stringMatching(
        /^late: strided \(x of 3 × float32\): (Invalid typed array length|Array buffer)/,
      ),
    });
    expect([...(await backend.read(x, 3, "float32"))]).toEqual([1, 2, 3]);
  });
});

test("a read fills the array that it is given, when it resolves", async () => {
  const backend = await create();
  const page = new Float32Array(5);
  const reading = backend.read(negated(backend, backend.upload(three)), 3, "float32", page.subarray(1, 4));
  expect([...page]).toEqual([0, 0, 0, 0, 0]);
  expect((await reading).buffer).toBe(page.buffer);
  expect([...page]).toEqual([0, -1, -2, -3, 0]);
});

test("what core drops without free is freed when the collector finds it", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const backend = await create();
  for (let i = 0; i < 100; i++) negated(backend, backend.upload(three));
  expect(backend.stats!()).toMatchObject({ liveHandles: 200, liveBytes: 2400 });
  await expect
    .poll(() => {
      collect();
      return backend.stats!();
    })
    .toMatchObject({ liveHandles: 0, liveBytes: 0 });
});

test("close: pending reads are told, free does nothing, stats answers", async () => {
  const backend = await create();
  const x = backend.upload(three);
  const reading = backend.read(negated(backend, x), 3, "float32");
  const synchronizing = synchronize(backend);
  const closing = backend.close!();
  await expect(reading).rejects.toMatchObject({ code: "BACKEND_CLOSED" });
  await synchronizing;
  await closing;
  backend.free(x);
  await backend.close!();
  expect(backend.stats!()).toEqual({ liveHandles: 0, liveBytes: 0, queuedBytes: 0 });
  expect(() => backend.upload(three)).toThrow("late: the backend was closed; make a new one");
  await expect(backend.read(x, 3, "float32")).rejects.toMatchObject({ code: "BACKEND_CLOSED" });
  await synchronize(backend);
});

test("a worker that dies: everything pending and everything later fails with one code", async () => {
  const posting = vi.spyOn(Worker.prototype, "postMessage");
  onTestFinished(() => posting.mockRestore());
  const backend = await create();
  const x = backend.upload(three);
  const reading = backend.read(negated(backend, x), 3, "float32");
  const synchronizing = synchronize(backend);
  const worker = posting.mock.contexts[0] as Worker;
  await Promise.all([
    expect(reading).rejects.toMatchObject({
      code: "WORKER_LOST",
      message: "late: the worker is lost (it ended with code 1); make a new backend",
    }),
    worker.terminate(),
  ]);
  await synchronizing;
  expect(() => negated(backend, x)).toThrow(/the worker is lost/);
  await expect(backend.read(x, 3, "float32")).rejects.toMatchObject({ code: "WORKER_LOST" });
  backend.free(x);
  expect(backend.stats!()).toEqual({ liveHandles: 0, liveBytes: 0, queuedBytes: 0 });
  await synchronize(backend);
});
