/**
 * Correlations with few output channels: row after row of the output, lanes along the row
 * (common/positions.ts).
 */

import { stageRow } from "../pad";
import { positions } from "../../common/positions";
import { rowPair16 } from "./row-pair";

/** All of a row's channels. */
@inline
function rowChannels(
  input: usize,
  table: usize,
  weights: usize,
  taps: i32,
  channels: i32,
  out: usize,
  outChannel: usize,
  columns: i32,
): void {
  for (let channel = 0; channel < channels; channel += 2) {
    const pair = channel + 1 < channels;
    const step: usize = pair ? 8 : 4;
    positions(pair ? 2 : 1, input, table, weights, weights + step, taps, out, outChannel, columns);
    weights += <usize>(taps + 1) * step;
    out += outChannel << 1;
  }
}

/** Two rows of one channel; at least 16 columns, the last tile may overlap its neighbour. */
@inline
function rowPair(
  input: usize,
  table: usize,
  weights: usize,
  edge: i32,
  middle: i32,
  out: usize,
  outRow: usize,
  columns: i32,
): void {
  const last = (<usize>(columns - 16)) << 2;
  for (let at: usize = 0; at < last; at += 64)
    rowPair16(input + at, table, weights, edge, middle, out + at, outRow);
  rowPair16(input + last, table, weights, edge, middle, out + last, outRow);
}

/** The argument block of `convRows`. Steps are in bytes. */
@unmanaged
export class RowArguments {
  input: usize;
  out: usize;
  /** As `packTaps` packs them. */
  weights: usize;
  /** The taps' offsets in the input, or in a buffer. */
  table: usize;
  taps: i32;
  /** Output channels of a group. */
  channels: i32;
  rows: i32;
  columns: i32;
  /** Rows of a strip. */
  strip: i32;
  strips: i32;
  groups: i32;
  /** Per row of windows: the vertical stride's rows. */
  rowIn: usize;
  groupIn: i32;
  imageIn: i32;
  rowOut: usize;
  channelOut: usize;
  imageOut: i32;
  groupWeights: i32;
  units: i32;
  chunks: i32;
  /** Room for padded strips, one for each chunk; or 0. */
  buffers: usize;
  bufferBytes: usize;
  /** Of the input, and zeros before it. */
  height: i32;
  width: i32;
  top: i32;
  left: i32;
  /** The horizontal stride, and columns of one residue in a buffer. */
  residues: i32;
  residueColumns: i32;
  /** The vertical stride. */
  stride: i32;
  /** Input rows of a strip in a buffer, and input channels of a group. */
  stripRows: i32;
  inChannels: i32;
  /** Weights of row pairs, their edge and middle taps, and the table of these; or 0. */
  pairWeights: usize;
  edge: i32;
  middle: i32;
  pairTable: usize;
  groupPairWeights: i32;
  /** Where in a buffer the sums of narrow rows go, or 0. */
  narrowSums: i32;
  /** Narrow rows that are summed as one: 1, or a strip's with vertical stride 1. */
  together: i32;
}

/**
 * Chunks: runs of units; a unit is (image, group, strip of output rows). Where padding or a horizontal stride
 * asks for it, the strip's input rows are first copied into the chunk's buffer, which stays in the
 * first-level cache.
 */
export function convRows(args: RowArguments, begin: i32, end: i32): void {
  const table = args.table,
    taps = args.taps,
    channels = args.channels;
  const columns = args.columns,
    strips = args.strips,
    groups = args.groups;
  const outRow = args.rowOut,
    outChannel = args.channelOut;
  const units = args.units,
    chunks = args.chunks;
  for (let chunk = begin; chunk < end; chunk++) {
    const endUnit = <i32>((<i64>units * (chunk + 1)) / chunks);
    for (let unit = <i32>((<i64>units * chunk) / chunks); unit < endUnit; unit++) {
      const rest = unit / strips;
      const first = (unit - rest * strips) * args.strip;
      const last = min(first + args.strip, args.rows);
      const image = rest / groups;
      const group = rest - image * groups;
      let input = args.input + args.imageIn * image + args.groupIn * group;
      let step = args.rowIn;
      if (args.buffers) {
        const buffer = args.buffers + args.bufferBytes * chunk;
        stageStrip(args, input, buffer, first, last - first);
        input = buffer;
        step = (<usize>(args.stride * args.residues * args.residueColumns)) << 2;
      } else input += step * first;
      let out = args.out + args.imageOut * image + outChannel * (group * channels) + outRow * first;
      let row = first;
      if (args.pairWeights) {
        const weights = args.pairWeights + args.groupPairWeights * group;
        for (; row + 2 <= last; row += 2) {
          rowPair(input, args.pairTable, weights, args.edge, args.middle, out, outRow, columns);
          input += 2 * step;
          out += 2 * outRow;
        }
      }
      const weights = args.weights + args.groupWeights * group;
      if (args.narrowSums) {
        narrowRows(args, input, step, weights, out, last - first);
        continue;
      }
      for (; row < last; row++) {
        rowChannels(input, table, weights, taps, channels, out, outChannel, columns);
        input += step;
        out += outRow;
      }
    }
  }
}

/**
 * Copies the input rows of `count` output rows from `first` on, of all channels of a group. args: those of
 * `convRows`.
 */
function stageStrip(args: RowArguments, input: usize, buffer: usize, first: i32, count: i32): void {
  const height = args.height,
    width = args.width,
    residues = args.residues,
    columns = args.residueColumns;
  const stride = args.stride,
    planeRows = args.stripRows;
  // The last strip may need fewer rows than its planes have.
  const rows = planeRows - (args.strip - count) * stride;
  const top = first * stride - args.top;
  const pitch = (<usize>(residues * columns)) << 2;
  for (let channel = 0; channel < args.inChannels; channel++) {
    let to = buffer + pitch * (channel * planeRows);
    const plane = input + ((<usize>(channel * height * width)) << 2);
    for (let i = 0; i < rows; i++, to += pitch) {
      const y = top + i;
      const from: usize = <u32>y < <u32>height ? plane + ((<usize>(y * width)) << 2) : 0;
      stageRow(from, width, args.left, to, residues, columns);
    }
  }
}

/**
 * Rows of less than 8 columns, from a staged strip: the sums run on over the padding into the next row, and
 * what lies between rows is not copied out. args: those of `convRows`.
 */
function narrowRows(
  args: RowArguments,
  input: usize,
  step: usize,
  weights: usize,
  out: usize,
  rows: i32,
): void {
  const taps = args.taps,
    channels = args.channels,
    columns = args.columns,
    together = args.together;
  const outRow = args.rowOut,
    outChannel = args.channelOut;
  const sums = input + args.narrowSums;
  for (let row = 0; row < rows; row += together) {
    const count = min(together, rows - row);
    const width = max(<i32>(step >> 2) * (count - 1) + columns, 8);
    const pitch = (<usize>(width + 8)) << 2;
    let at = weights;
    for (let channel = 0; channel < channels; channel += 2) {
      const both = min(channels - channel, 2);
      positions(both, input + step * row, args.table, at, at + 4 * both, taps, sums, pitch, width);
      at += <usize>(taps + 1) * 4 * both;
      for (let c = 0; c < both; c++) {
        let to = out + outChannel * (channel + c) + outRow * row;
        let from = sums + pitch * c;
        for (let i = 0; i < count; i++, to += outRow, from += step) {
          for (let x = 0; x < columns; x++)
            store<f32>(to + ((<usize>x) << 2), load<f32>(from + ((<usize>x) << 2)));
        }
      }
    }
  }
}
