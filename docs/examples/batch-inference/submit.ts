/** Gives all PNGs of a folder to the workers, and writes what they say: `node submit.js FOLDER predictions.json`. */
import { readdir, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Queue, QueueEvents } from "bullmq";
import type { Prediction } from "./net.ts";
import { type Batch, connection, optionsOf, QUEUE, type Result } from "./queue.ts";

const BATCH = 16;

const [, , folder, target] = process.argv;
if (folder === undefined || target === undefined) throw new Error("usage: submit.js FOLDER PREDICTIONS.json");

const names = (await readdir(folder)).filter((name) => name.endsWith(".png")).sort();
const paths = names.map((name) => resolve(join(folder, name)));
const batches = Array.from({ length: Math.ceil(paths.length / BATCH) }, (_, i) => ({
  paths: paths.slice(i * BATCH, (i + 1) * BATCH),
}));

const queue = new Queue<Batch, Result>(QUEUE, { connection });
const events = new QueueEvents(QUEUE, { connection });
await events.waitUntilReady();

const predictions: Prediction[] = [];
const failures: { paths: readonly string[]; reason: string }[] = [];
const jobs = await queue.addBulk(batches.map((data) => ({ name: "batch", data, opts: optionsOf(data) })));
await Promise.all(
  jobs.map(async (job) => {
    try {
      predictions.push(...(await job.waitUntilFinished(events)));
    } catch (error) {
      failures.push({ paths: job.data.paths, reason: (error as Error).message });
    }
  }),
);

predictions.sort((a, b) => (a.path < b.path ? -1 : 1));
await writeFile(`${target}.tmp`, JSON.stringify({ predictions, failures }, null, 1));
await rename(`${target}.tmp`, target); // all of it, or nothing
console.log(`${predictions.length} predictions, ${failures.length} batches failed`);
await events.close();
await queue.close();
process.exitCode = failures.length === 0 ? 0 : 1;
