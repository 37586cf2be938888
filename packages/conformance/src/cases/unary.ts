/** Layer 2: the unary functions (§3.3 to §3.5): values, special values, casts. */
import { type DType, isFloating, type TypedArray, type UnaryOp } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import * as oracle from "../oracle/elementwise.ts";
import type { Random } from "../random.ts";
import { arrayFrom, DTYPES, expectHandle, FLOATS } from "./support.ts";
import { wideIntegers } from "./values.ts";

/** Where each function is finite and smooth, and what is special about it. */
export const FLOAT_UNARY: Record<
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
  sqrt: { range: [0, 100], special: [-1, 4, 1e-30, 2 ** -126, 3e38] },
  rsqrt: { range: [0.01, 100], special: [-1, 4, 2 ** -126, 3e38] },
  reciprocal: { range: [0.5, 50], special: [-4, 1e-30, 2 ** 126] },
  exp: { range: [-80, 80], special: [1, -1, 1000, -1000, 1e-5, 88.5, -86, 89] },
  expm1: { range: [-20, 20], special: [1e-8, -1e-8, 1e-5, 1000, -1000, 88, -100, -1e-30, 0.5, -0.5] },
  log: { range: [1e-3, 1000], special: [-1, 1, 0.99999, 1.00001, 1e-30, 1e30, 2 ** -126, 3e38] },
  log1p: { range: [-0.9, 50], special: [-1, -2, 1e-8, -1e-8, 1e-5, 1e30, -0.9999] },
  sin: { range: [-100, 100], special: [1e-8, -1e-8, 0.5] },
  cos: { range: [-100, 100], special: [1e-8, -1e-8, 0.5] },
  tan: { range: [-1.5, 1.5], special: [1e-8, -1e-8, 0.5] },
  tanh: { range: [-5, 5], special: [1e-8, 1e-4, 20, -20, 1000, 0.5, -0.3, 9, -9] },
  sigmoid: { range: [-20, 20], special: [80, -80, 1000, -1000, 1e-8, 0.5] },
  relu: { range: [-10, 10] },
  erf: { range: [-4, 4], special: [1e-8, 1e-4, 10, -10, 0.5, 1, -1, 2, 3.9] },
  gelu: { range: [-7, 7], special: [1e-8, -1e-8, 10, -10, 1e20, -1e20, 3e38, -3e38] },
  geluSlope: { range: [-7, 7], special: [1e-8, -1e-8, 10, -10, 1e20, -1e20, 3e38, -3e38] },
};

/** Every unary op must pass these on. sin, cos and tan of ±∞ are NaN; sqrt(−∞), too: the oracle says. */
const NON_FINITE = [NaN, Infinity, -Infinity, 0, -0];

/** Beyond float32's range. */
const FAR: Partial<Record<UnaryOp, readonly number[]>> = {
  neg: [1e300, -1e-300],
  abs: [-1e300],
  sign: [1e-300, -1e300],
  square: [1e150, 1e-150],
  floor: [-1e300, 1e-300],
  ceil: [-1e300, 1e-300],
  round: [4503599627370497, 2.5 + 2 ** -40],
  trunc: [1e300, 2 ** 40 + 0.5],
  sqrt: [1e300, 1e-300],
  rsqrt: [1e300, 1e-300],
  reciprocal: [1e300, 1e-300],
  exp: [700, -700, 710, -750],
  expm1: [700, 1e-20],
  log: [1e300, 1e-300],
  log1p: [1e300, 1e-300],
  tanh: [1e-300, 18, -18],
  sigmoid: [-700, 36],
  erf: [1e-300, 5.5],
  relu: [1e300, 1e-300],
  gelu: [38, -38, 1e300, -1e300],
  geluSlope: [38, -38, 1e300, -1e300],
};

/** Values in every order that begins with another: each comes in the body of a vector, and in what is left over. */
function rotations(values: readonly number[]): number[][] {
  return values.map((_, start) => [
    ...values.slice(start),
    ...values,
    ...values.slice(0, start),
    values[start]!,
  ]);
}

export const INT32_UNARY: readonly UnaryOp[] = ["neg", "abs", "sign", "square", "relu"];

/** What a case on ordinary values proves: a definition, or an error bound. */
function unaryClause(op: UnaryOp, dtype: DType): string {
  if (!isFloating(dtype)) return "§3.3";
  if (["sin", "cos", "tan", "gelu", "geluSlope"].includes(op)) return "§9.4";
  return oracle.ULPS[op] === undefined ? "§3.3" : "§9.3";
}

function unaryCase(op: UnaryOp, dtype: DType): Case[] {
  const common = { ...requiring(dtype), covers: { member: "unary", dtype } } as const;
  const clause = unaryClause(op, dtype);
  const { range, special } = FLOAT_UNARY[op];
  const run = (values: (context: Parameters<Case["run"]>[0]) => ArrayLike<number>): Case["run"] => {
    return async (context) => {
      const data = arrayFrom(dtype, values(context));
      const handle = context.backend.unary(op, context.backend.upload(data), data.length, dtype);
      const expected = oracle.unary(op, data, dtype);
      await expectHandle(context.backend, op, handle, expected, [data.length], dtype);
    };
  };
  if (!isFloating(dtype)) {
    const edges = [0, 1, -1, 7, -7, 46341, 16777217, 2147483647, -2147483647, -2147483648];
    return [
      {
        id: `unary/${op}/int32`,
        clause,
        ...common,
        run: run(({ random }) => [...random.integers("int32", 29), ...edges, ...wideIntegers(random, 60)]),
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
      async run(context) {
        const far = dtype === "float64" ? (FAR[op] ?? []) : [];
        for (const values of rotations([...NON_FINITE, ...(special ?? []), ...far]))
          await run(() => values)(context);
      },
    },
  ];
}

/** Where casts round (ties, both ways), truncate and saturate. */
const CAST_EDGES: Record<DType, readonly number[]> = {
  float32: [
    ...[2.9, -2.9, 0.5, -0.5, -0.99, 2147483648, -2147483904, 1e30, -1e30, 16777217, 2147483520, -2147483648],
    ...[3.4028234663852886e38, 2 ** -126, 2 ** -149],
  ],
  float64: [
    ...[2.9, -2.9, 1 / 3, -0.99, 16777217, 1 + 2 ** -24, 1 + 3 * 2 ** -24, 1e300, 1e-300, -1e300],
    ...[3.4028234663852886e38, 3.4028235e38, 3.4028236e38, 2147483647.5, -2147483648.5, 2147483646.5],
    ...[4294967296, -4294967297, 123456789.9],
  ],
  int32: [0, 1, -1, 7, -7, 46341, 16777217, -16777217, 33554435, 123456789, 2147483647, -2147483648],
};

/** Numbers of all kinds, every third one where casts round, truncate or saturate. */
export function castOperand(random: Random, from: DType, size: number): TypedArray {
  const edges = !isFloating(from) ? CAST_EDGES[from] : [...NON_FINITE, ...CAST_EDGES[from]];
  const out = !isFloating(from) ? wideIntegers(random, size) : random.reals(from, size, -1e6, 1e6);
  for (let i = 0; i < size; i += 3) out[i] = edges[(i / 3) % edges.length]!;
  return out;
}

function castCase(from: DType, to: DType): Case {
  const optional = [from, to].flatMap((dtype) => requiring(dtype).requires ?? []);
  return {
    id: `cast/${from},${to}`,
    clause: "§3.5",
    requires: optional,
    covers: { member: "cast", dtype: from },
    async run({ backend, random }) {
      const ordinary = !isFloating(from) ? random.integers(from, 203) : random.reals(from, 203, -100, 100);
      const special = !isFloating(from) ? [] : NON_FINITE;
      const data = arrayFrom(from, [...ordinary, ...special, ...CAST_EDGES[from]]);
      const handle = backend.cast(backend.upload(data), data.length, from, to);
      await expectHandle(backend, "cast", handle, oracle.cast(data, from, to), [data.length], to);
    },
  };
}

export const unaryOps: readonly UnaryOp[] = Object.keys(FLOAT_UNARY) as UnaryOp[];

export const cases: readonly Case[] = [
  ...DTYPES.flatMap((from) => DTYPES.map((to) => castCase(from, to))),
  ...FLOATS.flatMap((dtype) => unaryOps.flatMap((op) => unaryCase(op, dtype))),
  ...INT32_UNARY.flatMap((op) => unaryCase(op, "int32")),
];
