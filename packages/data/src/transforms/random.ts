/** What torchvision's transforms draw, one number at a time, from the generator that `manualSeed` seeds. */
import { defaultGenerator, drawIntegers, drawUniform } from "@corr2d/core";

/** `torch.empty(1).uniform_(low, high).item()`, and `torch.rand(1)` without bounds. */
export const uniform = (low = 0, high = 1): number =>
  drawUniform(defaultGenerator, 1, "float32", low, high)[0]!;

/** `torch.randint(0, below, (1,)).item()` */
export const integer = (below: number): number => drawIntegers(defaultGenerator, 1, 0, below)[0]!;

/** The bounds between which the logarithm of a ratio is drawn, in float32 as in torchvision. */
export const logarithms = (ratio: readonly [number, number]): [number, number] =>
  ratio.map((r) => Math.fround(Math.log(Math.fround(r)))) as [number, number];

/** A ratio whose logarithm is uniform between those. */
export const ratioBetween = ([low, high]: readonly [number, number]): number =>
  Math.fround(Math.exp(uniform(low, high)));
