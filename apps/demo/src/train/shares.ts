/** What is a rank's of what one rank alone would do: its share of each batch, and random numbers of its own. */
import { getRngState, manualSeed, setRngState } from "@corr2d/core";
import type { Sampler } from "@corr2d/data";
import type { Collective } from "@corr2d/parallel";

/** Of each batch the part that is a rank's: so that batches are the same for any number of ranks. */
export class BatchShares implements Sampler<number[]> {
  readonly #batches: Sampler<number[]>;
  readonly #rank: number;
  readonly #size: number;

  constructor(batches: Sampler<number[]>, { rank, size }: Pick<Collective, "rank" | "size">) {
    this.#batches = batches;
    this.#rank = rank;
    this.#size = size;
  }

  get length(): number {
    return this.#batches.length!;
  }

  *[Symbol.iterator](): IterableIterator<number[]> {
    for (const batch of this.#batches) {
      const from = (rank: number): number => Math.floor((batch.length * rank) / this.#size);
      yield batch.slice(from(this.#rank), from(this.#rank + 1));
    }
  }
}

/** Sets the default generator of all ranks to that of rank 0: they draw alike from then on, such as an epoch's order. */
export async function drawAlike(collective: Collective): Promise<void> {
  if (collective.size === 1) return;
  const { seed, words, index, nextNormal } = getRngState();
  const numbers = Float64Array.of(seed, index, nextNormal ?? Number.NaN, ...words);
  await collective.broadcast(numbers);
  const [newSeed, newIndex, normal] = numbers as unknown as [number, number, number];
  setRngState({
    seed: newSeed,
    words: [...numbers.subarray(3)],
    index: newIndex,
    nextNormal: Number.isNaN(normal) ? null : normal,
  });
}

/** Lets ranks draw different numbers in a step, such as what is dropped out; rank 0 goes on as if it were alone. */
export function drawApart({ rank }: Collective, seed: number, step: number): void {
  if (rank > 0) manualSeed((seed ^ Math.imul(step + 1, 0x9e3779b1) ^ Math.imul(rank, 0x85ebca6b)) >>> 0);
}
