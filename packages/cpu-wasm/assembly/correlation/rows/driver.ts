/**
 * Correlations with few output channels, or with long rows, on lanes along the output rows
 * (`kernels.ts`).
 */
import { convRows, packTaps, RowSlot, TapSlot } from "./kernels";
import { STRIP_BYTES } from "../../common/budgets";
import { C, depth, imageIn, imageOut, joinRows, macs, reachOf, reachX, reachY, X, Y } from "../correlation";
import { allocate, at, bytes, ceilDiv, reserve, run, set } from "../../common/host";
import { columnOffset, kernelOffsets, P, setCopied, setRowPlanes, tapOffsets } from "../planes";

/** What a row of lanes takes at least; narrower rows are summed together. */
const LEAST_COLUMNS = 8;
/** Each chunk has a buffer for strips. */
const CHUNKS = 32;

/** Floats of `packTaps` for one group. */
export function packedTaps(channels: i32, taps: i32): i32 {
  return channels * (taps + 1);
}

/**
 * Packs the weights of `taps` taps of `groups` groups, which lie at the offsets of `table` from `source` on.
 */
export function packWeights(
  source: usize,
  bias: usize,
  out: usize,
  table: usize,
  taps: i32,
  channels: i32,
  channelStep: i32,
  groups: i32,
  groupStep: i32,
  groupOut: i32,
): void {
  set(TapSlot.SOURCE, source);
  set(TapSlot.BIAS, bias);
  set(TapSlot.OUT, out);
  set(TapSlot.TABLE, table);
  set(TapSlot.TAPS, taps);
  set(TapSlot.CHANNELS, channels);
  set(TapSlot.CHANNEL_STEP, channelStep);
  set(TapSlot.GROUP_STEP, groupStep);
  set(TapSlot.GROUP_OUT, groupOut);
  run(packTaps, groups, 2 * <f64>groups * channels * taps);
}

/** Two rows at a time read each input row once: for one output channel, from 3 rows of taps on. */
function pairsRows(): bool {
  return (
    C.outChannels == 1 && Y.stride == 1 && Y.dilation == 1 && X.output >= 16 && Y.output >= 2 && Y.taps >= 3
  );
}

/** Output rows of a strip. */
function stripRows(): i32 {
  const perRow = bytes(C.inChannels * P.row);
  const overlap = (Y.taps - 1) * Y.dilation;
  const fit = (STRIP_BYTES / perRow - overlap) / Y.stride;
  // Overlapping rows are copied again: not more than about half of them.
  const least = P.copied ? ceilDiv(overlap, Y.stride) : 1;
  const units = min(C.batch * C.groups, CHUNKS);
  const spread = ceilDiv(Y.output, ceilDiv(CHUNKS, units));
  const rows = max(least, max(min(fit, spread), 1));
  return min(Y.output, rows + (rows & 1));
}

/** x ⋆ kernel; output rows must be contiguous. `bias`: pointer, or 0. */
export function correlateRows(x: usize, kernel: usize, bias: usize, out: usize): void {
  joinRows();
  const narrow = X.output < LEAST_COLUMNS;
  if (narrow) setCopied(reachY(), reachX(), X.stride);
  else setRowPlanes(0);
  const rows = stripRows();
  const strips = ceilDiv(Y.output, rows);
  const copied = P.copied;
  if (copied) setCopied(reachOf(rows, Y.taps, Y.stride, Y.dilation), reachX(), X.stride);
  // Lanes of narrow rows run on beyond the strip, into what is never stored.
  const stagedBytes = bytes(C.inChannels * P.plane + 2 * LEAST_COLUMNS);
  const together = narrow && Y.stride == 1 ? rows : 1;
  const sumsBytes = narrow ? 2 * bytes(together * P.row + 2 * LEAST_COLUMNS) : 0;
  const taps = depth();
  const units = C.batch * C.groups * strips;
  const chunks = min(CHUNKS, units);
  const paired = pairsRows();
  const edge = C.inChannels * X.taps;
  const groupWeights = bytes(packedTaps(C.outChannels, taps));
  const pairWeights = bytes(1 + 2 * taps);
  const bufferBytes = copied ? stagedBytes + sumsBytes : 0;

  const tapTable = reserve(bytes(taps));
  const kernelTable = reserve(bytes(2 * taps));
  const packed = reserve(<f64>C.groups * groupWeights);
  const pairTable = reserve(paired ? bytes(taps + edge) : 0);
  const pairPacked = reserve(paired ? <f64>C.groups * pairWeights : 0);
  const buffers = reserve(<f64>chunks * bufferBytes);
  allocate();

  const from = kernel + bytes(C.kernelBase),
    source = at(kernelTable);
  const channelStep = bytes(C.kernelOut),
    groupStep = bytes(C.kernelGroup);
  tapOffsets(at(tapTable));
  kernelOffsets(source);
  packWeights(
    from,
    bias,
    at(packed),
    source,
    taps,
    C.outChannels,
    channelStep,
    C.groups,
    groupStep,
    groupWeights,
  );
  if (paired) {
    writePairs(at(pairTable), source);
    packWeights(
      from,
      bias,
      at(pairPacked),
      source,
      2 * taps,
      1,
      channelStep,
      C.groups,
      groupStep,
      pairWeights,
    );
  }

  set(RowSlot.INPUT, x + bytes(P.base));
  set(RowSlot.OUT, out + bytes(C.outBase));
  set(RowSlot.WEIGHTS, at(packed));
  set(RowSlot.TABLE, at(tapTable));
  set(RowSlot.TAPS, taps);
  set(RowSlot.CHANNELS, C.outChannels);
  set(RowSlot.ROWS, Y.output);
  set(RowSlot.COLUMNS, X.output);
  set(RowSlot.STRIP, rows);
  set(RowSlot.STRIPS, strips);
  set(RowSlot.GROUPS, C.groups);
  set(RowSlot.ROW_IN, bytes(Y.stride * X.input));
  set(RowSlot.GROUP_IN, bytes(C.inChannels * Y.input * X.input));
  set(RowSlot.IMAGE_IN, bytes(imageIn()));
  set(RowSlot.ROW_OUT, bytes(C.outY));
  set(RowSlot.CHANNEL_OUT, bytes(C.outPlane));
  set(RowSlot.IMAGE_OUT, bytes(imageOut()));
  set(RowSlot.GROUP_WEIGHTS, groupWeights);
  set(RowSlot.UNITS, units);
  set(RowSlot.CHUNKS, chunks);
  set(RowSlot.BUFFERS, copied ? at(buffers) : 0);
  set(RowSlot.BUFFER_BYTES, bufferBytes);
  set(RowSlot.HEIGHT, Y.input);
  set(RowSlot.WIDTH, X.input);
  set(RowSlot.TOP, Y.pad);
  set(RowSlot.LEFT, X.pad);
  set(RowSlot.RESIDUES, P.residues);
  set(RowSlot.RESIDUE_COLUMNS, P.residueColumns);
  set(RowSlot.STRIDE, Y.stride);
  set(RowSlot.STRIP_ROWS, P.rows);
  set(RowSlot.IN_CHANNELS, C.inChannels);
  set(RowSlot.PAIR_WEIGHTS, paired ? at(pairPacked) : 0);
  set(RowSlot.EDGE, edge);
  set(RowSlot.MIDDLE, taps - edge);
  set(RowSlot.PAIR_TABLE, at(pairTable));
  set(RowSlot.GROUP_PAIR_WEIGHTS, pairWeights);
  set(RowSlot.NARROW_SUMS, narrow ? stagedBytes : 0);
  set(RowSlot.TOGETHER, together);
  run(convRows, chunks, 2 * macs());
}

/** Where `writePairs` writes next. */
let nextInput: usize = 0;
let nextWeight: usize = 0;

function pushInput(channel: i32, row: i32, kx: i32): void {
  store<i32>(nextInput, bytes(channel * P.plane + row * P.row + columnOffset(kx)));
  nextInput += 4;
}

function pushWeight(channel: i32, ky: i32, kx: i32): void {
  store<i32>(nextWeight, bytes(channel * C.kernelIn + ky * C.kernelY + kx * C.kernelX));
  nextWeight += 4;
}

/**
 * The walk of `rowPair16`: input offsets (upper edge, middle, lower edge) and the kernel offsets of its
 * weights, in which a middle tap has one weight for either row.
 */
function writePairs(inputTable: usize, kernelTable: usize): void {
  nextInput = inputTable;
  nextWeight = kernelTable;
  pushEdge(0, 0);
  for (let channel = 0; channel < C.inChannels; channel++) {
    for (let row = 1; row < Y.taps; row++) {
      for (let kx = 0; kx < X.taps; kx++) {
        pushInput(channel, row, kx);
        pushWeight(channel, row, kx);
        pushWeight(channel, row - 1, kx);
      }
    }
  }
  pushEdge(Y.taps, Y.taps - 1);
}

function pushEdge(row: i32, ky: i32): void {
  for (let channel = 0; channel < C.inChannels; channel++) {
    for (let kx = 0; kx < X.taps; kx++) {
      pushInput(channel, row, kx);
      pushWeight(channel, ky, kx);
    }
  }
}
