/** Skips, strict mode, known failures: what the suite makes of a case besides passing or failing it. */
import type { Backend } from "@corr2d/core";
import { expect, test } from "vitest";
import cpuJs from "../../cpu-js/src/index.ts";
import { withMembers } from "../src/handles.ts";
import { cases } from "../src/index.ts";
import { createSuite, type Entry, type Outcome, type SuiteOptions } from "../src/suite.ts";

const right = (): Backend => cpuJs() as Backend;
const withoutFloat64 = (): Backend => withMembers(right(), { dtypes: ["float32", "int32"] });
const wrong = (): Backend => {
  const backend = right();
  return withMembers(backend, {
    fill: (_: number, size: number, dtype: "float32") => backend.fill!(0.5, size, dtype),
  });
};

async function outcome(factory: () => Backend, id: string, options: SuiteOptions = {}): Promise<Outcome> {
  return createSuite(factory, options)
    .entries.find((entry) => entry.id === id)!
    .run();
}

test("every case has an id of its own and a clause", () => {
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  for (const { clause } of cases) expect(clause).toMatch(/^§\d+\.\d+$/);
});

test("a skip follows from what the backend declares", async () => {
  const skipped = { status: "skipped", reason: "dtype float64 is not declared" };
  expect(await outcome(withoutFloat64, "fill/float64")).toEqual(skipped);
  const late = (): Backend => withMembers(right(), { features: { syncRead: false } });
  expect((await outcome(late, "readSync/float32/round-trip")).status).toBe("skipped");
});

test("strict mode fails on a skip that it was not told of", async () => {
  expect((await outcome(withoutFloat64, "fill/float64", { strict: true })).status).toBe("failed");
  const allowed = { strict: { allow: ["float64"] } };
  expect((await outcome(withoutFloat64, "fill/float64", allowed)).status).toBe("skipped");
});

test("strict mode expects the features it is told of", async () => {
  const threads = { strict: { features: { threads: 2 } } };
  expect((await outcome(right, "features/expected", threads)).status).toBe("failed");
  const sync = { strict: { features: { syncRead: true } } };
  expect((await outcome(right, "features/expected", sync)).status).toBe("passed");
});

test("a known failure is no failure, until it passes", async () => {
  const known = {
    knownFailures: [{ id: "fill/float32", reason: "fills with ½", link: "https://example.org/1" }],
  };
  expect((await outcome(wrong, "fill/float32")).status).toBe("failed");
  expect(await outcome(wrong, "fill/float32", known)).toEqual({
    status: "known failure",
    reason: "fills with ½",
    link: "https://example.org/1",
  });
  expect((await outcome(right, "fill/float32", known)).status).toBe("failed");
});

test("a factory that fails, fails its cases with its own message", async () => {
  const result = await outcome(() => {
    throw new Error("no device");
  }, "fill/float32");
  expect(result).toMatchObject({ status: "failed", error: { message: "no device" } });
});

test("a backend that never answers fails, and does not hang", async () => {
  const silent = (): Backend => withMembers(right(), { read: () => new Promise(() => {}), stats: undefined });
  const result = await outcome(silent, "read/float32/copies", { timeLimit: 50 });
  expect(result).toMatchObject({
    status: "failed",
    error: { message: "read/float32/copies did not end within 50 ms" },
  });
});

/** How many instances the entries that contain `filter` are run on, by `walk`. */
async function instancesFor(
  filter: string,
  make: () => Backend,
  walk: (entries: readonly Entry[]) => Promise<unknown>,
): Promise<number> {
  let made = 0;
  const suite = createSuite(
    () => {
      made++;
      return make();
    },
    { filter },
  );
  await walk(suite.entries);
  await suite.close();
  return made;
}

const oneByOne = async (entries: readonly Entry[]): Promise<void> => {
  for (const entry of entries) await entry.run();
};

test("one instance serves a group, plain and validated, however the cases are listed", async () => {
  expect(await instancesFor("Pool2d/float32/golden", right, oneByOne)).toBe(2); // two pools, each twice two dtypes
});

test("entries that a runner starts at once run one after the other", async () => {
  const atOnce = (entries: readonly Entry[]) => Promise.all(entries.map((entry) => entry.run()));
  expect(await instancesFor("Pool2d/float32/golden", right, atOnce)).toBe(2);
});

test("a failed case leaves its instance to nobody", async () => {
  let failing = 0;
  const made = await instancesFor(" fill/", wrong, (entries) => {
    failing = entries.length;
    return oneByOne(entries);
  });
  expect(made).toBe(failing);
});
