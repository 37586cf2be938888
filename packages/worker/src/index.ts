/** The public names of `@corr2d/worker`. */
export { type Connection, connect, type Run, type StartOptions } from "./connect.ts";
export type { SignalOfHost, WorkerLike } from "./port.ts";
export { serve, type Task, type TaskRun } from "./serve.ts";
