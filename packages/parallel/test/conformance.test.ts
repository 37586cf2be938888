/** The suite on jobs of 1 to 4 ranks in one thread, and in threads of their own; and what it finds in collectives with a fault. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CollectiveCaseResult, collectiveCases, runCollectiveCases } from "../src/conformance.ts";
import { soleRank } from "../src/index.ts";
import { runThreads } from "../src/threads.ts";
import { bundled, type Modules } from "./bundle.ts";
import { group, onAll } from "./group.ts";
import { isFound, MUTANTS } from "./mutants.ts";

describe.each([1, 2, 3])("%i ranks in one thread", (size) => {
  it.each(collectiveCases.map(({ name, run }) => [name, run] as const))("%s", async (_, run) => {
    await onAll(group(size), run);
  });
});

it("a job of one rank", async () => {
  const results = await runCollectiveCases(soleRank());
  expect(results).toEqual(collectiveCases.map(({ name }) => ({ name, error: null })));
});

describe("ranks in threads", () => {
  let modules: Modules;
  beforeAll(async () => {
    modules = await bundled(["suite"]);
  });
  afterAll(() => modules.remove());

  it.each([2, 4])("%i", async (size) => {
    const results: CollectiveCaseResult[][] = [];
    await runThreads(size, modules.path("suite"), {
      timeoutSeconds: 60,
      onMessage: (message, rank) => {
        results[rank] = message as CollectiveCaseResult[];
      },
    });
    const expected = collectiveCases.map(({ name }) => ({ name, error: null }));
    expect(results).toEqual(Array.from({ length: size }, () => expected));
  });
});

describe("a fault is found", () => {
  it.each(MUTANTS.map((mutant) => [mutant.fault, mutant] as const))("%s", async (_, mutant) => {
    expect(await isFound(mutant), `by '${mutant.killer}'`).toBe(true);
  });

  it("by each case, one at least", () => {
    expect(new Set(MUTANTS.map(({ killer }) => killer))).toEqual(
      new Set(collectiveCases.map(({ name }) => name)),
    );
  });
});
