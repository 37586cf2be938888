/**
 * Correlations on the matrix kernels: rows are pixels, columns output channels, depth the kernel's taps, read through
 * offset tables (`assembly/gemm-tile.ts`), so no im2col matrix exists. The kernel gradient is the same product with
 * pixels and taps exchanged.
 */

import type { Window2d } from "@corr2d/core";
import { COPY_BYTES, DEPTH, SLICE_BYTES } from "./conv-budgets.ts";
import {
  FLOAT,
  imagesAtOnce,
  needsPadding,
  type Planes,
  paddedPlane,
  padPlanes,
  planesInPlace,
  Scratch,
} from "./conv-layout.ts";
import { type Correlation, forwardCorrelation, macsOf } from "./conv-problem.ts";
import { CHUNKS, depthBlocks, LANES, multiply, pack, paddedColumns, panelBytes, tileBytes } from "./gemm.ts";
import type { Runtime } from "./runtime.ts";

/** How pixels are cut into slices: rows of one image, or several images. */
interface Slices {
  readonly images: number;
  readonly rows: number;
}

function slicesOf(c: Correlation): Slices {
  const pixels = c.y.output * c.x.output;
  if (pixels < 64 && c.batch > 1)
    return { images: Math.min(c.batch, Math.ceil(96 / pixels)), rows: c.y.output };
  const rowBytes = c.inChannels * c.y.stride * c.x.input * FLOAT;
  const rows = Math.max(Math.ceil(48 / c.x.output), Math.floor(SLICE_BYTES / rowBytes) - c.y.taps);
  const perImage = Math.ceil(CHUNKS / (c.batch * c.groups * Math.ceil(c.outChannels / LANES)));
  return { images: 1, rows: Math.min(c.y.output, rows, Math.ceil(c.y.output / perImage)) };
}

/**
 * x ⋆ kernel as a product of pixels and channels.
 * @param bias pointer, or 0
 */
export function correlateGemm(
  rt: Runtime,
  c: Correlation,
  x: number,
  kernel: number,
  bias: number,
  out: number,
): void {
  const taps = c.y.taps * c.x.taps;
  const depth = c.inChannels * taps;
  const channels = c.groups * c.inChannels;
  const padded = needsPadding(c);
  const { rows: paddedRows, columns: paddedRow } = paddedPlane(c);
  const imageBytes = channels * paddedRows * paddedRow * FLOAT;
  const bytes = (floats: number): number => floats * FLOAT;
  const planes: Planes = padded
    ? { base: 0, row: paddedRow, plane: paddedRows * paddedRow }
    : planesInPlace(c.y, c.x);
  const batch = padded ? imagesAtOnce(c.batch, imageBytes, COPY_BYTES) : c.batch;
  const blocks = depthBlocks(c.inChannels, taps, c.outChannels, bytes(planes.plane));
  const slices = slicesOf({ ...c, batch });
  const sliceRows = slices.images * slices.rows * c.x.output;

  const scratch = new Scratch();
  const inputTable = scratch.reserve(sliceRows * FLOAT);
  const outTable = scratch.reserve(sliceRows * FLOAT);
  const depthTable = scratch.reserve(depth * FLOAT);
  const kernelTable = scratch.reserve(depth * FLOAT);
  const panels = scratch.reserve(c.groups * panelBytes(blocks));
  const copy = padded ? scratch.reserve(batch * imageBytes) : 0;
  const slicesPerImage = Math.ceil(c.y.output / slices.rows);
  const chunks = slices.images > 1 ? Math.ceil(batch / slices.images) : batch * slicesPerImage;
  const tiles = scratch.reserve(tileBytes(c.outChannels, chunks * c.groups));
  scratch.allocate(rt);

  const outImage = c.groups * c.outChannels * c.outPlane;
  const table = rt.call.fillTable;
  const [images, rows, columns] = [slices.images, slices.rows, c.x.output];
  const inputImage = channels * planes.plane;
  table(
    scratch.at(inputTable),
    images,
    bytes(inputImage),
    rows,
    bytes(c.y.stride * planes.row),
    columns,
    bytes(c.x.stride),
  );
  table(scratch.at(outTable), images, bytes(outImage), rows, bytes(c.outY), columns, bytes(c.outX));
  const stepY = bytes(c.y.dilation * planes.row);
  const stepX = bytes(c.x.dilation);
  table(scratch.at(depthTable), c.inChannels, bytes(planes.plane), c.y.taps, stepY, c.x.taps, stepX);
  const kernelSteps = [bytes(c.kernelIn), bytes(c.kernelY), bytes(c.kernelX)] as const;
  table(
    scratch.at(kernelTable),
    c.inChannels,
    kernelSteps[0],
    c.y.taps,
    kernelSteps[1],
    c.x.taps,
    kernelSteps[2],
  );
  pack(rt, {
    source: kernel + bytes(c.kernelBase),
    header: bias,
    out: scratch.at(panels),
    table: scratch.at(kernelTable),
    blocks: depthBlocks(c.inChannels, taps, c.outChannels, bytes(c.kernelIn)),
    columns: c.outChannels,
    columnStep: bytes(c.kernelOut),
    groups: c.groups,
    groupStep: bytes(c.kernelGroup),
  });

  const macs = macsOf(c) / c.batch;
  for (let first = 0; first < c.batch; first += batch) {
    const count = Math.min(batch, c.batch - first);
    const source = x + bytes(first * channels * c.y.input * c.x.input);
    if (padded) padPlanes(rt, source, scratch.at(copy), count * channels, c);
    const imageSlices = Math.ceil(count / images);
    const merged = images > 1;
    multiply(rt, {
      input: (padded ? scratch.at(copy) : source) + bytes(planes.base),
      out: out + bytes(first * outImage + c.outBase),
      rowsIn: scratch.at(inputTable),
      rowsOut: scratch.at(outTable),
      tableStep: 0,
      slice: images * rows * columns,
      lastSlice: merged
        ? (count - (imageSlices - 1) * images) * rows * columns
        : (c.y.output - (slicesPerImage - 1) * rows) * columns,
      slices: merged ? imageSlices : slicesPerImage,
      sliceIn: merged ? bytes(images * inputImage) : bytes(rows * c.y.stride * planes.row),
      sliceOut: merged ? bytes(images * outImage) : bytes(rows * c.outY),
      depthTable: scratch.at(depthTable),
      panels: scratch.at(panels),
      blocks,
      columns: c.outChannels,
      columnStep: bytes(c.outPlane),
      images: merged ? 1 : count,
      imageIn: bytes(inputImage),
      imageOut: bytes(outImage),
      imagePanel: 0,
      groups: c.groups,
      groupIn: bytes(c.inChannels * planes.plane),
      groupOut: bytes(c.outChannels * c.outPlane),
      tiles: scratch.at(tiles),
      accumulate: false,
      macs: macs * count,
    });
  }
}

/** Pixels of the kernel gradient's depth blocks: rows of each image, or several images. */
function gradientBlocks(w: Window2d, batch: number): { images: number; rows: number; blocks: number } {
  const pixels = w.outputHeight * w.outputWidth;
  const rows = Math.max(1, Math.round(DEPTH / w.outputWidth));
  if (rows < w.outputHeight) return { images: 1, rows, blocks: Math.ceil(w.outputHeight / rows) };
  const images = Math.min(batch, Math.max(1, Math.floor(DEPTH / pixels)));
  return { images, rows: w.outputHeight, blocks: Math.ceil(batch / images) };
}

/** G(x, g) as a product of taps and channels over all pixels. */
export function kernelGradientGemm(rt: Runtime, x: number, g: number, out: number, w: Window2d): void {
  const c = forwardCorrelation(w);
  const width = paddedColumns(c.outChannels);
  const bytes = (floats: number): number => floats * FLOAT;
  const channels = w.inChannels;
  const padded = needsPadding(c);
  const { rows: paddedRows, columns: paddedRow } = paddedPlane(c);
  const pixels = c.outPlane;
  const planes: Planes = padded
    ? { base: 0, row: paddedRow, plane: paddedRows * paddedRow }
    : planesInPlace(c.y, c.x);
  const imageBytes = bytes((padded ? channels * planes.plane : 0) + pixels * width * c.groups);
  const batch = imagesAtOnce(c.batch, imageBytes, COPY_BYTES);
  const { images, rows, blocks } = gradientBlocks(w, batch);
  const taps = c.inChannels * c.y.taps * c.x.taps;
  const depth = images * rows * c.x.output;
  const perImage = images === 1 && rows < c.y.output;
  const outer = perImage ? batch : 1;
  const blockFloats = (depth + 1) * width;

  const scratch = new Scratch();
  const tapTable = scratch.reserve(bytes(taps));
  const outTable = scratch.reserve(bytes(taps));
  const inputTable = scratch.reserve(bytes(depth));
  const gTable = scratch.reserve(bytes(depth));
  const panels = scratch.reserve(bytes(c.groups * outer * blocks * blockFloats));
  const copy = padded ? scratch.reserve(bytes(batch * channels * planes.plane)) : 0;
  const slice = tapSlice(taps, c.groups * Math.ceil(c.outChannels / 16));
  const slices = Math.ceil(taps / slice);
  const tiles = scratch.reserve(tileBytes(c.outChannels, c.groups * slices));
  scratch.allocate(rt);

  const table = rt.call.fillTable;
  const inputImage = channels * planes.plane;
  const gImage = w.outChannels * pixels;
  const stepY = bytes(c.y.dilation * planes.row);
  const stepX = bytes(c.x.dilation);
  table(scratch.at(tapTable), c.inChannels, bytes(planes.plane), c.y.taps, stepY, c.x.taps, stepX);
  table(scratch.at(outTable), 1, 0, 1, 0, taps, FLOAT);
  const rowStep = bytes(c.y.stride * planes.row);
  const columnStep = bytes(c.x.stride);
  table(scratch.at(inputTable), images, bytes(inputImage), rows, rowStep, c.x.output, columnStep);
  table(scratch.at(gTable), images, bytes(gImage), 1, 0, rows * c.x.output, FLOAT);

  for (let first = 0; first < c.batch; first += batch) {
    const count = Math.min(batch, c.batch - first);
    const source = x + bytes(first * channels * c.y.input * c.x.input);
    if (padded) padPlanes(rt, source, scratch.at(copy), count * channels, c);
    const inner = perImage ? blocks : Math.ceil(count / images);
    const last = perImage
      ? (c.y.output - (inner - 1) * rows) * c.x.output
      : (count - (inner - 1) * images) * rows * c.x.output;
    const shape = { depth, last, outer: perImage ? count : 1, inner, blockStep: bytes(blockFloats) };
    pack(rt, {
      source: g + bytes(first * gImage),
      header: 0,
      out: scratch.at(panels),
      table: scratch.at(gTable),
      blocks: {
        ...shape,
        outerStep: bytes(gImage),
        innerStep: perImage ? bytes(rows * c.x.output) : bytes(images * gImage),
      },
      columns: c.outChannels,
      columnStep: bytes(pixels),
      groups: c.groups,
      groupStep: bytes(c.outChannels * pixels),
    });
    multiply(rt, {
      input: (padded ? scratch.at(copy) : source) + bytes(planes.base),
      out,
      rowsIn: scratch.at(tapTable),
      rowsOut: scratch.at(outTable),
      tableStep: bytes(slice),
      slice,
      lastSlice: taps - (slices - 1) * slice,
      slices,
      sliceIn: 0,
      sliceOut: 0,
      depthTable: scratch.at(inputTable),
      panels: scratch.at(panels),
      blocks: {
        ...shape,
        outerStep: bytes(inputImage),
        innerStep: perImage ? bytes(rows * c.y.stride * planes.row) : bytes(images * inputImage),
      },
      columns: c.outChannels,
      columnStep: bytes(taps),
      images: 1,
      imageIn: 0,
      imageOut: 0,
      imagePanel: 0,
      groups: c.groups,
      groupIn: bytes(c.inChannels * planes.plane),
      groupOut: bytes(c.outChannels * taps),
      tiles: scratch.at(tiles),
      accumulate: first > 0,
      macs: count * pixels * w.outChannels * taps,
    });
  }
}

/** Taps of a slice: a multiple of 12 (both builds' tile heights), so many that about CHUNKS chunks arise. */
function tapSlice(taps: number, columnChunks: number): number {
  const slices = Math.max(1, Math.ceil(CHUNKS / columnChunks));
  return Math.ceil(taps / slices / 12) * 12;
}
