/**
 * Correlations on the matrix kernels: rows are pixels, columns output channels, depth the kernel's taps, read
 * through offset tables (`matmul/gemm-tile.ts`), so no im2col matrix exists. The kernel gradient is the same
 * product with pixels and taps exchanged.
 */
import { COPY_BYTES, DEPTH, SLICE_BYTES } from "../../common/budgets";
import { bytes, ceilDiv, newScratch } from "../../common/host";
import { argumentsOf } from "../../common/structs";
import { fillTable } from "../../common/tables";
import { GemmArguments } from "../../matmul/gemm";
import {
  CHUNKS,
  cutDepth,
  DEPTH_BLOCKS_BYTES,
  DepthBlocks,
  LANES,
  multiply,
  needsTotals,
  pack,
  paddedColumns,
  tileBytes,
  totalBytes,
} from "../../matmul/gemm-driver";
import { Correlation } from "../correlation";
import {
  copyPlanes,
  imagesAtOnce,
  kernelOffsets,
  Planes,
  PLANES_BYTES,
  setColumnPlanes,
  tapOffsets,
} from "../planes";

const planes = changetype<Planes>(memory.data(PLANES_BYTES));
const depthBlocks = changetype<DepthBlocks>(memory.data(DEPTH_BLOCKS_BYTES));

/** Output rows of a slice of pixels: of one image, as several threads and the cache want it. */
function sliceRows(c: Correlation, batch: i32): i32 {
  const rowBytes = <f64>c.inChannels * c.y.stride * c.x.input * 4;
  const rows = max(ceilDiv(48, c.x.output), <i32>(SLICE_BYTES / rowBytes) - c.y.taps);
  const perImage = ceilDiv(CHUNKS, min(CHUNKS, batch * c.groups * ceilDiv(c.outChannels, LANES)));
  return min(c.y.output, min(rows, ceilDiv(c.y.output, perImage)));
}

/** x ⋆ kernel as a product of pixels and channels. `bias`: pointer, or 0. */
export function correlateGemm(c: Correlation, x: usize, kernel: usize, bias: usize, out: usize): void {
  const p = planes;
  const blocks = depthBlocks;
  setColumnPlanes(c, p);
  const channels = c.groups * c.inChannels;
  const imageBytes = bytes(channels * p.plane);
  const batch = p.copied ? imagesAtOnce(c.batch, imageBytes, COPY_BYTES) : c.batch;
  const perBlock = cutDepth(blocks, c.inChannels, c.y.taps * c.x.taps, c.outChannels);
  // Slices of pixels: rows of one image, or several images.
  const columns = c.x.output,
    pixels = c.y.output * columns;
  const merged = pixels < 64 && batch > 1;
  const images = merged ? min(batch, ceilDiv(96, pixels)) : 1;
  const rows = merged ? c.y.output : sliceRows(c, batch);
  const perImage = ceilDiv(c.y.output, rows);
  const pixelBytes = bytes(images * rows * columns);
  const tapBytes = bytes(c.depth);

  const scratch = newScratch();
  const inputTable = scratch.reserve(pixelBytes);
  const outTable = scratch.reserve(pixelBytes);
  const depthTable = scratch.reserve(tapBytes);
  const kernelTable = scratch.reserve(tapBytes);
  const panels = scratch.reserve(<f64>c.groups * blocks.panelBytes);
  const copy = scratch.reserve(p.copied ? <f64>batch * imageBytes : 0);
  const mostChunks = c.groups * (merged ? ceilDiv(batch, images) : batch * perImage);
  const tiles = scratch.reserve(tileBytes(c.outChannels, mostChunks));
  const wide = needsTotals(blocks.inner);
  const slice = images * rows * columns;
  const totals = scratch.reserve(wide ? totalBytes(mostChunks, slice, c.outChannels) : 0);
  const base = scratch.allocate();

  const outImage = bytes(c.imageOut);
  const rowIn = bytes(c.y.stride * p.row);
  fillTable(base + inputTable, images, imageBytes, rows, rowIn, columns, bytes(c.x.stride));
  fillTable(base + outTable, images, outImage, rows, bytes(c.outY), columns, bytes(c.outX));
  tapOffsets(c, p, base + depthTable);
  kernelOffsets(c, base + kernelTable);
  pack(
    blocks,
    kernel + bytes(c.kernelBase),
    bias,
    base + panels,
    base + kernelTable,
    0,
    bytes(perBlock * c.kernelIn),
    c.outChannels,
    bytes(c.kernelOut),
    c.groups,
    bytes(c.kernelGroup),
    1,
    0,
  );

  for (let first = 0; first < c.batch; first += batch) {
    const count = min(batch, c.batch - first);
    let source = x + bytes(first * c.imageIn);
    if (p.copied) {
      copyPlanes(c, p, source, base + copy, count * channels);
      source = base + copy;
    }
    const slices = merged ? ceilDiv(count, images) : perImage;
    const args = argumentsOf<GemmArguments>();
    args.input = source + bytes(p.base);
    args.out = out + outImage * first + bytes(c.outBase);
    args.rowsIn = base + inputTable;
    args.rowsOut = base + outTable;
    args.depthTable = base + depthTable;
    args.panels = base + panels;
    args.slice = slice;
    args.lastSlice = merged
      ? (count - (slices - 1) * images) * pixels
      : (c.y.output - (slices - 1) * rows) * columns;
    args.slices = slices;
    args.columns = c.outChannels;
    args.columnStep = bytes(c.outPlane);
    args.groups = c.groups;
    args.imageIn = imageBytes;
    args.imageOut = outImage;
    args.groupIn = bytes(c.inChannels * p.plane);
    args.groupOut = bytes(c.outChannels * c.outPlane);
    args.sliceIn = merged ? images * imageBytes : rows * rowIn;
    args.sliceOut = merged ? images * outImage : bytes(rows * c.outY);
    args.sliceTable = 0;
    args.totals = wide ? base + totals : 0;
    args.continued = false;
    args.last = true;
    args.tiles = base + tiles;
    multiply(
      args,
      blocks,
      0,
      bytes(perBlock * p.plane),
      merged ? 1 : count,
      false,
      (c.macs / c.batch) * count,
    );
  }
}

/** Taps of a slice: a multiple of 12 (both builds' tile heights), so many that about CHUNKS chunks arise. */
function tapSlice(taps: i32, columnChunks: i32): i32 {
  return ceilDiv(ceilDiv(taps, ceilDiv(CHUNKS, min(CHUNKS, columnChunks))), 12) * 12;
}

/** G(x, g) as a product of taps and channels over all pixels of the forward pass. */
export function kernelGradientGemm(c: Correlation, x: usize, g: usize, out: usize): void {
  const p = planes;
  const blocks = depthBlocks;
  setColumnPlanes(c, p);
  const columns = c.x.output,
    pixels = c.y.output * columns;
  const width = paddedColumns(c.outChannels);
  const channels = c.groups * c.inChannels;
  const inputImage = bytes(channels * p.plane);
  const gImage = bytes(c.groups * c.outChannels * pixels);
  const copyBytes = p.copied ? inputImage : 0;
  const rowIn = bytes(c.y.stride * p.row);
  const batch = imagesAtOnce(c.batch, copyBytes + bytes(pixels * width * c.groups), COPY_BYTES);
  // Depth blocks: rows of each image, or several images.
  let rows = max(1, <i32>nearest(<f64>DEPTH / columns)),
    images = 1;
  const perImage = rows < c.y.output;
  if (!perImage) {
    rows = c.y.output;
    images = min(batch, max(1, DEPTH / pixels));
  }
  const taps = c.depth,
    blockDepth = images * rows * columns;
  blocks.depth = blockDepth;
  blocks.bytes = bytes((blockDepth + 1) * width);
  const mostBlocks = perImage ? batch * ceilDiv(c.y.output, rows) : ceilDiv(batch, images);
  const slice = tapSlice(taps, c.groups * ceilDiv(c.outChannels, LANES));
  const slices = ceilDiv(taps, slice);

  const scratch = newScratch();
  const tapTable = scratch.reserve(bytes(taps));
  const outTable = scratch.reserve(bytes(taps));
  const inputTable = scratch.reserve(bytes(blockDepth));
  const gTable = scratch.reserve(bytes(blockDepth));
  const panels = scratch.reserve(<f64>c.groups * mostBlocks * blocks.bytes);
  const copy = scratch.reserve(<f64>batch * copyBytes);
  const tiles = scratch.reserve(tileBytes(c.outChannels, c.groups * slices));
  const wide = batch < c.batch || needsTotals(mostBlocks);
  const totals = scratch.reserve(wide ? totalBytes(c.groups * slices, slice, c.outChannels) : 0);
  const base = scratch.allocate();

  tapOffsets(c, p, base + tapTable);
  fillTable(base + outTable, 1, 0, 1, 0, taps, 4);
  fillTable(base + inputTable, images, inputImage, rows, rowIn, columns, bytes(c.x.stride));
  fillTable(base + gTable, images, gImage, 1, 0, rows * columns, 4);

  for (let first = 0; first < c.batch; first += batch) {
    const count = min(batch, c.batch - first);
    let source = x + bytes(first * c.imageIn);
    if (p.copied) {
      copyPlanes(c, p, source, base + copy, count * channels);
      source = base + copy;
    }
    blocks.outer = perImage ? count : 1;
    blocks.inner = perImage ? ceilDiv(c.y.output, rows) : ceilDiv(count, images);
    const before = (blocks.inner - 1) * (perImage ? rows : images);
    blocks.last = perImage ? (c.y.output - before) * columns : (count - before) * pixels;
    pack(
      blocks,
      g + gImage * first,
      0,
      base + panels,
      base + gTable,
      gImage,
      perImage ? bytes(rows * columns) : images * gImage,
      c.outChannels,
      bytes(pixels),
      c.groups,
      bytes(c.outChannels * pixels),
      1,
      0,
    );
    const args = argumentsOf<GemmArguments>();
    args.input = source + bytes(p.base);
    args.out = out;
    args.rowsIn = base + tapTable;
    args.rowsOut = base + outTable;
    args.depthTable = base + inputTable;
    args.panels = base + panels;
    args.slice = slice;
    args.lastSlice = taps - (slices - 1) * slice;
    args.slices = slices;
    args.columns = c.outChannels;
    args.columnStep = bytes(taps);
    args.groups = c.groups;
    args.imageIn = 0;
    args.imageOut = 0;
    args.groupIn = bytes(c.inChannels * p.plane);
    args.groupOut = bytes(c.outChannels * taps);
    args.sliceIn = 0;
    args.sliceOut = 0;
    args.sliceTable = bytes(slice);
    args.totals = wide ? base + totals : 0;
    args.continued = first > 0;
    args.last = first + count == c.batch;
    args.tiles = base + tiles;
    multiply(
      args,
      blocks,
      inputImage,
      perImage ? rows * rowIn : images * inputImage,
      1,
      false,
      (c.macs / c.batch) * count,
    );
  }
}
