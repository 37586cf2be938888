/** What the program that gives work and the workers agree on. Jobs hold paths and results numbers: no tensor goes through Redis. */
import { createHash } from "node:crypto";
import type { ConnectionOptions, JobsOptions } from "bullmq";
import type { Prediction } from "./net.ts";

export const QUEUE = "predictions";

export interface Batch {
  readonly paths: readonly string[];
}

export type Result = readonly Prediction[];

export const connection: ConnectionOptions = {
  url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379",
  maxRetriesPerRequest: null,
};

/** How long a worker that says nothing keeps its job, in milliseconds. After that another one gets it. */
export const LOCK_MS: number = Number(process.env.LOCK_MS ?? 30_000);

/** The same batch is the same job, however often it is given: Redis keeps one, and one result. */
export function optionsOf({ paths }: Batch): JobsOptions {
  const hash = createHash("sha256").update(JSON.stringify(paths)).digest("hex");
  return { jobId: `batch-${hash}`, attempts: 4, backoff: { type: "exponential", delay: 250 } };
}
