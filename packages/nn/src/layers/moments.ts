/**
 * What normalisations share: moments of activations, and a learnt scale (`weight`, at first 1) and shift (`bias`, at first 0).
 *
 * Book: Dive into Deep Learning, 8.5.
 */
import type { Shape, Tensor } from "@corr2d/core";
import * as init from "../init.ts";
import type { Parameter } from "../parameter.ts";
import { type LayerOptions, zeroParameter } from "./layer-options.ts";

export interface Moments {
  readonly mean: Tensor;
  /** x − mean. */
  readonly centred: Tensor;
  /** Divided by the number of values, not one less. */
  readonly variance: Tensor;
}

/** Over `axes`, which keep size 1. */
export function momentsOf(x: Tensor, axes: readonly number[]): Moments {
  const mean = x.mean(axes, true);
  const centred = x.sub(mean);
  return { mean, centred, variance: centred.square().mean(axes, true) };
}

export interface Affine {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
}

export function affineOf(shape: Shape, affine: boolean, options: LayerOptions): Affine {
  if (!affine) return { weight: null, bias: null };
  return {
    weight: init.ones(zeroParameter(shape, options)),
    bias: zeroParameter(shape, options),
  };
}

/** (x − mean) / √(variance + eps). */
export function standardize({ centred, variance }: Omit<Moments, "mean">, eps: number): Tensor {
  return centred.mul(variance.add(eps).rsqrt());
}

/** x · weight + bias, with weight and bias seen in `shape`. */
export function scaleAndShift(x: Tensor, { weight, bias }: Affine, shape: Shape): Tensor {
  const scaled = weight === null ? x : x.mul(weight.reshape(shape));
  return bias === null ? scaled : scaled.add(bias.reshape(shape));
}
