/** Every mutant is killed by the case it names, and that case passes on the backend it was made from. */
import { type Backend, type CompleteBackend, Corr2dError } from "@corr2d/core";
import { describe, expect, test } from "vitest";
import cpuJs from "../../cpu-js/src/index.ts";
import { withMembers } from "../src/handles.ts";
import { createSuite, type Outcome } from "../src/suite.ts";
import { deferring } from "./deferring.ts";
import { ALIAS_MUTANTS } from "./mutants/aliases.ts";
import { BLOCK_MUTANTS } from "./mutants/blocks.ts";
import { BROADCAST_MUTANTS } from "./mutants/broadcasts.ts";
import { CLAUSE_MUTANTS } from "./mutants/clauses.ts";
import { COPY_MUTANTS } from "./mutants/copies.ts";
import { DECLARATION_MUTANTS } from "./mutants/declarations.ts";
import { DETERMINISM_MUTANTS } from "./mutants/determinism.ts";
import { FAILURE_MUTANTS } from "./mutants/failures.ts";
import { GEOMETRY_MUTANTS } from "./mutants/geometry.ts";
import { INT32_MUTANTS } from "./mutants/int32.ts";
import { LIFETIME_MUTANTS } from "./mutants/lifetimes.ts";
import { MEMORY_MUTANTS } from "./mutants/memory.ts";
import { MOVEMENT_MUTANTS } from "./mutants/movement.ts";
import { NON_FINITE_MUTANTS } from "./mutants/non-finite.ts";
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
  ...CLAUSE_MUTANTS,
  ...BROADCAST_MUTANTS,
  ...SIZE_MUTANTS,
  ...GEOMETRY_MUTANTS,
  ...NON_FINITE_MUTANTS,
  ...DETERMINISM_MUTANTS,
  ...FAILURE_MUTANTS,
  ...LIFETIME_MUTANTS,
  ...ALIAS_MUTANTS,
  ...BLOCK_MUTANTS,
  ...DECLARATION_MUTANTS,
];

const PATIENCE = 5_000; // milliseconds: some mutants never answer

async function runCase(factory: () => Backend, id: string): Promise<Outcome> {
  const suite = createSuite(factory, { timeLimit: PATIENCE });
  const entry = suite.entries.find((candidate) => candidate.id === id);
  if (entry === undefined) throw new Error(`there is no case ${id}`);
  const outcome = await entry.run();
  await suite.close();
  return outcome;
}

const right = (late: boolean | undefined): CompleteBackend =>
  (late ? deferring(cpuJs()) : cpuJs()) as CompleteBackend;

test("no two mutants have one name", () => {
  expect(MUTANTS.map(({ name }) => name)).toEqual([...new Set(MUTANTS.map(({ name }) => name))]);
});

describe.each(MUTANTS)("$name", ({ killedBy, mutate, leaks, late }) => {
  test(`is killed by ${killedBy}`, async () => {
    const outcome = await runCase(() => {
      const backend = right(late);
      return withMembers(backend, mutate(backend));
    }, killedBy);
    expect(outcome.status).toBe("failed");
    // A mutant's own temporaries are no reason.
    if (outcome.status === "failed" && !leaks) expect(outcome.error.message).not.toContain("leak:");
  });

  test("and the right backend is not", async () => {
    expect(await runCase(() => right(late), killedBy)).toEqual({ status: "passed" });
  });
});

test("a factory that hands out one instance twice is caught", async () => {
  const shared = cpuJs();
  expect((await runCase(() => shared, "identity/isolated-instances")).status).toBe("failed");
});

test("a rejection that nobody can catch is caught", async () => {
  // vitest itself listens for those, and would fail.
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  try {
    const outcome = await runCase(() => {
      const backend = deferring(cpuJs());
      return withMembers(backend, {
        gather(...args) {
          void Promise.reject(new Corr2dError("INDEX_OUT_OF_RANGE", "index 9 is out of range"));
          return backend.gather(...args);
        },
      } satisfies Partial<Backend>);
    }, "failure/nobody-reads");
    expect(outcome.status).toBe("failed");
  } finally {
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
});
