/** What callers give, checked; and errors about ranks. */
import { Corr2dError, describeValue } from "@corr2d/core";
import type { Collective } from "./collective.ts";

export const invalid = (message: string): Corr2dError => new Corr2dError("INVALID_ARGUMENT", message);

/** The dtypes of collectives; a header holds a dtype's place in this list. */
export const ARRAYS: {
  readonly float32: Float32ArrayConstructor;
  readonly float64: Float64ArrayConstructor;
  readonly int32: Int32ArrayConstructor;
} = { float32: Float32Array, float64: Float64Array, int32: Int32Array };
export type CollectiveDType = keyof typeof ARRAYS;
export const DTYPE_NAMES: readonly CollectiveDType[] = Object.keys(ARRAYS) as CollectiveDType[];

/** (By the tag, which also arrays of another realm have.) */
const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** @throws INVALID_ARGUMENT for what is none of the three kinds of arrays. */
export function dtypeOfArray(call: string, values: unknown): CollectiveDType {
  const dtype = ArrayBuffer.isView(values)
    ? DTYPE_NAMES.find((name) => ARRAYS[name].name === tagOf(values))
    : undefined;
  if (dtype !== undefined) return dtype;
  throw invalid(
    `${call}: expected a Float32Array, Float64Array or Int32Array, but got ${describeValue(values)}; of a tensor, await x.data()`,
  );
}

/** @throws INVALID_ARGUMENT */
export function checkRank(call: string, name: string, rank: unknown, size: number): asserts rank is number {
  if (Number.isInteger(rank) && (rank as number) >= 0 && (rank as number) < size) return;
  throw invalid(`${call}: '${name}' is a rank from 0 to ${size - 1}, but got ${describeValue(rank)}`);
}

/** @throws INVALID_ARGUMENT */
export function checkCollective(owner: string, collective: unknown): asserts collective is Collective {
  if (typeof (collective as Partial<Collective> | null | undefined)?.allReduce === "function") return;
  throw invalid(`${owner}: expected a collective, but got ${describeValue(collective)}`);
}

/** How long others are waited for: a job whose rank hangs is then over within ten seconds. */
export const DEFAULT_TIMEOUT_SECONDS = 8;

/** The longest that a timer can wait, in seconds. */
const LONGEST_SECONDS = (2 ** 31 - 1) / 1000;

/** @throws INVALID_ARGUMENT */
export function checkTimeout(owner: string, seconds: unknown): asserts seconds is number {
  if (typeof seconds === "number" && seconds > 0 && seconds <= LONGEST_SECONDS) return;
  throw invalid(
    `${owner}: 'timeoutSeconds' is a number above 0 and up to ${Math.floor(LONGEST_SECONDS)}, but got ${describeValue(seconds)}`,
  );
}

/** "rank 1", "ranks 1 and 3", "ranks 1, 2 and 3". */
export function nameRanks(ranks: readonly number[]): string {
  if (ranks.length === 1) return `rank ${ranks[0]}`;
  return `ranks ${ranks.slice(0, -1).join(", ")} and ${ranks.at(-1)}`;
}

export const rankLost = (ranks: readonly number[], message: string, cause?: unknown): Corr2dError =>
  new Corr2dError("RANK_LOST", message, { ranks: [...ranks] }, cause === undefined ? undefined : { cause });

/** What an error says, for a message that goes on to other ranks. One that a thread threw has lost its class, but not its code. */
export function reasonOf(reason: unknown): string {
  if (reason instanceof Error || Corr2dError.isInstance(reason)) {
    const { name, message, code } = reason as Error & { readonly code?: unknown };
    return `${name}: ${message}${typeof code === "string" ? ` (${code})` : ""}`;
  }
  return typeof reason === "string" ? reason : describeValue(reason);
}
