/** The contract's table, held against the declarations that authors read and against a backend's results. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  BINARY_OPS,
  corr2dWindow,
  type DType,
  OPERATION_NAMES,
  OPERATIONS,
  OPTIONAL_OPS,
  operandsOf,
  poolWindow,
  REDUCE_OPS,
  resultsOf,
  UNARY_OPS,
} from "../src/index.ts";

const declarations = readFileSync(new URL("../src/backend.ts", import.meta.url), "utf8");

describe("the rows", () => {
  it.each(OPERATION_NAMES)("%s has the parameters of its declaration, by name", (name) => {
    const [, parameters] = new RegExp(`\\n  ${name}\\(([^)]*)\\):`).exec(declarations)!;
    const names = parameters!
      .split(",")
      .map((parameter) => parameter.split(":")[0]!.trim())
      .filter((parameter) => parameter !== "");
    expect(OPERATIONS[name].arguments.map((row) => row.name)).toEqual(names);
  });

  it("name no op twice", () => {
    const all = [UNARY_OPS, BINARY_OPS, REDUCE_OPS].flatMap((ops) => Object.keys(ops));
    expect(new Set(all).size).toBe(all.length);
    expect(OPTIONAL_OPS.every((op) => all.includes(op))).toBe(true);
  });
});

describe("resultsOf and operandsOf", () => {
  const window = corr2dWindow([2, 4, 5, 7], [6, 2, 3, 2], { groups: 2, padding: [1, 0, 2, 1] });
  const pool = poolWindow([2, 4, 5, 7], 2);
  const average = { countIncludePad: true, divisorOverride: null };
  const norm = { outer: 2, groups: 5, inner: 7, channels: 5, cells: 7 };
  const float: DType = "float32";
  const calls: readonly [
    name: keyof typeof OPERATIONS,
    args: readonly unknown[],
    sizes: number[],
    results: string,
  ][] = [
    ["cast", [0, 5, "int32", "float64"], [5], "5 float64"],
    ["unary", ["neg", 0, 5, float], [5], "5 float32"],
    ["binary", ["add", 0, [2, 1], 0, [1, 3], [2, 3], float], [2, 3], "6 float32"],
    ["binary", ["less", 0, [2, 1], 0, [1, 3], [2, 3], float], [2, 3], "6 int32"],
    ["select", [0, [1, 1], 0, [2, 1], 0, [1, 3], [2, 3], float], [1, 2, 3], "6 float32"],
    ["reduce", ["sum", 0, [2, 3, 4], [0, 2], float], [24], "3 float32"],
    ["reduce", ["argmax", 0, [2, 3, 4], [1], float], [24], "8 int32"],
    ["strided", [0, { shape: [3, 2], strides: [0, 1], offset: 0, sourceSize: 9 }, float], [9], "6 float32"],
    [
      "stridedAdd",
      [0, { shape: [3, 2], strides: [0, 1], offset: 0, sourceSize: 9 }, float],
      [6],
      "9 float32",
    ],
    ["gather", [0, 0, { outer: 2, length: 3, inner: 4, count: 5 }, float], [24, 40], "40 float32"],
    ["scatterAdd", [0, 0, { outer: 2, length: 3, inner: 4, count: 5 }, float], [40, 40], "24 float32"],
    ["matmul", [0, 0, { batch: 2, rows: 3, inner: 4, columns: 5 }, float], [24, 40], "30 float32"],
    ["fill", [1, 7, float], [], "7 float32"],
    ["concat", [[0, 0], [1, 3], 2, 5, float], [10, 30], "40 float32"],
    ["corr2d", [0, 0, window, float], [280, 72], "432 float32"],
    ["corr2dInput", [0, 0, window, float], [432, 72], "280 float32"],
    ["corr2dKernel", [0, 0, window, float], [280, 432], "72 float32"],
    ["corr2dBias", [0, 0, 0, window, float], [280, 72, 6], "432 float32"],
    ["maxPool2d", [0, pool, float], [280], "48 float32, 48 int32"],
    ["avgPool2d", [0, pool, average, float], [280], "48 float32"],
    ["avgPool2dInput", [0, pool, average, float], [48], "280 float32"],
    [
      "gatherSum",
      [0, 0, 0, { outer: 2, length: 3, inner: 4, count: 7 }, 3, float],
      [24, 21, 21],
      "56 float32",
    ],
    ["normalize", [0, 0, 0, norm, 1e-5, float], [70, 5, 5], "70 float32, 15 float32"],
    ["normalizeInput", [0, 0, 0, 0, norm, float], [70, 70, 5, 15], "70 float32"],
    ["normalizeGrads", [0, 0, 0, 0, norm, float], [70, 70, 5, 15], "70 float32, 5 float32, 5 float32"],
    ["softmax", [0, 2, 3, 4, float], [24], "24 float32"],
    ["logSoftmax", [0, 2, 3, 4, float], [24], "24 float32"],
    ["sort", [0, 2, 3, 4, true, float], [24], "24 float32, 24 int32"],
    ["cumsum", [0, 2, 3, 4, float], [24], "24 float32"],
    ["activationGrad", ["relu", 0, 0, 5, float], [5, 5], "5 float32"],
    ["addScaled", [0, 1, 0, 2, 5, float], [5, 5], "5 float32"],
  ];

  it("speak of every operation", () => {
    expect(new Set(calls.map(([name]) => name))).toEqual(new Set(OPERATION_NAMES));
  });

  it.each(calls)("%s %j", (name, args, sizes, results) => {
    const given = args as Parameters<typeof resultsOf>[1];
    expect(operandsOf(name, given).map(({ size }) => size)).toEqual(sizes);
    expect(
      resultsOf(name, given)
        .map(({ size, dtype }) => `${size} ${dtype}`)
        .join(", "),
    ).toBe(results);
  });

  it("agree with what a backend gives", () => {
    const backend = cpuJs();
    const x = backend.upload(new Float32Array(280));
    const [values, indices] = backend.maxPool2d!(x, pool, float);
    const [first, second] = resultsOf("maxPool2d", [x, pool, float]);
    expect(backend.readSync!(values, first!.size, first!.dtype).length).toBe(48);
    expect(backend.readSync!(indices, second!.size, second!.dtype)).toBeInstanceOf(Int32Array);
  });
});
