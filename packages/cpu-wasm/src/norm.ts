/** The sizes of a normalisation, written for a driver to read (`assembly/norm/driver.ts`). */
import type { NormSize } from "@corr2d/core";
import { DIMENSIONS } from "./generated/border.ts";
import { putIntegers, type Runtime } from "./runtime.ts";

export function putNormSize(rt: Runtime, { outer, groups, inner, channels, cells }: NormSize): void {
  putIntegers(rt, DIMENSIONS, [outer, groups, inner, channels, cells]);
}
