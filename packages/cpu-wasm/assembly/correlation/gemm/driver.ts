/**
 * Correlations on the matrix kernels: rows are pixels, columns output channels, depth the kernel's taps, read
 * through offset tables (`matmul/gemm-tile.ts`), so no im2col matrix exists. The kernel gradient is the same
 * product with pixels and taps exchanged.
 */
import { GemmSlot } from "../../matmul/gemm";
import { fillTable } from "../../matmul/gemm-pack";
import { COPY_BYTES, DEPTH, SLICE_BYTES } from "../../common/budgets";
import { C, depth, imageIn, imageOut, macs, X, Y } from "../correlation";
import {
  Blocks,
  CHUNKS,
  cutDepth,
  LANES,
  multiply,
  pack,
  paddedColumns,
  panelBytes,
  tileBytes,
} from "../../matmul/gemm-driver";
import { allocate, at, bytes, ceilDiv, reserve, set } from "../../common/host";
import { copyPlanes, imagesAtOnce, kernelOffsets, P, setColumnPlanes, tapOffsets } from "../planes";

/** Output rows of a slice of pixels: of one image, as several threads and the cache want it. */
function sliceRows(batch: i32): i32 {
  const rowBytes = <f64>C.inChannels * Y.stride * X.input * 4;
  const rows = max(ceilDiv(48, X.output), <i32>(SLICE_BYTES / rowBytes) - Y.taps);
  const perImage = ceilDiv(CHUNKS, min(CHUNKS, batch * C.groups * ceilDiv(C.outChannels, LANES)));
  return min(Y.output, min(rows, ceilDiv(Y.output, perImage)));
}

/** x ⋆ kernel as a product of pixels and channels. `bias`: pointer, or 0. */
export function correlateGemm(x: usize, kernel: usize, bias: usize, out: usize): void {
  setColumnPlanes();
  const channels = C.groups * C.inChannels;
  const imageBytes = bytes(channels * P.plane);
  const batch = P.copied ? imagesAtOnce(C.batch, imageBytes, COPY_BYTES) : C.batch;
  const perBlock = cutDepth(C.inChannels, Y.taps * X.taps, C.outChannels);
  // Slices of pixels: rows of one image, or several images.
  const columns = X.output,
    pixels = Y.output * columns;
  const merged = pixels < 64 && batch > 1;
  const images = merged ? min(batch, ceilDiv(96, pixels)) : 1;
  const rows = merged ? Y.output : sliceRows(batch);
  const perImage = ceilDiv(Y.output, rows);
  const pixelBytes = bytes(images * rows * columns);
  const tapBytes = bytes(depth());

  const inputTable = reserve(pixelBytes);
  const outTable = reserve(pixelBytes);
  const depthTable = reserve(tapBytes);
  const kernelTable = reserve(tapBytes);
  const panels = reserve(<f64>C.groups * panelBytes());
  const copy = reserve(P.copied ? <f64>batch * imageBytes : 0);
  const tiles = reserve(
    tileBytes(C.outChannels, C.groups * (merged ? ceilDiv(batch, images) : batch * perImage)),
  );
  allocate();

  const outImage = bytes(imageOut());
  const rowIn = bytes(Y.stride * P.row);
  fillTable(at(inputTable), images, imageBytes, rows, rowIn, columns, bytes(X.stride));
  fillTable(at(outTable), images, outImage, rows, bytes(C.outY), columns, bytes(C.outX));
  tapOffsets(at(depthTable));
  kernelOffsets(at(kernelTable));
  pack(
    kernel + bytes(C.kernelBase),
    bias,
    at(panels),
    at(kernelTable),
    0,
    bytes(perBlock * C.kernelIn),
    C.outChannels,
    bytes(C.kernelOut),
    C.groups,
    bytes(C.kernelGroup),
    1,
    0,
  );

  for (let first = 0; first < C.batch; first += batch) {
    const count = min(batch, C.batch - first);
    let source = x + bytes(first * imageIn());
    if (P.copied) {
      copyPlanes(source, at(copy), count * channels);
      source = at(copy);
    }
    const slices = merged ? ceilDiv(count, images) : perImage;
    set(GemmSlot.INPUT, source + bytes(P.base));
    set(GemmSlot.OUT, out + outImage * first + bytes(C.outBase));
    set(GemmSlot.ROWS_IN, at(inputTable));
    set(GemmSlot.ROWS_OUT, at(outTable));
    set(GemmSlot.DEPTH_TABLE, at(depthTable));
    set(GemmSlot.PANELS, at(panels));
    set(GemmSlot.SLICE, images * rows * columns);
    set(
      GemmSlot.LAST_SLICE,
      merged ? (count - (slices - 1) * images) * pixels : (Y.output - (slices - 1) * rows) * columns,
    );
    set(GemmSlot.SLICES, slices);
    set(GemmSlot.COLUMNS, C.outChannels);
    set(GemmSlot.COLUMN_STEP, bytes(C.outPlane));
    set(GemmSlot.GROUPS, C.groups);
    set(GemmSlot.IMAGE_IN, imageBytes);
    set(GemmSlot.IMAGE_OUT, outImage);
    set(GemmSlot.GROUP_IN, bytes(C.inChannels * P.plane));
    set(GemmSlot.GROUP_OUT, bytes(C.outChannels * C.outPlane));
    set(GemmSlot.SLICE_IN, merged ? images * imageBytes : rows * rowIn);
    set(GemmSlot.SLICE_OUT, merged ? images * outImage : bytes(rows * C.outY));
    set(GemmSlot.SLICE_TABLE, 0);
    set(GemmSlot.ADDS, 0);
    set(GemmSlot.TILES, at(tiles));
    multiply(0, bytes(perBlock * P.plane), merged ? 1 : count, false, (macs() / C.batch) * count);
  }
}

/** Taps of a slice: a multiple of 12 (both builds' tile heights), so many that about CHUNKS chunks arise. */
function tapSlice(taps: i32, columnChunks: i32): i32 {
  return ceilDiv(ceilDiv(taps, ceilDiv(CHUNKS, min(CHUNKS, columnChunks))), 12) * 12;
}

/** G(x, g) as a product of taps and channels over all pixels of the forward pass. */
export function kernelGradientGemm(x: usize, g: usize, out: usize): void {
  setColumnPlanes();
  const columns = X.output,
    pixels = Y.output * columns;
  const width = paddedColumns(C.outChannels);
  const channels = C.groups * C.inChannels;
  const inputImage = bytes(channels * P.plane);
  const gImage = bytes(C.groups * C.outChannels * pixels);
  const copyBytes = P.copied ? inputImage : 0;
  const rowIn = bytes(Y.stride * P.row);
  const batch = imagesAtOnce(C.batch, copyBytes + bytes(pixels * width * C.groups), COPY_BYTES);
  // Depth blocks: rows of each image, or several images.
  let rows = max(1, <i32>nearest(<f64>DEPTH / columns)),
    images = 1;
  const perImage = rows < Y.output;
  if (!perImage) {
    rows = Y.output;
    images = min(batch, max(1, DEPTH / pixels));
  }
  const taps = depth(),
    blockDepth = images * rows * columns;
  Blocks.depth = blockDepth;
  Blocks.bytes = bytes((blockDepth + 1) * width);
  const mostBlocks = perImage ? batch * ceilDiv(Y.output, rows) : ceilDiv(batch, images);
  const slice = tapSlice(taps, C.groups * ceilDiv(C.outChannels, LANES));
  const slices = ceilDiv(taps, slice);

  const tapTable = reserve(bytes(taps));
  const outTable = reserve(bytes(taps));
  const inputTable = reserve(bytes(blockDepth));
  const gTable = reserve(bytes(blockDepth));
  const panels = reserve(<f64>C.groups * mostBlocks * Blocks.bytes);
  const copy = reserve(<f64>batch * copyBytes);
  const tiles = reserve(tileBytes(C.outChannels, C.groups * slices));
  allocate();

  tapOffsets(at(tapTable));
  fillTable(at(outTable), 1, 0, 1, 0, taps, 4);
  fillTable(at(inputTable), images, inputImage, rows, rowIn, columns, bytes(X.stride));
  fillTable(at(gTable), images, gImage, 1, 0, rows * columns, 4);

  for (let first = 0; first < C.batch; first += batch) {
    const count = min(batch, C.batch - first);
    let source = x + bytes(first * imageIn());
    if (P.copied) {
      copyPlanes(source, at(copy), count * channels);
      source = at(copy);
    }
    Blocks.outer = perImage ? count : 1;
    Blocks.inner = perImage ? ceilDiv(Y.output, rows) : ceilDiv(count, images);
    const before = (Blocks.inner - 1) * (perImage ? rows : images);
    Blocks.last = perImage ? (Y.output - before) * columns : (count - before) * pixels;
    pack(
      g + gImage * first,
      0,
      at(panels),
      at(gTable),
      gImage,
      perImage ? bytes(rows * columns) : images * gImage,
      C.outChannels,
      bytes(pixels),
      C.groups,
      bytes(C.outChannels * pixels),
      1,
      0,
    );
    set(GemmSlot.INPUT, source + bytes(P.base));
    set(GemmSlot.OUT, out);
    set(GemmSlot.ROWS_IN, at(tapTable));
    set(GemmSlot.ROWS_OUT, at(outTable));
    set(GemmSlot.DEPTH_TABLE, at(inputTable));
    set(GemmSlot.PANELS, at(panels));
    set(GemmSlot.SLICE, slice);
    set(GemmSlot.LAST_SLICE, taps - (slices - 1) * slice);
    set(GemmSlot.SLICES, slices);
    set(GemmSlot.COLUMNS, C.outChannels);
    set(GemmSlot.COLUMN_STEP, bytes(taps));
    set(GemmSlot.GROUPS, C.groups);
    set(GemmSlot.IMAGE_IN, 0);
    set(GemmSlot.IMAGE_OUT, 0);
    set(GemmSlot.GROUP_IN, bytes(C.inChannels * P.plane));
    set(GemmSlot.GROUP_OUT, bytes(C.outChannels * taps));
    set(GemmSlot.SLICE_IN, 0);
    set(GemmSlot.SLICE_OUT, 0);
    set(GemmSlot.SLICE_TABLE, bytes(slice));
    set(GemmSlot.ADDS, i32(first > 0));
    set(GemmSlot.TILES, at(tiles));
    multiply(inputImage, perImage ? rows * rowIn : images * inputImage, 1, false, (macs() / C.batch) * count);
  }
}
