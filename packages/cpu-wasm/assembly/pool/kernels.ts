/** The pools' kernels. A chunk is a few planes of H · W; driver.ts lays them out. */
export { avgPool, avgPoolInput } from "./average";
export { maxPool } from "./max";
