/**
 * Trainings of which a rank fails at some step, in some way: the job ends, one message names the rank, and what goes on from the
 * checkpoint, on as many ranks or another number, ends as the training that nobody disturbed. Three trials; `test:kills` makes twenty.
 */
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { distance } from "../../parallel/test/nets.ts";
import type { Trained } from "../../parallel/test/training.ts";
import { bundled, LIMIT, type Programs } from "./job.ts";
import { mpich } from "./launchers.ts";
import { startTraining, trainedOf } from "./training.ts";

const TRIALS = Number(process.env.CORR2D_KILL_TRIALS ?? 3);
/** In three trials: one that says nothing, one that speaks, one that is there and does nothing. */
const ACTS = ["kill", "throw", "stop", "hang", "exit", "wait", "abort", "absent"] as const;
const SAYS: Readonly<Record<(typeof ACTS)[number], string>> = {
  kill: "was killed, or crashed",
  throw: "threw Error: on purpose",
  stop: "did not come to",
  hang: "did not come to",
  exit: "ended with code 7 before",
  wait: "did not come to",
  abort: "ended the job: on purpose",
  absent: "did not come to mpi()",
};

let programs: Programs;
const whole = new Map<number, Trained>();
beforeAll(async () => {
  programs = await bundled(["train"]);
}, LIMIT);
afterAll(() => programs.remove());

async function wholeOf(size: number): Promise<Trained> {
  if (!whole.has(size)) {
    whole.set(size, trainedOf(await startTraining(programs, mpich!, size, `whole-${size}.safetensors`)));
  }
  return whole.get(size)!;
}

describe.skipIf(mpich === null)("a rank fails", () => {
  it.each(Array.from({ length: TRIALS }, (_, i) => i))("trial %i", { timeout: LIMIT }, async (trial) => {
    const size = 2 + (trial % 2);
    const fault = { rank: trial % size, step: 1 + ((trial * 7 + 3) % 20), act: ACTS[trial % ACTS.length]! };
    const name = `trial-${trial}.safetensors`;
    const begin = performance.now();
    // The limit is the one that users have.
    const { code, err } = await startTraining(programs, mpich!, size, name, {
      fault,
      timeoutSeconds: undefined,
    });
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    const messages = err.split("\n").filter((line) => line.startsWith("corr2d/mpi: "));
    const story = `${JSON.stringify(fault)} of ${size}, ${seconds} s: ${err}`;
    expect(code, story).not.toBe(0);
    expect(messages, story).toEqual([
      expect.stringMatching(`rank ${fault.rank} .*${SAYS[fault.act].replace("()", "..")}`),
    ]);
    if (fault.act === "throw") expect(err, story).toMatch(/ threw Error: on purpose\n +at .*train\.mjs/);

    const next = [size, 1, 4][trial % 3]!;
    const last = trainedOf(await startTraining(programs, mpich!, next, name));
    const expected = await wholeOf(size);
    const saved = fault.act === "absent" ? 0 : fault.step - (fault.step % 4);
    // Rank 0 may have been saving when another failed: then the last save is the one before.
    expect([saved, Math.max(0, saved - 4)], story).toContain(last.begun);
    if (next === size)
      expect([last.losses, last.weights], story).toEqual([expected.losses, expected.weights]);
    for (const [i, loss] of last.losses.entries())
      expect(Math.abs(loss - expected.losses[i]!), story).toBeLessThan(1e-4);
    for (const [i, one] of last.weights.entries())
      expect(distance(one, expected.weights[i]!), story).toBeLessThan(1e-3);
    if (process.env.CORR2D_KILL_TRIALS !== undefined) {
      console.log(
        `${JSON.stringify(fault)} of ${size}, ${seconds} s: ${messages[0]}; went on at ${last.begun} on ${next}`,
      );
    }
  });

  it("leaves nothing behind", () => {
    expect(readdirSync(programs.folder).filter((name) => name.startsWith("corr2d-mpi-"))).toEqual([]);
  });
});
