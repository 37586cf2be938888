/**
 * Why example 7 breaks down beyond a learning rate of 1/30. Dive into Deep Learning, 12.3 "Gradient Descent".
 *
 * The loss is quadratic in the two weights, so its Hessian H (the matrix of second derivatives) is constant and tells
 * everything. Along an eigenvector of H with eigenvalue λ every step multiplies the error by 1 − lr · λ. That shrinks
 * only while lr < 2 / λ: the largest eigenvalue, 60, sets the limit 2 / 60 = 1/30, and the book's 0.03 is close.
 */
import { type Backend, corr2d, grad } from "@corr2d/core";
import type { Comparison } from "./comparison.ts";
import { bandImage, edgeKernel } from "./edge-detection.ts";
import { KNOWN_RUNS, learnKernel } from "./learn-kernel.ts";

export interface LearningRate {
  /** Second derivatives of the loss by the two weights, by differentiating twice. */
  readonly hessian: number[][];
  /** Smaller first. */
  readonly eigenvalues: readonly [number, number];
  /** Gradient descent diverges beyond it. */
  readonly limit: number;
  readonly trials: readonly {
    readonly lr: number;
    /** What a step multiplies the error by, along each eigenvector. */
    readonly factors: readonly [number, number];
    /** After 100 steps from the book's start. */
    readonly loss: number;
  }[];
}

/** The Hessian of the loss of example 7; it is the same at every kernel. */
async function lossHessian(backend: Backend): Promise<number[][]> {
  const x = bandImage(backend);
  const y = corr2d(x, edgeKernel(backend));
  const kernel = edgeKernel(backend);
  kernel.requiresGrad = true;

  const loss = corr2d(x, kernel).sub(y).pow(2).sum();
  const [gradient] = grad(loss, [kernel], { createGraph: true });
  const rows: number[][] = [];
  for (const j of [0, 1]) {
    const [row] = grad(gradient!.slice(0, j), [kernel], { retainGraph: true });
    rows.push([...(await row!.data())]);
  }
  return rows;
}

/** Of a symmetric 2 × 2 matrix: mean of the diagonal ± the radius of Mohr's circle. */
function symmetricEigenvalues(matrix: readonly (readonly number[])[]): [number, number] {
  const [[a, b], [, d]] = matrix as [[number, number], [number, number]];
  const radius = Math.hypot((a - d) / 2, b);
  return [(a + d) / 2 - radius, (a + d) / 2 + radius];
}

/** Whether gradient descent with this learning rate shrinks every error. */
export function converges(lr: number, eigenvalues: readonly [number, number]): boolean {
  return eigenvalues.every((eigenvalue) => Math.abs(1 - lr * eigenvalue) < 1);
}

export async function learningRate(
  backend: Backend,
  rates: readonly number[] = [0.01, 0.03, 0.033, 0.034, 0.04],
): Promise<LearningRate> {
  const hessian = await lossHessian(backend);
  const eigenvalues = symmetricEigenvalues(hessian);
  const start = KNOWN_RUNS[0]!.start;

  const trials: LearningRate["trials"][number][] = [];
  for (const lr of rates) {
    const { losses } = await learnKernel(backend, { start, lr, steps: 100 });
    const factors: [number, number] = [1 - lr * eigenvalues[0], 1 - lr * eigenvalues[1]];
    trials.push({ lr, factors, loss: losses.at(-1)!.loss });
  }
  return { hessian, eigenvalues, limit: 2 / eigenvalues[1], trials };
}

export function compareLearningRate({ hessian, eigenvalues, limit }: LearningRate): Comparison[] {
  return [
    {
      what: "Hessian",
      source: "theory",
      expected: [
        [36, 24],
        [24, 36],
      ],
      computed: hessian,
    },
    { what: "its eigenvalues", source: "theory", expected: [12, 60], computed: [...eigenvalues] },
    { what: "largest stable learning rate", source: "theory", expected: 1 / 30, computed: limit, digits: 4 },
  ];
}
