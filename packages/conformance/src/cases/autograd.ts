/**
 * Layer 5: gradients through core's Tensor operations, against finite differences of the float64 oracle (§12).
 *
 * A backend has no gradients of its own; these cases prove that its members compose to right ones, to second
 * order, and that core keeps its side of the contract (the validating wrapper watches).
 */
import { type DType, grad, scope, type Tensor, tensor } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { check, expectValues } from "../compare.ts";
import { gradient, type RealFunction, secondGradient } from "../oracle/differences.ts";
import { EXPRESSIONS, type Expression, TWICE } from "./expressions.ts";
import { arrayFrom, FLOATS } from "./support.ts";

/**
 * How far a gradient may be off, relative to its largest element: a few dozen roundings of the backend, plus what
 * the differences themselves leave (see differences.ts).
 */
const FIRST_ORDER: Record<DType, number> = { float32: 64 * 2 ** -24, float64: 1e-8, int32: 0 };
const SECOND_ORDER: Record<DType, number> = { float32: 256 * 2 ** -24, float64: 1e-5, int32: 0 };

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

function expectGradient(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  shape: readonly number[],
  relative: number,
): void {
  const largest = Array.from(expected, Math.abs).reduce((a, b) => Math.max(a, b), 1);
  const tolerance = new Array<number>(expected.length).fill(relative * largest);
  expectValues(what, actual, { values: expected, tolerance }, shape);
}

/** Inputs on the backend and for the oracle, and the loss Σ weight · expression, in both worlds. */
function prepare(context: Context, expression: Expression, dtype: DType) {
  const { random, backend } = context;
  const inputs = expression.shapes.map((shape) =>
    Float64Array.from(random.reals(dtype, sizeOf(shape), ...(expression.range ?? [-1, 1]))),
  );
  const weights = random.integers("float64", expression.oracle(...inputs).length, 1, 3);
  const leaves = inputs.map((values, i) =>
    tensor(arrayFrom(dtype, values), { shape: expression.shapes[i]!, backend, requiresGrad: true }),
  );
  const loss: RealFunction = (...at) => {
    const values = expression.oracle(...at);
    let total = 0;
    for (let i = 0; i < weights.length; i++) total += weights[i]! * values[i]!;
    return total;
  };
  const weighted = (out: Tensor): Tensor =>
    out.mul(tensor(arrayFrom(dtype, weights), { shape: out.shape, backend })).sum();
  return { inputs, leaves, loss, weighted };
}

function firstOrderCase(name: string, expression: Expression, dtype: DType): Case {
  return {
    id: `autograd/${name}/${dtype}`,
    clause: "§12.1",
    ...requiring(dtype),
    async run(context) {
      const { inputs, leaves, loss, weighted } = prepare(context, expression, dtype);
      scope(() => weighted(expression.forward(...leaves)).backward());
      for (const [i, leaf] of leaves.entries()) {
        check(leaf.grad !== null, `input ${i} has no gradient`);
        const expected = gradient(loss, inputs, i);
        expectGradient(
          `gradient of input ${i}`,
          await leaf.grad.data(),
          expected,
          leaf.shape,
          FIRST_ORDER[dtype],
        );
      }
    },
  };
}

/** ∂⟨v, ∂L/∂aᵢ⟩/∂aⱼ for every pair of inputs, v being small integers. */
function secondOrderCase(name: string, expression: Expression, dtype: DType): Case {
  return {
    id: `autograd-twice/${name}/${dtype}`,
    clause: "§12.2",
    ...requiring(dtype),
    async run(context) {
      const { inputs, leaves, loss, weighted } = prepare(context, expression, dtype);
      const { random, backend } = context;
      for (const [i, leaf] of leaves.entries()) {
        const direction = random.integers("float64", leaf.numel(), -1, 1);
        const first = grad(weighted(expression.forward(...leaves)), [leaf], { createGraph: true });
        const probe = tensor(arrayFrom(dtype, direction), { shape: leaf.shape, backend });
        const second = grad(first[0]!.mul(probe).sum(), leaves, { allowUnused: true });
        for (const [j, received] of second.entries()) {
          const expected = secondGradient(loss, inputs, i, direction, j);
          const actual = received === null ? new Float64Array(expected.length) : await received.data();
          const what = `gradient, towards input ${j}, of input ${i}'s gradient`;
          expectGradient(what, actual, expected, leaves[j]!.shape, SECOND_ORDER[dtype]);
        }
      }
    },
  };
}

/** Gradients add up over several backward passes. */
const accumulation: Case = {
  id: "autograd/accumulates",
  clause: "§12.1",
  async run({ backend }) {
    const x = tensor([1, 2, 3], { backend, requiresGrad: true });
    x.mul(2).sum().backward();
    x.mul(x).sum().backward();
    expectValues("x.grad", await x.grad!.data(), { values: [4, 6, 8] }, [3]);
  },
};

export const cases: readonly Case[] = [
  accumulation,
  ...FLOATS.flatMap((dtype) => [
    ...Object.entries(EXPRESSIONS).map(([name, expression]) => firstOrderCase(name, expression, dtype)),
    ...TWICE.map((name) => secondOrderCase(name, EXPRESSIONS[name]!, dtype)),
  ]),
];
