/** Normalisation and its gradients laid out. */
import {
  normalize as normalizeChunks,
  normalizeInput as inputChunks,
  normalizeWeight as weightChunks,
  normalizeWeights,
  NormArguments,
} from "./kernels";
import { CHAIN } from "../common/budgets";
import { ceilDiv, newScratch, run } from "../common/host";
import { argumentsOf } from "../common/structs";

/** Elements that are worth a chunk. */
const CHUNK = 4096;
/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 6;

function sizes(args: NormArguments, outer: i32, groups: i32, inner: i32, channels: i32, cells: i32): void {
  args.outer = outer;
  args.groups = groups;
  args.inner = inner;
  args.channels = channels;
  args.cells = cells;
  args.perChunk = max(1, CHUNK / (outer * inner));
}

/** (x − mean) / √(variance + eps) · weight + bias, and the moments of each group. */
export function normalize(
  x: usize,
  weight: usize,
  bias: usize,
  out: usize,
  moments: usize,
  outer: i32,
  groups: i32,
  inner: i32,
  channels: i32,
  cells: i32,
  eps: f64,
): void {
  const args = argumentsOf<NormArguments>();
  sizes(args, outer, groups, inner, channels, cells);
  args.x = x;
  args.weight = weight;
  args.bias = bias;
  args.out = out;
  args.moments = moments;
  args.eps = eps;
  run<NormArguments>(normalizeChunks, ceilDiv(groups, args.perChunk), WORK * outer * groups * inner);
}

/** The gradient for x. */
export function normalizeInput(
  g: usize,
  x: usize,
  weight: usize,
  moments: usize,
  out: usize,
  outer: i32,
  groups: i32,
  inner: i32,
  channels: i32,
  cells: i32,
): void {
  const args = argumentsOf<NormArguments>();
  sizes(args, outer, groups, inner, channels, cells);
  args.g = g;
  args.x = x;
  args.weight = weight;
  args.moments = moments;
  args.out = out;
  run<NormArguments>(inputChunks, ceilDiv(groups, args.perChunk), WORK * outer * groups * inner);
}

/** The gradient for the weight. */
export function normalizeWeight(
  g: usize,
  x: usize,
  moments: usize,
  out: usize,
  outer: i32,
  groups: i32,
  inner: i32,
  channels: i32,
  cells: i32,
): void {
  const rows = <i32>((<f64>outer * groups * inner) / (<f64>channels * cells));
  const work = WORK * outer * groups * inner;
  const blocks = ceilDiv(rows, CHAIN);
  const sums = cells == 1 && blocks > 1 ? roomFor(blocks, channels) : out;
  const args = argumentsOf<NormArguments>();
  sizes(args, outer, groups, inner, channels, cells);
  args.g = g;
  args.x = x;
  args.moments = moments;
  args.out = sums;
  if (cells > 1) {
    args.perChunk = max(1, CHUNK / (rows * cells));
    run<NormArguments>(weightChunks, ceilDiv(channels, args.perChunk), work);
    return;
  }
  run<NormArguments>(normalizeWeights, blocks, work);
  if (blocks > 1) addRows(sums, out, blocks, channels);
}

function roomFor(rows: i32, length: i32): usize {
  const scratch = newScratch();
  const offset = scratch.reserve(4 * <f64>rows * length);
  return scratch.allocate() + offset;
}

/** The sums of columns. */
function addRows(from: usize, out: usize, rows: i32, length: i32): void {
  const step = (<usize>length) << 2;
  for (let column: usize = 0; column < step; column += 4) {
    let sum: f64 = 0;
    for (let row = 0, at = from + column; row < rows; row++, at += step) sum += <f64>load<f32>(at);
    store<f32>(out + column, <f32>sum);
  }
}
