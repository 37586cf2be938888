/** Normalisation and its gradients laid out. JavaScript writes the sizes as dimensions. */
import {
  normalize as normalizeChunks,
  normalizeInput as inputChunks,
  normalizeWeight as weightChunks,
  normalizeWeights,
  NormArguments,
} from "./kernels";
import { CHAIN } from "../common/budgets";
import { ceilDiv, dim, newScratch, run } from "../common/host";
import { argumentsOf } from "../common/structs";

/** Elements that are worth a chunk. */
const CHUNK = 4096;
/** Rough work per element, in the unit of `PARALLEL_FLOPS` (src/runtime.ts). */
const WORK: f64 = 6;

/** The argument block with what all have. */
function argumentsFor(x: usize, moments: usize, out: usize): NormArguments {
  const args = argumentsOf<NormArguments>();
  args.x = x;
  args.moments = moments;
  args.out = out;
  args.outer = dim(0);
  args.groups = dim(1);
  args.inner = dim(2);
  args.channels = dim(3);
  args.cells = dim(4);
  args.perChunk = max(1, CHUNK / (args.outer * args.inner));
  return args;
}

function workOf(args: NormArguments): f64 {
  return WORK * args.outer * args.groups * args.inner;
}

/** (x − mean) / √(variance + eps) · weight + bias, and the moments of each group. */
export function normalize(x: usize, weight: usize, bias: usize, out: usize, moments: usize, eps: f64): void {
  const args = argumentsFor(x, moments, out);
  args.weight = weight;
  args.bias = bias;
  args.eps = eps;
  run<NormArguments>(normalizeChunks, ceilDiv(args.groups, args.perChunk), workOf(args));
}

/** The gradient for x. */
export function normalizeInput(g: usize, x: usize, weight: usize, moments: usize, out: usize): void {
  const args = argumentsFor(x, moments, out);
  args.g = g;
  args.weight = weight;
  run<NormArguments>(inputChunks, ceilDiv(args.groups, args.perChunk), workOf(args));
}

/** The gradient for the weight. */
export function normalizeWeight(g: usize, x: usize, moments: usize, out: usize): void {
  const args = argumentsFor(x, moments, out);
  args.g = g;
  const channels = args.channels;
  const cells = args.cells;
  const rows = <i32>((<f64>args.outer * args.groups * args.inner) / (<f64>channels * cells));
  if (cells > 1) {
    args.perChunk = max(1, CHUNK / (rows * cells));
    run<NormArguments>(weightChunks, ceilDiv(channels, args.perChunk), workOf(args));
    return;
  }
  const blocks = ceilDiv(rows, CHAIN);
  const sums = blocks > 1 ? roomFor(blocks, channels) : out;
  args.out = sums;
  run<NormArguments>(normalizeWeights, blocks, workOf(args));
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
