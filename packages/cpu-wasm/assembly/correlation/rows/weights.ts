/** Weights as the tiles of `common/positions.ts` read them. */

/** The argument block of `packTaps`. Steps are in bytes. */
@unmanaged
export class TapArguments {
  source: usize;
  /** Or 0. */
  bias: usize;
  out: usize;
  /** The taps' offsets in the source. */
  table: usize;
  taps: i32;
  /** Of a group. */
  channels: i32;
  channelStep: usize;
  groupStep: i32;
  groupOut: i32;
}

/**
 * Weights for common/positions.ts: per channel pair the starts of its sums (a bias, or 0), then one row per
 * tap. A last odd channel takes rows of one float. Chunks are groups.
 */
export function packTaps(args: TapArguments, begin: i32, end: i32): void {
  const taps = args.taps,
    channels = args.channels;
  const channelStep = args.channelStep;
  for (let group = begin; group < end; group++) {
    let source = args.source + args.groupStep * group;
    const bias = args.bias ? args.bias + ((<usize>(group * channels)) << 2) : 0;
    let to = args.out + args.groupOut * group;
    for (let channel = 0; channel < channels; channel += 2) {
      const pair = channel + 1 < channels;
      const at = bias + ((<usize>channel) << 2);
      store<f32>(to, bias ? load<f32>(at) : 0);
      if (pair) store<f32>(to, bias ? load<f32>(at, 4) : 0, 4);
      to += pair ? 8 : 4;
      for (let tap = 0; tap < taps; tap++) {
        const from = source + load<i32>(args.table + ((<usize>tap) << 2));
        store<f32>(to, load<f32>(from));
        if (pair) store<f32>(to, load<f32>(from + channelStep), 4);
        to += pair ? 8 : 4;
      }
      source += channelStep << 1;
    }
  }
}
