/**
 * Trainings of which a rank fails at some step, in some way: the job ends, the rank is named, and what goes on from the checkpoint, on as
 * many ranks or another number, ends as the training that nobody disturbed. Three trials; `test:kills` makes twenty.
 */
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runThreads } from "../src/threads.ts";
import { bundled, type Modules } from "./bundle.ts";
import { distance } from "./nets.ts";
import type { Trained } from "./training.ts";

const TRIALS = Number(process.env.CORR2D_KILL_TRIALS ?? 3);
const LIMIT = 600_000; // for what hangs; a loaded machine may be slow
const ACTS = ["throw", "hang", "exit", "wait"] as const;
/** How long others wait for the one that hangs. */
const TIMEOUT_SECONDS = 8;

let modules: Modules;
const whole = new Map<number, Trained>();

async function train(size: number, name: string, fault: object | null = null): Promise<Trained | null> {
  let trained: Trained | null = null;
  await runThreads(size, modules.path("train"), {
    timeoutSeconds: fault === null ? 60 : TIMEOUT_SECONDS,
    worker: { workerData: { path: join(modules.folder, name), fault } },
    onMessage: (message) => {
      trained = message as Trained;
    },
  });
  return trained;
}

async function wholeOf(size: number): Promise<Trained> {
  if (!whole.has(size)) whole.set(size, (await train(size, `whole-${size}.safetensors`))!);
  return whole.get(size)!;
}

beforeAll(async () => {
  modules = await bundled(["train"]);
}, LIMIT);
afterAll(() => modules.remove());

it("any number of ranks trains alike", { timeout: LIMIT }, async () => {
  const one = await wholeOf(1);
  expect(one.losses.length).toBe(24);
  expect(one.losses.at(-2)!).toBeLessThan(one.losses[0]!);
  for (const size of [2, 4]) {
    const { losses } = await wholeOf(size);
    for (const [i, loss] of losses.entries()) expect(Math.abs(loss - one.losses[i]!)).toBeLessThan(1e-4);
  }
});

it("two runs are the same bits", { timeout: LIMIT }, async () => {
  expect(await train(2, "again.safetensors")).toEqual(await wholeOf(2));
});

it.each(Array.from({ length: TRIALS }, (_, i) => i))("trial %i", { timeout: LIMIT }, async (trial) => {
  const size = 2 + (trial % 2);
  const fault = { rank: trial % size, step: 1 + ((trial * 7 + 3) % 20), act: ACTS[trial % ACTS.length]! };
  const name = `trial-${trial}.safetensors`;
  const error = await train(size, name, fault).then(
    () => null,
    (reason) => reason as Error,
  );
  const story = `${JSON.stringify(fault)} of ${size}: ${error?.message}`;
  expect(error, story).toMatchObject({ code: "RANK_LOST", details: { ranks: [fault.rank] } });
  expect(error!.message).toContain(`rank ${fault.rank}`);
  const saved = fault.step - (fault.step % 4);
  const next = [size, 1, 4][trial % 3]!;
  const last = (await train(next, name))!;
  const expected = await wholeOf(size);
  // Rank 0 may have been saving when another failed: then the last save is the one before.
  expect([saved, Math.max(0, saved - 4)], story).toContain(last.begun);
  if (next === size) expect([last.losses, last.weights], story).toEqual([expected.losses, expected.weights]);
  for (const [i, loss] of last.losses.entries())
    expect(Math.abs(loss - expected.losses[i]!), story).toBeLessThan(1e-4);
  for (const [i, one] of last.weights.entries())
    expect(distance(one, expected.weights[i]!), story).toBeLessThan(1e-3);
  if (process.env.CORR2D_KILL_TRIALS !== undefined)
    console.log(`${story}; went on at ${last.begun} on ${next}`);
});
