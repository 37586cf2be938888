/** Samples of the composites. */
import { corr2dWindow, type DType, type NormSize, poolWindow, type Window2d } from "@corr2d/core";
import * as arrays from "../../oracle/arrays.ts";
import * as norms from "../../oracle/norms.ts";
import * as rows from "../../oracle/rows.ts";
import * as windows from "../../oracle/windows.ts";
import { inputShape, kernelShape, outputShape } from "../correlation.ts";
import { type Call, elementsOf, int32, type Sample } from "./sample.ts";

const AVERAGE = { countIncludePad: false, divisorOverride: null };
const PICKS = { outer: 4, length: 9, inner: 13, count: 30 };
const POOL = poolWindow([2, 5, 17, 18], 3, { stride: 2, padding: 1 });
/** Of which every result is one element of the operand. */
const SINGLE = poolWindow([2, 5, 13, 10], 1);

const ROWS: Readonly<Record<string, readonly [outer: number, length: number, inner: number]>> = {
  "": [40, 33, 1],
  "-of-columns": [3, 20, 30],
};

const softmaxes = (dtype: DType): Call[] =>
  (["softmax", "logSoftmax"] as const).flatMap((member) =>
    Object.entries(ROWS).map(([suffix, shape]) => ({
      name: member + suffix,
      member,
      operands: [shape],
      result: shape,
      run: (b, x) => b[member](x, ...shape, dtype),
      expected: (x) => (member === "softmax" ? rows.softmax : rows.logSoftmax)(x, ...shape, dtype),
    })),
  );

/** Of rows of cells, and of single cells. */
const NORMS: Readonly<Record<string, NormSize>> = {
  "": { outer: 3, groups: 12, inner: 35, channels: 12, cells: 35 },
  "-of-rows": { outer: 1, groups: 40, inner: 33, channels: 33, cells: 1 },
};

const gradientOfNorm = (suffix: string, size: NormSize, dtype: DType): Call => {
  const whole = [size.outer, size.groups, size.inner];
  return {
    name: `normalizeInput${suffix}`,
    member: "normalizeInput",
    operands: [whole, whole, [size.channels], [3, size.groups]],
    result: whole,
    run: (b, g, x, weight, kept) => b.normalizeInput(g, x, weight, kept, size, dtype),
    expected: (g, x, weight, kept) => norms.normalizeInput(g, x, weight, kept, size, dtype),
  };
};

/** Geometries of fast paths, and one of none. */
const GEOMETRIES: Readonly<Record<string, Window2d>> = {
  "": corr2dWindow([2, 8, 14, 14], [16, 8, 3, 3], { padding: 1 }),
  "-strided": corr2dWindow([3, 4, 15, 13], [6, 2, 5, 4], {
    stride: [2, 1],
    padding: [2, 2, 1, 2],
    groups: 2,
  }),
  "-pointwise": corr2dWindow([2, 24, 7, 7], [20, 24, 1, 1]),
  "-depthwise": corr2dWindow([2, 12, 11, 12], [12, 1, 3, 3], { groups: 12, padding: 1 }),
};

function correlations(suffix: string, w: Window2d, dtype: DType): Call[] {
  const [input, kernel, output] = [inputShape(w), kernelShape(w), outputShape(w)];
  return [
    {
      name: `corr2d${suffix}`,
      member: "corr2d",
      operands: [input, kernel],
      result: output,
      run: (b, x, k) => b.corr2d(x, k, w, dtype),
      expected: (x, k) => windows.corr2d(x, k, w, dtype),
    },
    {
      name: `corr2dInput${suffix}`,
      member: "corr2dInput",
      operands: [output, kernel],
      result: input,
      run: (b, g, k) => b.corr2dInput(g, k, w, dtype),
      expected: (g, k) => windows.corr2dInput(g, k, w, dtype),
    },
    {
      name: `corr2dKernel${suffix}`,
      member: "corr2dKernel",
      operands: [input, output],
      result: kernel,
      run: (b, x, g) => b.corr2dKernel(x, g, w, dtype),
      expected: (x, g) => windows.corr2dKernel(x, g, w, dtype),
    },
    {
      name: `corr2dBias${suffix}`,
      member: "corr2dBias",
      operands: [input, kernel, [w.outChannels]],
      result: output,
      run: (b, x, k, bias) => b.corr2dBias(x, k, bias, w, dtype),
      expected: (x, k, bias) => windows.corr2dBias(x, k, bias, w, dtype),
    },
  ];
}

export const composites = (dtype: DType): readonly Call[] => [
  ...softmaxes(dtype),
  {
    name: "gatherSum",
    member: "gatherSum",
    operands: [[4, 9, 13], int32([30, 3]), [30, 3]],
    result: [4, 30, 13],
    below: 9,
    run: (b, x, index, weights) => b.gatherSum(x, index, weights, PICKS, 3, dtype),
    expected: (x, index, weights) => arrays.gatherSum(x, index, weights, PICKS, 3, dtype),
  },
  {
    name: "activationGrad",
    member: "activationGrad",
    operands: [[1300], [1300]],
    result: [1300],
    run: (b, y, g) => b.activationGrad("tanh", y, g, 1300, dtype),
    expected: (y, g) => rows.activationGrad("tanh", y, g, dtype),
  },
  {
    name: "addScaled",
    member: "addScaled",
    operands: [[1300], [1300]],
    result: [1300],
    run: (b, x, y) => b.addScaled(x, 0.9, y, -0.03, 1300, dtype),
    expected: (x, y) => rows.addScaled(x, 0.9, y, -0.03, dtype),
  },
  {
    name: "addScaled-by-one",
    member: "addScaled",
    operands: [[1300], [1300]],
    result: [1300],
    run: (b, x, y) => b.addScaled(x, 1, y, 0, 1300, dtype),
    expected: (x, y) => rows.addScaled(x, 1, y, 0, dtype),
  },
  {
    name: "avgPool2d-of-one",
    member: "avgPool2d",
    operands: [inputShape(SINGLE)],
    result: outputShape(SINGLE),
    run: (b, x) => b.avgPool2d(x, SINGLE, AVERAGE, dtype),
    expected: (x) => windows.avgPool2d(x, SINGLE, AVERAGE, dtype),
  },
  {
    name: "avgPool2dInput-of-one",
    member: "avgPool2dInput",
    operands: [outputShape(SINGLE)],
    result: inputShape(SINGLE),
    run: (b, g) => b.avgPool2dInput(g, SINGLE, AVERAGE, dtype),
    expected: (g) => windows.avgPool2dInput(g, SINGLE, AVERAGE, dtype),
  },
  {
    name: "avgPool2d",
    member: "avgPool2d",
    operands: [inputShape(POOL)],
    result: outputShape(POOL),
    run: (b, x) => b.avgPool2d(x, POOL, AVERAGE, dtype),
    expected: (x) => windows.avgPool2d(x, POOL, AVERAGE, dtype),
  },
  {
    name: "avgPool2dInput",
    member: "avgPool2dInput",
    operands: [outputShape(POOL)],
    result: inputShape(POOL),
    run: (b, g) => b.avgPool2dInput(g, POOL, AVERAGE, dtype),
    expected: (g) => windows.avgPool2dInput(g, POOL, AVERAGE, dtype),
  },
  ...Object.entries(NORMS).map(([suffix, size]) => gradientOfNorm(suffix, size, dtype)),
  ...Object.entries(GEOMETRIES).flatMap(([suffix, w]) => correlations(suffix, w, dtype)),
];

/** Members with two results. */
const maxPoolSample = (name: string, window: Window2d, dtype: DType): Sample => ({
  name,
  member: "maxPool2d",
  dtype,
  operands: [{ shape: inputShape(window), dtype }],
  results: [{ shape: outputShape(window), dtype }, int32(outputShape(window))],
  draw: (random) => [elementsOf(random, { shape: inputShape(window), dtype })],
  run: (b, [x]) => b.maxPool2d(x, window, dtype),
  expected: ([x]) => {
    const { values, indices } = windows.maxPool2d(x!, window);
    return [values, indices];
  },
});

const normalizeSample = (suffix: string, size: NormSize, dtype: DType): Sample => {
  const whole = [size.outer, size.groups, size.inner];
  return {
    name: `normalize${suffix}`,
    member: "normalize",
    dtype,
    operands: [whole, [size.channels], [size.channels]].map((shape) => ({ shape, dtype })),
    results: [whole, [3, size.groups]].map((shape) => ({ shape, dtype })),
    draw: (random) =>
      [whole, [size.channels], [size.channels]].map((shape) => elementsOf(random, { shape, dtype })),
    run: (b, [x, weight, bias]) => b.normalize(x, weight, bias, size, 1e-5, dtype),
    expected: ([x, weight, bias]) => {
      const { values, moments } = norms.normalize(x!, weight!, bias!, size, 1e-5, dtype);
      return [values, moments];
    },
  };
};

const normGradsSample = (suffix: string, size: NormSize, dtype: DType): Sample => {
  const whole = [size.outer, size.groups, size.inner];
  const channels = [size.channels];
  const operands = [whole, whole, channels, [3, size.groups]].map((shape) => ({ shape, dtype }));
  return {
    name: `normalizeGrads${suffix}`,
    member: "normalizeGrads",
    dtype,
    operands,
    results: [whole, channels, channels].map((shape) => ({ shape, dtype })),
    draw: (random) => operands.map((kind) => elementsOf(random, kind)),
    run: (b, [g, x, weight, kept]) => b.normalizeGrads(g, x, weight, kept, size, dtype),
    expected: ([g, x, weight, kept]) => norms.normalizeGrads(g!, x!, weight!, kept!, size, dtype),
  };
};

/** Samples of several results. */
export const pairSamples = (dtype: DType): readonly Sample[] => [
  ...Object.entries(NORMS).flatMap(([suffix, size]) => [
    normalizeSample(suffix, size, dtype),
    normGradsSample(suffix, size, dtype),
  ]),
  maxPoolSample("maxPool2d", POOL, dtype),
  maxPoolSample("maxPool2d-of-one", SINGLE, dtype),
];
