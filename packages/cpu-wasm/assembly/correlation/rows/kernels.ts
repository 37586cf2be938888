/**
 * Correlations with few output channels: row after row of the output, lanes along the row
 * (common/positions.ts).
 */
import { arg } from "../../common/simd";
import { stageRow } from "../pad";
import { positions, setTapRuns } from "../../common/positions";
import { rowPair16 } from "./row-pair";

/** The argument block of `packTaps`. Steps are in bytes. */
export const enum TapSlot {
  SOURCE,
  /** Or 0. */
  BIAS,
  OUT,
  /** The taps' offsets in the source. */
  TABLE,
  TAPS,
  /** Of a group. */
  CHANNELS,
  CHANNEL_STEP,
  GROUP_STEP,
  GROUP_OUT,
}

/**
 * Weights for common/positions.ts: per channel pair the starts of its sums (a bias, or 0), then one row per
 * tap. A last odd channel takes rows of one float. Chunks are groups.
 */
export function packTaps(args: usize, begin: i32, end: i32): void {
  const taps = arg(args, TapSlot.TAPS),
    channels = arg(args, TapSlot.CHANNELS);
  const channelStep = <usize>arg(args, TapSlot.CHANNEL_STEP);
  for (let group = begin; group < end; group++) {
    let source = <usize>arg(args, TapSlot.SOURCE) + arg(args, TapSlot.GROUP_STEP) * group;
    const bias = arg(args, TapSlot.BIAS)
      ? <usize>arg(args, TapSlot.BIAS) + ((<usize>(group * channels)) << 2)
      : 0;
    let to = <usize>arg(args, TapSlot.OUT) + arg(args, TapSlot.GROUP_OUT) * group;
    for (let channel = 0; channel < channels; channel += 2) {
      const pair = channel + 1 < channels;
      const at = bias + ((<usize>channel) << 2);
      store<f32>(to, bias ? load<f32>(at) : 0);
      if (pair) store<f32>(to, bias ? load<f32>(at, 4) : 0, 4);
      to += pair ? 8 : 4;
      for (let tap = 0; tap < taps; tap++) {
        const from = source + load<i32>(<usize>arg(args, TapSlot.TABLE) + ((<usize>tap) << 2));
        store<f32>(to, load<f32>(from));
        if (pair) store<f32>(to, load<f32>(from + channelStep), 4);
        to += pair ? 8 : 4;
      }
      source += channelStep << 1;
    }
  }
}

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
export const enum RowSlot {
  INPUT,
  OUT,
  /** As `packTaps` packs them. */
  WEIGHTS,
  /** The taps' offsets in the input, or in a buffer. */
  TABLE,
  TAPS,
  /** Output channels of a group. */
  CHANNELS,
  ROWS,
  COLUMNS,
  /** Rows of a strip. */
  STRIP,
  STRIPS,
  GROUPS,
  /** Per row of windows: the vertical stride's rows. */
  ROW_IN,
  GROUP_IN,
  IMAGE_IN,
  ROW_OUT,
  CHANNEL_OUT,
  IMAGE_OUT,
  GROUP_WEIGHTS,
  UNITS,
  CHUNKS,
  /** Room for padded strips, one for each chunk; or 0. */
  BUFFERS,
  BUFFER_BYTES,
  /** Of the input, and zeros before it. */
  HEIGHT,
  WIDTH,
  TOP,
  LEFT,
  /** The horizontal stride, and columns of one residue in a buffer. */
  RESIDUES,
  RESIDUE_COLUMNS,
  /** The vertical stride. */
  STRIDE,
  /** Input rows of a strip in a buffer, and input channels of a group. */
  STRIP_ROWS,
  IN_CHANNELS,
  /** Weights of row pairs, their edge and middle taps, and the table of these; or 0. */
  PAIR_WEIGHTS,
  EDGE,
  MIDDLE,
  PAIR_TABLE,
  GROUP_PAIR_WEIGHTS,
  /** Where in a buffer the sums of narrow rows go, or 0. */
  NARROW_SUMS,
  /** Narrow rows that are summed as one: 1, or a strip's with vertical stride 1. */
  TOGETHER,
}

/**
 * Chunks: runs of units; a unit is (image, group, strip of output rows). Where padding or a horizontal stride
 * asks for it, the strip's input rows are first copied into the chunk's buffer, which stays in the
 * first-level cache.
 */
export function convRows(args: usize, begin: i32, end: i32): void {
  const table = <usize>arg(args, RowSlot.TABLE),
    taps = arg(args, RowSlot.TAPS),
    channels = arg(args, RowSlot.CHANNELS);
  const columns = arg(args, RowSlot.COLUMNS),
    strips = arg(args, RowSlot.STRIPS),
    groups = arg(args, RowSlot.GROUPS);
  const outRow = <usize>arg(args, RowSlot.ROW_OUT),
    outChannel = <usize>arg(args, RowSlot.CHANNEL_OUT);
  const units = arg(args, RowSlot.UNITS),
    chunks = arg(args, RowSlot.CHUNKS);
  setTapRuns(1, 0);
  for (let chunk = begin; chunk < end; chunk++) {
    const endUnit = <i32>((<i64>units * (chunk + 1)) / chunks);
    for (let unit = <i32>((<i64>units * chunk) / chunks); unit < endUnit; unit++) {
      const rest = unit / strips;
      const first = (unit - rest * strips) * arg(args, RowSlot.STRIP);
      const last = min(first + arg(args, RowSlot.STRIP), arg(args, RowSlot.ROWS));
      const image = rest / groups;
      const group = rest - image * groups;
      let input =
        <usize>arg(args, RowSlot.INPUT) +
        arg(args, RowSlot.IMAGE_IN) * image +
        arg(args, RowSlot.GROUP_IN) * group;
      let step = <usize>arg(args, RowSlot.ROW_IN);
      if (arg(args, RowSlot.BUFFERS)) {
        const buffer = <usize>arg(args, RowSlot.BUFFERS) + <usize>arg(args, RowSlot.BUFFER_BYTES) * chunk;
        stageStrip(args, input, buffer, first, last - first);
        input = buffer;
        step =
          (<usize>(
            (arg(args, RowSlot.STRIDE) * arg(args, RowSlot.RESIDUES) * arg(args, RowSlot.RESIDUE_COLUMNS))
          )) << 2;
      } else input += step * first;
      let out =
        <usize>arg(args, RowSlot.OUT) +
        arg(args, RowSlot.IMAGE_OUT) * image +
        outChannel * (group * channels) +
        outRow * first;
      let row = first;
      if (arg(args, RowSlot.PAIR_WEIGHTS)) {
        const weights =
          <usize>arg(args, RowSlot.PAIR_WEIGHTS) + arg(args, RowSlot.GROUP_PAIR_WEIGHTS) * group;
        for (; row + 2 <= last; row += 2) {
          rowPair(
            input,
            <usize>arg(args, RowSlot.PAIR_TABLE),
            weights,
            arg(args, RowSlot.EDGE),
            arg(args, RowSlot.MIDDLE),
            out,
            outRow,
            columns,
          );
          input += 2 * step;
          out += 2 * outRow;
        }
      }
      const weights = <usize>arg(args, RowSlot.WEIGHTS) + arg(args, RowSlot.GROUP_WEIGHTS) * group;
      if (arg(args, RowSlot.NARROW_SUMS)) {
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
function stageStrip(args: usize, input: usize, buffer: usize, first: i32, count: i32): void {
  const height = arg(args, RowSlot.HEIGHT),
    width = arg(args, RowSlot.WIDTH),
    residues = arg(args, RowSlot.RESIDUES),
    columns = arg(args, RowSlot.RESIDUE_COLUMNS);
  const stride = arg(args, RowSlot.STRIDE),
    planeRows = arg(args, RowSlot.STRIP_ROWS);
  // The last strip may need fewer rows than its planes have.
  const rows = planeRows - (arg(args, RowSlot.STRIP) - count) * stride;
  const top = first * stride - arg(args, RowSlot.TOP);
  const pitch = (<usize>(residues * columns)) << 2;
  for (let channel = 0; channel < arg(args, RowSlot.IN_CHANNELS); channel++) {
    let to = buffer + pitch * (channel * planeRows);
    const plane = input + ((<usize>(channel * height * width)) << 2);
    for (let i = 0; i < rows; i++, to += pitch) {
      const y = top + i;
      const from: usize = <u32>y < <u32>height ? plane + ((<usize>(y * width)) << 2) : 0;
      stageRow(from, width, arg(args, RowSlot.LEFT), to, residues, columns);
    }
  }
}

/**
 * Rows of less than 8 columns, from a staged strip: the sums run on over the padding into the next row, and
 * what lies between rows is not copied out. args: those of `convRows`.
 */
function narrowRows(args: usize, input: usize, step: usize, weights: usize, out: usize, rows: i32): void {
  const taps = arg(args, RowSlot.TAPS),
    channels = arg(args, RowSlot.CHANNELS),
    columns = arg(args, RowSlot.COLUMNS),
    together = arg(args, RowSlot.TOGETHER);
  const outRow = <usize>arg(args, RowSlot.ROW_OUT),
    outChannel = <usize>arg(args, RowSlot.CHANNEL_OUT);
  const sums = input + arg(args, RowSlot.NARROW_SUMS);
  for (let row = 0; row < rows; row += together) {
    const count = min(together, rows - row);
    const width = max(<i32>(step >> 2) * (count - 1) + columns, 8);
    const pitch = (<usize>(width + 8)) << 2;
    let at = weights;
    for (let channel = 0; channel < channels; channel += 2) {
      const both = min(channels - channel, 2);
      positions(
        both,
        input + step * row,
        <usize>arg(args, RowSlot.TABLE),
        at,
        at + 4 * both,
        taps,
        sums,
        pitch,
        width,
      );
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
