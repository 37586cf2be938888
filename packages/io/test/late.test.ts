// On a backend that is read later: what is saved is what was computed when it was asked for.
import { defineBackend, full, setBackend, type Tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { expect, it } from "vitest";
import { checkpointToBlob, loadCheckpoint, readSafetensors, writeSafetensors } from "../src/index.ts";

const { readSync: _, read, features, ...rest } = cpuJs();
let reads = 0;
const late = defineBackend({
  ...rest,
  features: { ...features, syncRead: false },
  async read(handle, size, dtype, into) {
    reads++;
    const values = await read(handle, size, dtype);
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (into === undefined) return values;
    into.set(values);
    return into;
  },
});
setBackend(late);

const state = (): Record<string, Tensor> => ({ x: full([2], 1), y: full([3], 2) });

it("tensors are written with the values of the call, all asked for at once", async () => {
  const tensors = state();
  const bytes = writeSafetensors(tensors);
  expect(reads).toBe(2);
  for (const tensor of Object.values(tensors)) tensor.assign(9);
  const read = await readSafetensors(await bytes);
  expect([await read.x!.toArray(), await read.y!.toArray()]).toEqual([
    [1, 1],
    [2, 2, 2],
  ]);
  expect(read.x!.backend).toBe(late);
});

it("a checkpoint may be freed as soon as it was asked for", async () => {
  const tensors = state();
  const blob = checkpointToBlob(tensors);
  for (const tensor of Object.values(tensors)) tensor.dispose();
  const saved = await loadCheckpoint(await blob, { strict: true });
  expect([await saved.x.toArray(), await saved.y.toArray()]).toEqual([
    [1, 1],
    [2, 2, 2],
  ]);
});
