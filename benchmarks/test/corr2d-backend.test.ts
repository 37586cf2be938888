/** Backends by name, package and path, also one that only promises can read. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { relativeError, tolerance } from "../src/agreement.ts";
import { corr2dPeer } from "../src/peers/corr2d.ts";
import { openBackend } from "../src/peers/corr2d-backend.ts";
import { reference } from "../src/peers/loops.ts";
import { isCannot } from "../src/peers/peer.ts";
import { termsOf } from "../src/workloads/cost.ts";
import { makeInputs } from "../src/workloads/inputs.ts";
import type { Task } from "../src/workloads/workload.ts";

const LATE = fileURLToPath(new URL("./fixtures/late-backend.ts", import.meta.url));
const NOT_A_BACKEND = fileURLToPath(new URL("../src/statistics.ts", import.meta.url));

describe("openBackend", () => {
  test("finds ours by name, and a package by its own", async () => {
    expect((await openBackend("cpu-js", 1)).backend.name).toBe("cpu-js");
    expect((await openBackend("@corr2d/cpu-js", 1)).backend.name).toBe("cpu-js");
  });

  test("passes options after a question mark", async () => {
    const { backend } = await openBackend("cpu-wasm?winograd=off", 1);
    expect(backend.features.winograd).toBe("off");
    await backend.close?.();
  });

  test("finds one by path", async () => {
    expect(await openBackend(LATE, 1)).toMatchObject({ backend: { name: "late" }, version: "local" });
  });

  test("says what is wrong with a module that makes none", async () => {
    await expect(openBackend(NOT_A_BACKEND, 1)).rejects.toThrow(/no default export that makes a backend/);
  });
});

test("a backend that is not there says so without this machine's paths", async () => {
  const opened = await corr2dPeer("no-such-package").open(1);
  expect(isCannot(opened) && opened.cannot).toMatch(/no-such-package/);
  expect(isCannot(opened) && opened.cannot).not.toContain(process.cwd());
});

const TASKS: readonly Task[] = [
  { kind: "relu", size: 9 },
  { kind: "lenet-step", batch: 2, learningRate: 0.1 },
  { kind: "learn-kernel", steps: 10, learningRate: 0.03 },
];

test.each(TASKS)("without synchronous reads, $kind is a promise and right", async (task) => {
  const inputs = makeInputs(task);
  const opened = await corr2dPeer(LATE).open(1);
  if (isCannot(opened)) throw new Error(opened.cannot);
  const candidate = await opened.prepare(task, inputs);
  if (isCannot(candidate)) throw new Error(candidate.cannot);
  const error = relativeError(await candidate.check(), reference(task, inputs)());
  expect(error).toBeLessThan(tolerance(termsOf(task)));
  const running = candidate.run!();
  expect(running).toBeInstanceOf(Promise);
  await running;
});
