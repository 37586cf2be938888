/** Layer 2: binary and select (§3.6 to §3.12): values, special values, comparisons, broadcasting. */
import type { BinaryOp, DType } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { broadcast, sizeOf } from "../oracle/arrays.ts";
import * as oracle from "../oracle/elementwise.ts";
import { arrayFrom, DTYPES, expectHandle, formatSizes } from "./support.ts";

const BINARY: readonly BinaryOp[] = [
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "maximum",
  "minimum",
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
];

/** shapeA, shapeB, result: no broadcasting, each operand, both, scalars, inner, outer and alternating axes, 8 axes. */
const BROADCASTS: readonly (readonly [readonly number[], readonly number[], readonly number[]])[] = [
  [[37], [37], [37]],
  [[], [], []],
  [[1], [13], [13]],
  [[13], [1], [13]],
  [
    [3, 5],
    [1, 5],
    [3, 5],
  ],
  [
    [3, 1],
    [3, 5],
    [3, 5],
  ],
  [
    [3, 1],
    [1, 5],
    [3, 5],
  ],
  [
    [1, 1],
    [4, 6],
    [4, 6],
  ],
  [
    [2, 3, 4],
    [1, 3, 1],
    [2, 3, 4],
  ],
  [
    [2, 1, 4],
    [1, 3, 1],
    [2, 3, 4],
  ],
  [
    [2, 1, 3, 1, 2],
    [1, 4, 1, 2, 1],
    [2, 4, 3, 2, 2],
  ],
  [
    [1, 2, 1, 3, 1, 2, 1, 2],
    [2, 1, 2, 1, 2, 1, 2, 1],
    [2, 2, 2, 3, 2, 2, 2, 2],
  ],
];

/** Pairs whose results the clauses name; pow(1, NaN) and pow(±1, ±∞) are left open and left out. */
const SPECIALS = [NaN, Infinity, -Infinity, 0, -0, 1.5, -2];

function specialPairs(op: BinaryOp): [number[], number[]] {
  const pairs = SPECIALS.flatMap((a) => SPECIALS.map((b) => [a, b] as const));
  const used = op === "pow" ? [...pairs, [2, 10], [-2, 3], [0, -1], [9, 0.5]] : pairs;
  return [used.map((pair) => pair[0]!), used.map((pair) => pair[1]!)];
}

const INT32_EDGES = [0, 1, -1, 2, -2, 7, -7, 65536, 2147483647, -2147483648];

function binaryClause(op: BinaryOp, dtype: DType): string {
  if (oracle.binaryResult(op, "float32") === "int32") return "§3.9";
  if (op === "pow") return "§3.11";
  return dtype === "int32" ? "§3.8" : "§3.7";
}

function binaryCases(op: BinaryOp, dtype: DType): Case[] {
  const common = { ...requiring(dtype), covers: { member: "binary", dtype } } as const;
  const result = oracle.binaryResult(op, dtype);
  const edgePairs =
    dtype === "int32" ? INT32_EDGES.flatMap((a) => INT32_EDGES.map((b) => [a, b] as const)) : [];
  return [
    {
      id: `binary/${op}/${dtype}`,
      clause: binaryClause(op, dtype),
      ...common,
      async run({ backend, random }) {
        const shape = [101];
        const positive = op === "pow";
        const a =
          dtype === "int32" ? random.integers(dtype, 101) : random.reals(dtype, 101, positive ? 0.1 : -8, 8);
        const b = dtype === "int32" ? random.integers(dtype, 101) : random.reals(dtype, 101, -8, 8);
        for (let i = 0; i < 10; i++) b[i] = a[i]!; // comparisons should meet equals
        const handle = backend.binary(op, backend.upload(a), shape, backend.upload(b), shape, shape, dtype);
        await expectHandle(backend, op, handle, oracle.binary(op, a, b, dtype), shape, result);
      },
    },
    {
      id: `binary/${op}/${dtype}/special`,
      clause: op === "maximum" || op === "minimum" ? "§3.10" : binaryClause(op, dtype),
      ...common,
      async run({ backend }) {
        const [left, right] =
          dtype === "int32" ? [edgePairs.map((p) => p[0]), edgePairs.map((p) => p[1])] : specialPairs(op);
        const a = arrayFrom(dtype, left);
        const b = arrayFrom(dtype, right);
        const shape = [a.length];
        const handle = backend.binary(op, backend.upload(a), shape, backend.upload(b), shape, shape, dtype);
        await expectHandle(backend, op, handle, oracle.binary(op, a, b, dtype), shape, result);
      },
    },
  ];
}

function broadcastCases(dtype: DType): Case[] {
  return BROADCASTS.map(([shapeA, shapeB, shape]) => ({
    id: `binary/broadcast/${dtype}/${formatSizes(shapeA)},${formatSizes(shapeB)}`,
    clause: "§3.6",
    ...requiring(dtype),
    covers: { member: "binary", dtype },
    async run({ backend, random }) {
      const a = random.integers(dtype, sizeOf(shapeA));
      const b = random.integers(dtype, sizeOf(shapeB));
      for (const op of ["sub", "less"] as const) {
        const handle = backend.binary(op, backend.upload(a), shapeA, backend.upload(b), shapeB, shape, dtype);
        const expected = oracle.binary(op, broadcast(a, shapeA, shape), broadcast(b, shapeB, shape), dtype);
        await expectHandle(backend, op, handle, expected, shape, oracle.binaryResult(op, dtype));
      }
    },
  }));
}

function selectCases(dtype: DType): Case[] {
  const common = { ...requiring(dtype), covers: { member: "select", dtype }, clause: "§3.12" } as const;
  const shapes: (readonly [number[], number[], number[], number[]])[] = [
    [[23], [23], [23], [23]],
    [
      [4, 1],
      [1, 6],
      [1, 1],
      [4, 6],
    ],
    [
      [1, 1, 1],
      [2, 3, 4],
      [2, 1, 4],
      [2, 3, 4],
    ],
    [
      [2, 3, 1],
      [1, 1, 1],
      [1, 3, 4],
      [2, 3, 4],
    ],
  ];
  const values = shapes.map(
    ([shapeC, shapeA, shapeB, shape]): Case => ({
      id: `select/${dtype}/${[shapeC, shapeA, shapeB].map(formatSizes).join(",")}`,
      ...common,
      async run({ backend, random }) {
        const condition = random.integers("int32", sizeOf(shapeC), -1, 1);
        const a = random.integers(dtype, sizeOf(shapeA), 1, 9);
        const b = random.integers(dtype, sizeOf(shapeB), -9, -1);
        const [c, yes, no] = [condition, a, b].map((data) => backend.upload(data));
        const handle = backend.select(c, shapeC, yes, shapeA, no, shapeB, shape, dtype);
        const spreadA = broadcast(a, shapeA, shape);
        const spreadB = broadcast(b, shapeB, shape);
        const expected = broadcast(condition, shapeC, shape).map((bit, i) =>
          bit !== 0 ? spreadA[i]! : spreadB[i]!,
        );
        await expectHandle(backend, "select", handle, { values: expected }, shape, dtype);
      },
    }),
  );
  if (dtype === "int32") return values;
  return [
    ...values,
    {
      id: `select/${dtype}/ignores-the-other-branch`,
      ...common,
      async run({ backend }) {
        const condition = backend.upload(Int32Array.of(1, 0, 1, 0, -5, 2147483647));
        const a = backend.upload(arrayFrom(dtype, [1, NaN, 3, Infinity, 5, NaN]));
        const b = backend.upload(arrayFrom(dtype, [NaN, 2, -Infinity, 4, NaN, 6]));
        const handle = backend.select(condition, [6], a, [6], b, [6], [6], dtype);
        await expectHandle(backend, "select", handle, { values: [1, 2, 3, 4, 5, NaN] }, [6], dtype);
      },
    },
  ];
}

export const cases: readonly Case[] = [
  ...DTYPES.flatMap((dtype) =>
    BINARY.filter((op) => dtype !== "int32" || op !== "pow").flatMap((op) => binaryCases(op, dtype)),
  ),
  ...DTYPES.flatMap(broadcastCases),
  ...DTYPES.flatMap(selectCases),
];
