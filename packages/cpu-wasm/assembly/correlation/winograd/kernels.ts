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
import { positions } from "../../common/positions";
import { thread } from "../../common/tile-room";

import { repair } from "./repair";
import { WinogradArguments } from "./arguments";
import { inputTiles2, kernelTiles2, outputTiles2 } from "./tiles2";
import { inputTiles4, kernelTiles4, outputTiles4 } from "./tiles4";

/** This thread's room, or everyone's, where `perThread` is 0. */
@inline
export function room(first: usize, perThread: i32): usize {
  return first + perThread * thread;
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
export function transformInput(
  args: WinogradArguments,
  image: i32,
  images: i32,
  tileRow: i32,
  tileRows: i32,
  begin: i32,
  end: i32,
): void {
  const size = args.size,
    tileColumns = args.tileColumns;
  const height = args.height,
    width = args.width;
  const top = args.top - tileRow * size,
    left = args.left;
  const rows = tileRows * size + 2,
    columns = tileColumns * size + 2;
  const row = (<usize>columns) << 2,
    point = <usize>args.transformedPoint;
  const padded = room(args.padded, args.paddedThread);
  for (let channel = begin; channel < end; channel++) {
    let to = room(args.transformed, args.transformedThread) + args.tiles * channel;
    let plane = args.x + args.xImage * image + ((<usize>(channel * height * width)) << 2);
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
      plane += args.xImage;
    }
  }
}

/** Pairs of output channels, of `count` from channel `first` on. An odd last channel is transformed twice. */
function transformKernel(args: WinogradArguments, first: i32, count: i32, begin: i32, end: i32): void {
  const channels = args.channels,
    point = <usize>args.kernelsPoint;
  const outStep = <usize>args.kernelOut,
    inStep = <usize>args.kernelIn;
  const rowStep = <usize>args.kernelRow,
    columnStep = <usize>args.kernelColumn;
  const size = args.size;
  for (let pair = begin; pair < end; pair++) {
    let from = args.kernel + outStep * (first + 2 * pair);
    let to = room(args.kernels, args.kernelsThread) + kernelPairStep(channels) * pair;
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
function multiply(args: WinogradArguments, tiles: i32, pairs: i32): void {
  const channels = args.channels,
    table = args.table,
    zeros = args.zeros;
  const step = <usize>args.tiles,
    points = (args.size + 2) * (args.size + 2);
  for (let point = 0; point < points; point++) {
    const input = room(args.transformed, args.transformedThread) + args.transformedPoint * point;
    let kernel = room(args.kernels, args.kernelsThread) + args.kernelsPoint * point;
    let out = room(args.products, args.productsThread) + args.productsPoint * point;
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
  args: WinogradArguments,
  image: i32,
  images: i32,
  tileRow: i32,
  tileRows: i32,
  first: i32,
  count: i32,
): void {
  const size = args.size,
    tileColumns = args.tileColumns;
  const outRow = <usize>args.outRow,
    point = <usize>args.productsPoint;
  for (let i = 0; i < count; i++) {
    const channel = first + i;
    const products = room(args.products, args.productsThread) + args.tiles * i;
    const bias: f32 = args.bias ? load<f32>(args.bias + ((<usize>channel) << 2)) : 0;
    for (let line = images * tileRows - 1; line >= 0; line--) {
      const n = image + line / tileRows,
        y = (tileRow + (line % tileRows)) * size;
      const height = min(args.rows - y, size);
      const out = args.out + args.outImage * n + args.outPlane * channel + outRow * y;
      for (let tile = (tileColumns - 1) & -4; tile >= 0; tile -= 4) {
        const from = products + ((<usize>(line * tileColumns + tile)) << 2);
        const x = tile * size,
          to = out + ((<usize>x) << 2);
        const width = min(args.columns - x, 4 * size);
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
export function winogradKernel(args: WinogradArguments, begin: i32, end: i32): void {
  transformKernel(args, 0, args.outChannels, begin, end);
}

/** The whole input, for tasks that are parts of the output channels. Chunks are channels. */
export function winogradInput(args: WinogradArguments, begin: i32, end: i32): void {
  transformInput(args, 0, args.batch, 0, args.tileRows, begin, end);
}

/** Chunks are tasks: parts of the output channels, or blocks of tile rows of some images. */
export function winogradTasks(args: WinogradArguments, begin: i32, end: i32): void {
  const outChannels = args.outChannels,
    part = args.part;
  const allRows = args.tileRows,
    blocks = args.blocks;
  for (let task = begin; task < end; task++) {
    let image = 0,
      images = args.images,
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
      images = min(images, args.batch - image);
      tileRow = (block * allRows) / blocks;
      tileRows = ((block + 1) * allRows) / blocks - tileRow;
      transformInput(args, image, images, tileRow, tileRows, 0, args.channels);
    }
    multiply(args, images * tileRows * args.tileColumns, (count + 1) >> 1);
    transformOutput(args, image, images, tileRow, tileRows, first, count);
  }
}
