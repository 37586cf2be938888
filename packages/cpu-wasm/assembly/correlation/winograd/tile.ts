/** Loads and stores that the tile transforms of all sizes share. */

/** The first `count` of eight floats. */
@inline
export function storePart(to: usize, low: v128, high: v128, count: i32): void {
  if (count >= 8) {
    v128.store(to, low);
    v128.store(to, high, 16);
    return;
  }
  if (count >= 4) {
    v128.store(to, low);
    to += 16;
    count -= 4;
    low = high;
  }
  if (count & 2) {
    v128.store64_lane(to, low, 0);
    if (count & 1) v128.store32_lane(to, low, 2, 8);
  } else if (count & 1) v128.store32_lane(to, low, 0);
}

/** One tap of channels (ic, oc), (ic, oc + 1), (ic + 1, oc), (ic + 1, oc + 1). */
@inline
export function gatherTap(from: usize, outStep: usize, inStep: usize): v128 {
  let v = v128.load32_zero(from);
  v = v128.load32_lane(from + outStep, v, 1);
  v = v128.load32_lane(from + inStep, v, 2);
  return v128.load32_lane(from + inStep + outStep, v, 3);
}
