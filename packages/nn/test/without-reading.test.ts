/** Layers, losses and optimisers compute without reading values: on a backend that has no `readSync`, which is asked for no reading. */
import {
  type Backend,
  type BackendDefinition,
  Corr2dError,
  defineBackend,
  maxPool1dWithIndices,
  maxPool2dWithIndices,
  rand,
  setBackend,
  Tensor,
  tensor,
} from "@corr2d/core";
import { beforeEach, describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import * as F from "../src/functional.ts";
import * as nn from "../src/index.ts";

let reads = 0;
beforeEach(() => {
  const { readSync: _, ...full } = cpuJs() as Backend;
  const late = defineBackend({
    ...full,
    name: "late",
    features: { syncRead: false },
    async read(handle, size, dtype, into) {
      reads++;
      return full.read(handle, size, dtype, into);
    },
  } as BackendDefinition<unknown>) as Backend;
  setBackend(late);
  reads = 0;
});

// biome-ignore lint/suspicious/noExplicitAny: whatever arguments work
type Any = any;
const images = () => rand([2, 4, 6, 6]);
const rows = () => rand([3, 4]);
const classes = () => tensor([0, 2, 1], { dtype: "int32" });

const CONSTRUCTIONS: readonly (readonly unknown[])[] = [
  [],
  [4, 4],
  [4, 4, 3],
  [4],
  [2],
  [2, 2],
  [1],
  [4, 4, 4],
  [[4, 4]],
  [0.5, 1],
  [-1, 1],
  [[6, 6], 3],
  [1, [2, 2]],
  [{ scaleFactor: 2 }],
];
const INPUTS: readonly (() => readonly unknown[])[] = [
  () => [images()],
  () => [images().flatten(2)],
  () => [rows()],
  () => [rows(), rows()],
  () => [rows(), classes()],
  () => [rows(), rows(), rows()],
  () => [rows(), rows(), tensor([1, -1, 1])],
  () => [rand([3]), rand([3]), tensor([1, -1, 1])],
  () => [rand([2, 36, 16])],
  () => [classes()],
  () => [images(), 2],
  () => [images().flatten(2), 2],
  () => [images(), rand([4, 4, 3, 3])],
  () => [rows(), rand([5, 4])],
  () => [rows(), [4]],
  () => [images(), 2, rand([4]), rand([4])],
  () => [images(), rand([4]), rand([4]), rand([4]), rand([4])],
  () => [classes(), 3],
  () => Object.values(maxPool2dWithIndices(images(), 2)),
  () => Object.values(maxPool1dWithIndices(images().flatten(2), 2)),
];

/** The tensors in a result. */
const tensorsOf = (result: unknown): Tensor[] =>
  result instanceof Tensor ? [result] : Array.isArray(result) ? result.flatMap(tensorsOf) : [];

/** Calls with the inputs that are taken, and goes back. @returns how many there were. */
function tried(call: (...args: readonly unknown[]) => unknown): number {
  let done = 0;
  for (const input of INPUTS) {
    try {
      const args = input();
      for (const arg of args)
        if (arg instanceof Tensor && arg.dtype === "float32" && arg.isLeaf) arg.requiresGrad = true;
      for (const out of tensorsOf(call(...args)))
        if (out.gradFn !== null) out.sum().backward(null, { retainGraph: true });
      done++;
    } catch (error) {
      if (!Corr2dError.isInstance(error)) throw error;
      expect(error.code, error.message).not.toBe("SYNC_READ_UNSUPPORTED");
    }
  }
  return done;
}

const modules = Object.entries(nn).filter(
  ([name, value]) =>
    typeof value === "function" &&
    (value as Any).prototype instanceof nn.Module &&
    !/Sequential|Dict|List|AveragedModel|UninitializedParameter/.test(name),
);

describe("without reading", () => {
  it.each(modules)("%s computes, backward too", (name, type) => {
    let done = 0;
    for (const args of CONSTRUCTIONS) {
      let module: Any;
      try {
        module = new (type as Any)(...args);
      } catch {
        continue;
      }
      done += tried((...inputs) => module(...inputs));
    }
    expect(done, `${name} took nothing`).toBeGreaterThan(0);
    expect(reads).toBe(0);
  });

  it.each(Object.entries(F).filter(([, value]) => typeof value === "function"))(
    "F.%s, backward too",
    (name, fn) => {
      expect(tried(fn as Any), `${name} took nothing`).toBeGreaterThanOrEqual(0);
      expect(reads).toBe(0);
    },
  );

  it("of five steps with each optimiser", () => {
    const types = nn as Any;
    for (const name of [
      "SGD",
      "Adam",
      "AdamW",
      "Adamax",
      "NAdam",
      "RAdam",
      "Adagrad",
      "Adadelta",
      "RMSprop",
    ] as const) {
      const net = new nn.Sequential(
        new nn.Linear(4, 5),
        new nn.BatchNorm1D(5),
        new nn.ReLU(),
        new nn.Linear(5, 3),
      );
      const optimizer = new types[name](net.parameters(), { lr: 0.01 });
      for (let i = 0; i < 5; i++) {
        optimizer.zeroGrad();
        nn.crossEntropy(net(rows()), classes()).backward();
        optimizer.step();
      }
    }
    expect(reads).toBe(0);
  });
});
