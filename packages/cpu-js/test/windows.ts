/** Random windows of corr2d. */
import { corr2dWindow, type Window2d } from "@corr2d/core";
import type { Random } from "./random.ts";

/** A geometry of every kind: strides, dilations, unequal paddings, groups, depthwise, uncovered rows. */
export function randomWindow(random: Random, large: boolean): Window2d {
  const groups = random.pick([1, 1, 1, 2, 3]);
  const perGroup = random.pick([1, 1, 2, 3, 5]);
  const outPerGroup = random.pick([1, 1, 2, 4, 6, 7]);
  const kernel = [random.integer(1, 5), random.integer(1, 5)];
  const dilation = [random.pick([1, 1, 2, 3]), random.pick([1, 1, 2, 3])] as const;
  const stride = [random.pick([1, 1, 2, 3]), random.pick([1, 1, 2, 3])] as const;
  const size = large ? 18 : 4;
  const reach = kernel.map((k, i) => (k - 1) * dilation[i]! + 1);
  const padding = [
    random.integer(0, 3),
    random.integer(0, 3),
    random.integer(0, 3),
    random.integer(0, 3),
  ] as const;
  const height = Math.max(1, reach[0]! - padding[0] - padding[1]) + random.integer(0, size);
  const width = Math.max(1, reach[1]! - padding[2] - padding[3]) + random.integer(0, size);
  return corr2dWindow(
    [random.integer(1, 3), groups * perGroup, height, width],
    [groups * outPerGroup, perGroup, kernel[0]!, kernel[1]!],
    { stride, dilation, padding, groups },
  );
}
