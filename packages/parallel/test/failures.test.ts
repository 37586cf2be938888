/** Ranks that fail, end, hang or never come: who is named, and that nobody waits for ever. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collectiveOver } from "../src/index.ts";
import { runThreads } from "../src/threads.ts";
import { bundled, type Modules } from "./bundle.ts";
import { failures, group, onAll, transports } from "./group.ts";

const lost = (ranks: readonly number[], message: string | RegExp): unknown =>
  expect.objectContaining({
    code: "RANK_LOST",
    message: typeof message === "string" ? expect.stringContaining(message) : expect.stringMatching(message),
    details: { ranks },
  });

describe("in one thread", () => {
  it("a rank that does not come is named by the others, for good", async () => {
    const ranks = group(3, { timeoutSeconds: 0.3 });
    const present = [ranks[0]!, ranks[2]!];
    const error = lost(
      [1],
      /^rank 1 did not come to allReduce within 0.3 s \(seen by rank [02], call 0\): it hangs/,
    );
    expect(await failures(present, (one) => one.allReduce(new Float32Array(3)))).toEqual([error, error]);
    expect(await failures(ranks, (one) => one.barrier())).toEqual([error, error, error]);
  });

  it("all that did not come are named", async () => {
    const [first] = group(3, { timeoutSeconds: 0.1 });
    await expect(first!.barrier()).rejects.toEqual(lost([1, 2], "ranks 1 and 2 did not come to barrier"));
  });

  it("a rank whose own thread stood still does not name those that came meanwhile", async () => {
    const ranks = group(3, { timeoutSeconds: 0.2 });
    const sums = ranks.map(({ rank }) => new Int32Array([rank]));
    const all = onAll(ranks, (one) => one.allReduce(sums[one.rank]!));
    for (let turn = 0; turn < 5; turn++) await Promise.resolve(); // the calls have begun
    const until = performance.now() + 500;
    while (performance.now() < until);
    await all;
    expect(sums.map(([sum]) => sum)).toEqual([3, 3, 3]);
  });

  it("a rank that ends the job says why, to those that wait and to those that come", async () => {
    const ranks = group(3);
    const waiting = failures(ranks.slice(0, 2), (one) => one.barrier());
    ranks[2]!.abort(new RangeError("the disk is full"));
    ranks[2]!.abort("too late to count");
    const error = lost([2], "rank 2 ended the job: RangeError: the disk is full");
    expect(await waiting).toEqual([error, error]);
    expect(await failures(ranks, (one) => one.barrier())).toEqual([error, error, error]);
  });

  it("a rank that has closed does not come, and what it gave before counts", async () => {
    const ranks = group(2);
    const sums = ranks.map(({ rank }) => new Int32Array([rank + 1]));
    const both = onAll(ranks, (one) => one.allReduce(sums[one.rank]!));
    const closed = ranks[1]!.close();
    await both;
    await closed;
    expect(sums).toEqual([new Int32Array([3]), new Int32Array([3])]);
    await expect(ranks[0]!.barrier()).rejects.toEqual(
      lost([1], "rank 1 closed its collective, and rank 0 still waits"),
    );
    await expect(ranks[1]!.barrier()).rejects.toMatchObject({ code: "BACKEND_CLOSED" });
  });

  it("a transport that fails ends the job, with its reason", async () => {
    const [first, second] = transports(2);
    const broken = collectiveOver({
      ...second!,
      exchange: async () => {
        throw new Error("the cable is out");
      },
      missing: () => [],
      abort: (error) => second!.abort(error),
      close: async () => {},
    });
    const error = lost([1], "rank 1 failed in barrier: Error: the cable is out");
    expect(await failures([collectiveOver(first!), broken], (one) => one.barrier())).toEqual([error, error]);
  });

  it("closing again is closing once; what was forgotten until then is refused with the remedy", async () => {
    let closings = 0;
    const [only] = transports(1);
    const one = collectiveOver({
      ...only!,
      exchange: async () => {},
      missing: () => [],
      abort: () => {},
      close: async () => void closings++,
    });
    await Promise.all([one.close(), one.close()]);
    await one.close();
    expect(closings).toBe(1);
    await expect(one.barrier()).rejects.toMatchObject({
      code: "BACKEND_CLOSED",
      message: "the collective was closed: await every call, such as reduce(), before close()",
    });
  });

  it("what is no transport is refused", () => {
    const whole = { name: "x", rank: 0, size: 1, exchange() {}, missing() {}, abort() {}, close() {} };
    const wrong: [unknown, string][] = [
      [undefined, "expected a transport, but got undefined"],
      [5, "expected a transport, but got 5"],
      [{ ...whole, missing: undefined }, "the transport has no method 'missing'"],
      [{ ...whole, size: 0 }, "a transport's 'size' is how many ranks there are, but got 0"],
      [{ ...whole, rank: 1 }, "'rank' is a rank from 0 to 0, but got 1"],
    ];
    for (const [transport, message] of wrong) {
      expect(() => collectiveOver(transport as never)).toThrow(
        expect.objectContaining({
          code: "INVALID_ARGUMENT",
          message: expect.stringContaining(`collectiveOver: ${message}`),
        }),
      );
    }
  });

  it("a reason of any length arrives", async () => {
    const ranks = group(2);
    ranks[0]!.abort("no ".repeat(20_000));
    await expect(ranks[1]!.barrier()).rejects.toEqual(lost([0], /^rank 0 ended the job: (no )+n?o?…+$/));
  });

  it("a limit that is none is refused", () => {
    for (const timeoutSeconds of [0, -1, Number.NaN, Infinity, 1e9, "10", null] as never[]) {
      expect(() => group(1, { timeoutSeconds })).toThrow("'timeoutSeconds' is a");
    }
    expect(() => collectiveOver(transports(1)[0]!, { timeout: 1 } as never)).toThrow(
      "unknown option 'timeout'; the options are timeoutSeconds",
    );
  });
});

describe("in threads", () => {
  let modules: Modules;
  beforeAll(async () => {
    modules = await bundled(["fault"]);
  });
  afterAll(() => modules.remove());

  const run = (act: string, timeoutSeconds = 60): Promise<void> =>
    runThreads(3, modules.path("fault"), { timeoutSeconds, worker: { workerData: { act, faulty: 1 } } });

  it("all is well", async () => {
    await run("nothing");
  });

  it.each([
    ["throw", /^rank 1 failed: TypeError: thrown on purpose$/],
    ["reject", /^rank 1 failed: Error: rejected on purpose$/],
    ["exit", /^rank 1 ended with code 3$/],
    ["never", /^rank 1 ended with code 13: its module awaits a promise that never settles$/],
    ["end", /^rank 1 ended without closing its collective/],
    ["unborn", /^rank 1 ended without taking part: its module calls threads\(\)$/],
    ["abort", /^rank 1 ended the job: Error: given up$/],
    ["leave", /rank 1 closed its collective, and rank [02] still waits for it/],
  ])("a rank that does this: %s", async (act, message) => {
    await expect(run(act)).rejects.toEqual(lost([1], message));
  });

  it.each(["hang", "wait", "absent"])("a rank that does not come in time: %s", async (act) => {
    await expect(run(act, 4)).rejects.toEqual(
      lost([1], /^rank 1 did not come to \w+ within 4 s \(seen by rank [02]/),
    );
  });

  it("in blocking calls too", async () => {
    await expect(run("hang before sync", 4)).rejects.toEqual(
      lost([1], "rank 1 did not come to allReduce within 4 s"),
    );
  });

  it("a module that is not there, and one that is no module of a job", async () => {
    await expect(runThreads(2, `${modules.folder}/missing.js`)).rejects.toMatchObject({
      code: "RANK_LOST",
      message: expect.stringMatching(/^rank [01] failed: .*missing\.js/),
    });
    const { threads } = await import("../src/threads.ts");
    expect(() => threads()).toThrow("threads: this is no thread of runThreads");
  });

  it("what a rank threw is the cause, with its code, its details and where it was", async () => {
    await expect(run("code")).rejects.toMatchObject({
      code: "RANK_LOST",
      message: "rank 1 failed: Corr2dError: refused on purpose (INVALID_ARGUMENT)",
      cause: { code: "INVALID_ARGUMENT", details: { why: "test" }, stack: expect.stringContaining("fault") },
    });
  });

  it("modules that Node does not take", async () => {
    const wrong = [undefined, 5, "fault.js", import.meta.url, new URL("https://example.org/fault.js")];
    for (const module of wrong as never[]) {
      await expect(runThreads(2, module)).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        message: expect.stringMatching(/^runThreads: a thread could not be started .* such as new URL/),
      });
    }
  });

  it("options that are none", async () => {
    const path = modules.path("fault");
    for (const size of [0, 1.5, -1, 1000, "2", undefined] as never[]) {
      await expect(runThreads(size, path)).rejects.toThrow("'size' is how many threads, from 1 to 256");
    }
    const wrong = [
      { delaySeconds: -1 },
      { delaySeconds: 20 },
      { bytesPerSecond: 0 },
      { timeoutSeconds: 0 },
      { onMessage: 1 },
      { worker: 5 },
      { worker: [] },
      { worker: { workerData: "x" } },
      { worker: { workerData: new Map() } },
      { worker: { workerData: { send: () => {} } } },
      { worker: { argv: 5 } },
      { ranks: 2 },
    ];
    for (const options of wrong) {
      await expect(runThreads(2, path, options as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});
