/**
 * Correlations with few output channels, or with long rows, on lanes along the output rows (`assembly/conv-rows.ts`).
 */
import { STRIP_BYTES } from "./conv-budgets.ts";
import { copiedRows, FLOAT, type RowPlanes, rowPlanes, Scratch, tapOffsets } from "./conv-layout.ts";
import { type Correlation, joinRows, macsOf } from "./conv-problem.ts";
import type { Runtime } from "./runtime.ts";

/** What a row of lanes takes at least; narrower rows are summed together. */
const LEAST_COLUMNS = 8;
/** Each chunk has a buffer for strips. */
const CHUNKS = 32;

/** Floats of `packTaps` for one group. */
export function packedTaps(channels: number, taps: number): number {
  return channels * (taps + 1);
}

/** Two rows at a time read each input row once: for one output channel, from 3 rows of taps on. */
function pairsRows(c: Correlation): boolean {
  return (
    c.outChannels === 1 &&
    c.y.stride === 1 &&
    c.y.dilation === 1 &&
    c.x.output >= 16 &&
    c.y.output >= 2 &&
    c.y.taps >= 3
  );
}

/** Output rows of a strip. */
function stripRows(c: Correlation, row: number, copied: boolean): number {
  const perRow = c.inChannels * row * FLOAT;
  const fit = Math.floor((STRIP_BYTES / perRow - (c.y.taps - 1) * c.y.dilation) / c.y.stride);
  // Overlapping rows are copied again: not more than about half of them.
  const least = copied ? Math.ceil(((c.y.taps - 1) * c.y.dilation) / c.y.stride) : 1;
  const units = c.batch * c.groups;
  const spread = Math.ceil(c.y.output / Math.ceil(CHUNKS / Math.min(units, CHUNKS)));
  const rows = Math.max(least, Math.min(fit, spread), 1);
  return Math.min(c.y.output, rows + (rows % 2));
}

/** x ⋆ kernel; output rows must be contiguous. `bias`: pointer, or 0. */
export function correlateRows(
  rt: Runtime,
  correlation: Correlation,
  x: number,
  kernel: number,
  bias: number,
  out: number,
): void {
  const c = joinRows(correlation);
  const bytes = (floats: number): number => floats * FLOAT;
  const narrow = c.x.output < LEAST_COLUMNS;
  const whole = narrow ? copiedRows(c.y, c.x) : rowPlanes(c);
  const rows = stripRows(c, whole.row, whole.copied);
  const strips = Math.ceil(c.y.output / rows);
  const planes = whole.copied ? copiedRows({ ...c.y, output: rows }, c.x) : whole;
  // Lanes of narrow rows run on beyond the strip, into what is never stored.
  const stagedBytes = bytes(c.inChannels * planes.plane + 2 * LEAST_COLUMNS);
  const together = narrow && c.y.stride === 1 ? rows : 1;
  const sumsBytes = narrow ? 2 * bytes(together * planes.row + 2 * LEAST_COLUMNS) : 0;
  const taps = c.inChannels * c.y.taps * c.x.taps;
  const units = c.batch * c.groups * strips;
  const chunks = Math.min(CHUNKS, units);
  const paired = pairsRows(c);
  const edge = c.inChannels * c.x.taps;
  const middle = taps - edge;
  const groupWeights = bytes(packedTaps(c.outChannels, taps));
  const pairWeights = bytes(1 + 2 * taps);
  const bufferBytes = whole.copied ? stagedBytes + sumsBytes : 0;

  const scratch = new Scratch();
  const tapTable = scratch.reserve(bytes(taps));
  const kernelTable = scratch.reserve(bytes(2 * taps));
  const packed = scratch.reserve(c.groups * groupWeights);
  const pairTable = paired ? scratch.reserve(bytes(taps + edge)) : 0;
  const pairPacked = paired ? scratch.reserve(c.groups * pairWeights) : 0;
  const buffers = scratch.reserve(chunks * bufferBytes);
  scratch.allocate(rt);

  const table = rt.call.fillTable;
  const source = scratch.at(kernelTable);
  tapOffsets(rt, c, planes, scratch.at(tapTable));
  const steps = [bytes(c.kernelIn), bytes(c.kernelY), bytes(c.kernelX)] as const;
  table(source, c.inChannels, steps[0], c.y.taps, steps[1], c.x.taps, steps[2]);
  const from = kernel + bytes(c.kernelBase);
  const packing = (to: number, count: number, groupBytes: number): void => {
    const args = [
      from,
      bias,
      to,
      source,
      count,
      c.outChannels,
      bytes(c.kernelOut),
      bytes(c.kernelGroup),
      groupBytes,
    ];
    rt.run("packTaps", args, c.groups, 2 * c.groups * c.outChannels * count);
  };
  packing(scratch.at(packed), taps, groupWeights);
  if (paired) {
    writePairs(rt, c, planes, scratch.at(pairTable), source);
    packing(scratch.at(pairPacked), 2 * taps, pairWeights);
  }

  const plane = c.y.input * c.x.input;
  const outImage = c.groups * c.outChannels * c.outPlane;
  rt.run(
    "convRows",
    [
      x + bytes(planes.base),
      out + bytes(c.outBase),
      scratch.at(packed),
      scratch.at(tapTable),
      taps,
      c.outChannels,
      c.y.output,
      c.x.output,
      rows,
      strips,
      c.groups,
      bytes(c.y.stride * c.x.input),
      bytes(c.inChannels * plane),
      bytes(c.groups * c.inChannels * plane),
      bytes(c.outY),
      bytes(c.outPlane),
      bytes(outImage),
      groupWeights,
      units,
      chunks,
      whole.copied ? scratch.at(buffers) : 0,
      bufferBytes,
      c.y.input,
      c.x.input,
      c.y.pad,
      c.x.pad,
      planes.residues,
      planes.residueColumns,
      c.y.stride,
      planes.rows,
      c.inChannels,
      paired ? scratch.at(pairPacked) : 0,
      edge,
      middle,
      paired ? scratch.at(pairTable) : 0,
      pairWeights,
      narrow ? stagedBytes : 0,
      together,
    ],
    chunks,
    2 * macsOf(c),
  );
}

/**
 * The walk of `rowPair16`: input offsets (upper edge, middle, lower edge) and the kernel offsets of its weights, in which a
 * middle tap has one weight for either row.
 */
function writePairs(
  rt: Runtime,
  c: Correlation,
  p: RowPlanes,
  inputTable: number,
  kernelTable: number,
): void {
  const table = rt.i32;
  let input = inputTable / 4;
  let weight = kernelTable / 4;
  const weightOf = (channel: number, ky: number, kx: number): number =>
    (channel * c.kernelIn + ky * c.kernelY + kx * c.kernelX) * FLOAT;
  const { residues, residueColumns } = p;
  const offsetOf = (channel: number, row: number, kx: number): number => {
    const column = kx * c.x.dilation;
    const residue = column % residues;
    const inRow = residue * residueColumns + (column - residue) / residues;
    return (channel * p.plane + row * p.row + inRow) * FLOAT;
  };
  const edge = (row: number, ky: number): void => {
    for (let channel = 0; channel < c.inChannels; channel++) {
      for (let kx = 0; kx < c.x.taps; kx++) {
        table[input++] = offsetOf(channel, row, kx);
        table[weight++] = weightOf(channel, ky, kx);
      }
    }
  };
  edge(0, 0);
  for (let channel = 0; channel < c.inChannels; channel++) {
    for (let row = 1; row < c.y.taps; row++) {
      for (let kx = 0; kx < c.x.taps; kx++) {
        table[input++] = offsetOf(channel, row, kx);
        table[weight++] = weightOf(channel, row, kx);
        table[weight++] = weightOf(channel, row - 1, kx);
      }
    }
  }
  edge(c.y.taps, c.y.taps - 1);
}
