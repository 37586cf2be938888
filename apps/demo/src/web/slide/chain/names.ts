/** What the arrays of a chain are called: X, Y₁, Y₂, …, Y, and their gradients. */
import { words } from "../../i18n/index.ts";
import { type ChainLayer, isPool } from "./layers.ts";

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/** The n-th array of a chain of `layers` layers; the input is number 0. */
export function valueName(n: number, layers: number): string {
  const { names } = words.value.slide;
  if (n === 0) return names.input;
  return n === layers ? names.output : `Y${SUBSCRIPTS[n]}`;
}

export function gradientName(n: number, layers: number): string {
  const { names } = words.value.slide;
  if (n === 0) return names.inputGrad;
  return n === layers ? names.outputGrad : words.value.slide.chain.gradient(`Y${SUBSCRIPTS[n]}`);
}

export const kernelName = (stage: number): string => `K${SUBSCRIPTS[stage + 1]}`;

/** `max 2 × 2`, `ReLU`. */
export function layerName(layer: ChainLayer): string {
  const name = words.value.slide.chain.short[layer.kind];
  return isPool(layer) ? `${name} ${layer.size.join(" × ")}` : name;
}
