/** The suite `cliffs`: its sweeps run, neighbours are related by their work, and the largest ratio comes first. */
import type { Backend } from "@corr2d/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SWEEP_GROUPS } from "../src/cliffs/index.ts";
import { measureSweep, relate, type Step } from "../src/cliffs/measure.ts";
import { renderSteps } from "../src/cliffs/report.ts";
import { operations, type Point } from "../src/cliffs/sweep.ts";
import { openBackend } from "../src/peers/corr2d-backend.ts";

const SWEEPS = SWEEP_GROUPS.flatMap(({ sweeps }) => sweeps);

test("names of sweeps, and labels within one, are unique", () => {
  const names = SWEEPS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { points } of SWEEPS) {
    expect(new Set(points.map(({ label }) => label)).size).toBe(points.length);
    expect(points.length).toBeGreaterThan(1);
    expect(Math.min(...points.map(({ work }) => work))).toBeGreaterThan(0);
  }
});

const timing = (seconds: number) => ({
  median: seconds,
  mad: 0,
  samples: 2,
  rounds: [seconds, null, 2 * seconds],
});
const point = (label: string, work: number, because?: string): Point => ({
  label,
  work,
  because,
  prepare: () => () => {},
});
const SWEEP = { name: "F of n", unit: "element", points: [] } as const;

test("neighbours are related by the time that a unit of their work takes", () => {
  const timings = new Map([
    ["8", timing(8)],
    ["9", timing(18)],
  ]);
  const slower = relate(SWEEP, point("8", 4), point("9", 4.5, "a panel more"), timings);
  expect(slower).toEqual({
    sweep: "F of n",
    unit: "element",
    fast: { label: "8", seconds: 2 },
    slow: { label: "9", seconds: 4 },
    ratio: 2,
    because: "a panel more",
  });
  const faster = relate(SWEEP, point("9", 4.5), point("8", 4), timings);
  expect(faster).toEqual({ ...slower, because: null });
});

const step = (sweep: string, ratio: number, because: string | null = null): Step => ({
  sweep,
  unit: "element",
  fast: { label: "1", seconds: 1e-12 },
  slow: { label: "2", seconds: ratio * 1e-12 },
  ratio,
  because,
});

test("the table begins with the largest ratio, and marks what is above 1.3", () => {
  const text = renderSteps([step("a", 1.2), step("b", 3.4, "lanes"), step("c", 1.01), step("d", 1.4)], 1);
  const rows = text.split("\n").filter((line) => /\d\.\d\d/.test(line) && line.startsWith("|"));
  expect(
    rows.map((row) =>
      row
        .split("|")
        .slice(1, 3)
        .map((cell) => cell.trim()),
    ),
  ).toEqual([
    ["3.40 !", "b"],
    ["1.40 !", "d"],
    ["1.20", "a"],
  ]);
  expect(rows[0]).toContain("lanes");
  expect(text).toContain(
    "4 pairs of neighbours, 2 of them more than 1.3 apart (!), 1 without a reason; 1 below 1.15",
  );
  expect(renderSteps([], 2)).toContain("2 threads");
});

describe("on cpu-wasm", () => {
  let backend: Backend;
  beforeAll(async () => {
    ({ backend } = await openBackend("cpu-wasm", 1));
  });
  afterAll(() => backend.close?.());

  test("a sweep gives a step for each two neighbours, and frees its operands", async () => {
    const sum = operations("sum of n", [64, 128, 256], (n) => ({
      work: n,
      shapes: [[n]],
      compute: (x) => x.sum(),
    }));
    const steps = await measureSweep(sum, backend, async () => {});
    expect(steps.map(({ fast, slow }) => [fast.label, slow.label].sort())).toEqual([
      ["128", "64"],
      ["128", "256"],
    ]);
    expect(Math.min(...steps.map(({ ratio }) => ratio))).toBeGreaterThanOrEqual(1);
    expect(backend.stats?.().liveHandles).toBe(0);
  });
});
