/**
 * The kernel gradient of 3×3 kernels with stride 1 by Winograd's transforms (`gradient.ts`), in tasks that take
 * a part of the depth from transforms to sums.
 */
import { CHAINS, WINOGRAD_BYTES, WINOGRAD_DEPTH, WINOGRAD_SUMS_BYTES } from "../../common/budgets";
import { bytes, ceilDiv, newScratch, run, SETTINGS } from "../../common/host";
import { fillTable } from "../../common/tables";
import { CHUNKS, LANES } from "../../matmul/gemm-driver";
import { Correlation } from "../correlation";
import { WinogradArguments } from "./arguments";
import { argumentsFor, reserveRooms, roomBytes, SKEW } from "./driver";
import { PAIR_SUMS, POINTS, winogradGradient, winogradGradientTaps } from "./gradient";

/**
 * G(x, g) of the forward pass; 3×3 taps, stride and dilation 1. Returns whether all is finite; what is not must be
 * summed anew.
 */
export function kernelGradientWinograd(c: Correlation, x: usize, g: usize, out: usize): bool {
  const tileColumns = ceilDiv(c.x.output, 2),
    tileRows = ceilDiv(c.y.output, 2);
  const channels = c.inChannels,
    outChannels = c.outChannels;

  // Blocks of the depth: rows of tiles of an image, or several images.
  const imageTiles = tileColumns * tileRows;
  const images = max(1, min(c.batch, WINOGRAD_DEPTH / imageTiles));
  const blocks = max(1, min(tileRows, (imageTiles + WINOGRAD_DEPTH / 2) / WINOGRAD_DEPTH));
  const blockRows = ceilDiv(tileRows, blocks);
  const tiles = images * tileColumns * blockRows;
  const allBlocks = ceilDiv(c.batch, images) * blocks;
  // Parts of it, so that threads find work, and float32 sums are of at most CHAINS blocks.
  const panels = ceilDiv(outChannels, LANES);
  const panelSums = PAIR_SUMS * ((channels + 1) >> 1);
  const partSums = panels * panelSums;
  const wanted = min(CHUNKS, WINOGRAD_SUMS_BYTES / partSums);
  const parts = max(min(wanted, allBlocks / 2), ceilDiv(allBlocks, CHAINS));
  // Parts of the panels, for each of which the input is transformed anew: so that threads find work, and the sums
  // that tasks turn into taps are still in cache.
  const share = ceilDiv(SETTINGS.threads, parts);
  const cached = parts > 1 ? 1 : ceilDiv(<i32>partSums, WINOGRAD_BYTES);
  const part = ceilDiv(panels, share * ceilDiv(cached, share));

  // Each thread's room: a padded plane of x, rows of g, and, later, taps; transformed input; transformed g.
  const tileStep = (tiles + 6) & ~3;
  const inputPoint = channels * tileStep + SKEW;
  const gPoint = (tiles + 1) * LANES + LANES;
  const padded = max(<f64>(blockRows * 2 + 2) * (tileColumns * 2 + 2), 4 * LANES * <f64>tileColumns);
  const paddedBytes = roomBytes(padded + 9 * LANES);
  const transformedBytes = roomBytes(<f64>POINTS * inputPoint);
  const threadBytes = paddedBytes + transformedBytes + roomBytes(<f64>part * POINTS * gPoint);
  const scratch = newScratch();
  const rooms = reserveRooms(scratch, threadBytes, true);
  const sums = scratch.reserve(<f64>parts * partSums);
  const table = scratch.reserve(bytes(channels));
  const depthTable = scratch.reserve(bytes(max(tiles, 9)));
  const spoiled = scratch.reserve(4);
  const base = scratch.allocate();
  fillTable(base + table, 1, 0, 1, 0, channels, bytes(tileStep));
  fillTable(base + depthTable, 1, 0, 1, 0, max(tiles, 9), 4);

  const args = argumentsFor(c, 2);
  args.images = images;
  args.blocks = blocks;
  args.part = part;
  args.padded = base + rooms;
  args.transformed = args.padded + <usize>paddedBytes;
  args.products = args.transformed + <usize>transformedBytes;
  args.paddedThread = args.transformedThread = args.productsThread = <i32>threadBytes;
  args.kernels = base + sums;
  args.transformedPoint = bytes(inputPoint);
  args.productsPoint = bytes(gPoint);
  args.tiles = bytes(tileStep);
  args.table = base + table;
  args.parts = parts;
  args.partSums = partSums;
  args.panelSums = panelSums;
  args.depthTable = base + depthTable;
  args.spoiled = base + spoiled;
  store<i32>(args.spoiled, 0);

  const work = 2 * <f64>POINTS * channels * outChannels * c.batch * imageTiles;
  for (let group = 0; group < c.groups; group++) {
    args.x = x + bytes(group * channels * c.y.input * c.x.input);
    args.out = g + bytes(group * outChannels * c.outPlane);
    args.kernel = out + bytes(group * c.kernelGroup);
    run<WinogradArguments>(winogradGradient, parts * ceilDiv(panels, part), work);
    if (parts > 1) run<WinogradArguments>(winogradGradientTaps, panels * channels, 2 * <f64>parts * partSums);
  }
  return load<i32>(base + spoiled) == 0;
}
