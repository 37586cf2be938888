/**
 * How the planes of an input lie in memory for a kernel that reads them without tests at the borders, and the
 * copies and offset tables that it takes.
 */
import { padPlanes, PadSlot, splitPlanes } from "./pad";
import { fillTable } from "../matmul/gemm-pack";
import { C, needsPadding, reachX, reachY, X, Y } from "./correlation";
import { bytes, ceilDiv, Kernel, run, set } from "../common/host";

/** The layout of the input's planes, in floats. */
export class P {
  /** Where the window at (0, 0) begins. */
  static base: i32 = 0;
  static row: i32 = 0;
  static plane: i32 = 0;
  static rows: i32 = 0;
  /** Rows can be split into the residues of the horizontal stride, so that lanes read neighbouring floats. */
  static residues: i32 = 0;
  static residueColumns: i32 = 0;
  /** Whether they are a copy; otherwise the input as it lies. */
  static copied: bool = false;
}

/** Planes as they lie: nothing is padded, and cropping is a shift. */
function setInPlace(): void {
  P.base = -Y.pad * X.input - X.pad;
  P.row = P.residueColumns = X.input;
  P.plane = Y.input * X.input;
  P.rows = Y.input;
  P.residues = 1;
  P.copied = false;
}

/** A padded copy of `rows` rows of `columns` columns. */
export function setCopied(rows: i32, columns: i32, residues: i32): void {
  P.base = 0;
  P.rows = rows;
  P.residues = residues;
  P.residueColumns = ceilDiv(columns, residues);
  P.row = residues * P.residueColumns;
  P.plane = rows * P.row;
  P.copied = true;
}

/** Planes whose rows need not be split: padded where windows read beyond the input. */
export function setColumnPlanes(): void {
  if (needsPadding(0)) setCopied(reachY(), reachX(), 1);
  else setInPlace();
}

/** Planes for lanes along the rows. `extraColumns`: output columns beyond the last that lanes may read. */
export function setRowPlanes(extraColumns: i32): void {
  if (X.stride > 1 || needsPadding(extraColumns))
    setCopied(reachY(), reachX() + extraColumns * X.stride, X.stride);
  else setInPlace();
}

/**
 * Copies `count` planes of `height` × `width` into the middle of zeros, by `padPlanes` or `splitPlanes`;
 * negative padding crops.
 */
export function padCopy(
  kernel: Kernel,
  source: usize,
  out: usize,
  height: i32,
  width: i32,
  rows: i32,
  columns: i32,
  top: i32,
  left: i32,
  count: i32,
): void {
  set(PadSlot.SOURCE, source);
  set(PadSlot.OUT, out);
  set(PadSlot.HEIGHT, height);
  set(PadSlot.WIDTH, width);
  set(PadSlot.ROWS, rows);
  set(PadSlot.COLUMNS, columns);
  set(PadSlot.TOP, top);
  set(PadSlot.LEFT, left);
  run(kernel, count, 2 * <f64>count * rows * columns);
}

/** Makes the copy of `count` planes. */
export function copyPlanes(source: usize, out: usize, count: i32): void {
  set(PadSlot.RESIDUES, P.residues);
  set(PadSlot.RESIDUE_COLUMNS, P.residueColumns);
  const kernel: Kernel = P.residues == 1 ? padPlanes : splitPlanes;
  padCopy(kernel, source, out, Y.input, X.input, P.rows, P.row, Y.pad, X.pad, count);
}

/** Where in a plane the tap of column `kx` is found, for the window at (0, 0). */
export function columnOffset(kx: i32): i32 {
  const column = kx * X.dilation;
  const residue = column % P.residues;
  return residue * P.residueColumns + column / P.residues;
}

/** Writes the byte offsets of the taps (channel, row, column) of one group. */
export function tapOffsets(out: usize): void {
  for (let channel = 0; channel < C.inChannels; channel++) {
    for (let ky = 0; ky < Y.taps; ky++) {
      const row = channel * P.plane + ky * Y.dilation * P.row;
      for (let kx = 0; kx < X.taps; kx++, out += 4) store<i32>(out, bytes(row + columnOffset(kx)));
    }
  }
}

/** Writes the byte offsets of the same taps in the kernel. */
export function kernelOffsets(out: usize): void {
  fillTable(out, C.inChannels, bytes(C.kernelIn), Y.taps, bytes(C.kernelY), X.taps, bytes(C.kernelX));
}

/** How many images to work on at a time so that `bytesPerImage` scratch stays near `budget`. */
export function imagesAtOnce(batch: i32, bytesPerImage: i32, budget: i32): i32 {
  return bytesPerImage == 0 ? batch : max(1, min(batch, budget / bytesPerImage));
}
