/** The data set of the goldens. */
import { defaultGenerator, drawUniform } from "@corr2d/core";
import type { Dataset } from "@corr2d/data";

export type Sample = number | [number, number];

/** Sample i is i, or [i, a number drawn when it is read]. */
export function numbers(n: number, noisy = false): Dataset<Sample> {
  return {
    length: n,
    at: (i) => (noisy ? [i, drawUniform(defaultGenerator, 1, "float32")[0]!] : i),
  };
}
