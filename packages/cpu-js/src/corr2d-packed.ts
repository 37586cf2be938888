/**
 * The corr2d triple as matrix products of packed panels (tile.ts), for any geometry.
 *
 * With the terms of a window (channel, ky, kx) as one axis and the output's pixels as another, F sums over terms,
 * T over output channels and G over pixels. None of the three matrices is ever built whole: a block of pixels at a
 * time is packed from the working copy of one image (planes.ts), or added back into it.
 */
import type { TypedArray, Window2d } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";
import { packPanels } from "./matmul.ts";
import { borrowPlanes, emptyPlanes, fillPlanes, giveBackPlanes, type Planes } from "./planes.ts";
import { columnsUp, multiplyPanels, rowsUp, TILE_COLUMNS, TILE_ROWS } from "./tile.ts";

/** Elements of b packed at a time: 256 KB, which stays in the second-level cache. */
const BLOCK = 1 << 15;

/** The pixels of a block: whole panels, at most BLOCK elements with `inner` to a pixel. */
function blockSize(inner: number, pixels: number): number {
  return Math.min(columnsUp(pixels), columnsUp(BLOCK / inner));
}

export function corr2dPacked(
  x: TypedArray,
  kernel: TypedArray,
  bias: TypedArray | null,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const outChannels = w.outChannels / w.groups;
  const pixels = w.outputHeight * w.outputWidth;
  const planes = borrowPlanes(w, pool);
  const terms = planes.termOffsets.length;
  const rows = rowsUp(outChannels);
  const block = blockSize(terms, pixels);
  const kernelPanels = pool.borrow(rows * terms);
  const columnPanels = pool.borrow(block * terms);
  const products = pool.borrow(rows * block);
  for (let group = 0; group < w.groups; group++) {
    const firstOut = group * outChannels;
    packPanels(kernel, firstOut * terms, outChannels, terms, 1, terms, TILE_ROWS, kernelPanels);
    for (let n = 0; n < w.batch; n++) {
      const firstIn = n * w.inChannels + group * planes.channels;
      fillPlanes(planes, x, firstIn * w.inputHeight * w.inputWidth, w);
      for (let first = 0; first < pixels; first += block) {
        const count = Math.min(block, pixels - first);
        const width = columnsUp(count);
        packPixels(planes, first, width, columnPanels);
        products.fill(0, 0, rows * width);
        multiplyPanels(kernelPanels, 0, columnPanels, products, rows, terms, width);
        for (let oc = 0; oc < outChannels; oc++) {
          const start = bias === null ? 0 : bias[firstOut + oc]!;
          const from = oc * width;
          const to = (n * w.outChannels + firstOut + oc) * pixels + first;
          for (let i = 0; i < count; i++) out[to + i] = products[from + i]! + start;
        }
      }
    }
  }
  giveBackPlanes(planes, pool);
  pool.giveBack(kernelPanels, columnPanels, products);
}

/** im2col by panels of 3 pixels: the terms of the windows from pixel `first` on. Past the end, the last pixel again. */
function packPixels(planes: Planes, first: number, width: number, panels: Float64Array): void {
  const { data, termOffsets, pixelOffsets } = planes;
  const terms = termOffsets.length;
  const last = pixelOffsets.length - 1;
  let at = 0;
  for (let pixel = first; pixel < first + width; pixel += TILE_COLUMNS) {
    const p0 = pixelOffsets[pixel]!;
    const p1 = pixelOffsets[Math.min(pixel + 1, last)]!;
    const p2 = pixelOffsets[Math.min(pixel + 2, last)]!;
    for (let term = 0; term < terms; term++, at += TILE_COLUMNS) {
      const offset = termOffsets[term]!;
      panels[at] = data[p0 + offset]!;
      panels[at + 1] = data[p1 + offset]!;
      panels[at + 2] = data[p2 + offset]!;
    }
  }
}

export function corr2dInputPacked(
  g: TypedArray,
  kernel: TypedArray,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const outChannels = w.outChannels / w.groups;
  const pixels = w.outputHeight * w.outputWidth;
  const planes = borrowPlanes(w, pool);
  const terms = planes.termOffsets.length;
  const rows = rowsUp(terms);
  const block = blockSize(Math.max(outChannels, terms), pixels);
  const kernelPanels = pool.borrow(rows * outChannels);
  const gradientPanels = pool.borrow(block * outChannels);
  const products = pool.borrow(rows * block);
  for (let group = 0; group < w.groups; group++) {
    const firstOut = group * outChannels;
    packPanels(kernel, firstOut * terms, terms, 1, terms, outChannels, TILE_ROWS, kernelPanels);
    for (let n = 0; n < w.batch; n++) {
      planes.data.fill(0);
      for (let first = 0; first < pixels; first += block) {
        const count = Math.min(block, pixels - first);
        const width = columnsUp(count);
        const from = (n * w.outChannels + firstOut) * pixels + first;
        packPanels(g, from, count, 1, pixels, outChannels, TILE_COLUMNS, gradientPanels);
        products.fill(0, 0, rows * width);
        multiplyPanels(kernelPanels, 0, gradientPanels, products, rows, outChannels, width);
        addPixels(planes, first, count, width, products);
      }
      const firstIn = n * w.inChannels + group * planes.channels;
      emptyPlanes(planes, out, firstIn * w.inputHeight * w.inputWidth, w);
    }
  }
  giveBackPlanes(planes, pool);
  pool.giveBack(kernelPanels, gradientPanels, products);
}

/** col2im: adds the products [terms, width] of `count` pixels from `first` on where their terms lie. */
function addPixels(
  planes: Planes,
  first: number,
  count: number,
  width: number,
  products: Float64Array,
): void {
  const { data, termOffsets, pixelOffsets } = planes;
  for (let term = 0; term < termOffsets.length; term++) {
    const offset = termOffsets[term]!;
    const from = term * width;
    for (let i = 0; i < count; i++) data[pixelOffsets[first + i]! + offset]! += products[from + i]!;
  }
}

export function corr2dKernelPacked(
  x: TypedArray,
  g: TypedArray,
  w: Window2d,
  out: TypedArray,
  pool: BufferPool,
): void {
  const outChannels = w.outChannels / w.groups;
  const pixels = w.outputHeight * w.outputWidth;
  const planes = borrowPlanes(w, pool);
  const terms = planes.termOffsets.length;
  const rows = rowsUp(outChannels);
  const width = columnsUp(terms);
  const block = Math.min(pixels, Math.ceil(BLOCK / width));
  const gradientPanels = pool.borrow(rows * block);
  const termPanels = pool.borrow(width * block);
  const products = pool.borrow(rows * width);
  for (let group = 0; group < w.groups; group++) {
    const firstOut = group * outChannels;
    products.fill(0);
    for (let n = 0; n < w.batch; n++) {
      const firstIn = n * w.inChannels + group * planes.channels;
      fillPlanes(planes, x, firstIn * w.inputHeight * w.inputWidth, w);
      for (let first = 0; first < pixels; first += block) {
        const count = Math.min(block, pixels - first);
        const from = (n * w.outChannels + firstOut) * pixels + first;
        packPanels(g, from, outChannels, pixels, 1, count, TILE_ROWS, gradientPanels);
        packTerms(planes, first, count, width, termPanels);
        multiplyPanels(gradientPanels, 0, termPanels, products, rows, count, width);
      }
    }
    for (let oc = 0; oc < outChannels; oc++) {
      const from = oc * width;
      const to = (firstOut + oc) * terms;
      for (let term = 0; term < terms; term++) out[to + term] = products[from + term]!;
    }
  }
  giveBackPlanes(planes, pool);
  pool.giveBack(gradientPanels, termPanels, products);
}

/** im2col by panels of 3 terms: the cells of `count` windows from pixel `first` on. Past the end, the last term again. */
function packTerms(planes: Planes, first: number, count: number, width: number, panels: Float64Array): void {
  const { data, termOffsets, pixelOffsets } = planes;
  const last = termOffsets.length - 1;
  let at = 0;
  for (let term = 0; term < width; term += TILE_COLUMNS) {
    const t0 = termOffsets[term]!;
    const t1 = termOffsets[Math.min(term + 1, last)]!;
    const t2 = termOffsets[Math.min(term + 2, last)]!;
    for (let i = first; i < first + count; i++, at += TILE_COLUMNS) {
      const offset = pixelOffsets[i]!;
      panels[at] = data[t0 + offset]!;
      panels[at + 1] = data[t1 + offset]!;
      panels[at + 2] = data[t2 + offset]!;
    }
  }
}
