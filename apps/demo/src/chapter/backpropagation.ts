/**
 * Recalled: forward and backward propagation. Dive into Deep Learning, 5.3.
 *
 * A network with one hidden layer, z = W₁x, h = relu(z), o = W₂h, and the objective J = ½(o − y)² + λ/2 (‖W₁‖² + ‖W₂‖²).
 * The book derives ∂J/∂W₂ = (o − y) hᵀ + λW₂ and ∂J/∂W₁ = ((W₂ᵀ (o − y)) ⊙ relu′(z)) xᵀ + λW₁; here plain arithmetic
 * follows those formulas, and `backward` finds the same numbers from the forward pass alone.
 */
import { type Backend, type Tensor, tensor } from "@corr2d/core";
import type { Comparison } from "./comparison.ts";

export interface Backpropagation {
  readonly hidden: number[];
  readonly output: number;
  readonly objective: number;
  /** ∂J/∂W₁ and ∂J/∂W₂, by backward(). */
  readonly gradient1: number[][];
  readonly gradient2: number[];
  /** The same by the book's formulas. */
  readonly formula1: number[][];
  readonly formula2: number[];
}

const X = [1, 2];
const Y = 3;
const W1 = [
  [0.5, -0.25],
  [1, 0.5],
  [-1, 0.25],
];
const W2 = [1, 0.5, -2];
const LAMBDA = 0.5;

/** The book's derivation, in plain numbers. */
function byFormula(): { formula1: number[][]; formula2: number[] } {
  const z = W1.map((row) => row[0]! * X[0]! + row[1]! * X[1]!);
  const h = z.map((value) => Math.max(0, value));
  const error = W2.reduce((sum, weight, i) => sum + weight * h[i]!, 0) - Y;
  return {
    formula2: W2.map((weight, i) => error * h[i]! + LAMBDA * weight),
    formula1: W1.map((row, i) => {
      const atZ = z[i]! > 0 ? error * W2[i]! : 0;
      return row.map((weight, j) => atZ * X[j]! + LAMBDA * weight);
    }),
  };
}

export async function backpropagation(backend: Backend): Promise<Backpropagation> {
  const x = tensor(X, { backend }).reshape([2, 1]);
  const w1 = tensor(W1, { backend, requiresGrad: true });
  const w2 = tensor([W2], { backend, requiresGrad: true });

  const h = w1.matmul(x).relu();
  const o = w2.matmul(h);
  const loss = o.sub(Y).square().mul(0.5).sum();
  const squares = (w: Tensor): Tensor => w.square().sum();
  const objective = loss.add(
    squares(w1)
      .add(squares(w2))
      .mul(LAMBDA / 2),
  );
  objective.backward();

  return {
    hidden: [...(await h.data())],
    output: await o.item(),
    objective: await objective.item(),
    gradient1: (await w1.grad!.toArray()) as number[][],
    gradient2: [...(await w2.grad!.data())],
    ...byFormula(),
  };
}

/** All numbers are fractions of two, so the two ways agree to the last bit. */
export function compareBackpropagation(result: Backpropagation): Comparison[] {
  const { gradient1, gradient2, formula1, formula2 } = result;
  return [
    { what: "∂J/∂W₁", source: "theory", expected: formula1, computed: gradient1, digits: 4 },
    { what: "∂J/∂W₂", source: "theory", expected: formula2, computed: gradient2, digits: 4 },
  ];
}
