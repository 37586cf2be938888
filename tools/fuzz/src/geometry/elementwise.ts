/** Unary functions, and binary ones and `where` under broadcasting and promotion, with the gradients of sums and products. */
import { addresses, binary as binaryOf, Sums, select, unary as unaryOf } from "@corr2d/conformance/oracle";
import {
  BINARY_OPS,
  type BinaryOp,
  type DType,
  isFloating,
  Tensor,
  UNARY_OPS,
  type UnaryOp,
  where,
} from "@corr2d/core";
import * as fc from "fast-check";
import { broadcast, type Narrowed, narrow, narrowed, together } from "./broadcast.ts";
import {
  due,
  expectTensor,
  finite,
  make,
  numbers,
  type Operation,
  outcome,
  shape,
  sizeOf,
  type Values,
  values,
} from "./operation.ts";

/** The methods of those whose name is another. */
const METHODS: Partial<Record<BinaryOp, string>> = {
  equal: "eq",
  notEqual: "ne",
  less: "lt",
  lessEqual: "le",
  greater: "gt",
  greaterEqual: "ge",
};

const dtype: fc.Arbitrary<DType> = fc.constantFrom("float32", "int32");

/** Those that are methods; the others serve functions of core. */
const UNARY_METHODS = (Object.keys(UNARY_OPS) as UnaryOp[]).filter((op) => op in Tensor.prototype);

interface Unary {
  readonly op: UnaryOp;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly values: Values;
}

export const unary: Operation<Unary> = {
  name: "unary",
  cases: fc.record({
    op: fc.constantFrom(...UNARY_METHODS),
    shape: shape(4),
    dtype,
    values,
  }),
  run({ op, shape, dtype, values: given }, backend) {
    const data = numbers(given, 1, sizeOf(shape), dtype);
    const x = make(backend, data, shape);
    const y = (x as unknown as Record<UnaryOp, () => Tensor>)[op]();
    // As in PyTorch, functions whose values are fractions make fractions of integers. (Rounded integers are the same in both.)
    expectTensor(op, y, shape, unaryOf(op, data, UNARY_OPS[op].integers ? dtype : "float32"));
  },
};

interface Binary {
  readonly op: BinaryOp;
  readonly shape: readonly number[];
  readonly a: Narrowed;
  readonly b: Narrowed;
  readonly dtypes: readonly [DType, DType];
  readonly values: Values;
}

/** The elements of `g`, of shape `from`, summed over what was broadcast: of shape `to`. */
function summed(g: ArrayLike<number>, from: readonly number[], to: readonly number[]) {
  const sums = new Sums(sizeOf(to));
  const positions = broadcast(addresses({ shape: [sizeOf(to)], strides: [1], offset: 0 }), to, from);
  for (let i = 0; i < positions.length; i++) sums.add(positions[i]!, g[i]!);
  return sums.expected("float32");
}

export const binary: Operation<Binary> = {
  name: "binary",
  cases: fc.record({
    op: fc.constantFrom(...(Object.keys(BINARY_OPS) as BinaryOp[])),
    shape: shape(4, 4),
    a: narrowed,
    b: narrowed,
    dtypes: fc.tuple(dtype, dtype),
    values,
  }),
  run({ op, shape, a, b, dtypes, values: given }, backend) {
    const shapes = [narrow(shape, a), narrow(shape, b)] as const;
    const out = together(...shapes);
    const data = [
      numbers(given, 1, sizeOf(shapes[0]), dtypes[0]),
      numbers(given, 2, sizeOf(shapes[1]), dtypes[1]),
    ] as const;
    // Integers beside fractions become fractions.
    const dtype = dtypes.find(isFloating) ?? "int32";
    const [x, z] = [make(backend, data[0], shapes[0]), make(backend, data[1], shapes[1])];
    const call = (left: Tensor, right: Tensor): Tensor =>
      (left as unknown as Record<string, (other: Tensor) => Tensor>)[METHODS[op] ?? op]!(right);
    const verdict = isFloating(dtype) || BINARY_OPS[op].integers ? "result" : "refusal";
    const y = outcome(verdict, () => call(x, z));
    if (y === null) return;
    const spread = [broadcast(data[0], shapes[0], out), broadcast(data[1], shapes[1], out)] as const;
    // As in PyTorch, integers divide to fractions.
    expectTensor(op, y, out, binaryOf(op, ...spread, op === "div" ? "float32" : dtype));
    if ((op !== "add" && op !== "mul") || !dtypes.every(isFloating) || given.kind === "special") return;
    const [p, q] = [make(backend, data[0], shapes[0], true), make(backend, data[1], shapes[1], true)];
    const g = numbers(finite(given), 3, sizeOf(out));
    call(p, q).backward(make(backend, g, out));
    const towards = (other: Float64Array) => (op === "add" ? g : other.map((value, i) => value * g[i]!));
    const isExact = { ...given, kind: op === "add" ? given.kind : "reals" } as const;
    expectTensor("a.grad", p.grad!, shapes[0], due(isExact, summed(towards(spread[1]), out, shapes[0])));
    expectTensor("b.grad", q.grad!, shapes[1], due(isExact, summed(towards(spread[0]), out, shapes[1])));
  },
};

interface Choice {
  readonly shape: readonly number[];
  readonly condition: Narrowed;
  readonly a: Narrowed;
  readonly b: Narrowed;
  readonly values: Values;
}

export const choice: Operation<Choice> = {
  name: "where",
  cases: fc.record({ shape: shape(4, 4), condition: narrowed, a: narrowed, b: narrowed, values }),
  run({ shape, condition, a, b, values: given }, backend) {
    const shapes = [narrow(shape, condition), narrow(shape, a), narrow(shape, b)] as const;
    const out = together(together(shapes[0], shapes[1]), shapes[2]);
    const mask = numbers(given, 1, sizeOf(shapes[0]), "int32").map((n) => Number(n > 0));
    const data = [numbers(given, 2, sizeOf(shapes[1])), numbers(given, 3, sizeOf(shapes[2]))] as const;
    const y = where(
      make(backend, mask, shapes[0]),
      make(backend, data[0], shapes[1]),
      make(backend, data[1], shapes[2]),
    );
    const spread = (x: ArrayLike<number>, i: 0 | 1 | 2): Float64Array => broadcast(x, shapes[i], out);
    expectTensor("where", y, out, select(spread(mask, 0), spread(data[0], 1), spread(data[1], 2)));
  },
};
