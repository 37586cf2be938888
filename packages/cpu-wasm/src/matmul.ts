/**
 * Batched matrix products of float32 matrices, all four transpositions, on the packed kernels.
 */

import type { MatmulSize } from "@corr2d/core";
import { PACKED_BYTES, SLICE_BYTES, TRANSPOSE_BYTES } from "./conv-budgets.ts";
import { FLOAT, imagesAtOnce, Scratch } from "./conv-layout.ts";
import { CHUNKS, depthBlocks, multiply, pack, panelBytes, tileBytes } from "./gemm.ts";
import type { Runtime } from "./runtime.ts";

/** With so few rows, packing b would cost more than the product. */
const FEW_ROWS = 6;

/** out = a · b; pointers to contiguous matrices. */
export function matmul(rt: Runtime, a: number, b: number, out: number, size: MatmulSize): void {
  const { rows, columns } = size;
  if (columns === 1 && rows > 1) {
    // (a · b)ᵀ = bᵀ · aᵀ, and a vector is its own transpose.
    matmul(rt, b, a, out, {
      ...size,
      rows: 1,
      columns: rows,
      transposeA: false,
      transposeB: !size.transposeA,
    });
  } else if (rows <= FEW_ROWS && (rows === 1 || !size.transposeA) && (size.transposeB || columns >= 8)) {
    fewRows(rt, a, b, out, size);
  } else packed(rt, a, b, out, size);
}

function fewRows(rt: Runtime, a: number, b: number, out: number, size: MatmulSize): void {
  const { batch, rows, inner, columns } = size;
  const chunks = batch * Math.ceil(columns / 64);
  const flops = 4 * batch * rows * inner * columns;
  if (size.transposeB) {
    rt.run("fewRowsDots", [a, b, out, rows, inner, columns], chunks, flops);
    return;
  }
  const scratch = new Scratch();
  const table = scratch.reserve(inner * FLOAT);
  const zero = scratch.reserve(FLOAT);
  scratch.allocate(rt);
  rt.call.fillTable(scratch.at(table), 1, 0, 1, 0, inner, columns * FLOAT);
  rt.f32[scratch.at(zero) / FLOAT] = 0;
  rt.run("fewRows", [a, b, out, rows, inner, columns, scratch.at(table), scratch.at(zero)], chunks, flops);
}

function packed(rt: Runtime, a: number, b: number, out: number, size: MatmulSize): void {
  const { batch, rows, inner, columns } = size;
  const bytes = (floats: number): number => floats * FLOAT;
  const cached = Math.max(12, Math.floor(SLICE_BYTES / bytes(inner) / 12) * 12);
  const wanted = Math.ceil(rows / Math.ceil(CHUNKS / batch) / 12) * 12;
  const slice = Math.min(rows, cached, Math.max(24, wanted));
  const slices = Math.ceil(rows / slice);
  const copied = size.transposeA && bytes(rows * inner) > TRANSPOSE_BYTES;
  const across = size.transposeA && !copied;
  const depthStep = { a: bytes(across ? rows : 1), b: bytes(size.transposeB ? 1 : columns) };
  const blocksA = depthBlocks(inner, 1, columns, depthStep.a);
  const blocksB = depthBlocks(inner, 1, columns, depthStep.b);
  const perMatrix = panelBytes(blocksB) + (copied ? bytes(rows * inner) : 0);
  const together = imagesAtOnce(batch, perMatrix, PACKED_BYTES);

  const scratch = new Scratch();
  const rowsIn = scratch.reserve(bytes(slice));
  const rowsOut = scratch.reserve(bytes(slice));
  const depthA = scratch.reserve(bytes(blocksA.depth));
  const depthB = scratch.reserve(bytes(blocksB.depth));
  const copy = copied ? scratch.reserve(bytes(together * rows * inner)) : 0;
  const panels = scratch.reserve(together * panelBytes(blocksB));
  const tiles = scratch.reserve(tileBytes(columns, together * slices));
  scratch.allocate(rt);

  const rowStep = bytes(across ? 1 : inner);
  const table = rt.call.fillTable;
  table(scratch.at(rowsIn), 1, 0, 1, 0, slice, rowStep);
  table(scratch.at(rowsOut), 1, 0, 1, 0, slice, bytes(columns));
  table(scratch.at(depthA), 1, 0, 1, 0, blocksA.depth, depthStep.a);
  table(scratch.at(depthB), 1, 0, 1, 0, blocksB.depth, depthStep.b);
  for (let first = 0; first < batch; first += together) {
    const count = Math.min(together, batch - first);
    let left = a + bytes(first * rows * inner);
    if (copied) {
      const args = [left, scratch.at(copy), inner, rows];
      rt.run("transposeMatrix", args, count * Math.ceil(inner / 16), 4 * count * rows * inner);
      left = scratch.at(copy);
    }
    pack(rt, {
      source: b + bytes(first * inner * columns),
      header: 0,
      out: scratch.at(panels),
      table: scratch.at(depthB),
      blocks: blocksB,
      columns,
      columnStep: bytes(size.transposeB ? inner : 1),
      groups: 1,
      groupStep: 0,
      images: count,
      imageStep: bytes(inner * columns),
    });
    multiply(rt, {
      input: left,
      out: out + bytes(first * rows * columns),
      rowsIn: scratch.at(rowsIn),
      rowsOut: scratch.at(rowsOut),
      tableStep: 0,
      slice,
      lastSlice: rows - (slices - 1) * slice,
      slices,
      sliceIn: slice * rowStep,
      sliceOut: bytes(slice * columns),
      depthTable: scratch.at(depthA),
      panels: scratch.at(panels),
      blocks: blocksA,
      columns,
      columnStep: FLOAT,
      images: count,
      imageIn: bytes(rows * inner),
      imageOut: bytes(rows * columns),
      imagePanel: 1,
      groups: 1,
      groupIn: 0,
      groupOut: 0,
      tiles: scratch.at(tiles),
      accumulate: false,
      macs: count * rows * inner * columns,
    });
  }
}
