/** The public names of `@corr2d/parallel`. */
export type { Collective, CollectiveArray } from "./collective.ts";
export { type CollectiveOptions, collectiveOver } from "./collective-over.ts";
export { compareRanks } from "./compare-ranks.ts";
export { DistributedDataParallel, type DistributedDataParallelOptions } from "./distributed-data-parallel.ts";
export { DistributedSampler, type DistributedSamplerOptions } from "./distributed-sampler.ts";
export { soleRank } from "./sole-rank.ts";
export { SyncBatchNorm } from "./sync-batch-norm.ts";
export type { Transport } from "./transport.ts";
