/** What `--memory` is for: memory that is never given back behind right `stats`. */
import { type Backend, type CompleteBackend, type TypedArray, withFallbacks } from "@corr2d/core";
import { describe, expect, test } from "vitest";
import cpuJs from "../../cpu-js/src/index.ts";
import { exposeCollector } from "../src/collector.ts";
import { withMembers } from "../src/handles.ts";
import { createSuite, type Outcome } from "../src/suite.ts";

exposeCollector();

async function runCase(factory: () => Backend, id: string): Promise<Outcome> {
  const suite = createSuite(factory, { memory: true, filter: ` ${id}` });
  const outcome = await suite.entries.find((entry) => entry.id === id)!.run();
  await suite.close();
  return outcome;
}

const MEBIBYTE = 2 ** 20;

/** Four mebibytes that the process really holds. */
const ballast = (): TypedArray => new Float32Array(MEBIBYTE).fill(1);

const MUTANTS: Readonly<Record<string, (right: CompleteBackend, kept: unknown[]) => Partial<Backend>>> = {
  "memory/upload-and-free": (right, kept) => ({
    free(handle) {
      kept.push(ballast());
      right.free(handle);
    },
  }),
  "memory/softmax": (right, kept) => ({
    softmax(...args) {
      kept.push(ballast());
      return right.softmax(...args);
    },
  }),
  "memory/concat": (right, kept) => ({
    concat(...args) {
      kept.push(ballast());
      return right.concat(...args);
    },
  }),
  "memory/cast": (right, kept) => ({
    cast(...args) {
      kept.push(ballast());
      return right.cast(...args);
    },
  }),
  "memory/reads-into-an-array": (right, kept) => ({
    read(...args) {
      kept.push(ballast());
      return right.read(...args);
    },
  }),
  "memory/failures": (right, kept) => ({
    gather(...args) {
      kept.push(ballast());
      return right.gather(...args);
    },
  }),
  "memory/dropped-handles": (right, kept) => ({
    unary(...args) {
      const out = right.unary(...args);
      kept.push(out);
      return out;
    },
  }),
};

describe.each(Object.entries(MUTANTS))("%s", (id, mutate) => {
  test("sees what is kept", async () => {
    const kept: unknown[] = [];
    const outcome = await runCase(() => {
      const right = withFallbacks(cpuJs() as Backend);
      return withMembers(right, mutate(right, kept));
    }, id);
    kept.length = 0;
    expect(outcome).toMatchObject({
      status: "failed",
      error: { message: expect.stringMatching(/the process holds \d+ MiB more than before/) },
    });
  });

  test("and passes where nothing is", async () => {
    expect(await runCase(cpuJs, id)).toEqual({ status: "passed" });
  });
});

test("an instance that is closed gives everything back", async () => {
  expect(await runCase(cpuJs, "memory/instances")).toEqual({ status: "passed" });
});
