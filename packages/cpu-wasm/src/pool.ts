/** The pools on pointers (`assembly/pool/driver.ts`). */
import type { AveragePool, Window2d } from "@corr2d/core";
import type { Runtime } from "./runtime.ts";
import { putWindow } from "./window.ts";

/**
 * The maxima of the windows, and where they are: int32, flat in the plane, the first one. NaN wins, the last of several. A
 * window that meets no cell gives −∞ at −1.
 */
export function maxPool2d(rt: Runtime, x: number, values: number, indices: number, w: Window2d): void {
  putWindow(rt, w);
  rt.call.maxPool2d(x, values, indices);
}

/** The averages of the windows; or (`adjoint`) from g of the output's shape to `out` of the input's. */
export function avgPool2d(
  rt: Runtime,
  adjoint: boolean,
  x: number,
  out: number,
  w: Window2d,
  { countIncludePad, divisorOverride }: AveragePool,
): void {
  putWindow(rt, w);
  rt.call.avgPool2d(adjoint, x, out, countIncludePad, divisorOverride ?? 0);
}
