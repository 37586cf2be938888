/**
 * How the planes of an input lie in memory for a kernel that reads them without tests at the borders, and the
 * copies and offset tables that it takes.
 */
import { bytes, ceilDiv, run } from "../common/host";
import { argumentsOf } from "../common/structs";
import { fillTable } from "../common/tables";
import { Correlation } from "./correlation";
import { PadArguments, padPlanes, splitPlanes } from "./pad";

/** The layout of the input's planes, in floats. */
@unmanaged
export class Planes {
  /** Where the window at (0, 0) begins. */
  base: i32;
  row: i32;
  plane: i32;
  rows: i32;
  /** Rows can be split into the residues of the horizontal stride, so that lanes read neighbouring floats. */
  residues: i32;
  residueColumns: i32;
  /** Whether they are a copy; otherwise the input as it lies. */
  copied: bool;
}

/** Bytes of a layout: drivers keep theirs in the module's data. */
export const PLANES_BYTES: i32 = <i32>offsetof<Planes>();

/** Planes as they lie: nothing is padded, and cropping is a shift. */
function setInPlace(c: Correlation, p: Planes): void {
  p.base = -c.y.pad * c.x.input - c.x.pad;
  p.row = p.residueColumns = c.x.input;
  p.plane = c.y.input * c.x.input;
  p.rows = c.y.input;
  p.residues = 1;
  p.copied = false;
}

/** A padded copy of `rows` rows of `columns` columns. */
export function setCopied(p: Planes, rows: i32, columns: i32, residues: i32): void {
  p.base = 0;
  p.rows = rows;
  p.residues = residues;
  p.residueColumns = ceilDiv(columns, residues);
  p.row = residues * p.residueColumns;
  p.plane = rows * p.row;
  p.copied = true;
}

/** Planes whose rows need not be split: padded where windows read beyond the input. */
export function setColumnPlanes(c: Correlation, p: Planes): void {
  if (c.needsPadding(0)) setCopied(p, c.y.reach, c.x.reach, 1);
  else setInPlace(c, p);
}

/** Planes for lanes along the rows. `extraColumns`: output columns beyond the last that lanes may read. */
export function setRowPlanes(c: Correlation, p: Planes, extraColumns: i32): void {
  if (c.x.stride > 1 || c.needsPadding(extraColumns))
    setCopied(p, c.y.reach, c.x.reach + extraColumns * c.x.stride, c.x.stride);
  else setInPlace(c, p);
}

function setPadArguments(
  source: usize,
  out: usize,
  height: i32,
  width: i32,
  rows: i32,
  columns: i32,
  top: i32,
  left: i32,
): PadArguments {
  const args = argumentsOf<PadArguments>();
  args.source = source;
  args.out = out;
  args.height = height;
  args.width = width;
  args.rows = rows;
  args.columns = columns;
  args.top = top;
  args.left = left;
  return args;
}

/** Copies `count` planes of `height` × `width` into the middle of zeros; negative padding crops. */
export function padCopy(
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
  setPadArguments(source, out, height, width, rows, columns, top, left);
  run<PadArguments>(padPlanes, count, 2 * <f64>count * rows * columns);
}

/** Makes the copy of `count` planes. */
export function copyPlanes(c: Correlation, p: Planes, source: usize, out: usize, count: i32): void {
  if (p.residues == 1) {
    padCopy(source, out, c.y.input, c.x.input, p.rows, p.row, c.y.pad, c.x.pad, count);
    return;
  }
  const args = setPadArguments(source, out, c.y.input, c.x.input, p.rows, p.row, c.y.pad, c.x.pad);
  args.residues = p.residues;
  args.residueColumns = p.residueColumns;
  run<PadArguments>(splitPlanes, count, 2 * <f64>count * p.rows * p.row);
}

/** Where in a plane the tap of column `kx` is found, for the window at (0, 0). */
export function columnOffset(c: Correlation, p: Planes, kx: i32): i32 {
  const column = kx * c.x.dilation;
  const residue = column % p.residues;
  return residue * p.residueColumns + column / p.residues;
}

/** Writes the byte offsets of the taps (channel, row, column) of one group. */
export function tapOffsets(c: Correlation, p: Planes, out: usize): void {
  for (let channel = 0; channel < c.inChannels; channel++) {
    for (let ky = 0; ky < c.y.taps; ky++) {
      const row = channel * p.plane + ky * c.y.dilation * p.row;
      for (let kx = 0; kx < c.x.taps; kx++, out += 4) store<i32>(out, bytes(row + columnOffset(c, p, kx)));
    }
  }
}

/** Writes the byte offsets of the same taps in the kernel. */
export function kernelOffsets(c: Correlation, out: usize): void {
  fillTable(out, c.inChannels, bytes(c.kernelIn), c.y.taps, bytes(c.kernelY), c.x.taps, bytes(c.kernelX));
}

/** How many images to work on at a time so that `bytesPerImage` scratch stays near `budget`. */
export function imagesAtOnce(batch: i32, bytesPerImage: i32, budget: i32): i32 {
  return bytesPerImage == 0 ? batch : max(1, min(batch, budget / bytesPerImage));
}
