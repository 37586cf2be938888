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
import { borrowInputPlanes, emptyPlanes, fillPlanes, type Planes } from "./planes.ts";
import { blockSize, columnsUp, multiplyPanels, rowsUp, TILE_COLUMNS, TILE_ROWS } from "./tile.ts";

/**
 * Addresses in the planes of the input: term (channel, ky, kx) of the window at pixel (oy, ox) lies at
 * `terms[term] + pixels[pixel]`, whatever the stride, padding and dilation.
 */
interface Addresses {
  readonly terms: Int32Array;
  readonly pixels: Int32Array;
}

/** The addresses of a grid, row-major: along each of its axes `count` lines, `step` apart. To be given back. */
function borrowGrid(pool: BufferPool, axes: readonly (readonly [count: number, step: number])[]): Int32Array {
  const table = pool.borrowTable(axes.reduce((size, [count]) => size * count, 1));
  table[0] = 0;
  let filled = 1;
  for (const [count, step] of axes) {
    // From the end, so that each address is replaced by its line of them after it was read.
    for (let i = filled - 1; i >= 0; i--) {
      const start = table[i]!;
      for (let k = 0; k < count; k++) table[i * count + k] = start + k * step;
    }
    filled *= count;
  }
  return table;
}

/** Both tables go back to the pool. */
function borrowAddresses(w: Window2d, planes: Planes, pool: BufferPool): Addresses {
  const [height, width] = w.axes;
  const row = planes.sides[1].length;
  const terms = borrowGrid(pool, [
    [planes.channels, planes.sides[0].length * row],
    [height.kernel, height.dilation * row],
    [width.kernel, width.dilation],
  ]);
  const pixels = borrowGrid(pool, [
    [height.output, height.stride * row],
    [width.output, width.stride],
  ]);
  return { terms, pixels };
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
  const plane = w.axes[0].input * w.axes[1].input;
  const pixels = w.axes[0].output * w.axes[1].output;
  const planes = borrowInputPlanes(w, pool);
  const addresses = borrowAddresses(w, planes, pool);
  const terms = addresses.terms.length;
  const rows = rowsUp(outChannels);
  const block = blockSize(terms, rows, pixels);
  const kernelPanels = pool.borrow(rows * terms);
  const columnPanels = pool.borrow(block * terms);
  const products = pool.borrow(rows * block);
  for (let group = 0; group < w.groups; group++) {
    const firstOut = group * outChannels;
    packPanels(kernel, firstOut * terms, outChannels, terms, 1, terms, TILE_ROWS, kernelPanels);
    for (let n = 0; n < w.batch; n++) {
      const firstIn = n * w.inChannels + group * planes.channels;
      fillPlanes(planes, x, firstIn * plane);
      for (let first = 0; first < pixels; first += block) {
        const count = Math.min(block, pixels - first);
        const width = columnsUp(count);
        packCells(planes.data, addresses.pixels, first, width, addresses.terms, 0, terms, columnPanels);
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
  pool.giveBack(planes.data, addresses.terms, addresses.pixels);
  pool.giveBack(kernelPanels, columnPanels, products);
}

/**
 * im2col: the cells at `panelled[i] + inner[j]`, with i along panels of 3 and j along each. Panels are `width` from `from` on, past
 * the end the last again; the sum of a product goes over `count` from `first` on.
 */
function packCells(
  data: Float64Array,
  panelled: Int32Array,
  from: number,
  width: number,
  inner: Int32Array,
  first: number,
  count: number,
  panels: Float64Array,
): void {
  const last = panelled.length - 1;
  let at = 0;
  for (let i = from; i < from + width; i += TILE_COLUMNS) {
    const a0 = panelled[i]!;
    const a1 = panelled[Math.min(i + 1, last)]!;
    const a2 = panelled[Math.min(i + 2, last)]!;
    for (let j = first; j < first + count; j++, at += TILE_COLUMNS) {
      const offset = inner[j]!;
      panels[at] = data[a0 + offset]!;
      panels[at + 1] = data[a1 + offset]!;
      panels[at + 2] = data[a2 + offset]!;
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
  const plane = w.axes[0].input * w.axes[1].input;
  const pixels = w.axes[0].output * w.axes[1].output;
  const planes = borrowInputPlanes(w, pool);
  const addresses = borrowAddresses(w, planes, pool);
  const terms = addresses.terms.length;
  const rows = rowsUp(terms);
  const block = blockSize(outChannels, rows, pixels);
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
        addPixels(planes.data, addresses, first, count, width, products);
      }
      const firstIn = n * w.inChannels + group * planes.channels;
      emptyPlanes(planes, out, firstIn * plane);
    }
  }
  pool.giveBack(planes.data, addresses.terms, addresses.pixels);
  pool.giveBack(kernelPanels, gradientPanels, products);
}

/** col2im: adds the products [terms, width] of `count` pixels from `first` on where their terms lie. */
function addPixels(
  data: Float64Array,
  { terms, pixels }: Addresses,
  first: number,
  count: number,
  width: number,
  products: Float64Array,
): void {
  for (let term = 0; term < terms.length; term++) {
    const offset = terms[term]!;
    const from = term * width;
    for (let i = 0; i < count; i++) data[pixels[first + i]! + offset]! += products[from + i]!;
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
  const plane = w.axes[0].input * w.axes[1].input;
  const pixels = w.axes[0].output * w.axes[1].output;
  const planes = borrowInputPlanes(w, pool);
  const addresses = borrowAddresses(w, planes, pool);
  const terms = addresses.terms.length;
  const rows = rowsUp(outChannels);
  const width = columnsUp(terms);
  const block = blockSize(rows, width, pixels);
  const gradientPanels = pool.borrow(rows * block);
  const termPanels = pool.borrow(width * block);
  const products = pool.borrow(rows * width);
  for (let group = 0; group < w.groups; group++) {
    const firstOut = group * outChannels;
    products.fill(0);
    for (let n = 0; n < w.batch; n++) {
      const firstIn = n * w.inChannels + group * planes.channels;
      fillPlanes(planes, x, firstIn * plane);
      for (let first = 0; first < pixels; first += block) {
        const count = Math.min(block, pixels - first);
        const from = (n * w.outChannels + firstOut) * pixels + first;
        packPanels(g, from, outChannels, pixels, 1, count, TILE_ROWS, gradientPanels);
        packCells(planes.data, addresses.terms, 0, width, addresses.pixels, first, count, termPanels);
        multiplyPanels(gradientPanels, 0, termPanels, products, rows, count, width);
      }
    }
    for (let oc = 0; oc < outChannels; oc++) {
      const from = oc * width;
      const to = (firstOut + oc) * terms;
      for (let term = 0; term < terms; term++) out[to + term] = products[from + term]!;
    }
  }
  pool.giveBack(planes.data, addresses.terms, addresses.pixels);
  pool.giveBack(gradientPanels, termPanels, products);
}
