/** The matrix product of any ranks, with its gradients. */
import { matmul as productOf } from "@corr2d/conformance/oracle";
import { matmul } from "@corr2d/core";
import * as fc from "fast-check";
import { broadcast } from "./broadcast.ts";
import {
  due,
  expectTensor,
  finite,
  make,
  numbers,
  type Operation,
  outcome,
  size,
  sizeOf,
  type Values,
  values,
} from "./operation.ts";

interface Product {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly lead: readonly number[];
  /** Which leading axes each operand has, and with size 1. */
  readonly a: Lead;
  readonly b: Lead;
  readonly values: Values;
}

interface Lead {
  /** A vector: neither lead nor rows (columns). */
  readonly vector: boolean;
  /** How many leading axes are left out. */
  readonly drop: number;
  /** Bit i: leading axis i is 1. */
  readonly ones: number;
}

const lead: fc.Arbitrary<Lead> = fc.record({
  vector: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  drop: fc.integer({ min: 0, max: 3 }),
  ones: fc.integer({ min: 0, max: 7 }),
});

function shapeOf(
  lead: readonly number[],
  { vector, drop, ones }: Lead,
  last: readonly [number, number],
  inner: number,
): number[] {
  if (vector) return [inner];
  return [...lead.map((n, axis) => ((ones >> axis) & 1 ? 1 : n)).slice(Math.min(drop, lead.length)), ...last];
}

export const product: Operation<Product> = {
  name: "matmul",
  cases: fc.record({
    rows: fc.oneof({ weight: 6, arbitrary: size(6) }, { weight: 1, arbitrary: size(40) }),
    inner: fc.oneof({ weight: 6, arbitrary: size(6) }, { weight: 1, arbitrary: size(70) }),
    columns: fc.oneof({ weight: 6, arbitrary: size(6) }, { weight: 1, arbitrary: size(40) }),
    lead: fc.array(size(3), { maxLength: 3 }),
    a: lead,
    b: lead,
    values,
  }),
  run({ rows, inner, columns, lead, a, b, values: given }, backend) {
    const shapes = [
      shapeOf(lead, a, [rows, inner], inner),
      shapeOf(lead, b, [inner, columns], inner),
    ] as const;
    const data = [numbers(given, 1, sizeOf(shapes[0])), numbers(given, 2, sizeOf(shapes[1]))] as const;
    const [left, right] = [make(backend, data[0], shapes[0]), make(backend, data[1], shapes[1])];
    const y = outcome("result", () => matmul(left, right))!;
    const batchA = shapes[0].slice(0, -2);
    const batchB = shapes[1].slice(0, -2);
    const rank = Math.max(batchA.length, batchB.length);
    const aligned = (batch: readonly number[]): number[] => [...Array(rank - batch.length).fill(1), ...batch];
    const batch = aligned(batchA).map((n, axis) => (n === 1 ? aligned(batchB)[axis]! : n));
    const m = a.vector ? 1 : rows;
    const n = b.vector ? 1 : columns;
    const spread = (
      x: ArrayLike<number>,
      batchOf: readonly number[],
      last: readonly [number, number],
    ): Float64Array => broadcast(x, [...batchOf, ...last], [...batch, ...last]);
    const size = { batch: sizeOf(batch), rows: m, inner, columns: n, transposeA: false, transposeB: false };
    const expected = productOf(
      spread(data[0], batchA, [m, inner]),
      spread(data[1], batchB, [inner, n]),
      size,
      "float32",
    );
    const shape = [...batch, ...(a.vector ? [] : [rows]), ...(b.vector ? [] : [columns])];
    expectTensor("product", y, shape, due(given, expected));

    // Without broadcasting the gradients are products of the same kind.
    if (batchA.join() !== batchB.join() || a.vector || b.vector || given.kind === "special") return;
    const [x, z] = [make(backend, data[0], shapes[0], true), make(backend, data[1], shapes[1], true)];
    const g = numbers(finite(given), 3, sizeOf(shape));
    matmul(x, z).backward(make(backend, g, shape));
    const towardsA = {
      batch: size.batch,
      rows,
      inner: columns,
      columns: inner,
      transposeA: false,
      transposeB: true,
    };
    const towardsB = {
      batch: size.batch,
      rows: inner,
      inner: rows,
      columns,
      transposeA: true,
      transposeB: false,
    };
    expectTensor("a.grad", x.grad!, shapes[0], due(given, productOf(g, data[1], towardsA, "float32")));
    expectTensor("b.grad", z.grad!, shapes[1], due(given, productOf(data[0], g, towardsB, "float32")));
  },
};
