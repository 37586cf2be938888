/**
 * The expressions of the autograd layer: each written once in Tensor operations and once in the oracle's plain
 * float64 numbers, to be differentiated by finite differences.
 */

import type { Tensor } from "@corr2d/core";
import * as core from "@corr2d/core";
import { broadcast, gather, matmul, reduce, strided } from "../oracle/arrays.ts";
import { logSoftmax, softmax } from "../oracle/rows.ts";
import * as windows from "../oracle/windows.ts";

type Numbers = ArrayLike<number>;

export interface Expression {
  /** Shapes of the inputs, all of which require gradients. */
  readonly shapes: readonly (readonly number[])[];
  /** Where the inputs are drawn from. Default −1 … 1. */
  readonly range?: readonly [number, number];
  readonly forward: (...inputs: Tensor[]) => Tensor;
  readonly oracle: (...inputs: readonly Float64Array[]) => Numbers;
}

const map = (x: Numbers, f: (value: number, i: number) => number): number[] => Array.from(x, f);
const sum = (x: Numbers): number[] => [map(x, (value) => value).reduce((a, b) => a + b, 0)];

/** An expression of one tensor and of one number at a time. */
function pointwise(
  forward: (x: Tensor) => Tensor,
  oracle: (x: number) => number,
  range?: readonly [number, number],
): Expression {
  return {
    shapes: [[2, 7]],
    forward,
    oracle: (x) => map(x, oracle),
    ...(range === undefined ? {} : { range }),
  };
}

/** Two operands that broadcast to [2, 3, 4]. */
function broadcasting(
  shapeA: readonly number[],
  shapeB: readonly number[],
  forward: (a: Tensor, b: Tensor) => Tensor,
  oracle: (a: number, b: number) => number,
): Expression {
  const out = core.broadcastShapes(shapeA, shapeB);
  const align = (shape: readonly number[]): number[] => [
    ...new Array<number>(out.length - shape.length).fill(1),
    ...shape,
  ];
  return {
    shapes: [shapeA, shapeB],
    range: [0.5, 2],
    forward,
    oracle: (a, b) => {
      const spread = broadcast(b, align(shapeB), out);
      return broadcast(a, align(shapeA), out).map((value, i) => oracle(value, spread[i]!));
    },
  };
}

const matmulSize = { batch: 1, rows: 3, inner: 4, columns: 5, transposeA: false, transposeB: false };

function correlation(
  x: [number, number, number, number],
  k: [number, number, number, number],
  options: core.Corr2dOptions = {},
): Expression {
  const window = core.corr2dWindow(x, k, options);
  return {
    shapes: [x, k],
    forward: (a, b) => core.corr2d(a, b, options),
    oracle: (a, b) => windows.corr2d(a!, b!, window, "float64").values,
  };
}

const poolOptions = { stride: [2, 1], padding: [1, 0] } as const;
const combined = { stride: [2, 3], padding: [1, 2, 0, 3], dilation: [2, 1], groups: 2 } as const;
const transposed = { stride: 2, padding: 1, outputPadding: 1 } as const;
const biasOptions = { stride: [1, 2], padding: 1 } as const;
const [includePad, maxWindow, avgWindow] = [
  { countIncludePad: true, divisorOverride: null },
  core.poolWindow([1, 2, 6, 5], 3, poolOptions),
  core.poolWindow([2, 1, 5, 6], 2, { stride: 2, padding: 1 }),
];

export const EXPRESSIONS: Readonly<Record<string, Expression>> = {
  "add-broadcast": broadcasting(
    [2, 3, 4],
    [3, 1],
    (a, b) => a.add(b),
    (a, b) => a + b,
  ),
  "mul-broadcast": broadcasting(
    [3, 1],
    [2, 1, 4],
    (a, b) => a.mul(b),
    (a, b) => a * b,
  ),
  "sub-broadcast": broadcasting(
    [4],
    [2, 3, 1],
    (a, b) => a.sub(b),
    (a, b) => a - b,
  ),
  "div-broadcast": broadcasting(
    [2, 3, 4],
    [4],
    (a, b) => a.div(b),
    (a, b) => a / b,
  ),
  "pow-broadcast": broadcasting(
    [3, 4],
    [2, 1, 4],
    (a, b) => a.pow(b),
    (a, b) => a ** b,
  ),
  "repeated-input": pointwise(
    (x) => x.mul(x).add(x),
    (x) => x * x + x,
  ),
  diamond: pointwise(
    (x) => {
      const b = x.add(x);
      return b.mul(b).add(b);
    },
    (x) => 4 * x * x + 2 * x,
  ),
  "unused-branch": pointwise(
    (x) => {
      x.exp().mul(3); // nobody asks for it
      return x.mul(2);
    },
    (x) => 2 * x,
  ),
  exp: pointwise((x) => x.exp(), Math.exp),
  log: pointwise((x) => x.log(), Math.log, [0.5, 3]),
  sqrt: pointwise((x) => x.sqrt(), Math.sqrt, [0.5, 3]),
  sin: pointwise((x) => x.sin(), Math.sin),
  tanh: pointwise((x) => x.tanh(), Math.tanh),
  sigmoid: pointwise(
    (x) => x.sigmoid(),
    (x) => 1 / (1 + Math.exp(-x)),
  ),
  relu: pointwise(
    (x) => x.sub(0.013).relu(),
    (x) => Math.max(x - 0.013, 0),
  ),
  "mean-of-rows": {
    shapes: [[3, 5]],
    forward: (x) => x.mean(1),
    oracle: (x) => map(reduce("sum", x!, [3, 5], [1], "float64").values, (s) => s / 5),
  },
  "max-of-columns": {
    shapes: [[4, 3]],
    forward: (x) => x.amax(0),
    oracle: (x) => reduce("max", x!, [4, 3], [0], "float64").values,
  },
  "permute-and-slice": {
    shapes: [[3, 4]],
    forward: (x) => x.t().slice("1:4", ":2"),
    oracle: (x) => strided(x!, { shape: [3, 2], strides: [1, 4], offset: 1, sourceSize: 12 }).values,
  },
  "flip-and-expand": {
    shapes: [[5]],
    forward: (x) => x.flip(0).expand([3, 5]),
    oracle: (x) => strided(x!, { shape: [3, 5], strides: [0, -1], offset: 4, sourceSize: 5 }).values,
  },
  gather: {
    shapes: [[3, 4]],
    forward: (x) =>
      x.gather(1, core.tensor(Int32Array.of(3, 0, 3, 1, 1, 2), { shape: [3, 2], backend: x.backend })),
    oracle: (x) => gather(x!, [3, 0, 3, 1, 1, 2], { outer: 3, length: 4, inner: 1, count: 2 }).values,
  },
  /** Rows of a table, some of them several times: their gradients add up. */
  embedding: {
    shapes: [[4, 3]],
    forward: (x) =>
      core.indexSelect(x, 0, core.tensor(Int32Array.of(3, 0, 3, 3, 1, 0), { backend: x.backend })),
    oracle: (x) => [3, 0, 3, 3, 1, 0].flatMap((row) => [0, 1, 2].map((column) => x![3 * row + column]!)),
  },
  matmul: {
    shapes: [
      [3, 4],
      [4, 5],
    ],
    forward: (a, b) => a.matmul(b),
    oracle: (a, b) => matmul(a!, b!, matmulSize, "float64").values,
  },
  softmax: {
    shapes: [[3, 5]],
    forward: (x) => x.softmax(1),
    oracle: (x) => softmax(x!, 3, 5, 1, "float64").values,
  },
  "log-softmax": {
    shapes: [[3, 5]],
    forward: (x) => x.logSoftmax(1),
    oracle: (x) => logSoftmax(x!, 3, 5, 1, "float64").values,
  },
  "max-pool": {
    shapes: [[1, 2, 6, 5]],
    forward: (x) => core.maxPool2d(x, 3, poolOptions),
    oracle: (x) => windows.maxPool2d(x!, maxWindow).values.values,
  },
  "avg-pool": {
    shapes: [[2, 1, 5, 6]],
    forward: (x) => core.avgPool2d(x, 2, { stride: 2, padding: 1 }),
    oracle: (x) => windows.avgPool2d(x!, avgWindow, includePad, "float64").values,
  },
  corr2d: correlation([2, 2, 5, 4], [3, 2, 3, 2]),
  "corr2d-combined": correlation([1, 4, 6, 7], [2, 2, 2, 3], combined),
  "corr2d-depthwise": correlation([2, 3, 4, 5], [3, 1, 3, 3], { groups: 3, padding: 1 }),
  "corr2d-bias": {
    shapes: [[1, 2, 4, 5], [3, 2, 3, 3], [3]],
    forward: (x, k, bias) => core.corr2d(x!, k!, { ...biasOptions, bias }),
    oracle: (x, k, bias) => {
      const window = core.corr2dWindow([1, 2, 4, 5], [3, 2, 3, 3], biasOptions);
      return windows.corr2dBias(x!, k!, bias!, window, "float64").values;
    },
  },
  "conv-transpose": {
    shapes: [
      [1, 2, 3, 3],
      [2, 3, 3, 3],
    ],
    forward: (g, k) => core.convTranspose2d(g, k, transposed),
    oracle: (g, k) => {
      const window = core.convTransposeWindow([1, 2, 3, 3], [2, 3, 3, 3], transposed);
      return windows.corr2dInput(g!, k!, window, "float64").values;
    },
  },
  "squared-correlation": {
    shapes: [
      [1, 2, 4, 4],
      [2, 2, 2, 2],
    ],
    forward: (x, k) =>
      core
        .corr2d(x, k, { padding: [1, 0], stride: [2, 1] })
        .square()
        .sum(),
    oracle: (x, k) => {
      const window = core.corr2dWindow([1, 2, 4, 4], [2, 2, 2, 2], { padding: [1, 0], stride: [2, 1] });
      return sum(map(windows.corr2d(x!, k!, window, "float64").values, (y) => y * y));
    },
  },
};

/** Those whose second derivatives are tried as well: smooth, and not linear in everything. */
export const TWICE: readonly string[] = [
  "mul-broadcast",
  "div-broadcast",
  "repeated-input",
  "exp",
  "tanh",
  "sigmoid",
  "matmul",
  "softmax",
  "log-softmax",
  "corr2d",
  "corr2d-combined",
  "corr2d-depthwise",
  "conv-transpose",
  "squared-correlation",
];
