/**
 * What a new kind of collective has to bring: bytes from each rank to each other. `collectiveOver` makes the rest of it, so that
 * all kinds check, sum and fail alike.
 */
import { type Corr2dError, describeValue } from "@corr2d/core";
import { checkRank, invalid } from "./arguments.ts";

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

const METHODS = ["exchange", "missing", "abort", "close"] as const;

/** @throws INVALID_ARGUMENT */
export function checkTransport(transport: unknown): void {
  if (typeof transport !== "object" || transport === null) {
    throw invalid(`collectiveOver: expected a transport, but got ${describeValue(transport)}`);
  }
  const given = transport as Partial<Transport>;
  const missing = METHODS.find((name) => typeof given[name] !== "function");
  if (missing !== undefined) throw invalid(`collectiveOver: the transport has no method '${missing}'`);
  if (!Number.isInteger(given.size) || given.size! < 1) {
    throw invalid(
      `collectiveOver: a transport's 'size' is how many ranks there are, but got ${describeValue(given.size)}`,
    );
  }
  checkRank("collectiveOver", "rank", given.rank, given.size!);
}
