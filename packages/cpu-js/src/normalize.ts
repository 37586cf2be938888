/**
 * Normalisation of groups and its gradients. x is [outer, groups, inner], and a row of a group holds some whole channels of
 * `cells` elements each. Sums are in float64.
 */
import type { NormSize, TypedArray } from "@corr2d/core";

type Group = (group: number, firstChannel: number) => void;

function eachGroup({ groups, inner, channels, cells }: NormSize, visit: Group): void {
  const perRow = inner / cells;
  for (let group = 0; group < groups; group++) visit(group, (group * perRow) % channels);
}

/** Σ (x − shift) and Σ (x − shift)² of a group. */
function sums(
  x: TypedArray,
  { outer, groups, inner }: NormSize,
  group: number,
  shift: number,
): [sum: number, squares: number] {
  let sum = 0;
  let squares = 0;
  for (let o = 0; o < outer; o++) {
    const row = (o * groups + group) * inner;
    for (let i = row; i < row + inner; i++) {
      const value = x[i]! - shift;
      sum += value;
      squares += value * value;
    }
  }
  return [sum, squares];
}

/** `out = (x − mean) / √(variance + eps) · weight + bias`, and the moments [3, groups]. */
export function normalize(
  x: TypedArray,
  weight: TypedArray,
  bias: TypedArray,
  size: NormSize,
  eps: number,
  out: TypedArray,
  moments: TypedArray,
): void {
  const { outer, groups, inner, cells } = size;
  const count = outer * inner;
  eachGroup(size, (group, firstChannel) => {
    moments[group] = sums(x, size, group, 0)[0] / count;
    const mean = moments[group]!;
    moments[groups + group] = sums(x, size, group, mean)[1] / count;
    moments[2 * groups + group] = 1 / Math.sqrt(moments[groups + group]! + eps);
    const rstd = moments[2 * groups + group]!;
    for (let o = 0; o < outer; o++) {
      let at = (o * groups + group) * inner;
      const end = at + inner;
      for (let channel = firstChannel; at < end; channel++) {
        const scale = rstd * weight[channel]!;
        const shift = bias[channel]!;
        for (const stop = at + cells; at < stop; at++) out[at] = (x[at]! - mean) * scale + shift;
      }
    }
  });
}

/**
 * The gradient for x: rstd · (gw − mean of gw − x̂ · mean of gw · x̂), with gw = g · weight.
 *
 * @param totals where to add Σ g · x̂ of each channel, and then Σ g of each: [2, channels], float64, zeros; or null.
 */
export function normalizeInput(
  g: TypedArray,
  x: TypedArray,
  weight: TypedArray,
  moments: TypedArray,
  size: NormSize,
  out: TypedArray,
  totals: TypedArray | null,
): void {
  const { outer, groups, inner, channels, cells } = size;
  eachGroup(size, (group, firstChannel) => {
    const mean = moments[group]!;
    const rstd = moments[2 * groups + group]!;
    let sum = 0;
    let products = 0;
    for (let o = 0; o < outer; o++) {
      let at = (o * groups + group) * inner;
      const end = at + inner;
      for (let channel = firstChannel; at < end; channel++) {
        let ownSum = 0;
        let ownProducts = 0;
        for (const stop = at + cells; at < stop; at++) {
          ownSum += g[at]!;
          ownProducts += g[at]! * (x[at]! - mean);
        }
        sum += ownSum * weight[channel]!;
        products += ownProducts * weight[channel]!;
        if (totals !== null) {
          totals[channel]! += ownProducts * rstd;
          totals[channels + channel]! += ownSum;
        }
      }
    }
    const shift = (-rstd * sum) / (outer * inner);
    const slope = (-rstd * rstd * rstd * products) / (outer * inner);
    for (let o = 0; o < outer; o++) {
      let at = (o * groups + group) * inner;
      const end = at + inner;
      for (let channel = firstChannel; at < end; channel++) {
        const scale = rstd * weight[channel]!;
        for (const stop = at + cells; at < stop; at++) {
          out[at] = g[at]! * scale + ((x[at]! - mean) * slope + shift);
        }
      }
    }
  });
}
