/** Trainings on ranks of MPI beside one process, beside each other, and beside threads. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runThreads } from "../../parallel/src/threads.ts";
import { distance } from "../../parallel/test/nets.ts";
import type { Trained } from "../../parallel/test/training.ts";
import { bundled, LIMIT, type Programs } from "./job.ts";
import { mpich, openMpi } from "./launchers.ts";
import { startTraining, trainedOf } from "./training.ts";

const STEPS = 100;
const limit = { timeout: LIMIT };

let programs: Programs;
let count = 0;
beforeAll(async () => {
  programs = await bundled(["train", "train-thread"]);
}, LIMIT);
afterAll(() => programs.remove());

const train = async (mpiexec: string, size: number): Promise<Trained> =>
  trainedOf(await startTraining(programs, mpiexec, size, `${count++}.safetensors`, { steps: STEPS }));

/** A training of so many ranks, once for all tests. */
const known = new Map<number, Promise<Trained>>();
function trainOnce(size: number): Promise<Trained> {
  if (!known.has(size)) known.set(size, train(mpich!, size));
  return known.get(size)!;
}

async function trainThreads(size: number): Promise<Trained> {
  let trained: Trained | null = null;
  await runThreads(size, programs.path("train-thread"), {
    timeoutSeconds: 300,
    worker: {
      workerData: { path: join(programs.folder, `${count++}.safetensors`), fault: null, steps: STEPS },
    },
    onMessage: (message) => {
      trained = message as Trained;
    },
  });
  return trained!;
}

describe.skipIf(mpich === null)("MPICH", () => {
  it.each([2, 4])("%i ranks learn what one does, and the same bits as threads", limit, async (size) => {
    const [one, many] = [await trainOnce(1), await trainOnce(size)];
    expect(one.losses.length).toBe(STEPS);
    expect(one.gradients.length).toBe(4);
    for (const [i, gradient] of many.gradients.entries()) {
      expect(distance(gradient, one.gradients[i]!), `gradient ${i}`).toBeLessThanOrEqual(1e-6);
    }
    for (const [i, loss] of many.losses.entries()) {
      expect(Math.abs(loss - one.losses[i]!), `loss ${i}`).toBeLessThanOrEqual(1e-4);
    }
    expect(await trainThreads(size)).toEqual(many);
  });

  it("two runs are the same bits", limit, async () => {
    expect(await train(mpich!, 2)).toEqual(await trainOnce(2));
  });
});

describe.skipIf(openMpi === null)("Open MPI", () => {
  it("2 ranks: the same bits as threads", limit, async () => {
    expect(await trainThreads(2)).toEqual(await train(openMpi!, 2));
  });
});
