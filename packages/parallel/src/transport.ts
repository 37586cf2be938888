/**
 * What a new kind of collective has to bring: bytes from each rank to each other. `collectiveOver` makes the rest of it, so that
 * all kinds check, sum and fail alike.
 */
import type { Corr2dError } from "@corr2d/core";

/**
 * Carries bytes between the ranks of a job. Arguments have been checked, and exchanges are called one at a time, by all ranks,
 * with sizes that agree. The arrays lie outside the garbage collector's heap and stay where they are.
 */
export interface Transport {
  /** As `Collective.name`. */
  readonly name: string;
  readonly rank: number;
  readonly size: number;
  /**
   * Sends `send[r]` to rank r, and fills `receive[r]` with what rank r sends here; both have `size` entries, of which this
   * rank's own, and any other, may be empty: then nothing goes that way. Resolves when all has come and `send` may be written again.
   * It need not watch the time: who calls does, and ends by `abort` what takes too long.
   * @throws RANK_LOST when the job was aborted, with what was given to `abort`.
   */
  exchange(send: readonly Uint8Array[], receive: readonly Uint8Array[]): Promise<void>;
  /**
   * `exchange` that blocks, for at most so many milliseconds. Left out where the host cannot.
   * @returns whether all has come.
   */
  exchangeSync?(send: readonly Uint8Array[], receive: readonly Uint8Array[], milliseconds: number): boolean;
  /** The ranks from which something of the exchange under way, or of the one that was given up last, has not come. */
  missing(): readonly number[];
  /**
   * Ends the job: the exchanges of all ranks reject with `error`, or with one of its code, message and `details`. Launchers end
   * the processes. Of several, the first counts.
   */
  abort(error: Corr2dError): void;
  /** Lets go of what it holds. */
  close(): Promise<void>;
}
