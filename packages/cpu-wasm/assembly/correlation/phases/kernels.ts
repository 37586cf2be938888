/**
 * The input gradient of a strided correlation with few input channels: each row's column phases (pixels of
 * one residue) are summed on lanes along the row, side by side in a buffer, and interleaved into the row.
 */
import { arg } from "../../common/simd";
import { positions, setTapRuns } from "../../common/positions";

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
export const enum PhaseSlot {
  /** Padded. */
  INPUT,
  /** At the phase's first row. */
  OUT,
  /** A column phase each, in the slots of `ColumnPhase`. */
  ABOUT,
  PHASES,
  /** Output channels of a group. */
  CHANNELS,
  ROWS,
  WIDTH,
  /** Rows of a slice. */
  SLICE,
  SLICES,
  GROUPS,
  ROW_IN,
  GROUP_IN,
  IMAGE_IN,
  ROW_OUT,
  CHANNEL_OUT,
  IMAGE_OUT,
  /** Two rows for each column phase and chunk, and the bytes of a row. */
  BUFFERS,
  PITCH,
}

/**
 * What is said of a column phase: its taps' offsets, its weights as `packTaps` packs them, where its window
 * (0, 0) begins.
 */
export const enum ColumnPhase {
  TABLE,
  TAPS,
  WEIGHTS,
  GROUP_WEIGHTS,
  OFFSET,
  COLUMNS,
  SLOTS,
}

/** Chunks: (image, group, slice of this row phase's rows). */
export function convRowPhases(args: usize, begin: i32, end: i32): void {
  const phases = arg(args, PhaseSlot.PHASES),
    channels = arg(args, PhaseSlot.CHANNELS),
    slices = arg(args, PhaseSlot.SLICES),
    groups = arg(args, PhaseSlot.GROUPS);
  const outChannel = <usize>arg(args, PhaseSlot.CHANNEL_OUT),
    pitch = <usize>arg(args, PhaseSlot.PITCH);
  setTapRuns(1, 0);
  for (let chunk = begin; chunk < end; chunk++) {
    const rest = chunk / slices;
    const slice = chunk - rest * slices;
    const image = rest / groups;
    const group = rest - image * groups;
    const first = slice * arg(args, PhaseSlot.SLICE);
    const last = min(first + arg(args, PhaseSlot.SLICE), arg(args, PhaseSlot.ROWS));
    const buffer = <usize>arg(args, PhaseSlot.BUFFERS) + pitch * (2 * phases * chunk);
    const second = buffer + pitch * phases;
    for (let row = first; row < last; row++) {
      const input =
        <usize>arg(args, PhaseSlot.INPUT) +
        arg(args, PhaseSlot.IMAGE_IN) * image +
        arg(args, PhaseSlot.GROUP_IN) * group +
        arg(args, PhaseSlot.ROW_IN) * row;
      const out =
        <usize>arg(args, PhaseSlot.OUT) +
        arg(args, PhaseSlot.IMAGE_OUT) * image +
        arg(args, PhaseSlot.ROW_OUT) * row +
        outChannel * (group * channels);
      for (let channel = 0; channel < channels; channel += 2) {
        const pair = channel + 1 < channels;
        const step: usize = pair ? 8 : 4;
        for (let phase = 0; phase < phases; phase++) {
          const about = <usize>arg(args, PhaseSlot.ABOUT) + ((<usize>(phase * ColumnPhase.SLOTS)) << 2);
          const taps = arg(about, ColumnPhase.TAPS),
            columns = arg(about, ColumnPhase.COLUMNS);
          const to = buffer + pitch * phase;
          if (taps == 0) {
            memory.fill(to, 0, (<usize>columns) << 2);
            memory.fill(to + pitch * phases, 0, (<usize>columns) << 2);
            continue;
          }
          const weights =
            <usize>arg(about, ColumnPhase.WEIGHTS) +
            arg(about, ColumnPhase.GROUP_WEIGHTS) * group +
            ((<usize>(channel * (taps + 1))) << 2);
          positions(
            pair ? 2 : 1,
            input + arg(about, ColumnPhase.OFFSET),
            <usize>arg(about, ColumnPhase.TABLE),
            weights,
            weights + step,
            taps,
            to,
            pitch * phases,
            max(columns, 8),
          );
        }
        const to = out + outChannel * channel;
        interleave(buffer, pitch, phases, to, arg(args, PhaseSlot.WIDTH));
        if (pair) interleave(second, pitch, phases, to + outChannel, arg(args, PhaseSlot.WIDTH));
      }
    }
  }
}
