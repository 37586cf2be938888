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
  const suite = createSuite(factory, options);
  try {
    return await suite.entries.find((entry) => entry.id === id)!.run();
  } finally {
    await suite.close();
  }
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

test.each([
  ["a plain object", () => ({ ...right() }), "defineBackend did not make"],
  ["nothing", () => undefined, "defineBackend did not make"],
  [
    "an error",
    () => {
      throw new Error("no device");
    },
    "no device",
  ],
])(
  "a factory that gives %s fails once, and the other cases say why they are skipped",
  async (_, factory, message) => {
    const suite = createSuite(
      () => {
        const made = factory() as Record<symbol, unknown> | undefined;
        if (made !== undefined) delete made[Symbol.for("@corr2d/core.backend")];
        return made as unknown as Backend;
      },
      { filter: " fill/", strict: true },
    );
    const outcomes: Outcome[] = [];
    for (const entry of suite.entries) outcomes.push(await entry.run());
    await suite.close();
    expect(outcomes[0]).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining(message) },
    });
    const reason = expect.stringContaining(message);
    expect(outcomes.length).toBeGreaterThan(5);
    expect(outcomes.slice(1)).toEqual(outcomes.slice(1).map(() => ({ status: "skipped", reason })));
  },
);

/** cpu-js whose every third read rejects on a later turn. */
function rejectingLate(): Backend {
  const backend = right();
  let reads = 0;
  return withMembers(backend, {
    read(...args: Parameters<Backend["read"]>) {
      const rejects = reads++ % 3 === 2;
      return new Promise((resolve, reject) => {
        setTimeout(() => (rejects ? reject(new Error("lost")) : backend.read(...args).then(resolve, reject)));
      });
    },
  });
}

/** What vitest itself would take for failures of its own. */
async function withoutListeners<T>(run: () => Promise<T>): Promise<T> {
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  try {
    return await run();
  } finally {
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
}

test.each([" order/", " training/", " close/", " read/float32/into,pending", "§10.4"])(
  "reads that reject late are handled, whatever a case of %s awaits first",
  async (filter) => {
    const strays: unknown[] = [];
    const note = (reason: unknown): void => {
      strays.push(reason);
    };
    const failed = await withoutListeners(async () => {
      process.on("unhandledRejection", note);
      const suite = createSuite(rejectingLate, { filter });
      let count = 0;
      for (const entry of suite.entries) if ((await entry.run()).status === "failed") count++;
      await new Promise((resolve) => setTimeout(resolve, 20));
      await suite.close();
      process.off("unhandledRejection", note);
      return count;
    });
    expect(failed).toBeGreaterThan(0);
    expect(strays).toEqual([]);
  },
);

test("a rejection that nobody handles fails its case, or the next, and not the process", async () => {
  const statuses = await withoutListeners(async () => {
    const backend = right();
    const suite = createSuite(
      () =>
        withMembers(backend, {
          fill(...args: Parameters<NonNullable<Backend["fill"]>>) {
            void Promise.reject(new Error("stray"));
            return backend.fill!(...args);
          },
        }),
      { filter: " fill/float32" },
    );
    const outcomes: Outcome[] = [];
    for (const entry of suite.entries) {
      outcomes.push(await entry.run());
      await new Promise((resolve) => setTimeout(resolve));
    }
    await suite.close();
    return outcomes.map((each) => (each.status === "failed" ? each.error.message : each.status));
  });
  expect(statuses).toContainEqual(expect.stringMatching(/a rejection that nobody handles: Error: stray/));
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
