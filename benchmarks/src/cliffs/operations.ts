/** Everything else that has more than one algorithm, around the sizes where it changes. */
import {
  avgPool2d,
  cat,
  cumsum,
  gelu,
  indexSelect,
  logSoftmax,
  matmul,
  maxPool2d,
  pow,
  softmax,
  sort,
  stack,
  type Tensor,
  tril,
  triu,
} from "@corr2d/core";
import { sizeOf } from "../workloads/workload.ts";
import { all, type Operands, operations, type Point, type Sweep } from "./sweep.ts";

const BELOW_LANES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17];
const LENGTHS = [4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 256, 1024];

const ROWS = "a row costs something by itself, and its end is no whole vector";
const ONE_PLACE = "rows a power of two apart meet in one place of the cache";
const EIGHTS = "panels have eight or sixteen columns, a matrix times a vector has none";
const PACKING = "a matrix is packed for few products";
const BEYOND_CACHE = "the operands leave the caches";
const PARTS = "each part is copied by itself, or each row of a part";
const SHARED = "cells that windows share are summed or compared once, and strides take rows apart";
const FEW_WINDOWS = "a row costs something by itself, and vectors of four windows are not full";

/** a · b. */
function product(rows: number, inner: number, columns: number, transposed = false) {
  return {
    work: rows * inner * columns,
    unit: "multiply-add" as const,
    shapes: [transposed ? [inner, rows] : [rows, inner], [inner, columns]],
    compute: (a: Tensor, b: Tensor) => matmul(transposed ? a.transpose(0, 1) : a, b),
  };
}

export const PRODUCTS: readonly Sweep[] = [
  operations("n×512 · 512×512", BELOW_LANES, (n) => product(n, 512, 512), all([2, 7], PACKING)),
  operations(
    "(512×n)ᵀ · 512×512",
    BELOW_LANES,
    (n) => product(n, 512, 512, true),
    all([2, 3, 4, 5, 7], PACKING),
  ),
  operations(
    "512×512 · 512×n",
    BELOW_LANES,
    (n) => product(512, 512, n),
    all([2, 3, 4, 5, 6, 7, 9, 17], EIGHTS),
  ),
  operations("128×n · n×128", [8, 16, 32, 64, 512, 576, 640, 641, 704, 768], (n) => product(128, n, 128)),
  operations(
    "n×n · n×n",
    [31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 320],
    (n) => product(n, n, n),
    all([31, 33], PACKING),
  ),
];

/** Of x [rows, n] or [n, rows], 2¹⁶ elements in all. */
function along(last: boolean, compute: (x: Tensor, axis: number) => unknown, size = 2 ** 16) {
  return (n: number) => {
    const rows = Math.floor(size / n);
    return {
      work: rows * n,
      shapes: [last ? [rows, n] : [n, rows]],
      compute: (x: Tensor) => compute(x, last ? 1 : 0),
    };
  };
}

const FOLDS: readonly (readonly [string, (x: Tensor, axis: number) => unknown])[] = [
  ["sum", (x, axis) => x.sum(axis)],
  ["amax", (x, axis) => x.amax(axis)],
  ["argmax", (x, axis) => x.argmax(axis)],
  ["softmax", (x, axis) => softmax(x, axis)],
  ["logSoftmax", (x, axis) => logSoftmax(x, axis)],
  ["cumsum", (x, axis) => cumsum(x, axis)],
];

export const REDUCTIONS: readonly Sweep[] = FOLDS.flatMap(([name, fold]) => [
  operations(
    `${name} along the last axis, of n`,
    LENGTHS,
    along(true, fold),
    all(LENGTHS.slice(0, -1), ROWS),
  ),
  operations(
    `${name} along the first axis, of n`,
    LENGTHS,
    along(false, fold),
    all([8, 16, 32, 33, 64, 256], ONE_PLACE),
  ),
]).concat(
  operations(
    "sort of rows of n",
    [4, 8, 16, 32, 64, 128, 256],
    along(true, (x) => sort(x)),
  ),
);

/** A pool of 32 planes by windows k×k, named as papers do: "3 s2 p1". */
function pooled(pool: typeof avgPool2d | typeof maxPool2d, size: number, name: string, gradient: boolean) {
  const [window, stride, padding] = /^(\d+) s(\d+) p(\d+)$/.exec(name)!.slice(1).map(Number) as [
    number,
    number,
    number,
  ];
  const out = Math.floor((size + 2 * padding - window) / stride) + 1;
  return {
    work: 32 * out ** 2 * window ** 2,
    shapes: [[1, 32, size, size]],
    compute: (x: Tensor) => pool(x, window, { stride, padding }),
    gradient,
  };
}

const WINDOWS = [
  "2 s2 p0",
  "2 s1 p0",
  "3 s1 p0",
  "3 s1 p1",
  "3 s2 p1",
  "3 s2 p0",
  "3 s3 p0",
  "4 s4 p0",
  "5 s5 p0",
  "5 s2 p2",
  "5 s1 p2",
  "7 s1 p3",
];
const POOL_WIDTHS = [4, 5, 6, 7, 8, 9, 12, 13, 14, 16, 28];

export const POOLS: readonly Sweep[] = (
  [
    ["maxPool2d", maxPool2d],
    ["avgPool2d", avgPool2d],
  ] as const
).flatMap(([name, pool]) =>
  [false, true].flatMap((gradient) => {
    const title = gradient ? `${name} and its gradient` : name;
    return [
      operations(`${title}, 32@56, windows`, WINDOWS, (window) => pooled(pool, 56, window, gradient), SHARED),
      ...["2 s2 p0", "3 s1 p1", "3 s2 p1"].map((window) =>
        operations(
          `${title}, 32@n, ${window}`,
          POOL_WIDTHS,
          (n) => pooled(pool, n, window, gradient),
          all([4, 5, 6, 7, 8, 9, 13, 16], FEW_WINDOWS),
        ),
      ),
    ];
  }),
);

const MANY = 2 ** 16;
const SQUARES = [255, 256, 257, 1000, 1023, 1024, 1025];

/** A function of `MANY` elements. */
const flat = (compute: (x: Tensor) => unknown) => ({ work: MANY, shapes: [[MANY]], compute });

const FEW_OPERATIONS: Readonly<Record<string, (x: Tensor) => unknown>> = {
  x·x·x: (x) => x.mul(x).mul(x),
  "pow 3": (x) => pow(x, 3),
  "pow 0.5": (x) => pow(x, 0.5),
  "pow −0.5": (x) => pow(x, -0.5),
  "pow −1": (x) => pow(x, -1),
  "pow −2": (x) => pow(x, -2),
};

export const ELEMENTWISE: readonly Sweep[] = [
  operations(
    "a + b of n",
    [4096, 8191, 8192, 8193, 16384, 65536, 2 ** 18],
    (n) => ({ work: n, shapes: [[n], [n]], compute: (a, b) => a.add(b) }),
    all([2 ** 18], BEYOND_CACHE),
  ),
  ...(["rows", "columns"] as const).map((side) =>
    operations(
      `[2¹⁶/n, n] + ${side === "rows" ? "[n]" : "[2¹⁶/n, 1]"}`,
      [2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 32, 64, 256],
      (n) => {
        const rows = Math.floor(MANY / n);
        return {
          work: rows * n,
          shapes: [[rows, n], side === "rows" ? [n] : [rows, 1]],
          compute: (a, b) => a.add(b),
        };
      },
      all([2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 32, 64], ROWS),
    ),
  ),
  operations(
    "powers that are a few operations",
    Object.keys(FEW_OPERATIONS),
    (name) => flat(FEW_OPERATIONS[name]!),
    all(["pow 0.5", "pow −0.5"], "a root takes longer than a product"),
  ),
  operations("rsqrt and its gradient, of n", [4096, 8192, 8193, 65536], (n) => ({
    work: n,
    shapes: [[n]],
    gradient: true,
    compute: (x) => x.square().add(1).rsqrt(),
  })),
  operations("gelu and its gradient, of n", [4096, 8192, 8193, 65536], (n) => ({
    work: n,
    shapes: [[n]],
    gradient: true,
    compute: (x) => gelu(x),
  })),
];

/** Rows of n out of 1024, by 4096 indices. */
function lookUp(n: number): Point {
  return {
    label: String(n),
    work: 4096 * n,
    prepare({ floats, integers }: Operands) {
      const table = floats([1024, n]);
      const index = integers([4096], 1024);
      return () => indexSelect(table, 0, index);
    },
  };
}

export const VIEWS: readonly Sweep[] = [
  ...(
    [
      ["tril", tril],
      ["triu", triu],
    ] as const
  ).map(([name, triangle]) =>
    operations(`${name} of n×n`, SQUARES, (n) => ({
      work: n * n,
      shapes: [[n, n]],
      compute: (x) => triangle(x),
    })),
  ),
  operations(
    "n×n, transposed",
    SQUARES,
    (n) => ({ work: n * n, shapes: [[n, n]], compute: (x) => x.transpose(0, 1).add(0) }),
    all([1000, 1024, 1025], BEYOND_CACHE),
  ),
  operations(
    "[2¹⁶/n, n], transposed",
    LENGTHS,
    along(true, (x) => x.transpose(0, 1).add(0)),
    all([5, 7, 9, 15, 17, 31, 33], ROWS),
  ),
  operations(
    "cat of n parts of 2¹⁸/n",
    [1, 2, 4, 16, 64, 256, 512, 1024],
    (n) => ({
      work: 2 ** 18,
      shapes: Array.from({ length: n }, () => [1, 2 ** 18 / n]),
      compute: (...parts) => cat(parts, 0),
    }),
    all([256, 512, 1024], PARTS),
  ),
  operations(
    "cat of n parts side by side",
    [1, 2, 4, 16, 64, 256],
    (n) => ({
      work: 2 ** 18,
      shapes: Array.from({ length: n }, () => [256, 1024 / n]),
      compute: (...parts) => cat(parts, 1),
    }),
    all([2, 16, 64, 256], PARTS),
  ),
  operations("stack of n images 1×28×28", [16, 32, 64, 128, 256, 512], (n) => {
    const shapes = Array.from({ length: n }, () => [1, 28, 28]);
    return { work: n * sizeOf([28, 28]), shapes, compute: (...parts) => stack(parts) };
  }),
  {
    name: "indexSelect of rows of n",
    unit: "element",
    points: [1, 2, 3, 4, 5, 7, 8, 16, 17, 32, 64].map(lookUp),
  },
];
