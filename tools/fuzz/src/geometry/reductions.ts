/** Reductions over any axes; softmax along one. */
import { logSoftmax as logSoftmaxOf, reduce, softmax as softmaxOf } from "@corr2d/conformance/oracle";
import { type DType, isFloating, REDUCE_OPS, type ReduceOp, type Tensor } from "@corr2d/core";
import * as fc from "fast-check";
import {
  due,
  expectTensor,
  make,
  numbers,
  type Operation,
  outcome,
  shape,
  sizeOf,
  type Values,
  values,
} from "./operation.ts";

interface Reduction {
  readonly op: ReduceOp;
  readonly shape: readonly number[];
  /** Bit i: axis i is reduced; null for all. */
  readonly axes: number | null;
  readonly keepdim: boolean;
  readonly dtype: DType;
  readonly values: Values;
}

const METHODS: Partial<Record<ReduceOp, string>> = { max: "amax", min: "amin" };

export const reduction: Operation<Reduction> = {
  name: "reductions",
  cases: fc.record({
    op: fc.constantFrom(...(Object.keys(REDUCE_OPS) as ReduceOp[])),
    shape: fc.oneof(
      { weight: 4, arbitrary: shape(4) },
      { weight: 1, arbitrary: shape(8, 3) },
      { weight: 1, arbitrary: shape(2, 80) },
    ),
    axes: fc.option(fc.integer({ min: 0, max: 255 })),
    keepdim: fc.boolean(),
    dtype: fc.constantFrom("float32", "int32"),
    values,
  }),
  run({ op, shape, axes: bits, keepdim, dtype, values: given }, backend) {
    const all = shape.map((_, axis) => axis);
    const chosen = bits === null ? all : all.filter((axis) => (bits >> axis) & 1);
    const data = numbers(given, 1, sizeOf(shape), dtype);
    const x = make(backend, data, shape);
    const isPosition = op.startsWith("arg");
    const count = chosen.reduce((product, axis) => product * shape[axis]!, 1);
    // Of no axes: PyTorch's amax gives x, its sum sums all; corr2d's list of no axes leaves x.
    const needsOne = isPosition || op === "max" || op === "min";
    const verdict =
      isPosition && bits !== null && chosen.length !== 1
        ? "refusal"
        : needsOne && count === 0
          ? "refusal"
          : "result";
    const dim = bits === null ? undefined : isPosition ? chosen[0] : chosen;
    if (isPosition && bits !== null && chosen.length !== 1) return;
    const methods = x as unknown as Record<string, (dim: unknown, options: object) => Tensor>;
    const y = outcome(verdict, () => methods[METHODS[op] ?? op]!(dim, { keepdim }));
    if (y === null) return;
    const kept = shape.flatMap((n, axis) => (chosen.includes(axis) ? (keepdim ? [1] : []) : [n]));
    const flat =
      isPosition && bits === null ? { shape: [sizeOf(shape)], axes: [0] } : { shape, axes: chosen };
    const expected = reduce(op, data, flat.shape, flat.axes, dtype);
    // Products of small integers soon are beyond 2²⁴.
    const kind = op === "prod" && isFloating(dtype) ? ({ ...given, kind: "reals" } as const) : given;
    expectTensor(op, y, kept, due(kind, expected));
  },
};

interface Softmax {
  readonly shape: readonly number[];
  readonly dim: number;
  readonly log: boolean;
  readonly scale: number;
  readonly values: Values;
}

export const softmax: Operation<Softmax> = {
  name: "softmax",
  cases: fc.record({
    shape: fc.oneof({ weight: 4, arbitrary: shape(4) }, { weight: 1, arbitrary: shape(2, 70) }),
    dim: fc.integer({ min: 0, max: 3 }),
    log: fc.boolean(),
    scale: fc.constantFrom(1, 30, 1e6, 1e30),
    values,
  }),
  run({ shape, dim, log, scale, values: given }, backend) {
    const axis = dim % Math.max(1, shape.length);
    const data = numbers(given, 1, sizeOf(shape)).map((value) => value * scale);
    const x = make(backend, data, shape);
    const y = log ? x.logSoftmax(axis) : x.softmax(axis);
    const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
    const expected = (log ? logSoftmaxOf : softmaxOf)(data, outer, shape[axis] ?? 1, inner, "float32");
    expectTensor(log ? "logSoftmax" : "softmax", y, shape, expected);
  },
};
