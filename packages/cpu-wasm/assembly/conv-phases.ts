/**
 * The input gradient of a strided correlation with few input channels: each row's column phases (pixels of one
 * residue) are summed on lanes along the row, side by side in a buffer, and interleaved into the row.
 */
import { arg } from "./simd";
import { positions, setTapRuns } from "./conv-positions";

/** out[i · phases + phase] = buffer[phase][i] for a row of `width`; `pitch`: bytes of a buffer row. */
export function interleave(buffer: usize, pitch: usize, phases: i32, out: usize, width: i32): void {
  if (phases == 2) {
    const other = buffer + pitch;
    let x = 0;
    for (let at: usize = 0; x + 8 <= width; x += 8, at += 16, out += 32) {
      const a = v128.load(buffer + at), b = v128.load(other + at);
      v128.store(out, v128.shuffle<f32>(a, b, 0, 4, 1, 5));
      v128.store(out, v128.shuffle<f32>(a, b, 2, 6, 3, 7), 16);
    }
    for (; x < width; x++, out += 4) {
      store<f32>(out, load<f32>((x & 1 ? other : buffer) + (<usize>(x >> 1) << 2)));
    }
    return;
  }
  for (let phase = 0; phase < phases; phase++, buffer += pitch) {
    for (let x = phase, i: usize = 0; x < width; x += phases, i += 4) {
      store<f32>(out + (<usize>x << 2), load<f32>(buffer + i));
    }
  }
}

/**
 * Chunks: (image, group, slice of this row phase's rows).
 *
 * args: 0 input (padded), 1 out at the first row, 2 phases' descriptors, 3 column phases, 4 channels of a group, 5
 * rows, 6 columns of out, 7 rows of a slice, 8 slices, 9 groups, 10 input step per row, 11 per group, 12 per image,
 * 13 out step per row, 14 per channel, 15 per image, 16 buffers, 17 bytes of a buffer row. A descriptor: tap table,
 * taps, packed weights, weight step per group, input offset, columns of the phase.
 */
export function convRowPhases(args: usize, begin: i32, end: i32): void {
  const phases = arg(args, 3), channels = arg(args, 4), slices = arg(args, 8), groups = arg(args, 9);
  const outChannel = <usize>arg(args, 14), pitch = <usize>arg(args, 17);
  setTapRuns(1, 0);
  for (let chunk = begin; chunk < end; chunk++) {
    const rest = chunk / slices;
    const slice = chunk - rest * slices;
    const image = rest / groups;
    const group = rest - image * groups;
    const first = slice * arg(args, 7);
    const last = min(first + arg(args, 7), arg(args, 5));
    const buffer = <usize>arg(args, 16) + pitch * (2 * phases * chunk);
    const second = buffer + pitch * phases;
    for (let row = first; row < last; row++) {
      const input = <usize>arg(args, 0) + arg(args, 12) * image + arg(args, 11) * group + arg(args, 10) * row;
      const out = <usize>arg(args, 1) + arg(args, 15) * image + arg(args, 13) * row + outChannel * (group * channels);
      for (let channel = 0; channel < channels; channel += 2) {
        const pair = channel + 1 < channels;
        const step: usize = pair ? 8 : 4;
        for (let phase = 0; phase < phases; phase++) {
          const about = <usize>arg(args, 2) + <usize>phase * 24;
          const taps = arg(about, 1), columns = arg(about, 5);
          const to = buffer + pitch * phase;
          if (taps == 0) {
            memory.fill(to, 0, <usize>columns << 2);
            memory.fill(to + pitch * phases, 0, <usize>columns << 2);
            continue;
          }
          const weights = <usize>arg(about, 2) + arg(about, 3) * group + (<usize>(channel * (taps + 1)) << 2);
          positions(
            pair ? 2 : 1, input + arg(about, 4), <usize>arg(about, 0), weights, weights + step, taps, to, pitch * phases,
            max(columns, 8),
          );
        }
        const to = out + outChannel * channel;
        interleave(buffer, pitch, phases, to, arg(args, 6));
        if (pair) interleave(second, pitch, phases, to + outChannel, arg(args, 6));
      }
    }
  }
}
