/** Layer 2: unary, binary and select (§3): values, special values, casts, broadcasting. */
import type { BinaryOp, DType, UnaryOp } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { broadcast, sizeOf } from "../oracle/arrays.ts";
import * as oracle from "../oracle/elementwise.ts";
import { arrayFrom, DTYPES, expectHandle, FLOATS, formatSizes } from "./support.ts";

/** Where each function is finite and smooth, and what is special about it. */
const FLOAT_UNARY: Record<
  UnaryOp,
  { readonly range: readonly [number, number]; readonly special?: readonly number[] }
> = {
  neg: { range: [-100, 100] },
  abs: { range: [-100, 100] },
  sign: { range: [-2, 2] },
  square: { range: [-100, 100] },
  floor: { range: [-10, 10], special: [-2.5, 2.5, -0.5, 1e10] },
  ceil: { range: [-10, 10], special: [-2.5, 2.5, -0.5, 1e10] },
  round: { range: [-10, 10], special: [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 8388609, 1e10, 0.49999997] },
  trunc: { range: [-10, 10], special: [-2.5, 2.5, -0.5, 1e10] },
  sqrt: { range: [0, 100], special: [-1, 4, 1e-30] },
  rsqrt: { range: [0.01, 100], special: [-1, 4] },
  reciprocal: { range: [0.5, 50], special: [-4, 1e-30] },
  exp: { range: [-80, 80], special: [1, -1, 1000, -1000, 1e-5] },
  expm1: { range: [-20, 20], special: [1e-8, -1e-8, 1e-5, 1000, -1000] },
  log: { range: [1e-3, 1000], special: [-1, 1, 0.99999, 1.00001, 1e-30, 1e30] },
  log1p: { range: [-0.9, 50], special: [-1, -2, 1e-8, -1e-8, 1e-5] },
  sin: { range: [-100, 100] },
  cos: { range: [-100, 100] },
  tan: { range: [-1.5, 1.5] },
  tanh: { range: [-5, 5], special: [1e-8, 1e-4, 20, -20, 1000] },
  sigmoid: { range: [-20, 20], special: [80, -80, 1000, -1000] },
  relu: { range: [-10, 10] },
  erf: { range: [-4, 4], special: [1e-8, 1e-4, 10, -10] },
  toFloat32: { range: [-100, 100] },
  toFloat64: { range: [-100, 100] },
  toInt32: {
    range: [-100, 100],
    special: [2.9, -2.9, 0.5, -0.5, 2147483648, -2147483904, 1e30, -1e30, 16777217],
  },
};

/** Every unary op must pass these on. sin, cos and tan of ±∞ are NaN; sqrt(−∞), too: the oracle says. */
const NON_FINITE = [NaN, Infinity, -Infinity, 0, -0];

const INT32_UNARY: readonly UnaryOp[] = [
  "neg",
  "abs",
  "sign",
  "square",
  "relu",
  "toFloat32",
  "toFloat64",
  "toInt32",
];

/** What a case on ordinary values proves: a definition, or an error bound. */
function unaryClause(op: UnaryOp, dtype: DType): string {
  if (op.startsWith("to")) return "§3.5";
  if (dtype === "int32") return "§3.3";
  if (op === "sin" || op === "cos" || op === "tan") return "§9.4";
  return oracle.ULPS[op] === undefined ? "§3.3" : "§9.3";
}

function unaryCase(op: UnaryOp, dtype: DType): Case[] {
  const requires = dtype === "float64" || op === "toFloat64" ? { requires: ["float64"] } : {};
  const common = { ...requires, covers: { member: "unary", dtype } } as const;
  const result = oracle.unaryResult(op, dtype);
  const clause = unaryClause(op, dtype);
  const { range, special } = FLOAT_UNARY[op];
  const run = (values: (context: Parameters<Case["run"]>[0]) => ArrayLike<number>): Case["run"] => {
    return async (context) => {
      const data = arrayFrom(dtype, values(context));
      const handle = context.backend.unary(op, context.backend.upload(data), data.length, dtype);
      const expected = oracle.unary(op, data, dtype);
      await expectHandle(context.backend, op, handle, expected, [data.length], result);
    };
  };
  if (dtype === "int32") {
    const edges = [0, 1, -1, 7, -7, 46341, 16777217, 2147483647, -2147483648];
    return [
      {
        id: `unary/${op}/int32`,
        clause,
        ...common,
        run: run(({ random }) => [...random.integers("int32", 29), ...edges]),
      },
    ];
  }
  return [
    {
      id: `unary/${op}/${dtype}`,
      clause,
      ...common,
      run: run(({ random }) => random.reals(dtype, 203, ...range)),
    },
    {
      id: `unary/${op}/${dtype}/special`,
      clause: "§3.4",
      ...common,
      run: run(() => [...NON_FINITE, ...(special ?? [])]),
    },
  ];
}

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

const unaryOps = Object.keys(FLOAT_UNARY) as UnaryOp[];

export const cases: readonly Case[] = [
  ...FLOATS.flatMap((dtype) => unaryOps.flatMap((op) => unaryCase(op, dtype))),
  ...INT32_UNARY.flatMap((op) => unaryCase(op, "int32")),
  ...DTYPES.flatMap((dtype) =>
    BINARY.filter((op) => dtype !== "int32" || op !== "pow").flatMap((op) => binaryCases(op, dtype)),
  ),
  ...DTYPES.flatMap(broadcastCases),
  ...DTYPES.flatMap(selectCases),
];
