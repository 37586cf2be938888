/** Tasks in Node's threads: what they report and return, how they are paused and ended, and what ends a worker. */
import { spawnSync } from "node:child_process";
import { getEventListeners } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Corr2dError, tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { type Connection, connect, serve } from "../src/index.ts";
import type { Counting } from "./fixtures/count.ts";
import type { Training } from "./fixtures/train.ts";
import { bundleTasks, type TaskModules } from "./task-worker.ts";

let tasks: TaskModules;
const open: { close(): void }[] = [];

beforeAll(async () => {
  tasks = await bundleTasks(["count", "train", "silent", "main"]);
});
afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
});
afterAll(() => tasks?.remove());

type CountingConnection = ReturnType<typeof connect<Counting>>;
function counting(): CountingConnection {
  const connection = connect<Counting>(tasks.start("count"));
  open.push(connection);
  return connection;
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

async function failure(promise: Promise<unknown>): Promise<Error & { code?: unknown; details?: unknown }> {
  return promise.then(
    () => expect.fail("it did not reject"),
    (error) => error,
  );
}

describe("a run", () => {
  it("gives every report in order, then the result", async () => {
    const run = counting().start({ reports: 5 });
    expect(await collect(run)).toEqual([0, 1, 2, 3, 4]);
    expect(await run.result).toEqual({ heard: [], sum: 0 });
    expect(await collect(run)).toEqual([]); // it is over
  });

  it("gives the reports that its task did not await", async () => {
    const run = counting().start({ reports: 0, act: "hurry" });
    expect(await collect(run)).toEqual([0, 1, 2]);
  });

  it("goes on when its listener leaves", async () => {
    const run = counting().start({ reports: 20 });
    for await (const value of run) if (value === 2) break;
    expect(await run.result).toMatchObject({ sum: 0 });
  });

  it("comes after the one before", async () => {
    const connection = counting();
    const [first, second] = [connection.start({ reports: 3 }), connection.start({ reports: 2 })];
    const order: string[] = [];
    await Promise.all([
      collect(first).then(() => order.push("first")),
      collect(second).then(() => order.push("second")),
    ]);
    expect(order).toEqual(["first", "second"]);
  });

  it("moves typed arrays, and copies parts", async () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const run = counting().start({ reports: 0, bytes });
    expect(bytes.byteLength).toBe(0);
    expect(await run.result).toMatchObject({ sum: 6 });
    const shared = new Uint8Array(8).fill(1).subarray(0, 4);
    expect(await counting().start({ reports: 0, bytes: shared }).result).toMatchObject({ sum: 4 });
    expect(shared.byteLength).toBe(4);
    const { sum } = await counting().start({ reports: 0, act: "arrays" }).result;
    expect(sum).toEqual({
      whole: new Float32Array([1, 2, 3]),
      part: new Float32Array([5, 6]),
      map: new Map([["k", new Int32Array([9])]]),
    });
  });

  it("stands still, takes one step, and goes on", async () => {
    const run = counting().start({ reports: 6 });
    const seen: number[] = [];
    const all = (async () => {
      for await (const value of run) seen.push(value);
    })();
    await run.pause();
    const before = seen.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.length).toBe(before);
    await run.pause(); // it does already
    expect(seen.length).toBe(before);
    await run.step();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen.length).toBe(before + 1);
    run.resume();
    await all;
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    await run.pause(); // over: nothing to wait for
  });

  it("hears messages at its reports", async () => {
    const run = counting().start({ reports: 3 });
    run.send("one");
    run.send("two");
    expect((await run.result).heard).toEqual(["one", "two"]);
    run.send("nobody hears this");
  });

  it("begins when the page's turn ends, with all that was asked for in it", async () => {
    const worker = tasks.start("count");
    const post = worker.postMessage.bind(worker);
    // As where a loaded machine stops the page between one message and the next.
    worker.postMessage = (...message) => {
      post(...message);
      const until = performance.now() + 20;
      while (performance.now() < until);
    };
    const connection = connect<Counting>(worker);
    open.push(connection);
    await connection.start({ reports: 0 }).result;
    const run = connection.start({ reports: 3 });
    run.send("one");
    run.send("two");
    expect((await run.result).heard).toEqual(["one", "two"]);
    const still = connection.start({ reports: 3 });
    const all = collect(still);
    await still.pause();
    still.cancel();
    expect(await failure(all)).toMatchObject({ name: "AbortError" });
  });

  it("is cancelled, also by a signal, before, between and while it stands still", async () => {
    const connection = counting();
    const run = connection.start({ reports: 1e9 });
    const loop = collect(run);
    run.cancel();
    expect(await failure(run.result)).toMatchObject({ name: "AbortError" });
    expect(await failure(loop)).toMatchObject({ name: "AbortError" });

    const control = new AbortController();
    const second = connection.start({ reports: 1e9 }, { signal: control.signal });
    await second.pause();
    control.abort();
    expect(await failure(second.result)).toMatchObject({ name: "AbortError" });

    const third = connection.start({ reports: 1 }, { signal: AbortSignal.abort() });
    expect(await failure(third.result)).toMatchObject({ name: "AbortError" });

    const why = new Error("another file was chosen");
    const reasoned = new AbortController();
    const fourth = connection.start({ reports: 1e9 }, { signal: reasoned.signal });
    await fourth.pause();
    reasoned.abort(why);
    expect(await failure(fourth.result)).toBe(why);
    expect(await collect(connection.start({ reports: 1 }))).toEqual([0]); // the worker lives
  });

  it("is forgotten by its signal when it is over: a signal outlives many", async () => {
    const { signal } = new AbortController();
    const connection = counting();
    const run = connection.start({ reports: 1 }, { signal });
    expect(getEventListeners(signal, "abort").length).toBe(1);
    await run.result;
    expect(getEventListeners(signal, "abort").length).toBe(0);
    const second = connection.start({ reports: 1e9 }, { signal });
    connection.close();
    expect(await failure(second.result)).toMatchObject({ code: "BACKEND_CLOSED" });
    expect(getEventListeners(signal, "abort").length).toBe(0);
  });

  it("trains, and takes another learning rate on its way", async () => {
    const connection = connect<Training>(tasks.start("train"));
    open.push(connection);
    const run = connection.start({ steps: 200, lr: 0.1 });
    run.send({ lr: 0.2 });
    const losses: number[] = [];
    for await (const { loss } of run) losses.push(loss);
    const { weight, bias, lr } = await run.result;
    expect(losses.length).toBe(200);
    expect(losses.at(-1)!).toBeLessThan(1e-6);
    expect(weight[0]).toBeCloseTo(3, 3);
    expect(bias[0]).toBeCloseTo(1, 3);
    expect(lr).toBe(0.2);
    expectTypeOf(run.result).resolves.toHaveProperty("lr");
    expectTypeOf(connection.start)
      .parameter(0)
      .toEqualTypeOf<{ readonly steps: number; readonly lr: number }>();
    // @ts-expect-error no such message
    run.send({ rate: 0.1 });
  });
});

describe("what goes wrong", () => {
  it("comes with its name, code and place", async () => {
    const connection = counting();
    const thrown = await failure(connection.start({ reports: 0, act: "throw" }).result);
    expect(thrown).toMatchObject({ name: "TypeError", message: "thrown on purpose" });
    expect(thrown.stack).toContain("in a worker");
    const refused = await failure(connection.start({ reports: 0, act: "refuse" }).result);
    expect(Corr2dError.isInstance(refused)).toBe(true);
    expect(refused).toMatchObject({ code: "INDEX_OUT_OF_RANGE", message: "refused on purpose" });
    expect(await failure(connection.start({ reports: 0, act: "text" }).result)).toMatchObject({
      message: "a text",
    });
  });

  it("is a tensor that is sent, either way", async () => {
    const connection = counting();
    const sent = await failure(connection.start({ reports: 0, act: "tensor" }).result);
    expect(sent).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(sent.message).toContain(
      "a tensor cannot be sent (at 'sum.deep.0'): send await x.data() and x.shape",
    );
    const x = tensor([1], { backend: cpuJs() });
    expect(() => connection.start({ reports: 0, bytes: x as never })).toThrow(
      "start: a tensor cannot be sent",
    );
    expect(await failure(connection.start({ reports: 0, act: "unclonable" }).result)).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: "serve: a function cannot be sent (at 'sum'): send data; of a module, that of its stateDict()",
    });
    expect(() => connection.start({ reports: 0, act: (() => 1) as never })).toThrow(
      "start: a function cannot be sent",
    );
    expect(await collect(connection.start({ reports: 1 }))).toEqual([0]);
  });

  it("is memory that was moved before", async () => {
    const connection = counting();
    const bytes = Uint8Array.of(1, 2);
    expect(await connection.start({ reports: 0, bytes }).result).toEqual({ heard: [], sum: 3 });
    expect(() => connection.start({ reports: 0, bytes })).toThrow(
      "start: memory that was moved before cannot be sent (at 'bytes')",
    );
    expect(await connection.start({ reports: 0, bytes: new Uint8Array() }).result).toMatchObject({ sum: 0 });
  });

  it("is what a task throws that is no error, and has no text", async () => {
    const connection = counting();
    expect(await failure(connection.start({ reports: 0, act: "object" }).result)).toMatchObject({
      message: "an object",
    });
    expect(await collect(connection.start({ reports: 1 }))).toEqual([0]);
  });

  it("is a worker that ends, and everybody hears of it", async () => {
    const connection = counting();
    const run = connection.start({ reports: 0, act: "exit" });
    const waiting = connection.start({ reports: 1 });
    const loop = collect(waiting);
    expect(await failure(run.result)).toMatchObject({ code: "WORKER_LOST" });
    expect(await failure(loop)).toMatchObject({ code: "WORKER_LOST" });
    expect(() => connection.start({ reports: 1 })).toThrow("the worker is lost (it ended with code 3)");
  });

  it("is a module that serves nothing", async () => {
    const connection = connect<Counting>(tasks.start("silent"));
    expect(await failure(connection.start({ reports: 1 }).result)).toMatchObject({ code: "WORKER_LOST" });
  });

  it("is a connection that was closed", async () => {
    const connection = counting();
    const run = connection.start({ reports: 1e9 });
    const result = failure(run.result);
    connection.close();
    connection.close();
    expect(await result).toMatchObject({ code: "BACKEND_CLOSED" });
    expect(() => connection.start({ reports: 1 })).toThrow("the connection to the worker was closed");
  });

  it("is a second connection to a worker", () => {
    const worker = tasks.start("count");
    open.push(connect<Counting>(worker));
    expect(() => connect<Counting>(worker)).toThrow("connect: this worker has a connection");
  });

  it("is what is no worker, no function, no options", () => {
    for (const worker of [
      undefined,
      null,
      1,
      "worker.js",
      {},
      () => 1,
      new MessageChannel().port1,
    ] as never[]) {
      expect(() => connect<Counting>(worker)).toThrow("connect: expected a Worker, but got");
    }
    expect(() => serve(3 as never)).toThrow("serve: expected a function, but got 3");
    expect(() => serve(() => 1)).toThrow("serve: this is no worker");
    expect(() => counting().start({ reports: 1 }, { sigal: 1 } as never)).toThrow("did you mean 'signal'?");
    expect(() => counting().start({ reports: 1 }, { signal: 1 as never })).toThrow(
      "start: 'signal' is an AbortSignal, such as new AbortController().signal, but got 1",
    );
  });
});

it("keeps a process alive while a run goes on, and no longer", () => {
  const main = join(tasks.path("main"), "..", "start.mjs");
  writeFileSync(
    main,
    `import { Worker } from "node:worker_threads";
     import { connect } from "./main.js";
     const run = connect(new Worker(new URL("./count.js", import.meta.url))).start({ reports: 3 });
     run.result.then(({ sum }) => console.log("done", sum));`,
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [main], {
    encoding: "utf8",
    timeout: 60_000,
  });
  expect([status, stdout, stderr]).toEqual([0, "done 0\n", ""]);
});

it("names a connection's type", () => {
  expectTypeOf<ReturnType<typeof connect<Counting>>>().toEqualTypeOf<
    Connection<Parameters<Counting>[0], number, { heard: string[]; sum: unknown }, string>
  >();
});
