/**
 * Orthogonal weights. Source: Saxe et al. 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks".
 *
 * Computed here from the numbers that were drawn, in float64, so that no backend is asked for values.
 */
import { drawNormal, type Tensor } from "@corr2d/core";
import { checkGiven, checkTensor, type Signature } from "../arguments.ts";
import { assignDrawn, checkRank, type Drawn, type DrawOptions } from "./draw.ts";

/** Options of `orthogonal`. */
export interface OrthogonalOptions extends DrawOptions {
  /** Factor on the values (default 1); see `calculateGain`. */
  readonly gain?: number | undefined;
}

const ORTHOGONAL: Signature = {
  options: { gain: "number", generator: "any" },
  positional: { number: ["gain"] },
};

/**
 * Makes `count` vectors orthonormal, one after another: vector i is at `start(i)` with `stride` between its elements. This is the Q of a
 * QR decomposition whose R has a positive diagonal. (Gram–Schmidt, each projection taken off before the next is computed.)
 */
function orthonormalize(
  values: Float64Array,
  count: number,
  length: number,
  start: (i: number) => number,
  stride: number,
): void {
  const dot = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += values[a + i * stride]! * values[b + i * stride]!;
    return sum;
  };
  for (let i = 0; i < count; i++) {
    const own = start(i);
    for (let j = 0; j < i; j++) {
      const other = start(j);
      const share = dot(own, other);
      for (let k = 0; k < length; k++) values[own + k * stride]! -= share * values[other + k * stride]!;
    }
    const norm = Math.sqrt(dot(own, own));
    for (let k = 0; k < length; k++) values[own + k * stride]! /= norm;
  }
}

/**
 * A matrix, of the axes behind the first as one, whose rows are orthonormal, or its columns where these are fewer, times `gain`. Returns
 * the tensor. PyTorch's numbers, to its own rounding: normal draws, and the Q of their QR decomposition.
 * @throws SHAPE_MISMATCH for fewer than two axes.
 */
export function orthogonal<T extends Tensor>(tensor: T, options: OrthogonalOptions = {}): T {
  checkTensor("init.orthogonal", tensor);
  checkGiven("init.orthogonal", ORTHOGONAL, options);
  const { gain = 1 } = options;
  checkRank("init.orthogonal", tensor, tensor.shape.length >= 2, "2 or more");
  if (tensor.numel() === 0) return tensor;
  const rows = tensor.shape[0]!;
  const columns = tensor.numel() / rows;
  return assignDrawn("init.orthogonal", tensor, options, (generator, n, dtype): Drawn => {
    const values = Float64Array.from(drawNormal(generator, n, dtype));
    if (rows < columns) orthonormalize(values, rows, columns, (i) => i * columns, 1);
    else orthonormalize(values, columns, rows, (i) => i, columns);
    return values.map((value) => value * gain);
  });
}
