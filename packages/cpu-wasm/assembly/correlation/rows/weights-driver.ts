/** Packing weights for the tiles of `common/positions.ts`. */
import { run } from "../../common/host";
import { argumentsOf } from "../../common/structs";
import { packTaps, TapArguments } from "./weights";

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
  const args = argumentsOf<TapArguments>();
  args.source = source;
  args.bias = bias;
  args.out = out;
  args.table = table;
  args.taps = taps;
  args.channels = channels;
  args.channelStep = channelStep;
  args.groupStep = groupStep;
  args.groupOut = groupOut;
  run<TapArguments>(packTaps, groups, 2 * <f64>groups * channels * taps);
}
