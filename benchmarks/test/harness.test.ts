/** How the sampler uses `benchmark`: calls, awaits, failures. What a clock shows is not asserted beyond its sign. */
import { describe, expect, test } from "vitest";
import { createSampler } from "../src/harness.ts";

/** A call that is slow enough for one to fill a sample. */
function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe("createSampler", () => {
  test("times a synchronous call", async () => {
    let calls = 0;
    const sampler = createSampler({ name: "sync", run: () => void calls++ });
    expect(await sampler.sample(0.001)).toBeGreaterThan(0);
    expect(calls).toBeGreaterThan(1);
  });

  test("waits for each promise before the next call", async () => {
    let running = 0;
    let most = 0;
    const sampler = createSampler({
      name: "async",
      async run() {
        most = Math.max(most, ++running);
        await Promise.resolve();
        running--;
      },
    });
    expect(await sampler.sample(0.001)).toBeGreaterThan(0);
    expect(await sampler.sample(0.001)).toBeGreaterThan(0);
    expect(most).toBe(1);
    expect(running).toBe(0);
  });

  test("calls a slow one as often as it must, and no more", async () => {
    let calls = 0;
    const sampler = createSampler({
      name: "slow",
      run() {
        calls++;
        busy(260);
      },
    });
    await sampler.sample(0.001);
    expect(calls).toBe(1);
    await sampler.sample(0.001);
    expect(calls).toBe(2);
  });

  test("runs `before` ahead of every sample", async () => {
    const log: string[] = [];
    const sampler = createSampler({
      name: "before",
      before: () => void log.push("before"),
      run: () => void log.push("run"),
    });
    await sampler.sample(1e-6);
    const first = log.length;
    expect(log[0]).toBe("before");
    await sampler.sample(1e-6);
    expect(log[first]).toBe("before");
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    ["rejects", () => Promise.reject(new Error("broken"))],
  ])("passes on what a call %s at first", async (_, run) => {
    await expect(createSampler({ name: "failing", run }).sample(0.001)).rejects.toThrow("broken");
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    ["rejects", () => Promise.reject(new Error("broken"))],
  ])("passes on what a call %s later", async (how, fail) => {
    let calls = 0;
    const run = (): unknown => (++calls > 1 ? fail() : how === "rejects" ? Promise.resolve() : undefined);
    await expect(createSampler({ name: "failing", run }).sample(0.001)).rejects.toThrow("broken");
  });
});
