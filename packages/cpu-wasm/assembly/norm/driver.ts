/** Normalisation and its gradients laid out. JavaScript writes the sizes as dimensions. */
import {
  addUp as sumChunks,
  normalize as normalizeChunks,
  normalizeInput as inputChunks,
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
  args.sums = 0;
  run<NormArguments>(inputChunks, ceilDiv(args.groups, args.perChunk), workOf(args));
}

/** The gradients for x, the weight and the bias. */
export function normalizeGrads(
  g: usize,
  x: usize,
  weight: usize,
  moments: usize,
  out: usize,
  outWeight: usize,
  outBias: usize,
): void {
  const args = argumentsFor(x, moments, out);
  args.g = g;
  args.weight = weight;
  const channels = args.channels;
  const cells = args.cells;
  const rows = <i32>((<f64>args.outer * args.groups * args.inner) / (<f64>channels * cells));
  const chunks = ceilDiv(args.groups, args.perChunk);
  if (cells > 1) {
    args.sums = roomFor<f64>(rows, channels);
    run<NormArguments>(inputChunks, chunks, workOf(args));
    addRows<f64>(args.sums, rows, channels, outWeight, outBias);
    return;
  }
  const blocks = ceilDiv(rows, CHAIN);
  args.sums = 0;
  run<NormArguments>(inputChunks, chunks, workOf(args));
  args.sums = roomFor<f32>(blocks, channels);
  run<NormArguments>(sumChunks, blocks, workOf(args));
  addRows<f32>(args.sums, blocks, channels, outWeight, outBias);
}

/** Room for sums [rows, 2, channels]. */
function roomFor<T>(rows: i32, channels: i32): usize {
  const scratch = newScratch();
  const offset = scratch.reserve(<f64>(2 * sizeof<T>()) * rows * channels);
  return scratch.allocate() + offset;
}

/** Adds up the rows: the first channels are for the weight, the others for the bias. */
function addRows<T>(sums: usize, rows: i32, channels: i32, outWeight: usize, outBias: usize): void {
  const toBias = <usize>channels * sizeof<T>();
  for (let channel = 0; channel < channels; channel++) {
    let weight: f64 = 0;
    let bias: f64 = 0;
    for (let row = 0, at = sums; row < rows; row++, at += 2 * toBias) {
      weight += <f64>load<T>(at);
      bias += <f64>load<T>(at + toBias);
    }
    store<f32>(outWeight, <f32>weight);
    store<f32>(outBias, <f32>bias);
    sums += sizeof<T>();
    outWeight += 4;
    outBias += 4;
  }
}
