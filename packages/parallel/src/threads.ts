/** The public names of `@corr2d/parallel/threads`: jobs of threads on one machine, in Node. */
export { threads } from "./threads/connect.ts";
export { type RunThreadsOptions, runThreads } from "./threads/run-threads.ts";
