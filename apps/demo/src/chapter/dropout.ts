/**
 * Recalled: dropout. Dive into Deep Learning, 5.6.
 *
 * In training each value is set to zero with probability p and the others are divided by 1 − p, so that the mean stays
 * what it was; in use nothing changes.
 */
import { arange, type Backend, manualSeed, ones } from "@corr2d/core";
import { Dropout } from "@corr2d/nn";
import type { Comparison } from "./comparison.ts";

export interface DropoutResult {
  /** The book's 0 … 15 as 2 × 8, dropped with p = 0, 0.5 and 1. */
  readonly book: readonly { readonly p: number; readonly output: number[][] }[];
  /** Of 10,000 ones with p = 0.3: how many were dropped, and the mean of all. */
  readonly dropped: number;
  readonly mean: number;
  /** p = 0.5 when the layer is in use. */
  readonly inUse: number[][];
}

export async function dropout(backend: Backend, seed = 0): Promise<DropoutResult> {
  manualSeed(seed);
  const x = arange(0, 16, 1, { backend }).reshape([2, 8]);

  const book: DropoutResult["book"][number][] = [];
  for (const p of [0, 0.5, 1]) {
    book.push({ p, output: (await new Dropout(p)(x).toArray()) as number[][] });
  }
  const many = new Dropout(0.3)(ones([10_000], { backend }));
  return {
    book,
    dropped: await many.eq(0).float().mean().item(),
    mean: await many.mean().item(),
    inUse: (await new Dropout(0.5).eval()(x).toArray()) as number[][],
  };
}

export function compareDropout({ book, dropped, mean, inUse }: DropoutResult): Comparison[] {
  const rows = (value: (i: number) => number): number[][] =>
    [0, 8].map((start) => Array.from({ length: 8 }, (_, i) => value(start + i)));
  const [none, half, all] = book.map(({ output }) => output) as [number[][], number[][], number[][]];
  // Either dropped or doubled, whatever was drawn.
  const doubled = rows((i) => (half.flat()[i] === 0 ? 0 : 2 * i));
  return [
    { what: "p = 0", source: "book", expected: rows((i) => i), computed: none },
    { what: "p = 0.5", source: "theory", expected: doubled, computed: half },
    { what: "p = 1", source: "book", expected: rows(() => 0), computed: all },
    { what: "p = 0.5, in use", source: "theory", expected: rows((i) => i), computed: inUse },
    { what: "share dropped with p = 0.3", source: "theory", expected: 0.3, computed: dropped, within: 0.02 },
    { what: "mean of ones, dropped", source: "theory", expected: 1, computed: mean, within: 0.03 },
  ];
}
