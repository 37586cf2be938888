/** A job of one rank. */
import type { Collective } from "./collective.ts";
import { collectiveOver } from "./collective-over.ts";

/** The collective of a job of one rank, rank 0: the same program then runs alone. */
export function soleRank(): Collective {
  return collectiveOver({
    name: "none",
    rank: 0,
    size: 1,
    exchange: () => Promise.resolve(),
    exchangeSync: () => true,
    missing: () => [],
    abort: () => {},
    close: () => Promise.resolve(),
  });
}
