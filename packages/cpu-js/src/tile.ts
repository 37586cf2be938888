/**
 * The one inner loop of matmul and of the corr2d triple: a 4 × 3 tile of a matrix product.
 *
 * Operands are packed: "a" as panels of 4 rows, "b" as panels of 3 columns, each panel one group of 4 or 3
 * elements per step of the sum, so the loop reads both straight ahead. Panels and products are float64 whatever
 * the tensors' dtype, so the loop only ever sees one type; rows and columns past the end are packed as zeros and
 * their products dropped. Twelve sums in local variables is what the registers hold: 2 × 3, 3 × 3 and 4 × 4 are
 * 5 to 20 % slower.
 *
 * Source of packing and register tiles: Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix
 * Multiplication", ACM Transactions on Mathematical Software 34(3).
 */

/** Rows of a tile. */
export const TILE_ROWS = 4;
/** Columns of a tile. */
export const TILE_COLUMNS = 3;

/** `size` rounded up to whole tiles. */
export function rowsUp(size: number): number {
  return Math.ceil(size / TILE_ROWS) * TILE_ROWS;
}

export function columnsUp(size: number): number {
  return Math.ceil(size / TILE_COLUMNS) * TILE_COLUMNS;
}

/** What a block of packed or product elements may hold: 256 KB, which stays in the second-level cache. */
const BLOCK = 1 << 15;

/** How many of `columns` to work on at a time, in whole tiles, where each takes `inner` packed elements and `rows` products. */
export function blockSize(inner: number, rows: number, columns: number): number {
  return columnsUp(Math.min(columns, BLOCK / Math.max(inner, rows)));
}

/**
 * c += a · b for packed operands: `rows` (a multiple of 4) × `inner` × `columns` (a multiple of 3), c row-major
 * with `columns` to a row, starting at 0; a starts at `aStart`, b at 0.
 */
export function multiplyPanels(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  c: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row += TILE_ROWS) {
    for (let column = 0; column < columns; column += TILE_COLUMNS) {
      multiplyTile(a, aStart + row * inner, b, column * inner, inner, c, row * columns + column, columns);
    }
  }
}

function multiplyTile(
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  inner: number,
  c: Float64Array,
  at: number,
  stride: number,
): void {
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  for (let k = 0; k < inner; k++, i += 4, j += 3) {
    const b0 = b[j]!;
    const b1 = b[j + 1]!;
    const b2 = b[j + 2]!;
    let v = a[i]!;
    c00 += v * b0;
    c01 += v * b1;
    c02 += v * b2;
    v = a[i + 1]!;
    c10 += v * b0;
    c11 += v * b1;
    c12 += v * b2;
    v = a[i + 2]!;
    c20 += v * b0;
    c21 += v * b1;
    c22 += v * b2;
    v = a[i + 3]!;
    c30 += v * b0;
    c31 += v * b1;
    c32 += v * b2;
  }
  c[at]! += c00;
  c[at + 1]! += c01;
  c[at + 2]! += c02;
  at += stride;
  c[at]! += c10;
  c[at + 1]! += c11;
  c[at + 2]! += c12;
  at += stride;
  c[at]! += c20;
  c[at + 1]! += c21;
  c[at + 2]! += c22;
  at += stride;
  c[at]! += c30;
  c[at + 1]! += c31;
  c[at + 2]! += c32;
}
