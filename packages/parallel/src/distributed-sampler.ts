/** Which samples each rank reads: `torch.utils.data.DistributedSampler`, in PyTorch's order. */
import { checkOptions, describeValue, drawPermutation, Generator } from "@corr2d/core";
import { checkRank, invalid } from "./arguments.ts";
import type { Collective } from "./collective.ts";

/** Options of `DistributedSampler`. */
export interface DistributedSamplerOptions {
  /** Whether the order is drawn anew for each epoch (default true). */
  readonly shuffle?: boolean | undefined;
  /** The same on all ranks (default 0). */
  readonly seed?: number | undefined;
  /** Whether samples that do not fill all ranks are left out (default false: some come twice, so that all ranks have as many). */
  readonly dropLast?: boolean | undefined;
}

const OPTIONS = { shuffle: "boolean", seed: "number", dropLast: "boolean" } as const;

/**
 * The indices of this rank, for a `DataLoader`'s `sampler`: of an order that all ranks draw alike, every `size`-th from the
 * `rank`-th on. Call `setEpoch` before each epoch, or all have the same order.
 */
export class DistributedSampler implements Iterable<number> {
  /** What the indices are of. */
  readonly dataset: { readonly length: number };
  /** Whose indices these are. */
  readonly rank: number;
  /** How many ranks share the samples. */
  readonly numReplicas: number;
  /** Whether the order is drawn anew for each epoch. */
  readonly shuffle: boolean;
  /** What the order is drawn from, with the epoch's number. */
  readonly seed: number;
  /** Whether samples that do not fill all ranks are left out. */
  readonly dropLast: boolean;
  #epoch = 0;

  /**
   * @param dataset of which only the length is asked.
   * @param collective whose rank and size say which indices are this rank's; `{ rank, size }` will do.
   * @throws INVALID_ARGUMENT
   */
  constructor(
    dataset: { readonly length: number },
    collective: Pick<Collective, "rank" | "size">,
    options: DistributedSamplerOptions = {},
  ) {
    const owner = "DistributedSampler";
    const length: unknown = (dataset as Partial<typeof dataset> | null | undefined)?.length;
    if (!Number.isSafeInteger(length) || (length as number) < 0) {
      throw invalid(
        `${owner}: expected a data set, or what else has a length, but got ${describeValue(dataset)}`,
      );
    }
    const size: unknown = (collective as Partial<typeof collective> | null | undefined)?.size;
    if (!Number.isSafeInteger(size) || (size as number) < 1) {
      throw invalid(
        `${owner}: expected a collective, or { rank, size }, but got ${describeValue(collective)}`,
      );
    }
    checkRank(owner, "rank", collective.rank, collective.size);
    checkOptions(owner, options, OPTIONS, "{ shuffle: false }");
    const { shuffle = true, seed = 0, dropLast = false } = options;
    if (!Number.isSafeInteger(seed))
      throw invalid(`${owner}: 'seed' is a whole number, but got ${describeValue(seed)}`);
    this.dataset = dataset;
    this.rank = collective.rank;
    this.numReplicas = collective.size;
    this.shuffle = shuffle;
    this.seed = seed;
    this.dropLast = dropLast;
  }

  /** How many indices each rank has. */
  get length(): number {
    const share = this.dataset.length / this.numReplicas;
    return this.dropLast ? Math.floor(share) : Math.ceil(share);
  }

  /** The number of the epoch to come, which goes into the order: that of the loop, on all ranks. @throws INVALID_ARGUMENT */
  setEpoch(epoch: number): void {
    if (!Number.isSafeInteger(epoch)) {
      throw invalid(`setEpoch: the epoch is a whole number, but got ${describeValue(epoch)}`);
    }
    this.#epoch = epoch;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const n = this.dataset.length;
    if (n === 0) return;
    const order = this.shuffle ? drawPermutation(new Generator(this.seed + this.#epoch), n) : null;
    const total = this.length * this.numReplicas;
    // Past the end the order begins again.
    for (let i = this.rank; i < total; i += this.numReplicas) yield order === null ? i % n : order[i % n]!;
  }
}
