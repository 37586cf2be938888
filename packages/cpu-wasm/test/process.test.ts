/** What only a process of its own shows: that it ends, what it takes, and what a bundled application gets. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bundle, createBundle, LIMIT } from "./bundle.ts";

let bundle: Bundle;
let withoutWorker: Bundle;
beforeAll(async () => {
  bundle = await createBundle({ worker: true });
  withoutWorker = await createBundle({ worker: false });
});
afterAll(() => {
  bundle.remove();
  withoutWorker.remove();
});

/** Adds two large tensors, on all threads. */
const USE = `
  const size = 1 << 20;
  const x = backend.upload(new Float32Array(size).fill(1));
  const sum = backend.binary("add", x, [size], x, [size], [size], "float32");
  console.log(backend.features.threads, backend.readSync(sum, size, "float32").every((value) => value === 2));`;

describe("a process", { timeout: LIMIT }, () => {
  test.each([1, 2])("ends by itself, without close, with threads: %i", (threads) => {
    const { status, signal, stdout, stderr } = bundle.run(
      `const backend = await cpuWasm({ threads: ${threads} });${USE}`,
    );
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
    expect(stdout.trim()).toBe(`${threads} true`);
  });

  test("ends after close, and while its workers sleep", () => {
    const { status, stdout } = bundle.run(`
      const backend = await cpuWasm({ threads: 2 });${USE}
      await new Promise((resolve) => setTimeout(resolve, 50));
      await backend.close();
      try { backend.fill(1, 1, "float32"); } catch (error) { console.log(error.code); }`);
    expect(status).toBe(0);
    expect(stdout.trim().split("\n")).toEqual(["2 true", "BACKEND_CLOSED"]);
  });

  test("ends the threads of backends that nobody holds any more", () => {
    const { status, stdout, stderr } = bundle.run(
      `
      import { Worker } from "node:worker_threads";
      let ended = 0;
      const worker = () =>
        new Worker(new URL("./worker.js", import.meta.url)).on("exit", () => ended++);
      const use = async () => {
        const backend = await cpuWasm({ threads: 2, worker });${USE}
      };
      for (let i = 0; i < 3; i++) await use();
      while (ended < 3) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      console.log(ended);`,
      ["--expose-gc"],
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.trim().split("\n")).toEqual(["2 true", "2 true", "2 true", "3"]);
  });

  test("a bundle without the worker's script runs on one thread and says why", () => {
    const { status, stdout } = withoutWorker.run(`
      const backend = await cpuWasm({ threads: 2 });${USE}
      console.log(backend.features.threadsReason);`);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^1 true\na worker thread could not be started: .*worker\.js.*option worker/s);
  });

  test("starts its threads under the process's own flags", () => {
    const flags = ["--input-type=module", "-e", "await import(process.argv[1])"];
    const { status, stdout } = bundle.run(`const backend = await cpuWasm({ threads: 2 });${USE}`, flags);
    expect(status).toBe(0);
    expect(stdout.trim()).toBe("2 true");
  });

  test("needs neither eval nor generated code", () => {
    const flags = ["--disallow-code-generation-from-strings"];
    const { status, stdout } = bundle.run(`const backend = await cpuWasm({ threads: 2 });${USE}`, flags);
    expect(status).toBe(0);
    expect(stdout.trim()).toBe("2 true");
  });

  test("100,000 steps in one synchronous loop, nothing freed, stay within the heap and the collector's garbage", () => {
    const { status, stdout, stderr } = bundle.run(`
      const backend = await cpuWasm({ heapMiB: 32 });
      const shape = [4096];
      let state = backend.fill(0, 4096, "float32");
      const one = backend.fill(1, 4096, "float32");
      let peak = 0;
      for (let step = 1; step <= 100_000; step++) {
        backend.unary("neg", state, 4096, "float32");
        state = backend.binary("add", state, shape, one, shape, shape, "float32");
        if (step % 1000 === 0) peak = Math.max(peak, process.memoryUsage().rss);
      }
      const { heapBytes, evictedBytes } = backend.stats();
      const last = backend.readSync(state, 4096, "float32")[4095];
      console.log(JSON.stringify({ last, heapBytes, evictedBytes, peak }));`);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const { last, heapBytes, evictedBytes, peak } = JSON.parse(stdout) as Record<string, number>;
    expect(last).toBe(100_000);
    expect(heapBytes).toBeLessThanOrEqual(32 * 2 ** 20);
    expect(evictedBytes).toBeGreaterThan(3000 * 2 ** 20);
    expect(peak).toBeLessThan(500 * 2 ** 20);
  });
});
