/**
 * Correlations with few output channels: row after row of the output, lanes along the row (conv-positions.ts).
 */
import { arg } from "./simd";
import { positions, setTapRuns } from "./conv-positions";

/**
 * Weights for conv-positions.ts: per channel pair the starts of its sums (a bias, or 0), then one row per tap. A last odd
 * channel takes rows of one float. Chunks are groups.
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

/**
 * Chunks: (image, group, slice of output rows).
 *
 * args: 0 input, 1 out, 2 packed weights, 3 tap table, 4 taps, 5 channels of a group, 6 rows, 7 columns (≥ 8), 8 rows of
 * a slice, 9 slices, 10 groups, 11 input step per row, 12 per group, 13 per image, 14 out step per row, 15 per channel,
 * 16 per image, 17 weight step per group.
 */
export function convRows(args: usize, begin: i32, end: i32): void {
  const table = <usize>arg(args, 3), taps = arg(args, 4), channels = arg(args, 5);
  const columns = arg(args, 7), slices = arg(args, 9), groups = arg(args, 10);
  const outChannel = <usize>arg(args, 15);
  setTapRuns(1, 0);
  for (let chunk = begin; chunk < end; chunk++) {
    const rest = chunk / slices;
    const slice = chunk - rest * slices;
    const image = rest / groups;
    const group = rest - image * groups;
    const first = slice * arg(args, 8);
    const last = min(first + arg(args, 8), arg(args, 6));
    let input = <usize>arg(args, 0) + arg(args, 13) * image + arg(args, 12) * group + arg(args, 11) * first;
    let out = <usize>arg(args, 1) + arg(args, 16) * image + outChannel * (group * channels) + arg(args, 14) * first;
    const packed = <usize>arg(args, 2) + arg(args, 17) * group;
    for (let row = first; row < last; row++) {
      let weights = packed, to = out;
      for (let channel = 0; channel < channels; channel += 2) {
        const pair = channel + 1 < channels;
        const step: usize = pair ? 8 : 4;
        positions(pair ? 2 : 1, input, table, weights, weights + step, taps, to, outChannel, columns);
        weights += <usize>(taps + 1) * step;
        to += outChannel << 1;
      }
      input += arg(args, 11);
      out += arg(args, 14);
    }
  }
}
