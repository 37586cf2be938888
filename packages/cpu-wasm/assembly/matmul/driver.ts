/**
 * Batched matrix products of float32 matrices, all four transpositions, on the packed kernels.
 */
import { GemmSlot } from "./gemm";
import { fewRows, fewRowsDots, FewSlot, transposeMatrix, TransposeSlot } from "./few";
import { fillTable } from "./gemm-pack";
import { PACKED_BYTES, SLICE_BYTES, TRANSPOSE_BYTES } from "../common/budgets";
import { Blocks, CHUNKS, cutDepth, multiply, pack, panelBytes, tileBytes } from "./gemm-driver";
import { allocate, at, bytes, ceilDiv, reserve, run, set } from "../common/host";
import { imagesAtOnce } from "../correlation/planes";

/** With so few rows, packing b would cost more than the product. */
const FEW_ROWS = 6;

/** out = a · b for `batch` pairs of contiguous matrices: [rows, inner] · [inner, columns]. */
export function matmul(
  a: usize,
  b: usize,
  out: usize,
  batch: i32,
  rows: i32,
  inner: i32,
  columns: i32,
  transposeA: bool,
  transposeB: bool,
): void {
  if (columns == 1 && rows > 1) {
    // (a · b)ᵀ = bᵀ · aᵀ, and a vector is its own transpose.
    matmul(b, a, out, batch, 1, inner, rows, false, !transposeA);
  } else if (rows <= FEW_ROWS && (rows == 1 || !transposeA) && (transposeB || columns >= 8)) {
    few(a, b, out, batch, rows, inner, columns, transposeB);
  } else packed(a, b, out, batch, rows, inner, columns, transposeA, transposeB);
}

/** A table of `count` offsets, `step` bytes apart. */
function fillLine(out: usize, count: i32, step: i32): void {
  fillTable(out, 1, 0, 1, 0, count, step);
}

function few(
  a: usize,
  b: usize,
  out: usize,
  batch: i32,
  rows: i32,
  inner: i32,
  columns: i32,
  transposeB: bool,
): void {
  set(FewSlot.A, a);
  set(FewSlot.B, b);
  set(FewSlot.OUT, out);
  set(FewSlot.ROWS, rows);
  set(FewSlot.DEPTH, inner);
  set(FewSlot.COLUMNS, columns);
  const chunks = batch * ((columns + 63) >> 6);
  const work = 4 * <f64>batch * rows * inner * columns;
  if (transposeB) {
    run(fewRowsDots, chunks, work);
    return;
  }
  const table = reserve(bytes(inner));
  const zeros = reserve(4);
  allocate();
  fillLine(at(table), inner, bytes(columns));
  store<f32>(at(zeros), 0);
  set(FewSlot.TABLE, at(table));
  set(FewSlot.ZEROS, at(zeros));
  run(fewRows, chunks, work);
}

function packed(
  a: usize,
  b: usize,
  out: usize,
  batch: i32,
  rows: i32,
  inner: i32,
  columns: i32,
  transposeA: bool,
  transposeB: bool,
): void {
  const cached = max(12, (SLICE_BYTES / bytes(inner) / 12) * 12);
  const wanted = ceilDiv(ceilDiv(rows, ceilDiv(CHUNKS, min(CHUNKS, batch))), 12) * 12;
  const slice = min(rows, min(cached, max(24, wanted)));
  const slices = ceilDiv(rows, slice);
  const copied = transposeA && bytes(rows * inner) > TRANSPOSE_BYTES;
  const across = transposeA && !copied;
  const stepA = bytes(across ? rows : 1),
    stepB = bytes(transposeB ? 1 : columns);
  const perBlock = cutDepth(inner, 1, columns);
  const copyBytes = copied ? bytes(rows * inner) : 0;
  const together = imagesAtOnce(batch, panelBytes() + copyBytes, PACKED_BYTES);

  const rowsIn = reserve(bytes(slice));
  const rowsOut = reserve(bytes(slice));
  const depthA = reserve(bytes(Blocks.depth));
  const depthB = reserve(bytes(Blocks.depth));
  const copy = reserve(<f64>together * copyBytes);
  const panels = reserve(<f64>together * panelBytes());
  const tiles = reserve(tileBytes(columns, together * slices));
  allocate();

  const rowStep = bytes(across ? 1 : inner);
  fillLine(at(rowsIn), slice, rowStep);
  fillLine(at(rowsOut), slice, bytes(columns));
  fillLine(at(depthA), Blocks.depth, stepA);
  fillLine(at(depthB), Blocks.depth, stepB);
  for (let first = 0; first < batch; first += together) {
    const count = min(together, batch - first);
    const work = <f64>count * rows * inner;
    let left = a + bytes(first * rows * inner);
    if (copied) {
      set(TransposeSlot.SOURCE, left);
      set(TransposeSlot.OUT, at(copy));
      set(TransposeSlot.ROWS, inner);
      set(TransposeSlot.COLUMNS, rows);
      run(transposeMatrix, count * ((inner + 15) >> 4), 4 * work);
      left = at(copy);
    }
    pack(
      b + bytes(first * inner * columns),
      0,
      at(panels),
      at(depthB),
      0,
      perBlock * stepB,
      columns,
      bytes(transposeB ? inner : 1),
      1,
      0,
      count,
      bytes(inner * columns),
    );
    set(GemmSlot.INPUT, left);
    set(GemmSlot.OUT, out + bytes(first * rows * columns));
    set(GemmSlot.ROWS_IN, at(rowsIn));
    set(GemmSlot.ROWS_OUT, at(rowsOut));
    set(GemmSlot.DEPTH_TABLE, at(depthA));
    set(GemmSlot.PANELS, at(panels));
    set(GemmSlot.SLICE, slice);
    set(GemmSlot.LAST_SLICE, rows - (slices - 1) * slice);
    set(GemmSlot.SLICES, slices);
    set(GemmSlot.COLUMNS, columns);
    set(GemmSlot.COLUMN_STEP, 4);
    set(GemmSlot.GROUPS, 1);
    set(GemmSlot.IMAGE_IN, bytes(rows * inner));
    set(GemmSlot.IMAGE_OUT, bytes(rows * columns));
    set(GemmSlot.GROUP_IN, 0);
    set(GemmSlot.GROUP_OUT, 0);
    set(GemmSlot.SLICE_IN, slice * rowStep);
    set(GemmSlot.SLICE_OUT, bytes(slice * columns));
    set(GemmSlot.SLICE_TABLE, 0);
    set(GemmSlot.ADDS, 0);
    set(GemmSlot.TILES, at(tiles));
    multiply(0, perBlock * stepA, count, true, work * columns);
  }
}
