/**
 * Winograd's convolution of 3×3 kernels: Y = Aᵀ [(G k Gᵀ) ⊙ (Bᵀ d B)] A turns the sums over a tile's taps
 * into products of transformed elements ("points"), so that the sums over channels become one matrix product
 * for each point. Layouts, all with lanes along tiles: transformed input [point][channel][tile], transformed
 * kernel [point][pair of output channels][channel][2] with an even number of channels, products
 * [point][output channel][tile].
 *
 * A task goes from its first transform to its output on one thread, so that what its stages hand on stays in
 * that thread's cache. Sharing each stage among the threads moves all of it between caches, which takes
 * longer than the transforms themselves.
 *
 * Source: Lavin & Gray 2016, "Fast Algorithms for Convolutional Neural Networks".
 */
import { padPlane } from "../pad";
import { positions, setTapRuns } from "../../common/positions";
import { arg } from "../../common/simd";
import { repair } from "./repair";
import { Slot } from "./arguments";
import { inputTiles2, kernelTiles2, outputTiles2 } from "./tiles2";
import { inputTiles4, kernelTiles4, outputTiles4 } from "./tiles4";

/** The number of this instance's thread. */
let thread: i32 = 0;

export function setThread(index: i32): void {
  thread = index;
}

/** This thread's room, or everyone's. */
@inline
function room(args: usize, slot: Slot): usize {
  return <usize>arg(args, slot) + arg(args, slot + 1) * thread;
}

/**
 * Bytes of a pair of output channels in a point's transformed kernel. Input channels are transformed two at a
 * time.
 */
@inline
function kernelPairStep(channels: i32): usize {
  return (<usize>((channels + 1) & -2)) << 3;
}

/**
 * Some channels of some rows of tiles of some images: padded, plane by plane, and transformed, four tiles at
 * a time. Up to three tiles too many are written behind each tile row, where the next row goes.
 */
function transformInput(
  args: usize,
  image: i32,
  images: i32,
  tileRow: i32,
  tileRows: i32,
  begin: i32,
  end: i32,
): void {
  const size = arg(args, Slot.SIZE),
    tileColumns = arg(args, Slot.TILE_COLUMNS);
  const height = arg(args, Slot.HEIGHT),
    width = arg(args, Slot.WIDTH);
  const top = arg(args, Slot.TOP) - tileRow * size,
    left = arg(args, Slot.LEFT);
  const rows = tileRows * size + 2,
    columns = tileColumns * size + 2;
  const row = (<usize>columns) << 2,
    point = <usize>arg(args, Slot.TRANSFORMED_POINT);
  const padded = room(args, Slot.PADDED);
  for (let channel = begin; channel < end; channel++) {
    let to = room(args, Slot.TRANSFORMED) + arg(args, Slot.TILES) * channel;
    let plane =
      <usize>arg(args, Slot.X) + arg(args, Slot.X_IMAGE) * image + ((<usize>(channel * height * width)) << 2);
    for (let i = 0; i < images; i++) {
      padPlane(plane, padded, height, width, rows, columns, top, left);
      let line = padded;
      for (let r = tileRows; r > 0; r--) {
        for (let tile = 0; tile < tileColumns; tile += 4) {
          const from = line + ((<usize>(tile * size)) << 2),
            target = to + ((<usize>tile) << 2);
          if (size == 2) inputTiles2(from, row, target, point);
          else inputTiles4(from, row, target, point);
        }
        to += (<usize>tileColumns) << 2;
        line += row * size;
      }
      plane += arg(args, Slot.X_IMAGE);
    }
  }
}

/** Pairs of output channels, of `count` from channel `first` on. An odd last channel is transformed twice. */
function transformKernel(args: usize, first: i32, count: i32, begin: i32, end: i32): void {
  const channels = arg(args, Slot.CHANNELS),
    point = <usize>arg(args, Slot.KERNELS_POINT);
  const outStep = <usize>arg(args, Slot.KERNEL_OUT),
    inStep = <usize>arg(args, Slot.KERNEL_IN);
  const rowStep = <usize>arg(args, Slot.KERNEL_ROW),
    columnStep = <usize>arg(args, Slot.KERNEL_COLUMN);
  const size = arg(args, Slot.SIZE);
  for (let pair = begin; pair < end; pair++) {
    let from = <usize>arg(args, Slot.KERNEL) + outStep * (first + 2 * pair);
    let to = room(args, Slot.KERNELS) + kernelPairStep(channels) * pair;
    const second: usize = 2 * pair + 1 < count ? outStep : 0;
    for (let c = 0; c < channels; c += 2) {
      const next: usize = c + 1 < channels ? inStep : 0;
      if (size == 2) kernelTiles2(from, second, next, rowStep, columnStep, to, point);
      else kernelTiles4(from, second, next, rowStep, columnStep, to, point);
      from += inStep << 1;
      to += 16;
    }
  }
}

/** The products of `pairs` pairs of output channels. */
function multiply(args: usize, tiles: i32, pairs: i32): void {
  const channels = arg(args, Slot.CHANNELS),
    table = <usize>arg(args, Slot.TABLE),
    zeros = <usize>arg(args, Slot.ZEROS);
  const step = <usize>arg(args, Slot.TILES),
    points = (arg(args, Slot.SIZE) + 2) * (arg(args, Slot.SIZE) + 2);
  setTapRuns(1, 0);
  for (let point = 0; point < points; point++) {
    const input = room(args, Slot.TRANSFORMED) + arg(args, Slot.TRANSFORMED_POINT) * point;
    let kernel = room(args, Slot.KERNELS) + arg(args, Slot.KERNELS_POINT) * point;
    let out = room(args, Slot.PRODUCTS) + arg(args, Slot.PRODUCTS_POINT) * point;
    for (let pair = 0; pair < pairs; pair++) {
      positions(2, input, table, zeros, kernel, channels, out, step, tiles);
      kernel += kernelPairStep(channels);
      out += step << 1;
    }
  }
}

/**
 * The products' transforms into the output. From the last tile to the first: F(4×4) works in place, and the
 * lanes beyond the end of a tile row are the next row's tiles, which by then are not needed any more.
 */
function transformOutput(
  args: usize,
  image: i32,
  images: i32,
  tileRow: i32,
  tileRows: i32,
  first: i32,
  count: i32,
): void {
  const size = arg(args, Slot.SIZE),
    tileColumns = arg(args, Slot.TILE_COLUMNS);
  const outRow = <usize>arg(args, Slot.OUT_ROW),
    point = <usize>arg(args, Slot.PRODUCTS_POINT);
  for (let i = 0; i < count; i++) {
    const channel = first + i;
    const products = room(args, Slot.PRODUCTS) + arg(args, Slot.TILES) * i;
    const bias: f32 = arg(args, Slot.BIAS)
      ? load<f32>(<usize>arg(args, Slot.BIAS) + ((<usize>channel) << 2))
      : 0;
    for (let line = images * tileRows - 1; line >= 0; line--) {
      const n = image + line / tileRows,
        y = (tileRow + (line % tileRows)) * size;
      const height = min(arg(args, Slot.ROWS) - y, size);
      const out =
        <usize>arg(args, Slot.OUT) +
        arg(args, Slot.OUT_IMAGE) * n +
        arg(args, Slot.OUT_PLANE) * channel +
        outRow * y;
      for (let tile = (tileColumns - 1) & -4; tile >= 0; tile -= 4) {
        const from = products + ((<usize>(line * tileColumns + tile)) << 2);
        const x = tile * size,
          to = out + ((<usize>x) << 2);
        const width = min(arg(args, Slot.COLUMNS) - x, 4 * size);
        const finite =
          size == 2
            ? outputTiles2(from, point, f32x4.splat(bias), to, outRow, width, height)
            : outputTiles4(from, point, f32x4.splat(bias), to, outRow, width, height);
        if (!finite) repair(args, n, channel, y, height, x, width, bias);
      }
    }
  }
}

/** Chunks are pairs of output channels. Arguments of all: arguments.ts. */
export function winogradKernel(args: usize, begin: i32, end: i32): void {
  transformKernel(args, 0, arg(args, Slot.OUT_CHANNELS), begin, end);
}

/** The whole input, for tasks that are parts of the output channels. Chunks are channels. */
export function winogradInput(args: usize, begin: i32, end: i32): void {
  transformInput(args, 0, arg(args, Slot.BATCH), 0, arg(args, Slot.TILE_ROWS), begin, end);
}

/** Chunks are tasks: parts of the output channels, or blocks of tile rows of some images. */
export function winogradTasks(args: usize, begin: i32, end: i32): void {
  const outChannels = arg(args, Slot.OUT_CHANNELS),
    part = arg(args, Slot.PART);
  const allRows = arg(args, Slot.TILE_ROWS),
    blocks = arg(args, Slot.BLOCKS);
  for (let task = begin; task < end; task++) {
    let image = 0,
      images = arg(args, Slot.IMAGES),
      tileRow = 0,
      tileRows = allRows,
      first = 0,
      count = outChannels;
    if (part) {
      first = task * part;
      count = min(part, outChannels - first);
      transformKernel(args, first, count, 0, (count + 1) >> 1);
    } else {
      const block = task % blocks;
      image = (task / blocks) * images;
      images = min(images, arg(args, Slot.BATCH) - image);
      tileRow = (block * allRows) / blocks;
      tileRows = ((block + 1) * allRows) / blocks - tileRow;
      transformInput(args, image, images, tileRow, tileRows, 0, arg(args, Slot.CHANNELS));
    }
    multiply(args, images * tileRows * arg(args, Slot.TILE_COLUMNS), (count + 1) >> 1);
    transformOutput(args, image, images, tileRow, tileRows, first, count);
  }
}
