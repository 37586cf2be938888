/**
 * Correlations with few output channels, or with long rows, on lanes along the output rows
 * (`kernels.ts`).
 */
import { STRIP_BYTES } from "../../common/budgets";
import { bytes, ceilDiv, newScratch, run } from "../../common/host";
import { argumentsOf } from "../../common/structs";
import { Correlation, CORRELATION_BYTES } from "../correlation";
import {
  columnOffset,
  kernelOffsets,
  Planes,
  PLANES_BYTES,
  setCopied,
  setRowPlanes,
  tapOffsets,
} from "../planes";
import { convRows, RowArguments } from "./kernels";
import { PAIR_CHAIN } from "./row-pair";
import { joinRows } from "./together";
import { packedTaps, packWeights } from "./weights-driver";

/** What a row of lanes takes at least; narrower rows are summed together. */
const LEAST_COLUMNS = 8;
/** Each chunk has a buffer for strips. */
const CHUNKS = 32;

/** Two rows at a time read each input row once: for one output channel, from 3 rows of taps on. */
function pairsRows(c: Correlation): bool {
  return (
    c.outChannels == 1 &&
    c.y.stride == 1 &&
    c.y.dilation == 1 &&
    c.x.output >= 16 &&
    c.y.output >= 2 &&
    c.y.taps >= 3 &&
    c.inChannels * c.x.taps <= PAIR_CHAIN
  );
}

/** Output rows of a strip. */
function stripRows(c: Correlation, p: Planes): i32 {
  const perRow = bytes(c.inChannels * p.row);
  const overlap = (c.y.taps - 1) * c.y.dilation;
  const fit = (STRIP_BYTES / perRow - overlap) / c.y.stride;
  // Overlapping rows are copied again: not more than about half of them.
  const least = p.copied ? ceilDiv(overlap, c.y.stride) : 1;
  const units = min(c.batch * c.groups, CHUNKS);
  const spread = ceilDiv(c.y.output, ceilDiv(CHUNKS, units));
  const rows = max(least, max(min(fit, spread), 1));
  return min(c.y.output, rows + (rows & 1));
}

const joined = changetype<Correlation>(memory.data(CORRELATION_BYTES));
const planes = changetype<Planes>(memory.data(PLANES_BYTES));

/** x ⋆ kernel; output rows must be contiguous. `bias`: pointer, or 0. */
export function correlateRows(whole: Correlation, x: usize, kernel: usize, bias: usize, out: usize): void {
  const c = joinRows(whole, joined);
  const p = planes;
  const narrow = c.x.output < LEAST_COLUMNS;
  if (narrow) setCopied(p, c.y.reach, c.x.reach, c.x.stride);
  else setRowPlanes(c, p, 0);
  const rows = stripRows(c, p);
  const strips = ceilDiv(c.y.output, rows);
  const copied = p.copied;
  if (copied) setCopied(p, c.y.reachOf(rows), c.x.reach, c.x.stride);
  // Lanes of narrow rows run on beyond the strip, into what is never stored.
  const stagedBytes = bytes(c.inChannels * p.plane + 2 * LEAST_COLUMNS);
  const together = narrow && c.y.stride == 1 ? rows : 1;
  const sumsBytes = narrow ? 2 * bytes(together * p.row + 2 * LEAST_COLUMNS) : 0;
  const taps = c.depth;
  const units = c.batch * c.groups * strips;
  const chunks = min(CHUNKS, units);
  const paired = pairsRows(c);
  const edge = c.inChannels * c.x.taps;
  const groupWeights = bytes(packedTaps(c.outChannels, taps));
  const pairWeights = bytes(1 + 2 * taps);
  const bufferBytes = copied ? stagedBytes + sumsBytes : 0;

  const scratch = newScratch();
  const tapTable = scratch.reserve(bytes(taps));
  const kernelTable = scratch.reserve(bytes(2 * taps));
  const packed = scratch.reserve(<f64>c.groups * groupWeights);
  const pairTable = scratch.reserve(paired ? bytes(taps + edge) : 0);
  const pairPacked = scratch.reserve(paired ? <f64>c.groups * pairWeights : 0);
  const buffers = scratch.reserve(<f64>chunks * bufferBytes);
  const base = scratch.allocate();

  const from = kernel + bytes(c.kernelBase),
    source = base + kernelTable;
  const channelStep = bytes(c.kernelOut),
    groupStep = bytes(c.kernelGroup);
  tapOffsets(c, p, base + tapTable);
  kernelOffsets(c, source);
  packWeights(
    from,
    bias,
    base + packed,
    source,
    taps,
    c.outChannels,
    channelStep,
    c.groups,
    groupStep,
    groupWeights,
  );
  if (paired) {
    writePairs(c, p, base + pairTable, source);
    packWeights(
      from,
      bias,
      base + pairPacked,
      source,
      2 * taps,
      1,
      channelStep,
      c.groups,
      groupStep,
      pairWeights,
    );
  }

  const args = argumentsOf<RowArguments>();
  args.input = x + bytes(p.base);
  args.out = out + bytes(c.outBase);
  args.weights = base + packed;
  args.table = base + tapTable;
  args.taps = taps;
  args.channels = c.outChannels;
  args.rows = c.y.output;
  args.columns = c.x.output;
  args.strip = rows;
  args.strips = strips;
  args.groups = c.groups;
  args.rowIn = bytes(c.y.stride * c.x.input);
  args.groupIn = bytes(c.inChannels * c.y.input * c.x.input);
  args.imageIn = bytes(c.imageIn);
  args.rowOut = bytes(c.outY);
  args.channelOut = bytes(c.outPlane);
  args.imageOut = bytes(c.imageOut);
  args.groupWeights = groupWeights;
  args.units = units;
  args.chunks = chunks;
  args.buffers = copied ? base + buffers : 0;
  args.bufferBytes = bufferBytes;
  args.height = c.y.input;
  args.width = c.x.input;
  args.top = c.y.pad;
  args.left = c.x.pad;
  args.residues = p.residues;
  args.residueColumns = p.residueColumns;
  args.stride = c.y.stride;
  args.stripRows = p.rows;
  args.inChannels = c.inChannels;
  args.pairWeights = paired ? base + pairPacked : 0;
  args.edge = edge;
  args.middle = taps - edge;
  args.pairTable = base + pairTable;
  args.groupPairWeights = pairWeights;
  args.narrowSums = narrow ? stagedBytes : 0;
  args.together = together;
  run<RowArguments>(convRows, chunks, 2 * c.macs);
}

function inputOffset(c: Correlation, p: Planes, channel: i32, row: i32, kx: i32): i32 {
  return bytes(channel * p.plane + row * p.row + columnOffset(c, p, kx));
}

function kernelOffset(c: Correlation, channel: i32, ky: i32, kx: i32): i32 {
  return bytes(channel * c.kernelIn + ky * c.kernelY + kx * c.kernelX);
}

/** The taps of kernel row `ky`, of all channels, on input row `row`. */
function writeEdge(
  c: Correlation,
  p: Planes,
  row: i32,
  ky: i32,
  inputTable: usize,
  kernelTable: usize,
): void {
  for (let channel = 0, at: usize = 0; channel < c.inChannels; channel++) {
    for (let kx = 0; kx < c.x.taps; kx++, at += 4) {
      store<i32>(inputTable + at, inputOffset(c, p, channel, row, kx));
      store<i32>(kernelTable + at, kernelOffset(c, channel, ky, kx));
    }
  }
}

/**
 * The walk of `rowPair16`: input offsets (upper edge, middle, lower edge) and the kernel offsets of its
 * weights, in which a middle tap has one weight for either row.
 */
function writePairs(c: Correlation, p: Planes, inputTable: usize, kernelTable: usize): void {
  const edgeBytes = bytes(c.inChannels * c.x.taps);
  writeEdge(c, p, 0, 0, inputTable, kernelTable);
  inputTable += edgeBytes;
  kernelTable += edgeBytes;
  for (let channel = 0; channel < c.inChannels; channel++) {
    for (let row = 1; row < c.y.taps; row++) {
      for (let kx = 0; kx < c.x.taps; kx++, inputTable += 4, kernelTable += 8) {
        store<i32>(inputTable, inputOffset(c, p, channel, row, kx));
        store<i32>(kernelTable, kernelOffset(c, channel, row, kx));
        store<i32>(kernelTable + 4, kernelOffset(c, channel, row - 1, kx));
      }
    }
  }
  writeEdge(c, p, c.y.taps, c.y.taps - 1, inputTable, kernelTable);
}
