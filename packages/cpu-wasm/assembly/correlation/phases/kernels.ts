/**
 * The input gradient of a strided correlation with few input channels: the column phases (pixels of one residue)
 * of some rows are summed on lanes along the rows, which run on over the padding between them, side by side in a
 * buffer, and interleaved into the rows.
 */
import { thread } from "../../common/tile-room";

import { item } from "../../common/structs";
import { positions } from "../../common/positions";

/** out[i · phases + phase] = buffer[phase][i] for a row of `width`; `pitch`: bytes of a buffer row. */
export function interleave(buffer: usize, pitch: usize, phases: i32, out: usize, width: i32): void {
  if (phases == 2) {
    const other = buffer + pitch;
    let x = 0;
    for (let at: usize = 0; x + 8 <= width; x += 8, at += 16, out += 32) {
      const a = v128.load(buffer + at),
        b = v128.load(other + at);
      v128.store(out, v128.shuffle<f32>(a, b, 0, 4, 1, 5));
      v128.store(out, v128.shuffle<f32>(a, b, 2, 6, 3, 7), 16);
    }
    for (; x < width; x++, out += 4) {
      store<f32>(out, load<f32>((x & 1 ? other : buffer) + ((<usize>(x >> 1)) << 2)));
    }
    return;
  }
  for (let phase = 0; phase < phases; phase++, buffer += pitch) {
    for (let x = phase, i: usize = 0; x < width; x += phases, i += 4) {
      store<f32>(out + ((<usize>x) << 2), load<f32>(buffer + i));
    }
  }
}

/** The argument block of `convRowPhases`. Steps are in bytes. */
@unmanaged
export class PhaseArguments {
  /** Padded. */
  input: usize;
  /** At the phase's first row. */
  out: usize;
  /** A column phase each, in the slots of `ColumnPhase`. */
  about: usize;
  phases: i32;
  /** Output channels of a group. */
  channels: i32;
  rows: i32;
  width: i32;
  /** Rows of a slice. */
  slice: i32;
  slices: i32;
  groups: i32;
  rowIn: i32;
  groupIn: i32;
  imageIn: i32;
  rowOut: i32;
  channelOut: usize;
  imageOut: i32;
  /** Rows that are summed together. */
  together: i32;
  /** Twice their sums for each column phase and thread, and the bytes of one. */
  buffers: usize;
  pitch: usize;
}

/**
 * What is said of a column phase: its taps' offsets, its weights as `packTaps` packs them, where its window
 * (0, 0) begins.
 */
@unmanaged
export class ColumnPhase {
  table: usize;
  taps: i32;
  weights: usize;
  groupWeights: i32;
  offset: i32;
  columns: i32;
}

/** Chunks: (image, group, slice of this row phase's rows). */
export function convRowPhases(args: PhaseArguments, begin: i32, end: i32): void {
  const phases = args.phases,
    channels = args.channels,
    slices = args.slices,
    groups = args.groups;
  const outChannel = args.channelOut,
    pitch = args.pitch;
  for (let chunk = begin; chunk < end; chunk++) {
    const rest = chunk / slices;
    const slice = chunk - rest * slices;
    const image = rest / groups;
    const group = rest - image * groups;
    const first = slice * args.slice;
    const last = min(first + args.slice, args.rows);
    const buffer = args.buffers + pitch * (2 * phases * thread);
    const second = buffer + pitch * phases;
    for (let row = first; row < last; row += args.together) {
      const count = min(args.together, last - row);
      const input = args.input + args.imageIn * image + args.groupIn * group + args.rowIn * row;
      const out = args.out + args.imageOut * image + args.rowOut * row + outChannel * (group * channels);
      for (let channel = 0; channel < channels; channel += 2) {
        const pair = channel + 1 < channels;
        const step: usize = pair ? 8 : 4;
        for (let phase = 0; phase < phases; phase++) {
          const about = item<ColumnPhase>(args.about, phase);
          const taps = about.taps,
            lanes = max((count - 1) * (args.rowIn >> 2) + about.columns, 8);
          const to = buffer + pitch * phase;
          if (taps == 0) {
            memory.fill(to, 0, (<usize>lanes) << 2);
            memory.fill(to + pitch * phases, 0, (<usize>lanes) << 2);
            continue;
          }
          const weights = about.weights + about.groupWeights * group + ((<usize>(channel * (taps + 1))) << 2);
          positions(
            pair ? 2 : 1,
            input + about.offset,
            about.table,
            weights,
            weights + step,
            taps,
            to,
            pitch * phases,
            lanes,
          );
        }
        for (let i = 0, from: usize = 0, to = out + outChannel * channel; i < count; i++) {
          interleave(buffer + from, pitch, phases, to, args.width);
          if (pair) interleave(second + from, pitch, phases, to + outChannel, args.width);
          from += args.rowIn;
          to += args.rowOut;
        }
      }
    }
  }
}
