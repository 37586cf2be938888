/**
 * Layer 6: what a backend need not have (§1.8, §12.6). Each optional function is asked of the backend with only what is
 * required, where core's fallback computes it: values here, and programs that train.
 */
import {
  avgPool2d,
  type BinaryOp,
  type CompleteBackend,
  cat,
  corr2d,
  type DType,
  isFloating,
  logSoftmax,
  maxPool2d,
  OPTIONAL_OPS,
  type ReduceOp,
  type Tensor,
  tensor,
  type UnaryOp,
} from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { check, expectValues } from "../compare.ts";
import * as arrays from "../oracle/arrays.ts";
import * as elementwise from "../oracle/elementwise.ts";
import { arrayFrom, DTYPES, expectHandle, FLOATS } from "./support.ts";
import { wideIntegers } from "./values.ts";

const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 1.5, -2];

/** Operands with what comparisons and extremes may stumble over. */
function operand({ random }: Context, dtype: DType, size: number): ArrayLike<number> {
  if (!isFloating(dtype)) return [...wideIntegers(random, size - 2), -(2 ** 31), 2 ** 31 - 1];
  return [...random.reals(dtype, size - SPECIAL.length, -8, 8), ...SPECIAL];
}

function unaryCase(op: UnaryOp, dtype: DType): Case {
  return {
    id: `fallback/${op}/${dtype}`,
    clause: "§12.6",
    ...requiring(dtype),
    async run({ composed, random }) {
      const x = !isFloating(dtype) ? random.integers(dtype, 61) : random.reals(dtype, 61, 0.1, 1.4);
      const handle = composed.unary(op, composed.upload(x), 61, dtype);
      const expected = elementwise.unary(op, x, dtype);
      // Two or three functions in place of one: as many roundings.
      const tolerance = Array.from(
        expected.values,
        (value, i) => 4 * (expected.tolerance?.[i] ?? 0) + 1e-6 * Math.abs(value),
      );
      await expectHandle(
        composed,
        op,
        handle,
        !isFloating(dtype) ? expected : { ...expected, tolerance },
        [61],
        dtype,
      );
    },
  };
}

function binaryCase(op: BinaryOp, dtype: DType): Case {
  return {
    id: `fallback/${op}/${dtype}`,
    clause: "§12.6",
    ...requiring(dtype),
    async run(context) {
      const { composed } = context;
      const a = arrayFrom(dtype, operand(context, dtype, 21));
      const b = arrayFrom(dtype, Array.from(a).reverse());
      const handle = composed.binary(
        op,
        composed.upload(a),
        [21, 1],
        composed.upload(b),
        [1, 21],
        [21, 21],
        dtype,
      );
      const rows = Array.from({ length: 441 }, (_, i) => a[Math.floor(i / 21)]!);
      const columns = Array.from({ length: 441 }, (_, i) => b[i % 21]!);
      await expectHandle(
        composed,
        op,
        handle,
        elementwise.binary(op, rows, columns, dtype),
        [21, 21],
        "int32",
      );
    },
  };
}

function reduceCase(op: ReduceOp, dtype: DType): Case {
  return {
    id: `fallback/${op}/${dtype}`,
    clause: "§12.6",
    ...requiring(dtype),
    async run(context) {
      const { composed } = context;
      const shape = [3, 7, 2];
      const x = arrayFrom(dtype, operand(context, dtype, 42));
      for (const axis of [0, 1, 2]) {
        const handle = composed.reduce(op, composed.upload(x), shape, [axis], dtype);
        const kept = shape.filter((_, i) => i !== axis);
        const expected = arrays.reduce(op, x, shape, [axis], dtype);
        await expectHandle(
          composed,
          `${op} over ${axis}`,
          handle,
          expected,
          kept,
          op === "argmin" ? "int32" : dtype,
        );
      }
    },
  };
}

/** One step of a network of everything that a backend need not have; its loss and gradients. */
function step(backend: CompleteBackend, dtype: DType, random: Context["random"]): number[] {
  const draw = (shape: readonly number[]): Tensor =>
    tensor(random.reals(dtype, arrays.sizeOf(shape)), { shape, backend, dtype, requiresGrad: true });
  const [x, k, bias] = [draw([2, 2, 6, 6]), draw([4, 2, 3, 3]), draw([4])];
  const y = corr2d(x, k, { padding: 1, bias }).sigmoid();
  const pooled = cat([maxPool2d(y, 2), avgPool2d(y, 2)], 1);
  const scores = logSoftmax(pooled.flatten(1).clamp(0.2, 0.9).relu(), 1);
  const loss = scores
    .square()
    .sum()
    .add(scores.amin().mul(scores.gt(-4).sum().type(dtype)));
  loss.backward();
  return [loss, x.grad!, k.grad!, bias.grad!].flatMap((t) => Array.from(t.dataSync()));
}

/** The same step on the backend as it is, and with only what is required. */
function trainingCase(dtype: DType): Case {
  return {
    id: `fallback/training/${dtype}`,
    clause: "§12.6",
    requires: [...(requiring(dtype).requires ?? []), "syncRead"],
    run({ backend, composed, random }) {
      const draws = random.reals("float64", 400);
      let at = 0;
      const replay = (): Context["random"] => {
        at = 0;
        const reals: Context["random"]["reals"] = (to, size) => {
          at += size;
          return arrayFrom(to, draws.slice(at - size, at));
        };
        return { ...random, reals };
      };
      const native = step(backend, dtype, replay());
      const fallback = step(composed, dtype, replay());
      check(native.every(Number.isFinite), "the step gives something that is not finite");
      const tolerance = native.map((value) => (dtype === "float32" ? 2e-3 : 1e-9) * (1 + Math.abs(value)));
      expectValues("loss and gradients", fallback, { values: native, tolerance }, [native.length]);
    },
  };
}

const UNARY: readonly UnaryOp[] = ["square", "rsqrt", "tan", "gelu", "geluSlope"];
const BINARY: readonly BinaryOp[] = ["notEqual", "greater", "greaterEqual"];
const REDUCE: readonly ReduceOp[] = ["min", "argmin"];

const listCase: Case = {
  id: "identity/optional-ops",
  clause: "§1.8",
  run({ backend }) {
    const tried: readonly string[] = [...UNARY, ...BINARY, ...REDUCE];
    for (const op of OPTIONAL_OPS)
      check(tried.includes(op), `${op} is optional, and no case tries its fallback`);
    check(
      Array.isArray(backend.optionalOps),
      "optionalOps is no array: was the backend made by defineBackend?",
    );
  },
};

export const cases: readonly Case[] = [
  listCase,
  ...FLOATS.flatMap((dtype) => UNARY.map((op) => unaryCase(op, dtype))),
  unaryCase("square", "int32"),
  ...DTYPES.flatMap((dtype) => BINARY.map((op) => binaryCase(op, dtype))),
  ...DTYPES.flatMap((dtype) => REDUCE.map((op) => reduceCase(op, dtype))),
  ...FLOATS.map(trainingCase),
];
