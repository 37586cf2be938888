/** Ways from one number to another, for OneCycleLR and SWALR. */

export type AnnealStrategy = "cos" | "linear";

/** From `start` to `end` as `share` goes from 0 to 1. */
export function anneal(strategy: AnnealStrategy, start: number, end: number, share: number): number {
  if (strategy === "linear") return (end - start) * share + start;
  return end + ((start - end) / 2) * (Math.cos(Math.PI * share) + 1);
}
