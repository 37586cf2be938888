/**
 * Normalisation of groups and its gradients. x is [outer, groups, inner]; a row of a group holds some whole channels of
 * `cells` elements each. Moments are three rows of a number per group: mean, variance, 1/√(variance + eps).
 */
import {
  addProducts,
  gradientEach,
  gradientRow,
  scaleEach,
  scaleRow,
  sumOfG,
  sumOfProducts,
  sumProducts,
  sumSquares,
  sumWeightedProducts,
} from "./rows";
import { CHAIN } from "../common/budgets";
import { sumRow } from "../reduce/rows";

/** The argument block of all kernels here. */
@unmanaged
export class NormArguments {
  eps: f64;
  x: usize;
  g: usize;
  weight: usize;
  bias: usize;
  moments: usize;
  out: usize;
  /** [rows, 2, channels]: Σ g · x̂ and Σ g of each row of cells, in float64; 0 where nobody wants them. */
  sums: usize;
  outer: i32;
  groups: i32;
  inner: i32;
  channels: i32;
  cells: i32;
  /** Groups or channels of a chunk. */
  perChunk: i32;
}

@inline
function at(base: usize, index: i32): usize {
  return base + ((<usize>index) << 2);
}

/** A chunk is a few groups. */
export function normalize(args: NormArguments, begin: i32, end: i32): void {
  const perChunk = args.perChunk;
  const stop = min(end * perChunk, args.groups);
  for (let group = begin * perChunk; group < stop; group++) normalizeGroup(args, group);
}

function normalizeGroup(args: NormArguments, group: i32): void {
  const outer = args.outer;
  const groups = args.groups;
  const inner = args.inner;
  const cells = args.cells;
  const count = <f64>outer * <f64>inner;
  let sum: f64 = 0;
  for (let o = 0; o < outer; o++) sum += sumRow(at(args.x, (o * groups + group) * inner), inner);
  const mean = <f32>(sum / count);
  let squares: f64 = 0;
  for (let o = 0; o < outer; o++)
    squares += sumSquares(at(args.x, (o * groups + group) * inner), mean, inner);
  const variance = <f32>(squares / count);
  const rstd = <f32>(1 / sqrt(<f64>variance + args.eps));
  store<f32>(at(args.moments, group), mean);
  store<f32>(at(args.moments, groups + group), variance);
  store<f32>(at(args.moments, 2 * groups + group), rstd);
  const first = (group * (inner / cells)) % args.channels;
  for (let o = 0; o < outer; o++) {
    const row = (o * groups + group) * inner;
    let x = at(args.x, row);
    let out = at(args.out, row);
    let weight = at(args.weight, first);
    let bias = at(args.bias, first);
    if (cells == 1) {
      scaleEach(x, out, weight, bias, mean, rstd, inner);
      continue;
    }
    for (let left = inner; left > 0; left -= cells) {
      scaleRow(x, out, weight, bias, mean, rstd, cells);
      x = at(x, cells);
      out = at(out, cells);
      weight += 4;
      bias += 4;
    }
  }
}

/** The gradient for x. A chunk is a few groups. */
export function normalizeInput(args: NormArguments, begin: i32, end: i32): void {
  const perChunk = args.perChunk;
  const stop = min(end * perChunk, args.groups);
  for (let group = begin * perChunk; group < stop; group++) gradientOfGroup(args, group);
}

function gradientOfGroup(args: NormArguments, group: i32): void {
  const outer = args.outer;
  const groups = args.groups;
  const inner = args.inner;
  const cells = args.cells;
  const count = <f64>outer * <f64>inner;
  const mean = load<f32>(at(args.moments, group));
  const rstd = load<f32>(at(args.moments, 2 * groups + group));
  const channels = args.channels;
  const perGroup = inner / cells;
  const first = (group * perGroup) % channels;
  const weights = at(args.weight, first);
  const toBias = (<usize>channels) << 3;
  let sum: f64 = 0;
  let products: f64 = 0;
  for (let o = 0; o < outer; o++) {
    const row = (o * groups + group) * inner;
    let g = at(args.g, row);
    let x = at(args.x, row);
    let sums =
      args.sums + <usize>(((o * groups + group) * perGroup) / channels) * 2 * toBias + ((<usize>first) << 3);
    if (cells == 1) {
      sumWeightedProducts(g, x, weights, mean, inner);
      sum += sumOfG;
      products += sumOfProducts;
      continue;
    }
    for (let left = inner, weight = weights; left > 0; left -= cells, weight += 4) {
      sumProducts(g, x, mean, cells);
      sum += <f64>load<f32>(weight) * sumOfG;
      products += <f64>load<f32>(weight) * sumOfProducts;
      if (args.sums) {
        store<f64>(sums, sumOfProducts * <f64>rstd);
        store<f64>(sums + toBias, sumOfG);
        sums += 8;
      }
      g = at(g, cells);
      x = at(x, cells);
    }
  }
  const scale = <f64>rstd / count;
  const slope = <f32>(-scale * <f64>rstd * <f64>rstd * products);
  const shift = <f32>(-scale * sum);
  for (let o = 0; o < outer; o++) {
    const row = (o * groups + group) * inner;
    let g = at(args.g, row);
    let x = at(args.x, row);
    let out = at(args.out, row);
    if (cells == 1) {
      gradientEach(g, x, out, weights, mean, rstd, slope, shift, inner);
      continue;
    }
    for (let left = inner, weight = weights; left > 0; left -= cells, weight += 4) {
      gradientRow(g, x, out, weight, mean, rstd, slope, shift, cells);
      g = at(g, cells);
      x = at(x, cells);
      out = at(out, cells);
    }
  }
}

/**
 * Where each channel is one element: Σ g · x̂ and Σ g of CHAIN rows of all channels, in float32, into a row of `sums`.
 * A chunk is one of them.
 */
export function addUp(args: NormArguments, begin: i32, end: i32): void {
  const groups = args.groups;
  const inner = args.inner;
  const channels = args.channels;
  const rows = (args.outer * groups * inner) / channels;
  for (let block = begin; block < end; block++) {
    const sums = at(args.sums, block * 2 * channels);
    memory.fill(sums, 0, (<usize>channels) << 3);
    const stop = min((block + 1) * CHAIN, rows);
    for (let row = block * CHAIN; row < stop; row++) {
      for (let channel = 0; channel < channels; channel += inner) {
        const from = row * channels + channel;
        const group = (from / inner) % groups;
        const mean = load<f32>(at(args.moments, group));
        const rstd = load<f32>(at(args.moments, 2 * groups + group));
        const own = at(sums, channel);
        addProducts(own, at(own, channels), at(args.g, from), at(args.x, from), mean, rstd, inner);
      }
    }
  }
}
