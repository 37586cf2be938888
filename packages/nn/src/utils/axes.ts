/** The axes of weights. */
import type { Tensor } from "@corr2d/core";
import { invalid } from "../arguments.ts";

/** @throws INVALID_ARGUMENT, with PyTorch's message, unless `dim` is an axis; negative ones count from the end. */
export function axisOf(owner: string, dim: number, rank: number): number {
  if (Number.isInteger(dim) && dim >= -rank && dim < rank) return dim < 0 ? dim + rank : dim;
  throw invalid(
    `${owner}: Dimension out of range (expected to be in range of [${-rank}, ${rank - 1}], but got ${dim})`,
  );
}

/** The axes of a tensor but one. */
export const axesBeside = (axis: number, { shape }: Tensor): number[] =>
  [...shape.keys()].filter((a) => a !== axis);
