/** The public names of `@corr2d/mpi`. */
export { type MpiOptions, mpi } from "./mpi.ts";
