/** The pools' kernels. A chunk is a few planes of H · W; drive/pool.ts lays them out. */
export { avgPool, avgPoolInput } from "./pool-average";
export { maxPool } from "./pool-max";
