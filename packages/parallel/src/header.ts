/** What a rank is about to do, as the others are told before anything moves; and whether all do the same. */
import { Corr2dError } from "@corr2d/core";
import { type CollectiveDType, DTYPE_NAMES, nameRanks } from "./arguments.ts";

/** Raised with every change of what ranks send each other: they may have different versions of this package. */
const PROTOCOL = 1;

export const CALLS = ["allReduce", "broadcast", "allGather", "barrier"] as const;
export type CallName = (typeof CALLS)[number];

/** A call of a collective. */
export interface Call {
  readonly name: CallName;
  readonly dtype: CollectiveDType;
  readonly length: number;
  readonly root: number;
}

/** Numbers of a header: protocol, number of the call, call, dtype, length, root; and two to spare. */
export const HEADER_NUMBERS = 8;

export function writeHeader(header: Float64Array, number: number, { name, dtype, length, root }: Call): void {
  header.set([PROTOCOL, number, CALLS.indexOf(name), DTYPE_NAMES.indexOf(dtype), length, root]);
}

function callText([, number, call, dtype, length, root]: ArrayLike<number> & Iterable<number>): string {
  const name = CALLS[call!] ?? `call ${call}`;
  const values = name === "barrier" ? "" : `${length} of ${DTYPE_NAMES[dtype!] ?? `dtype ${dtype}`}`;
  const from = name === "broadcast" ? `, root ${root}` : "";
  return `${name}(${values}${from}) as call ${number}`;
}

/**
 * Compares what all ranks are about to do. Every rank finds the same.
 * @param headers of all ranks, one after the other.
 * @throws RANKS_DIFFER, which names what each rank does; `details.ranks` are those that differ from rank 0.
 */
export function compareHeaders(headers: Float64Array): void {
  const size = headers.length / HEADER_NUMBERS;
  const of = (rank: number): Float64Array =>
    headers.subarray(rank * HEADER_NUMBERS, (rank + 1) * HEADER_NUMBERS);
  const first = of(0);
  const others = Array.from({ length: size }, (_, rank) => rank).filter((rank) =>
    of(rank).some((value, i) => value !== first[i]),
  );
  if (others.length === 0) return;
  const groups = new Map<string, number[]>();
  for (let rank = 0; rank < size; rank++) {
    const text =
      of(rank)[0] === PROTOCOL ? callText(of(rank)) : `protocol ${of(rank)[0]} of another @corr2d/parallel`;
    groups.set(text, [...(groups.get(text) ?? []), rank]);
  }
  const texts = [...groups].map(([text, ranks]) => `${nameRanks(ranks)}: ${text}`);
  throw new Corr2dError(
    "RANKS_DIFFER",
    `ranks must make the same calls in the same order, with arrays of one length and dtype, but there are ${texts.join("; ")}`,
    { ranks: others },
  );
}
