/**
 * What ranks do together. A job has `size` ranks, processes or threads, that run the same program; each has one `Collective`.
 *
 * Every rank makes the same calls in the same order, with arrays of the same length and dtype. Several may be under way: they
 * run one after the other, in the order of the calls. An array belongs to its call until the promise settles.
 *
 * - Ranks that call different things, or give different lengths, dtypes or roots: RANKS_DIFFER on every rank, which names what
 *   each gave. Nothing was moved, and the collective can be used on.
 * - A rank that ends, aborts, or does not come within the time limit (8 s unless set otherwise): RANK_LOST on all others, with
 *   `details.ranks`. The collective is over: this call and all later ones reject with the same error.
 */

/** What collectives work on: gradients, buffers, counts. */
export type CollectiveArray = Float32Array | Float64Array | Int32Array;

/** This rank's door to the others. */
export interface Collective {
  /** What carries the values: "threads", "mpi", "none". */
  readonly name: string;
  /** This rank's number, from 0. */
  readonly rank: number;
  /** How many ranks there are. */
  readonly size: number;
  /**
   * Replaces `values` by the sums over all ranks, the same on every rank to the last bit: each element is
   * ((v₀ + v₁) + v₂) + … in the order of the ranks and in the array's own dtype (int32 wraps).
   * @throws RANKS_DIFFER, RANK_LOST, INVALID_ARGUMENT (of this rank alone, at once).
   */
  allReduce(values: CollectiveArray): Promise<void>;
  /**
   * `allReduce` that returns when it is done, for code that cannot wait for a promise: the thread does nothing else meanwhile.
   * No other call may be under way. Undefined where the transport cannot wait so.
   * @throws as `allReduce`.
   */
  readonly allReduceSync: ((values: CollectiveArray) => void) | undefined;
  /**
   * Replaces `values` by those of rank `root` (default 0).
   * @throws as `allReduce`.
   */
  broadcast(values: CollectiveArray, root?: number): Promise<void>;
  /**
   * The values of all ranks in one new array, rank 0's first.
   * @throws as `allReduce`.
   */
  allGather<A extends CollectiveArray>(values: A): Promise<A>;
  /**
   * Resolves when every rank has called it.
   * @throws as `allReduce`.
   */
  barrier(): Promise<void>;
  /** Ends the whole job: the calls of every rank reject with RANK_LOST, which names this rank and the reason. */
  abort(reason: unknown): void;
  /** Waits for the calls under way, then leaves; ranks may leave at different times. Call it last; once is enough. */
  close(): Promise<void>;
}
