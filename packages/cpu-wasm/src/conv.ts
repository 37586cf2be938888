/** The correlation triple on pointers (`assembly/correlation/driver.ts`). */
import type { Window2d } from "@corr2d/core";
import { Member } from "./generated/border.ts";
import type { Runtime } from "./runtime.ts";
import { putWindow } from "./window.ts";

/** F(x, k), plus `bias` [outChannels] unless it is 0. All but `w` are pointers. */
export function corr2d(rt: Runtime, x: number, kernel: number, bias: number, out: number, w: Window2d): void {
  putWindow(rt, w);
  rt.call.correlation(Member.output, x, kernel, bias, out);
}

/** T(g, k). */
export function corr2dInput(rt: Runtime, g: number, kernel: number, out: number, w: Window2d): void {
  putWindow(rt, w);
  rt.call.correlation(Member.input, g, kernel, 0, out);
}

/** G(x, g). */
export function corr2dKernel(rt: Runtime, x: number, g: number, out: number, w: Window2d): void {
  putWindow(rt, w);
  rt.call.correlation(Member.kernel, x, g, 0, out);
}
