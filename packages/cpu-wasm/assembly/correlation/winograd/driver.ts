/**
 * Winograd's convolution for 3×3 kernels with stride 1 (`kernels.ts`): tiles are transformed, multiplied
 * with the transformed kernel point by point, and transformed back, in tasks whose data stay in cache.
 *
 * F(2×2) rounds like direct summation. F(4×4) saves more products; its error relative to the largest output
 * is about ten times that of direct summation.
 */
import { WINOGRAD_BYTES } from "../../common/budgets";
import { bytes, ceilDiv, newScratch, run, Scratch, SETTINGS } from "../../common/host";
import { argumentsOf } from "../../common/structs";
import { fillTable } from "../../common/tables";
import { Correlation } from "../correlation";
import { WinogradArguments } from "./arguments";
import { winogradInput, winogradKernel, winogradTasks } from "./kernels";

/** Added to the step between points, so that they do not fall on the same cache sets. */
export const SKEW = 80;

/** Bytes of a room of `floats` floats. */
export function roomBytes(floats: f64): f64 {
  return ceil(floats / 16) * 64;
}

/** Rooms of `bytes` bytes, for each thread or one for all; gives the offset. */
export function reserveRooms(scratch: Scratch, bytes: f64, isOwn: bool): usize {
  return scratch.reserve(isOwn ? bytes * SETTINGS.threads : bytes);
}

/** The argument block, filled with what the geometry says. */
export function argumentsFor(c: Correlation, size: i32): WinogradArguments {
  const args = argumentsOf<WinogradArguments>();
  args.size = size;
  args.xImage = bytes(c.imageIn);
  args.height = c.y.input;
  args.width = c.x.input;
  args.top = c.y.pad;
  args.left = c.x.pad;
  args.kernelOut = bytes(c.kernelOut);
  args.kernelIn = bytes(c.kernelIn);
  args.kernelRow = bytes(c.kernelY);
  args.kernelColumn = bytes(c.kernelX);
  args.outImage = bytes(c.imageOut);
  args.outPlane = bytes(c.outPlane);
  args.outRow = bytes(c.outY);
  args.rows = c.y.output;
  args.columns = c.x.output;
  args.batch = c.batch;
  args.channels = c.inChannels;
  args.outChannels = c.outChannels;
  args.tileRows = ceilDiv(c.y.output, size);
  args.tileColumns = ceilDiv(c.x.output, size);
  return args;
}

/**
 * x ⋆ kernel; 3×3 taps, stride and dilation 1, contiguous output rows, at least 8 tiles. `bias`: pointer, or
 * 0.
 */
export function correlateWinograd(
  c: Correlation,
  x: usize,
  kernel: usize,
  bias: usize,
  out: usize,
  size: i32,
): void {
  const points = (size + 2) * (size + 2);
  const tileColumns = ceilDiv(c.x.output, size),
    tileRows = ceilDiv(c.y.output, size);
  const channels = c.inChannels;
  const outChannels = c.outChannels;
  const threads = SETTINGS.threads;

  const wanted = max(32, WINOGRAD_BYTES / (points * bytes(channels + outChannels)));
  const imageTiles = tileColumns * tileRows;
  let images = max(1, min(c.batch, wanted / imageTiles));
  // As many for each thread.
  const evenly = threads * ceilDiv((imageTiles + wanted / 2) / wanted, threads);
  let blocks = images > 1 ? 1 : max(1, min(tileRows, evenly));
  let tasks = ceilDiv(c.batch, images) * blocks;
  // Tasks are blocks of tiles, or parts of the output channels where there are few.
  const byChannels = tasks < 2 * threads;
  let part = 0;
  if (byChannels) {
    images = c.batch;
    blocks = 1;
    const cached = 2 * (WINOGRAD_BYTES / (points * bytes(channels)) / 2);
    const shared = threads == 1 ? cached : 2 * ceilDiv(outChannels, threads * 4);
    part = min(outChannels, max(8, min(cached, shared)));
    tasks = ceilDiv(outChannels, part);
  }
  const blockRows = ceilDiv(tileRows, blocks);
  const tileStep = (images * tileColumns * blockRows + 6) & ~3;
  const taskChannels = ((part || outChannels) + 1) & -2;
  const inputPoint = channels * tileStep + SKEW;
  const kernelPoint = taskChannels * ((channels + 1) & -2) + SKEW;
  const productPoint = taskChannels * tileStep + SKEW;

  // Four tiles are read beyond the end.
  const paddedBytes = roomBytes((blockRows * size + 2) * (tileColumns * size + 2) + 64);
  const transformedBytes = roomBytes(<f64>points * inputPoint);
  const kernelsBytes = roomBytes(<f64>points * kernelPoint);
  const productsBytes = roomBytes(<f64>points * productPoint);
  const scratch = newScratch();
  const padded = reserveRooms(scratch, paddedBytes, true);
  const transformed = reserveRooms(scratch, transformedBytes, !byChannels);
  const kernels = reserveRooms(scratch, kernelsBytes, byChannels);
  const products = reserveRooms(scratch, productsBytes, true);
  const table = scratch.reserve(bytes(channels));
  const zeros = scratch.reserve(8);
  const base = scratch.allocate();
  fillTable(base + table, 1, 0, 1, 0, channels, bytes(tileStep));
  store<i64>(base + zeros, 0);

  const args = argumentsFor(c, size);
  args.images = images;
  args.blocks = blocks;
  args.part = part;
  args.padded = base + padded;
  args.paddedThread = <i32>paddedBytes;
  args.transformed = base + transformed;
  args.transformedThread = byChannels ? 0 : <i32>transformedBytes;
  args.kernels = base + kernels;
  args.kernelsThread = byChannels ? <i32>kernelsBytes : 0;
  args.products = base + products;
  args.productsThread = <i32>productsBytes;
  args.transformedPoint = bytes(inputPoint);
  args.kernelsPoint = bytes(kernelPoint);
  args.productsPoint = bytes(productPoint);
  args.tiles = bytes(tileStep);
  args.table = base + table;
  args.zeros = base + zeros;

  const work = 2 * <f64>points * channels * outChannels * c.batch * imageTiles;
  for (let group = 0; group < c.groups; group++) {
    const channel = group * outChannels;
    args.x = x + bytes(group * channels * c.y.input * c.x.input);
    args.kernel = kernel + bytes(c.kernelBase + group * c.kernelGroup);
    args.bias = bias ? bias + bytes(channel) : 0;
    args.out = out + bytes(c.outBase + channel * c.outPlane);
    // Shared like the rest even when it is little: the other threads are awake then when the tasks begin.
    if (byChannels) run<WinogradArguments>(winogradInput, channels, work);
    else run<WinogradArguments>(winogradKernel, taskChannels >> 1, work);
    run<WinogradArguments>(winogradTasks, tasks, work);
  }
}
