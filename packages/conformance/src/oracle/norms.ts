/** The oracle for normalisation and its gradients, with the error that sums over a group and a few roundings leave (§9.2, §9.3). */
import type { DType, NormSize } from "@corr2d/core";
import { type Expected, smallestNormal, unitRoundoff } from "../compare.ts";
import { numbers } from "./elementwise.ts";
import { sumError } from "./sums.ts";

type Values = ArrayLike<number>;

/** Of a few roundings one after the other; roots and quotients may be off by 3 ulps, four times as many in float64. */
const FEW = 8;
const ROOT = 32;

export const normalizedSize = ({ outer, groups, inner }: NormSize): number => outer * groups * inner;
const groupOf = (at: number, { groups, inner }: NormSize): number => Math.floor(at / inner) % groups;
const channelOf = (at: number, { channels, cells }: NormSize): number => Math.floor(at / cells) % channels;

/** Sums of a function of the element over each group. */
function sumsOf(size: NormSize, term: (at: number, group: number) => number): Float64Array {
  const sums = new Float64Array(size.groups);
  for (let at = 0; at < normalizedSize(size); at++) {
    const group = groupOf(at, size);
    sums[group]! += term(at, group);
  }
  return sums;
}

export interface ExpectedNormalized {
  readonly values: Expected;
  readonly moments: Expected;
}

export function normalize(
  x: Values,
  weight: Values,
  bias: Values,
  size: NormSize,
  eps: number,
  dtype: DType,
): ExpectedNormalized {
  const u = unitRoundoff[dtype];
  const { groups } = size;
  const count = size.outer * size.inner;
  const ofSum = u * (sumError(count, dtype) + FEW);
  const means = sumsOf(size, (at) => x[at]!).map((sum) => sum / count);
  const meanErrors = sumsOf(size, (at) => Math.abs(x[at]!)).map((sum) => (ofSum * sum) / count);
  const variances = sumsOf(size, (at, group) => (x[at]! - means[group]!) ** 2).map((sum) => sum / count);
  // About a mean that is off by d, the variance is larger by d².
  const varianceErrors = variances.map((value, group) => ofSum * value + meanErrors[group]! ** 2);
  const rstds = variances.map((value) => 1 / Math.sqrt(value + eps));
  const rstdErrors = rstds.map(
    (value, group) => value * (varianceErrors[group]! / (variances[group]! + eps) + ROOT * u),
  );
  const rows = [means, variances, rstds].flatMap((row) => [...row]);
  const errors = [meanErrors, varianceErrors, rstdErrors].flatMap((row) => [...row]);
  const total = normalizedSize(size);
  return {
    values: {
      values: numbers(total, (at) => {
        const group = groupOf(at, size);
        const channel = channelOf(at, size);
        return (x[at]! - means[group]!) * rstds[group]! * weight[channel]! + bias[channel]!;
      }),
      tolerance: numbers(total, (at) => {
        const group = groupOf(at, size);
        const channel = channelOf(at, size);
        const centred = Math.abs(x[at]! - means[group]!);
        const rstd = rstds[group]!;
        const standard = meanErrors[group]! * rstd + centred * (rstdErrors[group]! + FEW * u * rstd);
        return (
          standard * Math.abs(weight[channel]!) + FEW * u * Math.abs(bias[channel]!) + smallestNormal[dtype]
        );
      }),
    },
    moments: {
      values: numbers(3 * groups, (at) => rows[at]!),
      tolerance: numbers(3 * groups, (at) => errors[at]! + smallestNormal[dtype]),
    },
  };
}

/** Elements less their group's mean, divided by its deviation. */
const standardized = (x: Values, moments: Values, size: NormSize): Float64Array =>
  numbers(normalizedSize(size), (at) => {
    const group = groupOf(at, size);
    return (x[at]! - moments[group]!) * moments[2 * size.groups + group]!;
  });

export function normalizeInput(
  g: Values,
  x: Values,
  weight: Values,
  moments: Values,
  size: NormSize,
  dtype: DType,
): Expected {
  const u = unitRoundoff[dtype];
  const count = size.outer * size.inner;
  const ofSum = u * (sumError(count, dtype) + FEW);
  const standard = standardized(x, moments, size);
  const weighted = numbers(normalizedSize(size), (at) => g[at]! * weight[channelOf(at, size)]!);
  const mean = (term: (at: number) => number): Float64Array => sumsOf(size, term).map((sum) => sum / count);
  const own = mean((at) => weighted[at]!);
  const ownMagnitudes = mean((at) => Math.abs(weighted[at]!));
  const along = mean((at) => weighted[at]! * standard[at]!);
  const alongMagnitudes = mean((at) => Math.abs(weighted[at]! * standard[at]!));
  return {
    values: numbers(weighted.length, (at) => {
      const group = groupOf(at, size);
      const rstd = moments[2 * size.groups + group]!;
      return rstd * (weighted[at]! - own[group]! - standard[at]! * along[group]!);
    }),
    tolerance: numbers(weighted.length, (at) => {
      const group = groupOf(at, size);
      const rstd = Math.abs(moments[2 * size.groups + group]!);
      const sums = ownMagnitudes[group]! + Math.abs(standard[at]!) * alongMagnitudes[group]!;
      return rstd * (ofSum * sums + FEW * u * (Math.abs(weighted[at]!) + sums)) + smallestNormal[dtype];
    }),
  };
}

/** Σ of a term of each element, by channel. */
function sumsOfChannels(size: NormSize, dtype: DType, term: (at: number) => number): Expected {
  const values = new Float64Array(size.channels);
  const magnitudes = new Float64Array(size.channels);
  const total = normalizedSize(size);
  for (let at = 0; at < total; at++) {
    values[channelOf(at, size)]! += term(at);
    magnitudes[channelOf(at, size)]! += Math.abs(term(at));
  }
  const error = unitRoundoff[dtype] * (sumError(total / size.channels, dtype) + FEW);
  return { values, tolerance: magnitudes.map((magnitude) => error * magnitude + smallestNormal[dtype]) };
}

/** For x, the weight and the bias. */
export function normalizeGrads(
  g: Values,
  x: Values,
  weight: Values,
  moments: Values,
  size: NormSize,
  dtype: DType,
): Expected[] {
  const standard = standardized(x, moments, size);
  return [
    normalizeInput(g, x, weight, moments, size, dtype),
    sumsOfChannels(size, dtype, (at) => g[at]! * standard[at]!),
    sumsOfChannels(size, dtype, (at) => g[at]!),
  ];
}
