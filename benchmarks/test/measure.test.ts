/** From candidates to a result, with made-up peers: only those that agree are timed. */
import { expect, test } from "vitest";
import type { Schedule } from "../src/interleave.ts";
import { measureWorkload } from "../src/measure.ts";
import type { Candidate, Peer } from "../src/peers/peer.ts";
import { isMeasured } from "../src/result.ts";
import type { Workload } from "../src/workloads/workload.ts";

const SCHEDULE: Schedule = {
  rounds: 3,
  sampleSeconds: 0.001,
  warmSeconds: 0.001,
  warmCalls: 0,
  budgetSeconds: 1,
  leastSamples: 1,
  patienceSeconds: 100,
  waitSeconds: 0,
};

const QUIET = { isFull: async () => true };

const RELU: Workload = { id: "r", suite: "s", title: "t", task: { kind: "relu", size: 8 } };

/** A peer that times itself as `seconds` and computes `relu`, or something else. */
function peer(name: string, seconds: number, relu: (x: number) => number = (x) => Math.max(x, 0)): Peer {
  return {
    name,
    description: "",
    open: async () => ({
      version: "1",
      threads: 1,
      prepare: async (_, [x]): Promise<Candidate> => ({
        check: async () => [Float32Array.from(x!, relu)],
        sample: async () => seconds,
      }),
    }),
  };
}

test("times who agrees, and relates them to ours", async () => {
  const result = await measureWorkload(
    RELU,
    [peer("cpu-wasm", 2), peer("cpu-js", 4), peer("x", 6)],
    1,
    SCHEDULE,
    QUIET,
  );
  expect(result.us).toBe("cpu-wasm");
  expect(result.entries.filter(isMeasured).map(({ name, value, ratio }) => [name, value, ratio])).toEqual([
    ["cpu-wasm", 2, 1],
    ["cpu-js", 4, 2],
    ["x", 6, 3],
  ]);
  expect(result.flops).toBe(8);
  expect(result.versions).toEqual({ "cpu-wasm": "1", "cpu-js": "1", x: "1" });
});

test("refuses to time who disagrees, and says by how much", async () => {
  const wrong = peer("wrong", 1, (x) => Math.abs(x));
  const { entries } = await measureWorkload(RELU, [peer("cpu-js", 1), wrong], 1, SCHEDULE, QUIET);
  expect(entries[1]).toMatchObject({ name: "wrong", status: "disagrees" });
  expect(entries[1]).toHaveProperty("reason", expect.stringMatching(/of the largest result/));
});

test("keeps the reason of who cannot, at whichever point it shows", async () => {
  const absent: Peer = { name: "absent", description: "", open: async () => ({ cannot: "not installed" }) };
  const unable: Peer = {
    name: "unable",
    description: "",
    open: async () => ({ version: "2", threads: 1, prepare: async () => ({ cannot: "no such op" }) }),
  };
  const failing: Peer = {
    name: "failing",
    description: "",
    open: async () => ({
      version: "3",
      threads: 1,
      prepare: async () => ({
        check: () => Promise.reject(new Error("kernel missing\n  at somewhere")),
        run: () => {},
      }),
    }),
  };
  const { entries, us, versions } = await measureWorkload(
    RELU,
    [absent, unable, failing],
    1,
    SCHEDULE,
    QUIET,
  );
  expect(us).toBeNull();
  expect(entries).toEqual([
    { name: "absent", status: "cannot", reason: "not installed" },
    { name: "unable", status: "cannot", reason: "no such op" },
    { name: "failing", status: "cannot", reason: "kernel missing" },
  ]);
  expect(versions).toEqual({ unable: "2", failing: "3" });
});

test("leaves out whom the workload does not ask for", async () => {
  const only = { ...RELU, candidates: ["cpu-js"] };
  const { entries } = await measureWorkload(only, [peer("cpu-js", 1), peer("x", 1)], 1, SCHEDULE, QUIET);
  expect(entries.map(({ name }) => name)).toEqual(["cpu-js"]);
});

test("says how many of the samples that it kept were disturbed", async () => {
  const noisy = { isFull: async () => false };
  const { entries } = await measureWorkload(RELU, [peer("cpu-js", 1)], 1, SCHEDULE, noisy);
  expect(entries[0]).toMatchObject({ samples: 3, disturbed: 3 });
  const { entries: quiet } = await measureWorkload(RELU, [peer("cpu-js", 1)], 1, SCHEDULE, QUIET);
  expect(quiet[0]).toMatchObject({ samples: 3, disturbed: 0 });
});
