/** A worker: `node worker.js net.safetensors`. Start as many as there are cores, on any machine that sees the files and Redis. */
import { setBackend } from "@corr2d/core";
import { cpuWasm } from "@corr2d/cpu-wasm";
import { readSafetensors } from "@corr2d/io/node";
import { Worker } from "bullmq";
import { makeNet, predict } from "./net.ts";
import { type Batch, connection, LOCK_MS, QUEUE, type Result } from "./queue.ts";

const [, , weights] = process.argv;
if (weights === undefined) throw new Error("usage: worker.js WEIGHTS.safetensors");

setBackend(await cpuWasm());
const net = makeNet();
net.loadStateDict(await readSafetensors(weights));
net.eval();

const worker = new Worker<Batch, Result>(QUEUE, ({ data }) => predict(net, data.paths), {
  connection,
  lockDuration: LOCK_MS,
  stalledInterval: LOCK_MS, // how often it looks for jobs whose worker says nothing any more
  maxStalledCount: 10,
});
worker.on("active", ({ id }) => console.log(`begins ${id}`));
worker.on("failed", (job, { message }) => console.error(`${job?.id}: ${message}`));
// The job at hand is finished before it leaves.
process.once("SIGTERM", () => void worker.close());
