// The runner itself: what it accepts, what it refuses, and that a wrong expectation is a failure.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuJs } from "@corr2d/cpu-js";
import { expect, it } from "vitest";
import { runVector } from "../src/run.ts";
import { readVectors, type VectorCase } from "../src/vector.ts";

const f32 = (name: string, shape: number[], data: (number | string)[]) => ({
  name,
  shape,
  dtype: "float32",
  data,
});

function vector(change: Partial<VectorCase>): VectorCase {
  return {
    name: "book",
    op: "corr2d_vjp",
    attrs: {},
    inputs: [
      f32("x", [3, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8]),
      f32("k", [2, 2], [0, 1, 2, 3]),
      f32("dy", [2, 2], [1, 1, 1, 1]),
    ],
    outputs: [f32("y", [2, 2], [19, 25, 37, 43]), f32("dk", [2, 2], [8, 12, 20, 24])],
    features: [],
    ...change,
  };
}

const run = (change: Partial<VectorCase>) => runVector(vector(change), cpuJs());

it("passes what is right, gradients included", async () => {
  expect(await run({})).toEqual({ kind: "passed" });
});

it("fails a wrong value, a wrong shape and a missing output, and says which", async () => {
  expect(await run({ outputs: [f32("y", [2, 2], [19, 25, 37, 44])] })).toMatchObject({
    reason: expect.stringContaining("y[3]: 43 instead of 44"),
  });
  expect(await run({ outputs: [f32("dk", [4], [8, 12, 20, 24])] })).toMatchObject({
    reason: expect.stringContaining("dk: shape"),
  });
  expect(await run({ outputs: [f32("dz", [2, 2], [0, 0, 0, 0])] })).toMatchObject({
    reason: expect.stringContaining("no output dz"),
  });
});

it("lets non-finite values equal only themselves", async () => {
  const log = (expected: (number | string)[]) =>
    run({ op: "log", inputs: [f32("x", [2], [-1, 0])], outputs: [f32("y", [2], expected)] });
  expect(await log(["NaN", "-Infinity"])).toEqual({ kind: "passed" });
  expect(await log(["NaN", "NaN"])).toMatchObject({ kind: "failed" });
  expect(await log([0, "-Infinity"])).toMatchObject({ kind: "failed" });
});

it("takes a case that tells no features", async () => {
  const { features: _, ...bare } = vector({});
  expect(await runVector(bare, cpuJs())).toEqual({ kind: "passed" });
  expect(await runVector({ ...bare, outputs: [f32("y", [2, 2], [19, 25, 37, 44])] }, cpuJs())).toMatchObject({
    kind: "failed",
  });
});

it("knows the class axis of cross-entropy, with a batch and without", async () => {
  const target = (shape: number[], data: number[]) => ({ name: "target", shape, dtype: "int32", data });
  const log = [-Math.LN2, -Math.LN2];
  const of = (x: number[], inputs: VectorCase["inputs"]) =>
    run({
      op: "cross_entropy",
      inputs: [f32("x", x, [3, 3]), ...inputs],
      outputs: [f32("y", [], [Math.LN2]), f32("log_prob", x, log)],
    });
  expect(await of([1, 2], [target([1], [1])])).toEqual({ kind: "passed" });
  expect(await of([2], [target([], [1])])).toEqual({ kind: "passed" });
});

it("keeps truth values: as conditions, from comparisons, in casts", async () => {
  const bool = (name: string, data: boolean[]) => ({ name, shape: [data.length], dtype: "bool", data });
  const [x, y] = [
    [1, -2],
    [0, -2],
  ];
  const cond = bool("cond", [true, false]);
  const chosen = { inputs: [cond, f32("a", [2], x), f32("b", [2], y)], outputs: [f32("y", [2], [1, -2])] };
  expect(await run({ op: "where", ...chosen })).toEqual({ kind: "passed" });
  const compared = { inputs: [f32("a", [2], x), f32("b", [2], y)], outputs: [bool("y", [false, true])] };
  expect(await run({ op: "equal", ...compared })).toEqual({ kind: "passed" });
  const cast = {
    inputs: [f32("x", [2], y)],
    attrs: { to: "bool" as never },
    outputs: [bool("y", [false, true])],
  };
  expect(await run({ op: "cast", ...cast })).toEqual({ kind: "passed" });
});

it("allows what the source's tolerance allows, and no more", async () => {
  const inputs = [f32("x", [1], [1])];
  const outputs = [f32("y", [1], [Math.fround(Math.E) + 2 ** -21])]; // 2 ulp off
  const at = (value: number) => run({ op: "exp", inputs, outputs, tolerance: { metric: "ulp", value } });
  expect(await at(2)).toEqual({ kind: "passed" });
});

it("names what it cannot run instead of passing it", async () => {
  expect(await run({ op: "fft" })).toEqual({ kind: "pending", reason: "no operation fft" });
  const wide = { name: "x", shape: [1], dtype: "uint64", data: [2 ** 40] };
  expect(await run({ op: "abs", inputs: [wide] })).toEqual({ kind: "pending", reason: "dtype uint64" });
});

it("reads a folder, and leaves other JSON alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "vectors "));
  writeFileSync(
    join(folder, "a.json"),
    JSON.stringify({ schema: "tensor-vectors/1", family: "own", cases: [vector({})] }),
  );
  writeFileSync(join(folder, "b.json"), JSON.stringify({ cases: [vector({})] }));
  expect([...readVectors(folder)].map(({ name, family }) => [family, name])).toEqual([["own", "book"]]);
});
