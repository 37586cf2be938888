/** The public names of `@corr2d/parallel`. */
export type { Collective, CollectiveArray } from "./collective.ts";
export { type CollectiveOptions, collectiveOver } from "./collective-over.ts";
export { soleRank } from "./sole-rank.ts";
export type { Transport } from "./transport.ts";
