/**
 * Winograd's convolution for 3×3 kernels with stride 1 (`assembly/winograd.ts`): tiles are transformed, multiplied with
 * the transformed kernel point by point, and transformed back, in tasks whose data stay in cache.
 *
 * F(2×2) rounds like direct summation. F(4×4) saves more products; its error relative to the largest output is
 * about ten times that of direct summation.
 */
import { WINOGRAD_BYTES } from "./conv-budgets.ts";
import { FLOAT, Scratch } from "./conv-layout.ts";
import type { Correlation } from "./conv-problem.ts";
import type { Runtime } from "./runtime.ts";

/** Added to the step between points, so that they do not fall on the same cache sets. */
const SKEW = 80;

export type TileSize = 2 | 4;

const bytes = (floats: number): number => floats * FLOAT;

/** x ⋆ kernel; 3×3 taps, stride and dilation 1, contiguous output rows, at least 8 tiles. `bias`: pointer, or 0. */
export function correlateWinograd(
  rt: Runtime,
  c: Correlation,
  x: number,
  kernel: number,
  bias: number,
  out: number,
  size: TileSize,
): void {
  const points = (size + 2) ** 2;
  const tileColumns = Math.ceil(c.x.output / size);
  const tileRows = Math.ceil(c.y.output / size);
  const channels = c.inChannels;

  const wanted = Math.max(32, Math.floor(WINOGRAD_BYTES / (points * bytes(channels + c.outChannels))));
  const imageTiles = tileColumns * tileRows;
  let images = Math.max(1, Math.min(c.batch, Math.floor(wanted / imageTiles)));
  // As many for each thread.
  const evenly = rt.threads * Math.ceil(Math.round(imageTiles / wanted) / rt.threads);
  let blocks = images > 1 ? 1 : Math.max(1, Math.min(tileRows, evenly));
  let tasks = Math.ceil(c.batch / images) * blocks;
  // Tasks are blocks of tiles, or parts of the output channels where there are few.
  const byChannels = tasks < 2 * rt.threads;
  let part = 0;
  if (byChannels) {
    [images, blocks] = [c.batch, 1];
    const cached = 2 * Math.floor(WINOGRAD_BYTES / (points * bytes(channels)) / 2);
    const shared = rt.threads === 1 ? cached : 2 * Math.ceil(c.outChannels / rt.threads / 4);
    part = Math.min(c.outChannels, Math.max(8, Math.min(cached, shared)));
    tasks = Math.ceil(c.outChannels / part);
  }
  const blockRows = Math.ceil(tileRows / blocks);
  const tileStep = (images * tileColumns * blockRows + 6) & ~3;
  const pairs = Math.ceil((part || c.outChannels) / 2);
  const inputPoint = channels * tileStep + SKEW;
  const kernelPoint = pairs * 2 * (channels + (channels % 2)) + SKEW;
  const productPoint = pairs * 2 * tileStep + SKEW;

  const scratch = new Scratch();
  /** Room for each thread, or one for all; gives its offset, and the step from thread to thread. */
  const reserve = (floats: number, isOwn: boolean): readonly [offset: number, step: number] => {
    const step = bytes(Math.ceil(floats / 16) * 16);
    return isOwn ? [scratch.reserve(step * rt.threads), step] : [scratch.reserve(step), 0];
  };
  const rooms = [
    // Four tiles are read beyond the end.
    reserve((blockRows * size + 2) * (tileColumns * size + 2) + 64, true),
    reserve(points * inputPoint, !byChannels),
    reserve(points * kernelPoint, byChannels),
    reserve(points * productPoint, true),
  ];
  const table = scratch.reserve(bytes(channels));
  const zeros = scratch.reserve(8);
  scratch.allocate(rt);
  rt.call.fillTable(scratch.at(table), 1, 0, 1, 0, channels, bytes(tileStep));
  rt.f32.fill(0, scratch.at(zeros) / 4, scratch.at(zeros) / 4 + 2);

  const plane = c.y.input * c.x.input;
  const flops = 2 * points * channels * c.outChannels * c.batch * imageTiles;
  for (let group = 0; group < c.groups; group++) {
    const channel = group * c.outChannels;
    // The order of assembly/winograd-slots.ts.
    const args = [
      size,
      x + bytes(group * channels * plane),
      kernel + bytes(c.kernelBase + group * c.kernelGroup),
      bias === 0 ? 0 : bias + bytes(channel),
      out + bytes(c.outBase + channel * c.outPlane),
      ...[bytes(c.groups * channels * plane), c.y.input, c.x.input, c.y.pad, c.x.pad],
      ...[c.kernelOut, c.kernelIn, c.kernelY, c.kernelX].map(bytes),
      ...[c.groups * c.outChannels * c.outPlane, c.outPlane, c.outY].map(bytes),
      ...[c.y.output, c.x.output, c.batch, channels, c.outChannels, tileRows, tileColumns],
      ...[images, blocks, part],
      ...rooms.flatMap(([offset, step]) => [scratch.at(offset), step]),
      ...[inputPoint, kernelPoint, productPoint, tileStep].map(bytes),
      ...[scratch.at(table), scratch.at(zeros)],
    ];
    // Shared like the rest even when it is little: the other threads are awake then when the tasks begin.
    if (byChannels) rt.run("winogradInput", args, channels, flops);
    else rt.run("winogradKernel", args, pairs, flops);
    rt.run("winogradTasks", args, tasks, flops);
  }
}
