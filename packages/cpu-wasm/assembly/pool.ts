/** The pools' kernels. A chunk is a few planes of H · W; src/pool.ts lays out the arguments. */
export { avgPool, avgPoolInput } from "./pool-average";
export { maxPool } from "./pool-max";
