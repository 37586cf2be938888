/** Normal values within bounds. Source: the inverse of the normal distribution, of uniform draws between its values at the bounds. */
import { drawUniform, type Tensor } from "@corr2d/core";
import { checkGiven, checkTensor, invalid, type Signature } from "../arguments.ts";
import { assignDrawn, type DrawOptions } from "./draw.ts";
import { erf, erfinv } from "./erf.ts";

declare const console: { warn(message: string): void };

/** Options of `truncNormal`. */
export interface TruncNormalOptions extends DrawOptions {
  /** Of the normal distribution before it is cut (default 0). */
  readonly mean?: number | undefined;
  /** Its standard deviation (default 1). */
  readonly std?: number | undefined;
  /** The least value (default −2). */
  readonly a?: number | undefined;
  /** The largest value (default 2). */
  readonly b?: number | undefined;
}

const TRUNC_NORMAL: Signature = {
  options: { mean: "number", std: "number", a: "number", b: "number", generator: "any" },
  positional: { number: ["mean", "std", "a", "b"] },
};

/**
 * `truncNormal(w, { mean, std, a, b })`: normal, drawn anew where it is not within [a, b]. Returns the tensor. PyTorch's numbers, to
 * its own rounding.
 * @throws INVALID_ARGUMENT unless std is above 0 and a at most b.
 */
export function truncNormal<T extends Tensor>(tensor: T, options: TruncNormalOptions = {}): T {
  checkTensor("init.truncNormal", tensor);
  checkGiven("init.truncNormal", TRUNC_NORMAL, options);
  const { mean = 0, std = 1, a = -2, b = 2 } = options;
  if (!(std > 0)) throw invalid(`init.truncNormal: expected std > 0, but got ${std}`);
  if (!(a <= b)) throw invalid(`init.truncNormal: expected a <= b, but got a=${a} and b=${b}`);
  if (mean < a - 2 * std || mean > b + 2 * std) {
    console.warn(
      "mean is more than 2 std from [a, b] in init.truncNormal. The distribution of values may be incorrect.",
    );
  }
  // 2 Φ(x) − 1, where Φ is the share of values below x.
  const at = (bound: number): number => erf((bound - mean) / std / Math.SQRT2);
  return assignDrawn("init.truncNormal", tensor, options, (generator, n, dtype) =>
    drawUniform(generator, n, dtype, at(a), at(b)).map((y) =>
      Math.min(b, Math.max(a, erfinv(y) * std * Math.SQRT2 + mean)),
    ),
  );
}
