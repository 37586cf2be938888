/** Which kernels a transform spoils. */
import { bytes } from "../../common/host";
import { Correlation } from "../correlation";

const ALL_TAPS = 0b111111111;

/**
 * Whether a tap is 0 in every filter of a group, as in masked kernels. A transform mixes the taps of a kernel
 * and the cells of a tile, so that what such a tap meets would leave its rounding in the output. 3×3 taps; one
 * look at each, until all have been seen, which of an ordinary kernel is one filter.
 */
export function lacksTap(c: Correlation, kernel: usize): bool {
  for (let group = 0; group < c.groups; group++) {
    const from = kernel + bytes(c.kernelBase + group * c.kernelGroup);
    let seen = 0;
    for (let i = 0; i < c.outChannels && seen != ALL_TAPS; i++) {
      for (let j = 0; j < c.inChannels && seen != ALL_TAPS; j++) {
        const filter = from + bytes(i * c.kernelOut + j * c.kernelIn);
        for (let tap = 0; tap < 9; tap++) {
          const at = filter + bytes((tap / 3) * c.kernelY + (tap % 3) * c.kernelX);
          if (load<f32>(at) != 0) seen |= 1 << tap;
        }
      }
    }
    if (seen != ALL_TAPS) return true;
  }
  return false;
}
