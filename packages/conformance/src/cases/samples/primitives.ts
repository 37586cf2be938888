/** Samples of the primitives and of fill, which every dtype has. */
import { type DType, isFloating, type ReduceOp } from "@corr2d/core";
import * as arrays from "../../oracle/arrays.ts";
import * as elementwise from "../../oracle/elementwise.ts";
import { type Call, constant, int32 } from "./sample.ts";

const LONG = [3, 700];
const SPREAD = [2, 1, 300];
const FULL = [2, 3, 300];
const TURNED = { shape: [31, 65], strides: [1, 31], offset: 0, sourceSize: 2015 };
const OVERLAPPING = { shape: [80, 50], strides: [1, 1], offset: 0, sourceSize: 129 };
const AS_IT_LIES = { shape: [1300], strides: [1], offset: 0, sourceSize: 1300 };
const PARTS = [170, 90, 390];
const PICKS = { outer: 2, length: 13, inner: 3, count: 300 };
const WHOLE = [2, 13, 3];
const PICKED = [2, 300, 3];

const reduction = (op: ReduceOp, axis: number, dtype: DType): Call => ({
  name: op,
  member: "reduce",
  operands: [LONG],
  result: { shape: [LONG[1 - axis]!], dtype: op.startsWith("arg") ? "int32" : dtype },
  run: (b, x) => b.reduce(op, x, LONG, [axis], dtype),
  expected: (x) => arrays.reduce(op, x, LONG, [axis], dtype),
});

/** Calls whose result equals their operand: where it is tempting to give that back, or a view of its memory. */
const identities = (dtype: DType): readonly Call[] => [
  {
    name: "cast-same",
    member: "cast",
    operands: [[1300]],
    result: [1300],
    run: (b, x) => b.cast(x, 1300, dtype, dtype),
    expected: (x) => elementwise.cast(x, dtype, dtype),
  },
  {
    name: "strided-copy",
    member: "strided",
    operands: [[1300]],
    result: [1300],
    run: (b, x) => b.strided(x, AS_IT_LIES, dtype),
    expected: (x) => ({ values: x, bits: true }),
  },
  {
    name: "stridedAdd-copy",
    member: "stridedAdd",
    operands: [[1300]],
    result: [1300],
    run: (b, x) => b.stridedAdd(x, AS_IT_LIES, dtype),
    expected: (x) => ({ values: x, bits: true }),
  },
  {
    name: "concat-one",
    member: "concat",
    operands: [[1300]],
    result: [1300],
    run: (b, x) => b.concat([x], [13], 10, 10, dtype),
    expected: (x) => ({ values: x, bits: true }),
  },
  ...(["sum", "max"] as const).map(
    (op): Call => ({
      name: `${op}-of-one`,
      member: "reduce",
      operands: [[1300, 1]],
      result: [1300],
      run: (b, x) => b.reduce(op, x, [1300, 1], [1], dtype),
      expected: (x) => ({ values: x }),
    }),
  ),
  {
    name: "select-all",
    member: "select",
    operands: [int32([1]), [1300], [1300]],
    below: 1,
    result: [1300],
    run: (b, c, x, y) => b.select(c, [1], x, [1300], y, [1300], [1300], dtype),
    expected: (_, __, y) => ({ values: y, bits: true }),
  },
];

export const primitives = (dtype: DType): readonly Call[] => [
  ...identities(dtype),
  {
    name: "cast",
    member: "cast",
    operands: [[1300]],
    range: 1e6,
    result: { shape: [1300], dtype: !isFloating(dtype) ? "float32" : "int32" },
    run: (b, x) => b.cast(x, 1300, dtype, !isFloating(dtype) ? "float32" : "int32"),
    expected: (x) => elementwise.cast(x, dtype, !isFloating(dtype) ? "float32" : "int32"),
  },
  {
    name: "concat",
    member: "concat",
    operands: PARTS.map((length) => [2, length]),
    result: [2, 650],
    run: (b, ...parts) => b.concat(parts, PARTS, 2, 1, dtype),
    expected: (...parts) => arrays.concat(parts, PARTS, 2, 1),
  },
  {
    name: "neg",
    member: "unary",
    operands: [[1300]],
    result: [1300],
    run: (b, x) => b.unary("neg", x, 1300, dtype),
    expected: (x) => elementwise.unary("neg", x, dtype),
  },
  {
    name: "mul",
    member: "binary",
    operands: [SPREAD, FULL],
    result: FULL,
    run: (b, x, y) => b.binary("mul", x, SPREAD, y, FULL, FULL, dtype),
    expected: (x, y) => elementwise.binary("mul", arrays.broadcast(x, SPREAD, FULL), y, dtype),
  },
  {
    name: "less",
    member: "binary",
    operands: [[1300], [1]],
    result: int32([1300]),
    run: (b, x, y) => b.binary("less", x, [1300], y, [1], [1300], dtype),
    expected: (x, y) => elementwise.binary("less", x, constant(dtype, 1300, y[0]!), dtype),
  },
  {
    name: "select",
    member: "select",
    operands: [int32([1300]), [1300], [1]],
    below: 2,
    result: [1300],
    run: (b, c, x, y) => b.select(c, [1300], x, [1300], y, [1], [1300], dtype),
    expected: (c, x, y) => elementwise.select(c, x, constant(dtype, 1300, y[0]!)),
  },
  reduction("sum", 1, dtype),
  reduction("prod", 0, dtype),
  reduction("max", 1, dtype),
  reduction("argmax", 0, dtype),
  reduction("min", 0, dtype),
  reduction("argmin", 1, dtype),
  {
    name: "strided",
    member: "strided",
    operands: [[2015]],
    result: TURNED.shape,
    run: (b, x) => b.strided(x, TURNED, dtype),
    expected: (x) => arrays.strided(x, TURNED),
  },
  {
    name: "stridedAdd",
    member: "stridedAdd",
    operands: [OVERLAPPING.shape],
    result: [129],
    run: (b, x) => b.stridedAdd(x, OVERLAPPING, dtype),
    expected: (x) => arrays.stridedAdd(x, OVERLAPPING, dtype),
  },
  {
    name: "gather",
    member: "gather",
    operands: [WHOLE, int32(PICKED)],
    below: PICKS.length,
    result: PICKED,
    run: (b, x, index) => b.gather(x, index, PICKS, dtype),
    expected: (x, index) => arrays.gather(x, index, PICKS),
  },
  {
    name: "scatterAdd",
    member: "scatterAdd",
    operands: [PICKED, int32(PICKED)],
    below: PICKS.length,
    result: WHOLE,
    run: (b, x, index) => b.scatterAdd(x, index, PICKS, dtype),
    expected: (x, index) => arrays.scatterAdd(x, index, PICKS, dtype),
  },
  {
    name: "fill",
    member: "fill",
    operands: [],
    result: [1300],
    run: (b) => b.fill(7, 1300, dtype),
    expected: () => ({ values: constant(dtype, 1300, 7) }),
  },
];

/** What the floating dtypes have besides. */
export function floatPrimitives(dtype: DType): readonly Call[] {
  const size = { batch: 2, rows: 40, inner: 70, columns: 33, transposeA: false, transposeB: true };
  return [
    ...(["exp", "tanh", "sin"] as const).map(
      (op): Call => ({
        name: op,
        member: "unary",
        operands: [[1300]],
        result: [1300],
        run: (b, x) => b.unary(op, x, 1300, dtype),
        expected: (x) => elementwise.unary(op, x, dtype),
      }),
    ),
    {
      name: "matmul",
      member: "matmul",
      operands: [
        [2, 40, 70],
        [2, 33, 70],
      ],
      result: [2, 40, 33],
      run: (b, x, y) => b.matmul(x, y, size, dtype),
      expected: (x, y) => arrays.matmul(x, y, size, dtype),
    },
  ];
}
