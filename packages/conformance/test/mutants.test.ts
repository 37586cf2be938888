/** Every mutant is killed by the case it names, and that case passes on the backend it was made from. */
import type { Backend } from "@corr2d/core";
import { describe, expect, test } from "vitest";
import cpuJs from "../../cpu-js/src/index.ts";
import { withMembers } from "../src/handles.ts";
import { createSuite, type Outcome } from "../src/suite.ts";
import { BROADCAST_MUTANTS } from "./mutants/broadcasts.ts";
import { COPY_MUTANTS } from "./mutants/copies.ts";
import { GEOMETRY_MUTANTS } from "./mutants/geometry.ts";
import { INT32_MUTANTS } from "./mutants/int32.ts";
import { MEMORY_MUTANTS } from "./mutants/memory.ts";
import { MOVEMENT_MUTANTS } from "./mutants/movement.ts";
import { NUMBER_MUTANTS } from "./mutants/numbers.ts";
import { SIZE_MUTANTS } from "./mutants/sizes.ts";
import { WINDOW_MUTANTS } from "./mutants/windows.ts";

const MUTANTS = [
  ...WINDOW_MUTANTS,
  ...NUMBER_MUTANTS,
  ...MOVEMENT_MUTANTS,
  ...MEMORY_MUTANTS,
  ...COPY_MUTANTS,
  ...INT32_MUTANTS,
  ...BROADCAST_MUTANTS,
  ...SIZE_MUTANTS,
  ...GEOMETRY_MUTANTS,
];

async function runCase(factory: () => Backend, id: string): Promise<Outcome> {
  const suite = createSuite(factory);
  const entry = suite.entries.find((candidate) => candidate.id === id);
  if (entry === undefined) throw new Error(`there is no case ${id}`);
  const outcome = await entry.run();
  await suite.close();
  return outcome;
}

describe.each(MUTANTS)("$name", ({ killedBy, mutate, leaks }) => {
  test(`is killed by ${killedBy}`, async () => {
    const outcome = await runCase(() => {
      const right = cpuJs();
      return withMembers(right, mutate(right));
    }, killedBy);
    expect(outcome.status).toBe("failed");
    // A mutant's own temporaries are no reason.
    if (outcome.status === "failed" && !leaks) expect(outcome.error.message).not.toContain("leak:");
  });

  test("and the right backend is not", async () => {
    expect(await runCase(cpuJs, killedBy)).toEqual({ status: "passed" });
  });
});

test("a factory that hands out one instance twice is caught", async () => {
  const shared = cpuJs();
  expect((await runCase(() => shared, "identity/isolated-instances")).status).toBe("failed");
});
