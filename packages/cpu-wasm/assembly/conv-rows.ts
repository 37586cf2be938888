/**
 * Correlations with few output channels: row after row of the output, lanes along the row (conv-positions.ts).
 */
import { arg } from "./simd";
import { stageRow } from "./conv-pad";
import { positions, setTapRuns } from "./conv-positions";
import { rowPair16 } from "./conv-row-pair";

/**
 * Weights for conv-positions.ts: per channel pair the starts of its sums (a bias, or 0), then one row per tap. A
 * last odd channel takes rows of one float. Chunks are groups.
 *
 * args: 0 source, 1 bias or 0, 2 out, 3 table of the taps' offsets in the source, 4 taps, 5 channels of a group,
 * 6 source step per channel, 7 source step per group, 8 out step per group.
 */
export function packTaps(args: usize, begin: i32, end: i32): void {
  const taps = arg(args, 4), channels = arg(args, 5);
  const channelStep = <usize>arg(args, 6);
  for (let group = begin; group < end; group++) {
    let source = <usize>arg(args, 0) + arg(args, 7) * group;
    const bias = arg(args, 1) ? <usize>arg(args, 1) + (<usize>(group * channels) << 2) : 0;
    let to = <usize>arg(args, 2) + arg(args, 8) * group;
    for (let channel = 0; channel < channels; channel += 2) {
      const pair = channel + 1 < channels;
      const at = bias + (<usize>channel << 2);
      store<f32>(to, bias ? load<f32>(at) : 0);
      if (pair) store<f32>(to, bias ? load<f32>(at, 4) : 0, 4);
      to += pair ? 8 : 4;
      for (let tap = 0; tap < taps; tap++) {
        const from = source + load<i32>(<usize>arg(args, 3) + (<usize>tap << 2));
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
  const last = <usize>(columns - 16) << 2;
  for (let at: usize = 0; at < last; at += 64) rowPair16(input + at, table, weights, edge, middle, out + at, outRow);
  rowPair16(input + last, table, weights, edge, middle, out + last, outRow);
}

/**
 * Chunks: runs of units; a unit is (image, group, strip of output rows). Where padding or a horizontal stride asks
 * for it, the strip's input rows are first copied into the chunk's buffer, which stays in the first-level cache.
 *
 * args: 0 input, 1 out, 2 packed weights, 3 tap table, 4 taps, 5 channels of a group, 6 rows, 7 columns, 8
 * rows of a strip, 9 strips, 10 groups, 11 input step per row (of the window: stride · row), 12 per group, 13 per
 * image, 14 out step per row, 15 per channel, 16 per image, 17 weight step per group, 18 units, 19 chunks, 20
 * buffers or 0, 21 bytes of a buffer, 22 input height, 23 width, 24 rows and 25 columns of padding before, 26
 * residues, 27 columns of a residue, 28 vertical stride, 29 buffer rows of a strip, 30 input channels of a group,
 * 31 weights of row pairs (with edge and middle taps in 32, 33, tap table in 34, step per group in 35) or 0, 36
 * where the sums of narrow rows go, from the beginning of the buffer, or 0, 37 rows that are summed as one (1, or a
 * strip's with vertical stride 1).
 */
export function convRows(args: usize, begin: i32, end: i32): void {
  const table = <usize>arg(args, 3), taps = arg(args, 4), channels = arg(args, 5);
  const columns = arg(args, 7), strips = arg(args, 9), groups = arg(args, 10);
  const outRow = <usize>arg(args, 14), outChannel = <usize>arg(args, 15);
  const units = arg(args, 18), chunks = arg(args, 19);
  setTapRuns(1, 0);
  for (let chunk = begin; chunk < end; chunk++) {
    const endUnit = <i32>(<i64>units * (chunk + 1) / chunks);
    for (let unit = <i32>(<i64>units * chunk / chunks); unit < endUnit; unit++) {
      const rest = unit / strips;
      const first = (unit - rest * strips) * arg(args, 8);
      const last = min(first + arg(args, 8), arg(args, 6));
      const image = rest / groups;
      const group = rest - image * groups;
      let input = <usize>arg(args, 0) + arg(args, 13) * image + arg(args, 12) * group;
      let step = <usize>arg(args, 11);
      if (arg(args, 20)) {
        const buffer = <usize>arg(args, 20) + <usize>arg(args, 21) * chunk;
        stageStrip(args, input, buffer, first, last - first);
        input = buffer;
        step = <usize>(arg(args, 28) * arg(args, 26) * arg(args, 27)) << 2;
      } else input += step * first;
      let out = <usize>arg(args, 1) + arg(args, 16) * image + outChannel * (group * channels) + outRow * first;
      let row = first;
      if (arg(args, 31)) {
        const weights = <usize>arg(args, 31) + arg(args, 35) * group;
        for (; row + 2 <= last; row += 2) {
          rowPair(input, <usize>arg(args, 34), weights, arg(args, 32), arg(args, 33), out, outRow, columns);
          input += 2 * step;
          out += 2 * outRow;
        }
      }
      const weights = <usize>arg(args, 2) + arg(args, 17) * group;
      if (arg(args, 36)) {
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
  const height = arg(args, 22), width = arg(args, 23), residues = arg(args, 26), columns = arg(args, 27);
  const stride = arg(args, 28), planeRows = arg(args, 29);
  // The last strip may need fewer rows than its planes have.
  const rows = planeRows - (arg(args, 8) - count) * stride;
  const top = first * stride - arg(args, 24);
  const pitch = <usize>(residues * columns) << 2;
  for (let channel = 0; channel < arg(args, 30); channel++) {
    let to = buffer + pitch * (channel * planeRows);
    const plane = input + (<usize>(channel * height * width) << 2);
    for (let i = 0; i < rows; i++, to += pitch) {
      const y = top + i;
      const from: usize = <u32>y < <u32>height ? plane + (<usize>(y * width) << 2) : 0;
      stageRow(from, width, arg(args, 25), to, residues, columns);
    }
  }
}

/**
 * Rows of less than 8 columns, from a staged strip: the sums run on over the padding into the next row, and what lies
 * between rows is not copied out. args: those of `convRows`.
 */
function narrowRows(args: usize, input: usize, step: usize, weights: usize, out: usize, rows: i32): void {
  const taps = arg(args, 4), channels = arg(args, 5), columns = arg(args, 7), together = arg(args, 37);
  const outRow = <usize>arg(args, 14), outChannel = <usize>arg(args, 15);
  const sums = input + arg(args, 36);
  for (let row = 0; row < rows; row += together) {
    const count = min(together, rows - row);
    const width = max(<i32>(step >> 2) * (count - 1) + columns, 8);
    const pitch = <usize>(width + 8) << 2;
    let at = weights;
    for (let channel = 0; channel < channels; channel += 2) {
      const both = min(channels - channel, 2);
      positions(both, input + step * row, <usize>arg(args, 3), at, at + 4 * both, taps, sums, pitch, width);
      at += <usize>(taps + 1) * 4 * both;
      for (let c = 0; c < both; c++) {
        let to = out + outChannel * (channel + c) + outRow * row;
        let from = sums + pitch * c;
        for (let i = 0; i < count; i++, to += outRow, from += step) {
          for (let x = 0; x < columns; x++) store<f32>(to + (<usize>x << 2), load<f32>(from + (<usize>x << 2)));
        }
      }
    }
  }
}
