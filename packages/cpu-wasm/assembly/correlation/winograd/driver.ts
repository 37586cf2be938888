/**
 * Winograd's convolution for 3×3 kernels with stride 1 (`kernels.ts`): tiles are transformed, multiplied
 * with the transformed kernel point by point, and transformed back, in tasks whose data stay in cache.
 *
 * F(2×2) rounds like direct summation. F(4×4) saves more products; its error relative to the largest output
 * is about ten times that of direct summation.
 */
import { fillTable } from "../../matmul/gemm-pack";
import { winogradInput, winogradKernel, winogradTasks } from "./kernels";
import { Slot } from "./arguments";
import { WINOGRAD_BYTES } from "../../common/budgets";
import { C, imageIn, imageOut, X, Y } from "../correlation";
import { allocate, at, bytes, ceilDiv, reserve, run, set, threads } from "../../common/host";

/** Added to the step between points, so that they do not fall on the same cache sets. */
const SKEW = 80;

/**
 * Room of `floats` floats, for each thread or one for all: writes the step from thread to thread, gives the
 * offset.
 */
function reserveRoom(slot: Slot, floats: f64, isOwn: bool): usize {
  const step = ceil(floats / 16) * 64;
  set(slot + 1, isOwn ? <i32>step : 0);
  return reserve(isOwn ? step * threads : step);
}

/**
 * x ⋆ kernel; 3×3 taps, stride and dilation 1, contiguous output rows, at least 8 tiles. `bias`: pointer, or
 * 0.
 */
export function correlateWinograd(x: usize, kernel: usize, bias: usize, out: usize, size: i32): void {
  const points = (size + 2) * (size + 2);
  const tileColumns = ceilDiv(X.output, size),
    tileRows = ceilDiv(Y.output, size);
  const channels = C.inChannels,
    outChannels = C.outChannels;

  const wanted = max(32, WINOGRAD_BYTES / (points * bytes(channels + outChannels)));
  const imageTiles = tileColumns * tileRows;
  let images = max(1, min(C.batch, wanted / imageTiles));
  // As many for each thread.
  const evenly = threads * ceilDiv((imageTiles + wanted / 2) / wanted, threads);
  let blocks = images > 1 ? 1 : max(1, min(tileRows, evenly));
  let tasks = ceilDiv(C.batch, images) * blocks;
  // Tasks are blocks of tiles, or parts of the output channels where there are few.
  const byChannels = tasks < 2 * threads;
  let part = 0;
  if (byChannels) {
    images = C.batch;
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
  const padded = reserveRoom(Slot.PADDED, (blockRows * size + 2) * (tileColumns * size + 2) + 64, true);
  const transformed = reserveRoom(Slot.TRANSFORMED, <f64>points * inputPoint, !byChannels);
  const kernels = reserveRoom(Slot.KERNELS, <f64>points * kernelPoint, byChannels);
  const products = reserveRoom(Slot.PRODUCTS, <f64>points * productPoint, true);
  const table = reserve(bytes(channels));
  const zeros = reserve(8);
  allocate();
  fillTable(at(table), 1, 0, 1, 0, channels, bytes(tileStep));
  store<i64>(at(zeros), 0);

  const plane = Y.input * X.input;
  set(Slot.SIZE, size);
  set(Slot.X_IMAGE, bytes(imageIn()));
  set(Slot.HEIGHT, Y.input);
  set(Slot.WIDTH, X.input);
  set(Slot.TOP, Y.pad);
  set(Slot.LEFT, X.pad);
  set(Slot.KERNEL_OUT, bytes(C.kernelOut));
  set(Slot.KERNEL_IN, bytes(C.kernelIn));
  set(Slot.KERNEL_ROW, bytes(C.kernelY));
  set(Slot.KERNEL_COLUMN, bytes(C.kernelX));
  set(Slot.OUT_IMAGE, bytes(imageOut()));
  set(Slot.OUT_PLANE, bytes(C.outPlane));
  set(Slot.OUT_ROW, bytes(C.outY));
  set(Slot.ROWS, Y.output);
  set(Slot.COLUMNS, X.output);
  set(Slot.BATCH, C.batch);
  set(Slot.CHANNELS, channels);
  set(Slot.OUT_CHANNELS, outChannels);
  set(Slot.TILE_ROWS, tileRows);
  set(Slot.TILE_COLUMNS, tileColumns);
  set(Slot.IMAGES, images);
  set(Slot.BLOCKS, blocks);
  set(Slot.PART, part);
  set(Slot.PADDED, at(padded));
  set(Slot.TRANSFORMED, at(transformed));
  set(Slot.KERNELS, at(kernels));
  set(Slot.PRODUCTS, at(products));
  set(Slot.TRANSFORMED_POINT, bytes(inputPoint));
  set(Slot.KERNELS_POINT, bytes(kernelPoint));
  set(Slot.PRODUCTS_POINT, bytes(productPoint));
  set(Slot.TILES, bytes(tileStep));
  set(Slot.TABLE, at(table));
  set(Slot.ZEROS, at(zeros));

  const work = 2 * <f64>points * channels * outChannels * C.batch * imageTiles;
  for (let group = 0; group < C.groups; group++) {
    const channel = group * outChannels;
    set(Slot.X, x + bytes(group * channels * plane));
    set(Slot.KERNEL, kernel + bytes(C.kernelBase + group * C.kernelGroup));
    set(Slot.BIAS, bias ? bias + bytes(channel) : 0);
    set(Slot.OUT, out + bytes(C.outBase + channel * C.outPlane));
    // Shared like the rest even when it is little: the other threads are awake then when the tasks begin.
    if (byChannels) run(winogradInput, channels, work);
    else run(winogradKernel, taskChannels >> 1, work);
    run(winogradTasks, tasks, work);
  }
}
