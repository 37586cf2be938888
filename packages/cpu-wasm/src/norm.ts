/** normalize and its gradients (`assembly/norm/driver.ts`). */
import type { NormSize } from "@corr2d/core";
import type { Runtime } from "./runtime.ts";

/** (x − mean) / √(variance + eps) · weight + bias, and the moments of each group. */
export function normalize(
  rt: Runtime,
  x: number,
  weight: number,
  bias: number,
  out: number,
  moments: number,
  { outer, groups, inner, channels, cells }: NormSize,
  eps: number,
): void {
  rt.call.normalize(x, weight, bias, out, moments, outer, groups, inner, channels, cells, eps);
}

/** The gradient for x. */
export function normalizeInput(
  rt: Runtime,
  g: number,
  x: number,
  weight: number,
  moments: number,
  out: number,
  { outer, groups, inner, channels, cells }: NormSize,
): void {
  rt.call.normalizeInput(g, x, weight, moments, out, outer, groups, inner, channels, cells);
}

/** The gradient for the weight. */
export function normalizeWeight(
  rt: Runtime,
  g: number,
  x: number,
  moments: number,
  out: number,
  { outer, groups, inner, channels, cells }: NormSize,
): void {
  rt.call.normalizeWeight(g, x, moments, out, outer, groups, inner, channels, cells);
}
