/** `torch.multinomial(weights, n, replacement)` of float64 weights: PyTorch's numbers, by its two methods on the CPU. */
import { drawUniform, type Generator } from "@corr2d/core";

/** @param weights finite, from 0 on, at least one above 0, and without replacement at least `n` of them. */
export function drawMultinomial(
  generator: Generator,
  weights: Float64Array,
  n: number,
  replacement: boolean,
): Int32Array {
  return replacement ? byCumulativeSums(generator, weights, n) : byExponentials(generator, weights, n);
}

/** A uniform number is looked up among the sums of the weights before each. */
function byCumulativeSums(generator: Generator, weights: Float64Array, n: number): Int32Array {
  const sums = new Float64Array(weights.length);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    sums[i] = sum;
  }
  for (let i = 0; i < sums.length; i++) sums[i]! /= sum;
  sums[sums.length - 1] = 1;
  const drawn = drawUniform(generator, n, "float64");
  return Int32Array.from(drawn, (u) => firstNotBelow(sums, u));
}

/** The first position whose value is not less than `u`. */
function firstNotBelow(sorted: Float64Array, u: number): number {
  let low = 0;
  let high = sorted.length;
  while (high > low) {
    const middle = low + ((high - low) >> 1);
    if (sorted[middle]! < u) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Each weight is divided by an exponential number, and the largest quotients win (Efraimidis and Spirakis 2006). */
function byExponentials(generator: Generator, weights: Float64Array, n: number): Int32Array {
  const keys = drawUniform(generator, weights.length, "float64");
  for (let i = 0; i < keys.length; i++) keys[i] = weights[i]! / -Math.log1p(-keys[i]!);
  const order = Int32Array.from(weights, (_, i) => i).sort((a, b) => keys[b]! - keys[a]!);
  return order.slice(0, n);
}
