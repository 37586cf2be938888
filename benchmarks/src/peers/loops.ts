/** Plain nested loops in JavaScript: the peer that everyone can write, and the reference of the checks. */
import type { Inputs } from "../workloads/inputs.ts";
import type { ChapterTask, Task } from "../workloads/workload.ts";
import {
  add,
  forward,
  inputGradient,
  kernelGradient,
  matmul,
  maxPool,
  maxPoolGradient,
  relu,
  sum,
} from "./loops-kernels.ts";
import { layer } from "./loops-layers.ts";
import { lenetStep } from "./loops-lenet.ts";
import { networkStep } from "./loops-networks.ts";
import type { Candidate, Peer } from "./peer.ts";

/** The chapter's loop with its gradient written out; gives the loss of the last step and the kernel. */
function learnKernel(
  { steps, learningRate }: ChapterTask,
  x: Float32Array,
  y: Float32Array,
  start: Float32Array,
): [loss: number, w0: number, w1: number] {
  let [w0, w1] = start as unknown as [number, number];
  let loss = 0;
  for (let step = 0; step < steps; step++) {
    loss = 0;
    let d0 = 0;
    let d1 = 0;
    for (let row = 0; row < 6; row++) {
      for (let column = 0; column < 7; column++) {
        const left = x[row * 8 + column]!;
        const right = x[row * 8 + column + 1]!;
        const error = left * w0 + right * w1 - y[row * 7 + column]!;
        loss += error * error;
        d0 += 2 * error * left;
        d1 += 2 * error * right;
      }
    }
    w0 -= learningRate * d0;
    w1 -= learningRate * d1;
  }
  return [loss, w0, w1];
}

/** A function that computes the task once. Training starts afresh with every call. */
export function reference(task: Task, inputs: Inputs): () => readonly ArrayLike<number>[] {
  const [a, b] = inputs as readonly [Float32Array, Float32Array];
  switch (task.kind) {
    case "forward":
      return () => [forward(task, a, b)];
    case "input-gradient":
      return () => [inputGradient(task, a, b)];
    case "kernel-gradient":
      return () => [kernelGradient(task, a, b)];
    case "max-pool":
      return () => [maxPool(task, a)];
    case "max-pool-gradient":
      return () => [maxPoolGradient(task, a, b)];
    case "layer":
    case "layer-gradient":
      return () => layer(task, inputs);
    case "matmul":
      return () => [matmul(a, b, task.size, task.size, task.size)];
    case "add":
      return () => [add(a, b)];
    case "relu":
      return () => [relu(a)];
    case "sum":
      return () => [sum(a)];
    case "lenet-step":
      return () => {
        const parameters = inputs.slice(2).map((parameter) => Float32Array.from(parameter));
        const loss = lenetStep(a, inputs[1] as Int32Array, parameters, task.learningRate);
        return [[loss], ...parameters];
      };
    case "network-step":
      return () => networkStep(task, a, inputs[1] as Int32Array, inputs.slice(2) as Float32Array[]);
    case "learn-kernel":
      return () => {
        const [loss, ...kernel] = learnKernel(task, a, b, inputs[2] as Float32Array);
        return [[loss], kernel];
      };
  }
}

function prepare(task: Task, inputs: Inputs): Candidate {
  const compute = reference(task, inputs);
  const check = async (): Promise<readonly ArrayLike<number>[]> => compute();
  if (task.kind !== "lenet-step") return { check, run: () => void compute() };

  // As in every peer, the timed step goes on from where the last one ended.
  const [images, labels] = inputs as readonly [Float32Array, Int32Array];
  const parameters = inputs.slice(2).map((parameter) => Float32Array.from(parameter));
  return { check, run: () => void lenetStep(images, labels, parameters, task.learningRate) };
}

export const loops: Peer = {
  name: "loops",
  description: "plain nested loops in JavaScript",
  open: async () => ({
    version: "–",
    threads: 1,
    prepare: async (task, inputs) => prepare(task, inputs),
  }),
};
