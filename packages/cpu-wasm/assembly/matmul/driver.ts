/**
 * Batched matrix products of float32 matrices, all four transpositions, on the packed kernels.
 */
import { LONGEST_WALK, PACKED_BYTES, SLICE_BYTES, TRANSPOSE_BYTES } from "../common/budgets";
import { bytes, ceilDiv, newScratch, run } from "../common/host";
import { argumentsOf } from "../common/structs";
import { fillTable } from "../common/tables";
import { imagesAtOnce } from "../correlation/planes";
import { FewArguments, fewRows, fewRowsDots, ROOM_BYTES, TransposeArguments, transposeMatrix } from "./few";
import { GemmArguments } from "./gemm";
import {
  CHUNKS,
  cutDepth,
  DEPTH_BLOCKS_BYTES,
  DepthBlocks,
  multiply,
  needsTotals,
  pack,
  tileBytes,
  totalBytes,
} from "./gemm-driver";

const depthBlocks = changetype<DepthBlocks>(memory.data(DEPTH_BLOCKS_BYTES));

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
  const args = argumentsOf<FewArguments>();
  args.a = a;
  args.b = b;
  args.out = out;
  args.rows = rows;
  args.depth = inner;
  args.columns = columns;
  const chunks = batch * ((columns + 63) >> 6);
  const work = 4 * <f64>batch * rows * inner * columns;
  if (transposeB) {
    run<FewArguments>(fewRowsDots, chunks, work);
    return;
  }
  const scratch = newScratch();
  const table = scratch.reserve(bytes(inner));
  const zeros = scratch.reserve(4);
  const rooms = scratch.reserve(inner > LONGEST_WALK ? <f64>chunks * ROOM_BYTES : 0);
  const base = scratch.allocate();
  fillLine(base + table, inner, bytes(columns));
  store<f32>(base + zeros, 0);
  args.table = base + table;
  args.zeros = base + zeros;
  args.rooms = inner > LONGEST_WALK ? base + rooms : 0;
  run<FewArguments>(fewRows, chunks, work);
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
  const blocks = depthBlocks;
  const cached = max(12, (SLICE_BYTES / bytes(inner) / 12) * 12);
  const wanted = ceilDiv(ceilDiv(rows, ceilDiv(CHUNKS, min(CHUNKS, batch))), 12) * 12;
  const slice = min(rows, min(cached, max(24, wanted)));
  const slices = ceilDiv(rows, slice);
  const copied = transposeA && bytes(rows * inner) > TRANSPOSE_BYTES;
  const across = transposeA && !copied;
  const stepA = bytes(across ? rows : 1),
    stepB = bytes(transposeB ? 1 : columns);
  const perBlock = cutDepth(blocks, inner, 1, columns);
  const copyBytes = copied ? bytes(rows * inner) : 0;
  const together = imagesAtOnce(batch, blocks.panelBytes + copyBytes, PACKED_BYTES);

  const scratch = newScratch();
  const rowsIn = scratch.reserve(bytes(slice));
  const rowsOut = scratch.reserve(bytes(slice));
  const depthA = scratch.reserve(bytes(blocks.depth));
  const depthB = scratch.reserve(bytes(blocks.depth));
  const copy = scratch.reserve(<f64>together * copyBytes);
  const panels = scratch.reserve(<f64>together * blocks.panelBytes);
  const tiles = scratch.reserve(tileBytes(columns, together * slices));
  const wide = needsTotals(blocks.inner);
  const totals = scratch.reserve(wide ? totalBytes(together * slices, slice, columns) : 0);
  const base = scratch.allocate();

  const rowStep = bytes(across ? 1 : inner);
  fillLine(base + rowsIn, slice, rowStep);
  fillLine(base + rowsOut, slice, bytes(columns));
  fillLine(base + depthA, blocks.depth, stepA);
  fillLine(base + depthB, blocks.depth, stepB);
  for (let first = 0; first < batch; first += together) {
    const count = min(together, batch - first);
    const work = <f64>count * rows * inner;
    let left = a + bytes(first * rows * inner);
    if (copied) {
      const args = argumentsOf<TransposeArguments>();
      args.source = left;
      args.out = base + copy;
      args.rows = inner;
      args.columns = rows;
      run<TransposeArguments>(transposeMatrix, count * ((inner + 15) >> 4), 4 * work);
      left = base + copy;
    }
    pack(
      blocks,
      b + bytes(first * inner * columns),
      0,
      base + panels,
      base + depthB,
      0,
      perBlock * stepB,
      columns,
      bytes(transposeB ? inner : 1),
      1,
      0,
      count,
      bytes(inner * columns),
    );
    const gemmArgs = argumentsOf<GemmArguments>();
    gemmArgs.input = left;
    gemmArgs.out = out + bytes(first * rows * columns);
    gemmArgs.rowsIn = base + rowsIn;
    gemmArgs.rowsOut = base + rowsOut;
    gemmArgs.depthTable = base + depthA;
    gemmArgs.panels = base + panels;
    gemmArgs.slice = slice;
    gemmArgs.lastSlice = rows - (slices - 1) * slice;
    gemmArgs.slices = slices;
    gemmArgs.columns = columns;
    gemmArgs.columnStep = 4;
    gemmArgs.groups = 1;
    gemmArgs.imageIn = bytes(rows * inner);
    gemmArgs.imageOut = bytes(rows * columns);
    gemmArgs.groupIn = 0;
    gemmArgs.groupOut = 0;
    gemmArgs.sliceIn = slice * rowStep;
    gemmArgs.sliceOut = bytes(slice * columns);
    gemmArgs.sliceTable = 0;
    gemmArgs.totals = wide ? base + totals : 0;
    gemmArgs.continued = false;
    gemmArgs.last = true;
    gemmArgs.tiles = base + tiles;
    multiply(gemmArgs, blocks, 0, perBlock * stepA, count, true, work * columns);
  }
}
