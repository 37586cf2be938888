/** Layer 3: fill, softmax, logSoftmax, activationGrad and addScaled on sizes around those where work is cut (§7). */
import { type Activation, type CompleteBackend, type DType, isFloating } from "@corr2d/core";
import { type Case, type Context, type Member, requiring } from "../case.ts";
import type { Expected } from "../compare.ts";
import { numbers } from "../oracle/elementwise.ts";
import { activationGrad, addScaled, logSoftmax, softmax } from "../oracle/rows.ts";
import { ACTIVATIONS } from "./fused.ts";
import { allSizesFor, sizesFor } from "./sizes.ts";
import { DTYPES, expectHandle, FLOATS, variants } from "./support.ts";

/** Runs a member natively and composed, and compares. */
async function expectComposite(
  context: Context,
  member: Member,
  run: (backend: CompleteBackend) => unknown,
  expected: Expected,
  shape: readonly number[],
  dtype: DType,
): Promise<void> {
  for (const [label, backend] of variants(context, member)) {
    await expectHandle(backend, `${label} ${member}`, run(backend), expected, shape, dtype);
  }
}

function fillCase(dtype: DType): Case {
  return {
    id: `fill/${dtype}/sizes`,
    clause: "§7.3",
    ...requiring(dtype),
    covers: { member: "fill", dtype },
    async run(context) {
      const value = !isFloating(dtype) ? 2 ** 24 + 1 : -0;
      for (const n of allSizesFor(context, dtype)) {
        const expected = { values: numbers(n, () => value), bits: true };
        await expectComposite(
          context,
          "fill",
          (backend) => backend.fill(value, n, dtype),
          expected,
          [n],
          dtype,
        );
      }
    },
  };
}

type Rows = readonly [outer: number, length: number, inner: number];

const ROWS: Readonly<Record<string, (n: number) => Rows>> = {
  outer: (n) => [n, 3, 1],
  length: (n) => [2, n, 1],
  inner: (n) => [1, 3, n],
  "length-of-columns": (n) => [1, n, 3],
  "outer-of-columns": (n) => [n, 2, 3],
};

function rowsCase(member: "softmax" | "logSoftmax", dtype: DType, name: string): Case {
  return {
    id: `${member}/${dtype}/sizes,${name}`,
    clause: member === "softmax" ? "§7.7" : "§7.8",
    ...requiring(dtype),
    covers: { member, dtype },
    async run(context) {
      const far = dtype === "float32" && (name === "outer" || name === "length");
      for (const rows of sizesFor(context, dtype, far).map(ROWS[name]!)) {
        const x = context.random.reals(dtype, rows[0] * rows[1] * rows[2], -3, 3);
        const expected = (member === "softmax" ? softmax : logSoftmax)(x, ...rows, dtype);
        const run = (backend: CompleteBackend): unknown => backend[member](backend.upload(x), ...rows, dtype);
        await expectComposite(context, member, run, expected, rows, dtype);
      }
    },
  };
}

function activationCase(op: Activation, dtype: DType): Case {
  return {
    id: `activationGrad/${op}/${dtype}/sizes`,
    clause: "§7.9",
    ...requiring(dtype),
    covers: { member: "activationGrad", dtype },
    async run(context) {
      for (const n of sizesFor(context, dtype, true)) {
        const y = context.random.reals(dtype, n, op === "sigmoid" ? 0 : -1, 1);
        const g = context.random.reals(dtype, n, -5, 5);
        const run = (backend: CompleteBackend): unknown =>
          backend.activationGrad(op, backend.upload(y), backend.upload(g), n, dtype);
        await expectComposite(context, "activationGrad", run, activationGrad(op, y, g, dtype), [n], dtype);
      }
    },
  };
}

function addScaledCase(dtype: DType): Case {
  return {
    id: `addScaled/${dtype}/sizes`,
    clause: "§7.10",
    ...requiring(dtype),
    covers: { member: "addScaled", dtype },
    async run(context) {
      for (const n of sizesFor(context, dtype, true)) {
        const [a, b] = [context.random.reals(dtype, n, 1, 2), context.random.reals(dtype, n, 1, 2)];
        const run = (backend: CompleteBackend): unknown =>
          backend.addScaled(backend.upload(a), 0.9, backend.upload(b), 0.1, n, dtype);
        await expectComposite(context, "addScaled", run, addScaled(a, 0.9, b, 0.1, dtype), [n], dtype);
      }
    },
  };
}

export const cases: readonly Case[] = [
  ...DTYPES.map(fillCase),
  ...FLOATS.flatMap((dtype) => [
    ...(["softmax", "logSoftmax"] as const).flatMap((member) =>
      Object.keys(ROWS).map((name) => rowsCase(member, dtype, name)),
    ),
    ...ACTIVATIONS.map((op) => activationCase(op, dtype)),
    addScaledCase(dtype),
  ]),
];
