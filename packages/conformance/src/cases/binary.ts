/** Layer 2: binary (§3.6 to §3.11): values, special values, comparisons, broadcasting. */
import { type BinaryOp, type DType, isFloating, type TypedArray } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { broadcast, sizeOf } from "../oracle/arrays.ts";
import * as oracle from "../oracle/elementwise.ts";
import { BROADCASTS, type Broadcast } from "./broadcasts.ts";
import { arrayFrom, DTYPES, expectHandle, FLOATS } from "./support.ts";
import { wideIntegers } from "./values.ts";

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

/** Pairs whose results the clauses name. */
const SPECIALS = [NaN, Infinity, -Infinity, 0, -0, 1.5, -2];
/** Where powers have rules of their own (§3.11): bases of ±1 and below 1, exponents that are odd, even, fractions. */
const POWERS = [...SPECIALS, 1, -1, 0.5, -0.5, 2, 3, -3];

function specialPairs(op: BinaryOp): [number[], number[]] {
  const values = op === "pow" ? POWERS : SPECIALS;
  const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
  const used = op === "pow" ? [...pairs, [2, 10], [9, 0.5]] : pairs;
  return [used.map((pair) => pair[0]!), used.map((pair) => pair[1]!)];
}

const INT32_EDGES = [
  ...[0, 1, -1, 2, -2, 7, -7, 65536, 2 ** 24, 2 ** 24 + 1, -(2 ** 24) - 1],
  ...[2147483647, 2147483646, -2147483647, -2147483648],
];

export const binaryOps = (dtype: DType): readonly BinaryOp[] =>
  BINARY.filter((op) => isFloating(dtype) || op !== "pow");

/** An operand: anything from −8 to 8 (a positive base for pow), or wide integers. */
function operand({ random }: Context, dtype: DType, size: number, op: BinaryOp, left: boolean): TypedArray {
  if (!isFloating(dtype)) return wideIntegers(random, size);
  return random.reals(dtype, size, op === "pow" && left ? 0.1 : -8, 8);
}

/** Runs `op` on two operands of the given shapes, and compares. */
export async function expectBinary(
  context: Context,
  op: BinaryOp,
  { shapeA, shapeB, shape, text }: Broadcast,
  dtype: DType,
): Promise<void> {
  const { backend } = context;
  const a = operand(context, dtype, sizeOf(shapeA), op, true);
  const b = operand(context, dtype, sizeOf(shapeB), op, false);
  for (let i = 0; i < b.length; i += 5) b[i] = a[i % a.length]!; // comparisons should meet equals
  const handle = backend.binary(op, backend.upload(a), shapeA, backend.upload(b), shapeB, shape, dtype);
  const expected = oracle.binary(op, broadcast(a, shapeA, shape), broadcast(b, shapeB, shape), dtype);
  await expectHandle(
    backend,
    `${op} of ${text} at `,
    handle,
    expected,
    shape,
    oracle.binaryResult(op, dtype),
  );
}

function binaryClause(op: BinaryOp, dtype: DType): string {
  if (oracle.binaryResult(op, "float32") === "int32") return "§3.9";
  if (op === "pow") return "§3.11";
  return !isFloating(dtype) ? "§3.8" : "§3.7";
}

function binaryCases(op: BinaryOp, dtype: DType): Case[] {
  const common = { ...requiring(dtype), covers: { member: "binary", dtype } } as const;
  const result = oracle.binaryResult(op, dtype);
  const edgePairs = !isFloating(dtype)
    ? INT32_EDGES.flatMap((a) => INT32_EDGES.map((b) => [a, b] as const))
    : [];
  return [
    {
      id: `binary/${op}/${dtype}`,
      clause: binaryClause(op, dtype),
      ...common,
      async run({ backend, random }) {
        const shape = [101];
        const draw = (positive: boolean): TypedArray => {
          if (!isFloating(dtype)) return random.integers(dtype, 101);
          return random.reals(dtype, 101, positive ? 0.1 : -8, 8);
        };
        const a = draw(op === "pow");
        const b = draw(false);
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
        const [left, right] = !isFloating(dtype)
          ? [edgePairs.map((p) => p[0]), edgePairs.map((p) => p[1])]
          : specialPairs(op);
        const a = arrayFrom(dtype, left);
        const b = arrayFrom(dtype, right);
        const shape = [a.length];
        const handle = backend.binary(op, backend.upload(a), shape, backend.upload(b), shape, shape, dtype);
        await expectHandle(backend, op, handle, oracle.binary(op, a, b, dtype), shape, result);
      },
    },
    {
      // Every pair again: by one operand that is a single number, where there may be a way of its own, and by both spread.
      id: `binary/${op}/${dtype}/special,broadcasts`,
      clause: "§3.6",
      ...common,
      async run({ backend }) {
        const values = !isFloating(dtype) ? INT32_EDGES : op === "pow" ? POWERS : SPECIALS;
        const all = arrayFrom(dtype, values);
        const shape = [all.length];
        const expect = async (
          [a, shapeA]: readonly [TypedArray, readonly number[]],
          [b, shapeB]: readonly [TypedArray, readonly number[]],
          whole: readonly number[],
        ): Promise<void> => {
          const handle = backend.binary(
            op,
            backend.upload(a),
            shapeA,
            backend.upload(b),
            shapeB,
            whole,
            dtype,
          );
          const expected = oracle.binary(op, broadcast(a, shapeA, whole), broadcast(b, shapeB, whole), dtype);
          await expectHandle(
            backend,
            `${op} of [${shapeA}] and [${shapeB}] at `,
            handle,
            expected,
            whole,
            result,
          );
        };
        for (const value of values) {
          const one = arrayFrom(dtype, [value]);
          await expect([all, shape], [one, [1]], shape);
          await expect([one, [1]], [all, shape], shape);
        }
        const n = all.length;
        await expect([all, [n, 1]], [all, [1, n]], [n, n]);
      },
    },
    {
      id: `binary/${op}/${dtype}/broadcasts`,
      clause: "§3.6",
      ...common,
      async run(context) {
        for (const each of BROADCASTS) await expectBinary(context, op, each, dtype);
      },
    },
  ];
}

function broadcastCases(dtype: DType): Case[] {
  return BROADCASTS.map((each) => ({
    id: `binary/broadcast/${dtype}/${each.text}`,
    clause: "§3.6",
    ...requiring(dtype),
    covers: { member: "binary", dtype },
    async run(context) {
      for (const op of ["sub", "less"] as const) await expectBinary(context, op, each, dtype);
    },
  }));
}

/** Integral exponents of negative bases have the sign that they ought to; others give NaN. */
function negativeBasesCase(dtype: DType): Case {
  return {
    id: `binary/pow/${dtype}/negative-bases`,
    clause: "§3.11",
    ...requiring(dtype),
    covers: { member: "binary", dtype },
    async run({ backend, random }) {
      const a = random.reals(dtype, 101, -8, -0.1);
      const b = random
        .reals(dtype, 101, -9, 9)
        .map((x, i) => (i % 4 === 0 ? x : Math.round(x))) as TypedArray;
      a.set([-1, -1, -2, -2, -3, -1.5, -1e-5, -10], 3);
      b.set([16777215, 16777216, 31, 32, -3, 0, 3, 20], 3);
      const handle = backend.binary("pow", backend.upload(a), [101], backend.upload(b), [101], [101], dtype);
      await expectHandle(backend, "pow", handle, oracle.binary("pow", a, b, dtype), [101], dtype);
    },
  };
}

export const cases: readonly Case[] = [
  ...FLOATS.map(negativeBasesCase),
  ...DTYPES.flatMap((dtype) => binaryOps(dtype).flatMap((op) => binaryCases(op, dtype))),
  ...DTYPES.flatMap(broadcastCases),
];
