/**
 * Batched matrix product. Small and thin products go by dot products; the rest is packed into panels (tile.ts).
 */
import type { MatmulSize, TypedArray } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";
import { blockSize, columnsUp, multiplyPanels, rowsUp, TILE_COLUMNS, TILE_ROWS } from "./tile.ts";

/** Multiplications below which packing does not pay. */
const SMALL = 512;

/** @param out every element is written */
export function matmul(
  a: TypedArray,
  b: TypedArray,
  size: MatmulSize,
  out: TypedArray,
  pool: BufferPool,
): void {
  const { batch, rows, inner, columns } = size;
  const thin = rows < TILE_ROWS - 1 || columns < TILE_COLUMNS - 1;
  const multiply = thin || rows * inner * columns < SMALL ? multiplyDirect : multiplyPacked;
  for (let n = 0; n < batch; n++) {
    multiply(a, n * rows * inner, b, n * inner * columns, size, out, n * rows * columns, pool);
  }
}

function multiplyDirect(
  a: TypedArray,
  aStart: number,
  b: TypedArray,
  bStart: number,
  size: MatmulSize,
  out: TypedArray,
  at: number,
): void {
  const { rows, inner, columns, transposeA, transposeB } = size;
  const rowStride = transposeA ? 1 : inner;
  const stepA = transposeA ? rows : 1;
  const columnStride = transposeB ? inner : 1;
  const stepB = transposeB ? 1 : columns;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      let i = aStart + row * rowStride;
      let j = bStart + column * columnStride;
      let sum = 0;
      for (let k = 0; k < inner; k++, i += stepA, j += stepB) sum += a[i]! * b[j]!;
      out[at] = sum;
    }
  }
}

function multiplyPacked(
  a: TypedArray,
  aStart: number,
  b: TypedArray,
  bStart: number,
  size: MatmulSize,
  out: TypedArray,
  at: number,
  pool: BufferPool,
): void {
  const { rows, inner, columns, transposeA, transposeB } = size;
  const allRows = rowsUp(rows);
  const block = blockSize(inner, rows, columns);
  const aPanels = pool.borrow(allRows * inner);
  const bPanels = pool.borrow(block * inner);
  const products = pool.borrow(allRows * block);
  packPanels(a, aStart, rows, transposeA ? 1 : inner, transposeA ? rows : 1, inner, TILE_ROWS, aPanels);
  for (let first = 0; first < columns; first += block) {
    const count = Math.min(block, columns - first);
    const width = columnsUp(count);
    const columnStride = transposeB ? inner : 1;
    const start = bStart + first * columnStride;
    packPanels(b, start, count, columnStride, transposeB ? 1 : columns, inner, TILE_COLUMNS, bPanels);
    products.fill(0, 0, allRows * width);
    multiplyPanels(aPanels, 0, bPanels, products, allRows, inner, width);
    for (let row = 0; row < rows; row++) {
      const from = row * width;
      const to = at + row * columns + first;
      for (let i = 0; i < count; i++) out[to + i] = products[from + i]!;
    }
  }
  pool.giveBack(aPanels, bPanels, products);
}

/**
 * Packs `count` lines (rows of a, columns of b) of `inner` elements into panels of `width` lines; the last panel
 * is filled up with zeros. Element k of line l is `x[start + l · lineStride + k · step]`.
 */
export function packPanels(
  x: TypedArray,
  start: number,
  count: number,
  lineStride: number,
  step: number,
  inner: number,
  width: number,
  panels: Float64Array,
): void {
  for (let line = 0; line < Math.ceil(count / width) * width; line++) {
    let at = (line - (line % width)) * inner + (line % width);
    let i = start + line * lineStride;
    if (line >= count) for (let k = 0; k < inner; k++, at += width) panels[at] = 0;
    else for (let k = 0; k < inner; k++, at += width, i += step) panels[at] = x[i]!;
  }
}
