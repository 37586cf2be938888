/**
 * The kernel gradient by Winograd's transforms, F(3×3, 2×2): the way back of `kernels.ts`, step by step. A tile of g
 * meets its tile of x in the sums of the transformed kernel, M = Σ (A g Aᵀ) ⊙ (Bᵀ d B) over all tiles, 16
 * products instead of 36, and dk = Gᵀ M G. So for each point there is one matrix product whose depth is tiles.
 *
 * Layouts: transformed input as in `kernels.ts`; transformed g as panels of the matrix kernels,
 * [panel][point][tile][16 output channels] behind a row of zeros; sums
 * [part][panel][pair of input channels][point][2][16 output channels].
 *
 * A task is a part of the depth, summed block by block (rows of tiles of an image, or several images), for a part
 * of the panels. Where the depth is one part, tasks go on to their panels' taps while the sums are in cache.
 *
 * Of 64@56 the products alone take 80 % of the time, at the peak of separate multiplications and additions.
 *
 * Error: n tiles, each operand transformed with two roundings, one for a product, n − 1 for the sum while no
 * chain is full, four for Gᵀ m G: at most (n + 9) · 2⁻²⁴ · |Gᵀ| (Σ |A| |g| |Aᵀ| ⊙ |Bᵀ| |d| |B|) |G|, which is up to
 * nine times the products of a tile's largest cells.
 */
import { allFinite } from "../direct/kernels";
import { padPlane } from "../pad";
import { storeTile } from "../../matmul/gemm-store";
import { tile2x16 } from "../../matmul/gemm-tile";

import { WinogradArguments } from "./arguments";
import { room, transformInput } from "./kernels";
import { gradientTile2, kernelGradientTile2 } from "./tiles2";

export const POINTS: usize = 16;

/** Bytes of a pair of input channels' sums: a tile of products for each point, skewed as points are. */
export const PAIR_SUMS: usize = 16 * 128 + 64;

/**
 * The panels of [first, end), a row of tiles of all 16 output channels at a time, so that a tile's lines are written
 * at once; channels that do not exist are the last one again.
 */
function transformGradient(
  args: WinogradArguments,
  image: i32,
  images: i32,
  tileRow: i32,
  tileRows: i32,
  first: i32,
  end: i32,
): void {
  const columns = args.tileColumns << 1;
  const row = (<usize>columns) << 2,
    plane = 2 * row,
    point = <usize>args.productsPoint;
  const padded = room(args.padded, args.paddedThread);
  for (let panel = first; panel < end; panel++) {
    let to = room(args.products, args.productsThread) + ((<usize>(panel - first)) << 4) * point;
    for (let i: usize = 0; i < POINTS; i++) memory.fill(to + i * point, 0, 64);
    for (let n = image; n < image + images; n++) {
      for (let r = tileRow; r < tileRow + tileRows; r++) {
        for (let lane = 0; lane < 16; lane++) {
          const channel = min((panel << 4) + lane, args.outChannels - 1);
          const g = args.out + args.outImage * n + args.outPlane * channel;
          padPlane(g, padded + plane * lane, args.rows, args.columns, 2, columns, -2 * r, 0);
        }
        for (let from = padded; from < padded + row; from += 8) {
          to += 64;
          for (let four: usize = 0; four < 4; four++)
            gradientTile2(from + 4 * plane * four, row, plane, to + 16 * four, point);
        }
      }
    }
  }
}

/** The products of a block of `tiles` tiles, stored in the panels' `sums` or (`adds`) added to them. */
function multiplyGradient(args: WinogradArguments, tiles: i32, panels: i32, sums: usize, adds: bool): void {
  for (let point: usize = 0; point < POINTS; point++) {
    const input = room(args.transformed, args.transformedThread) + args.transformedPoint * point;
    let g = room(args.products, args.productsThread) + args.productsPoint * point;
    let out = sums + 128 * point;
    for (let panel = 0; panel < panels; panel++) {
      for (let row = 0; row < args.channels; row += 2, out += PAIR_SUMS) {
        const rowIn = args.table + ((<usize>row) << 2);
        tile2x16(input, rowIn, args.channels - row, args.depthTable, tiles, g, out, adds);
      }
      g += POINTS * args.productsPoint;
    }
  }
}

/** Adds the sums of all parts to those of the first, in order, in float64: four lanes. */
@inline
function addParts(at: usize, parts: i32, step: usize): void {
  let low = f64x2.splat(0),
    high = low;
  let from = at;
  for (let part = 0; part < parts; part++, from += step) {
    const v = v128.load(from);
    low = f64x2.add(low, f64x2.promote_low_f32x4(v));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1)));
  }
  const first = f32x4.demote_f64x2_zero(low),
    second = f32x4.demote_f64x2_zero(high);
  v128.store(at, i64x2.shuffle(first, second, 0, 2));
}

/** Chunks are tasks: (part of the panels, part of the depth). Arguments of both: arguments.ts. */
export function winogradGradient(args: WinogradArguments, begin: i32, end: i32): void {
  const allRows = args.tileRows,
    blocks = args.blocks,
    parts = args.parts;
  const allBlocks = ((args.batch + args.images - 1) / args.images) * blocks;
  const panels = (args.outChannels + 15) >> 4;
  let transformed = -1; // the block whose input the room holds
  for (let task = begin; task < end; task++) {
    const first = (task / parts) * args.part,
      last = min(first + args.part, panels);
    const part = task % parts;
    const sums = args.kernels + args.partSums * part + args.panelSums * first;
    const from = (part * allBlocks) / parts;
    for (let block = from; block < ((part + 1) * allBlocks) / parts; block++) {
      const image = (block / blocks) * args.images,
        images = min(args.images, args.batch - image);
      const tileRow = ((block % blocks) * allRows) / blocks,
        tileRows = (((block % blocks) + 1) * allRows) / blocks - tileRow;
      if (block != transformed) transformInput(args, image, images, tileRow, tileRows, 0, args.channels);
      transformed = block;
      transformGradient(args, image, images, tileRow, tileRows, first, last);
      multiplyGradient(args, images * tileRows * args.tileColumns, last - first, sums, block > from);
    }
    if (parts == 1) winogradGradientTaps(args, first * args.channels, last * args.channels);
  }
}

/** The taps, from the sums of all parts; notes whether one is not finite. Chunks are (panel, input channel). */
export function winogradGradientTaps(args: WinogradArguments, begin: i32, end: i32): void {
  const taps = room(args.padded, args.paddedThread);
  for (let chunk = begin; chunk < end; chunk++) {
    const panel = chunk / args.channels,
      channel = chunk % args.channels;
    const sums = args.kernels + args.panelSums * panel + PAIR_SUMS * (channel >> 1) + ((channel & 1) << 6);
    for (let lanes: usize = 0; lanes < 64; lanes += 16) {
      const at = sums + lanes;
      if (args.parts > 1) {
        for (let i: usize = 0; i < POINTS; i++) addParts(at + 128 * i, args.parts, args.partSums);
      }
      kernelGradientTile2(at, 128, taps + lanes, 64);
    }
    if (!allFinite(taps, 144)) store<i32>(args.spoiled, 1);
    const out = args.kernel + args.kernelOut * (panel << 4) + args.kernelIn * channel;
    storeTile(taps, 16, out, args.depthTable, 9, args.kernelOut, args.outChannels - (panel << 4), false);
  }
}
