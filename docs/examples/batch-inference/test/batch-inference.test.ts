/**
 * Many workers, one of which is killed in the middle of a job, an image that comes late and one that is damaged: each image has its
 * prediction once, the one that a single process makes.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { manualSeed, setBackend } from "@corr2d/core";
import { cpuWasm } from "@corr2d/cpu-wasm";
import { saveSafetensors } from "@corr2d/io/node";
import { Queue, QueueEvents } from "bullmq";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeNet, type Prediction, predict, SIDE } from "../net.ts";
import { QUEUE } from "../queue.ts";
import { redisServer, startRedis } from "./redis.ts";

const IMAGES = 640;
/** Of two batches that come one after the other. */
const [LATE, STUCK] = ["image-0190.png", "image-0200.png"];
const DAMAGED = "image-0630.png";

const home = mkdtempSync(join(tmpdir(), "corr2d inference "));
const images = mkdtempSync(join(home, "images-"));
const weights = join(home, "net.safetensors");
const target = join(home, "predictions.json");
const program = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
const children = new Set<ChildProcess>();

const env: Record<string, string> = {};
function start(name: string, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [program(name), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  children.add(child);
  child.on("close", () => children.delete(child));
  child.stderr!.resume();
  return child;
}

/** Starts a worker, and kills it in the middle of the job whose image it cannot read to its end. @returns that job. */
async function killInTheMiddle(queue: Queue): Promise<string> {
  const stuck = (await queue.getJobs()).find(({ data }) => String(data.paths).includes(STUCK))!.id!;
  const worker = start("worker", weights);
  const ended = once(worker, "close");
  for await (const line of createInterface(worker.stdout!)) {
    if (line !== `begins ${stuck}`) continue;
    worker.kill("SIGKILL");
    await ended;
  }
  expect(await (await queue.getJob(stuck))!.getState()).toBe("active");
  return stuck;
}

beforeAll(async () => {
  setBackend(await cpuWasm());
  manualSeed(3);
  await saveSafetensors(weights, makeNet().stateDict());
  for (let i = 0; i < IMAGES; i++) {
    const png = new PNG({ width: SIDE, height: SIDE });
    for (let p = 0; p < SIDE * SIDE; p++) png.data.fill((p * (i + 3)) % 256, 4 * p, 4 * p + 3);
    for (let p = 0; p < SIDE * SIDE; p++) png.data[4 * p + 3] = 255;
    writeFileSync(join(images, `image-${String(i).padStart(4, "0")}.png`), PNG.sync.write(png));
  }
  writeFileSync(join(images, DAMAGED), readFileSync(join(images, DAMAGED)).subarray(0, 60));
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(home, { recursive: true, force: true });
});

describe.skipIf(redisServer === null)("batch inference", () => {
  it("loses nothing and repeats nothing", { timeout: 600_000 }, async () => {
    const redis = await startRedis(redisServer!, home);
    env.REDIS_URL = redis.url;
    env.LOCK_MS = "10000";
    const connection = { url: redis.url, maxRetriesPerRequest: null };
    const queue = new Queue(QUEUE, { connection });
    const events = new QueueEvents(QUEUE, { connection });
    await events.waitUntilReady();
    const completed: string[] = [];
    events.on("completed", ({ jobId }) => completed.push(jobId));
    try {
      const submit = start("submit", images, target);
      const submitted = once(submit, "close");
      // One image is not where it should be for a while, and one is a pipe into which nobody writes, until its worker is killed.
      await expect.poll(() => queue.getJobCountByTypes("waiting", "active")).toBe(IMAGES / 16);
      for (const name of [LATE, STUCK]) renameSync(join(images, name), join(home, name));
      execFileSync("mkfifo", [join(images, STUCK)]);
      const killed = await killInTheMiddle(queue);
      const late = (await queue.getJobs()).find(({ data }) => String(data.paths).includes(LATE))!;
      expect(late.attemptsMade).toBeGreaterThan(0);
      for (const name of [LATE, STUCK]) renameSync(join(home, name), join(images, name));
      const workers = [start("worker", weights), start("worker", weights)];

      expect(await submitted).toEqual([1, null]); // as one batch failed
      const { predictions, failures } = JSON.parse(readFileSync(target, "utf8")) as {
        predictions: Prediction[];
        failures: { paths: string[]; reason: string }[];
      };
      expect(failures.length).toBe(1);
      expect(failures[0]!.paths.some((path) => path.endsWith(DAMAGED))).toBe(true);
      expect(predictions.length + failures[0]!.paths.length).toBe(IMAGES);
      const paths = [...predictions.map(({ path }) => path), ...failures[0]!.paths];
      expect(new Set(paths).size, "each once").toBe(IMAGES);
      expect((await queue.getJob(killed))!.stalledCounter, "was begun by a worker that was killed").toBe(1);
      expect(completed.sort(), "one result of each job").toEqual([...new Set(completed)]);

      const net = makeNet();
      manualSeed(3);
      net.loadStateDict(makeNet().stateDict());
      const first = predictions.slice(0, 16);
      expect(first).toEqual(
        await predict(
          net,
          first.map(({ path }) => path),
        ),
      );
      expect(new Set(predictions.map(({ label }) => label)).size).toBeGreaterThan(1);

      // The same work again: nothing is computed twice. (What failed stays failed.)
      const count = completed.length;
      const again = start("submit", images, join(home, "again.json"));
      await once(again, "close");
      expect(JSON.parse(readFileSync(join(home, "again.json"), "utf8"))).toEqual({ predictions, failures });
      expect(completed.length).toBe(count);

      const ends = workers.map((worker) => once(worker, "close"));
      for (const worker of workers) worker.kill("SIGTERM");
      expect(await Promise.all(ends), "they leave by themselves").toEqual([
        [0, null],
        [0, null],
      ]);
    } finally {
      await events.close();
      await queue.close();
      await redis.stop();
    }
  });
});
