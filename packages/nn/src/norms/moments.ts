/**
 * What normalisations share: moments of activations, scale (`weight`) and shift (`bias`), and running statistics.
 *
 * Book: Dive into Deep Learning, 8.5.
 */
import {
  addScaled,
  Corr2dError,
  describeValue,
  isTensor,
  noGrad,
  type Shape,
  scope,
  type Tensor,
} from "@corr2d/core";
import { checkTensor, invalid } from "../arguments.ts";

/** What normalisations multiply by and add. */
export interface AffineOptions {
  /** What the result is multiplied by. */
  readonly weight?: Tensor | null | undefined;
  /** What is added then. */
  readonly bias?: Tensor | null | undefined;
  /** Added to variances (default 1e-5). */
  readonly eps?: number | undefined;
}

/** Running statistics, and whether they are used. */
export interface RunningOptions extends AffineOptions {
  /** Share of the newest batch in the running statistics (default 0.1). */
  readonly momentum?: number | Tensor | undefined;
}

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

/** (x − mean) / √(variance + eps). */
export function standardize({ centred, variance }: Omit<Moments, "mean">, eps: number): Tensor {
  return centred.mul(variance.add(eps).rsqrt());
}

/** x · weight + bias, with weight and bias seen in `shape`. */
export function scaleAndShift(x: Tensor, { weight, bias }: AffineOptions, shape: Shape): Tensor {
  const scaled = weight ? x.mul(weight.reshape(shape)) : x;
  return bias ? scaled.add(bias.reshape(shape)) : scaled;
}

/**
 * Both, where the weight seen in `shape` spreads the variance no further than to one number per channel of each example: a scale
 * for both is small, and x is passed over once less, in its gradients too.
 */
export function normalizeChannels(
  { centred, variance }: Omit<Moments, "mean">,
  { weight, bias }: AffineOptions,
  eps: number,
  shape: Shape,
): Tensor {
  const scale = variance.add(eps).rsqrt();
  return scaleAndShift(centred.mul(weight ? scale.mul(weight.reshape(shape)) : scale), { bias }, shape);
}

/** @throws INVALID_ARGUMENT unless each is a tensor, or left out. */
export function checkOptional(owner: string, tensors: Readonly<Record<string, unknown>>): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    if (tensor !== null && tensor !== undefined) checkTensor(`${owner}: '${name}'`, tensor);
  }
}

/** @throws SHAPE_MISMATCH, with PyTorch's message, unless each that there is has one value per channel. */
export function checkPerChannel(
  owner: string,
  channels: number,
  tensors: Readonly<Record<string, Tensor | null | undefined>>,
): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    if (!tensor || (tensor.dim() === 1 && tensor.numel() === channels)) continue;
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${owner}: ${name} should contain ${channels} elements not ${tensor.dim() === 1 ? tensor.numel() : `[${tensor.shape.join(", ")}]`}`,
    );
  }
}

/** @throws INVALID_ARGUMENT unless it is a number or a tensor. */
export function checkMomentum(owner: string, momentum: unknown): void {
  if (typeof momentum === "number" || isTensor(momentum)) return;
  throw invalid(`${owner}: 'momentum' is a number or a tensor, but got ${describeValue(momentum)}`);
}

/** Lets a batch's statistic enter a running one of its shape, if there is one, with a share. */
export function include(
  running: Tensor | null | undefined,
  share: number | Tensor,
  batch: () => Tensor,
): void {
  if (!running) return;
  noGrad(() =>
    scope(() => {
      const newest = batch();
      running.assign(
        typeof share === "number"
          ? addScaled(running, 1 - share, newest, share)
          : running.add(newest.sub(running).mul(share)),
      );
    }),
  );
}
