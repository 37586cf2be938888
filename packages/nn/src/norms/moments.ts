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
  type NormSize,
  noGrad,
  normalizeGroups,
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

/**
 * (x − mean) / √(variance + eps) · weight + bias, the moments of each of the groups that `size` says.
 *
 * @param shape in which weight and bias are seen beside x.
 * @param use is given the means and variances, a row for each ([3, groups], of which the third is 1/√(variance + eps)).
 */
export function normalize(
  x: Tensor,
  affine: AffineOptions,
  size: NormSize,
  eps: number,
  shape: Shape,
  use?: (moments: Tensor) => void,
): Tensor {
  const { weight = null, bias = null } = affine;
  const fits = [weight, bias].every((tensor) => tensor === null || tensor.dtype === x.dtype);
  const flat = (tensor: Tensor | null): Tensor | null =>
    !fits || tensor === null ? null : tensor.reshape([size.channels]);
  const { values, moments } = normalizeGroups(x, flat(weight), flat(bias), size, eps);
  use?.(moments);
  moments.dispose();
  return fits ? values : scaleAndShift(values, affine, shape);
}

/** x · weight + bias, with weight and bias seen in `shape`. */
export function scaleAndShift(x: Tensor, { weight, bias }: AffineOptions, shape: Shape): Tensor {
  const scaled = weight ? x.mul(weight.reshape(shape)) : x;
  return bias ? scaled.add(bias.reshape(shape)) : scaled;
}

/** The same by moments that are given, one of each for each channel. */
export function normalizeBy(
  x: Tensor,
  { mean, variance }: { readonly mean: Tensor; readonly variance: Tensor },
  { weight, bias }: AffineOptions,
  eps: number,
  shape: Shape,
): Tensor {
  const rstd = variance.reshape(shape).add(eps).rsqrt();
  const scale = weight ? rstd.mul(weight.reshape(shape)) : rstd;
  return scaleAndShift(x.sub(mean.reshape(shape)).mul(scale), { bias }, shape);
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
