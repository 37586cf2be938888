/**
 * jax-js on its WebAssembly device, everything under `jit`, as its documentation advises. It moves its arguments (a
 * value is used up by the function it is given to), hence `.ref` where one is used again. One thread in Node.
 */
import type * as jaxjs from "@jax-js/jax";
import type { Inputs } from "../workloads/inputs.ts";
import {
  type ConvolutionTask,
  type PoolTask,
  poolShapesOf,
  shapesOf,
  type Task,
} from "../workloads/workload.ts";
import { installedVersion } from "./installed-version.ts";
import { learnKernelOf, lenetStepOf } from "./jax-js-training.ts";
import { type Candidate, type Cannot, cannot, notOffered, type Peer } from "./peer.ts";

export type Jax = typeof jaxjs;
export type JaxArray = jaxjs.Array;

/** The task as a function of arrays, with the shapes of its arguments. */
interface Traced {
  readonly fn: (...operands: JaxArray[]) => JaxArray;
  readonly shapes: readonly (readonly number[])[];
}

/** The gradient of `fn` at `point` for a cotangent `dy`. */
function pulledBack(jax: Jax, fn: (operand: JaxArray) => JaxArray, point: JaxArray, dy: JaxArray): JaxArray {
  const [value, pullback] = jax.vjp(fn, [point]);
  value.dispose();
  return (pullback(dy) as [JaxArray])[0];
}

function convolution(jax: Jax, task: ConvolutionTask): Traced {
  const { x, k, y } = shapesOf(task);
  const pad: [number, number] = [task.padding, task.padding];
  const conv = (input: JaxArray, kernel: JaxArray): JaxArray =>
    jax.lax.convGeneralDilated(input, kernel, [task.stride, task.stride], [pad, pad], {
      featureGroupCount: task.groups,
    });
  // A correlation is linear in each operand, so the point at which its gradient is taken does not matter.
  const zeros = (shape: readonly number[]): JaxArray => jax.numpy.zeros([...shape]);
  switch (task.kind) {
    case "forward":
      return { fn: conv, shapes: [x, k] };
    case "input-gradient":
      return {
        fn: (dy, kernel) => pulledBack(jax, (input) => conv(input, kernel), zeros(x), dy),
        shapes: [y, k],
      };
    case "kernel-gradient":
      return {
        fn: (input, dy) => pulledBack(jax, (kernel) => conv(input, kernel), zeros(k), dy),
        shapes: [x, y],
      };
  }
}

function pool(jax: Jax, task: PoolTask): Traced {
  const { x, y } = poolShapesOf(task);
  const sides = [1, 1, task.window, task.window];
  const maximum = (input: JaxArray): JaxArray =>
    jax.lax.reduceWindow(input, (cells) => jax.numpy.max(cells), sides, sides);
  return task.kind === "max-pool"
    ? { fn: maximum, shapes: [x] }
    : { fn: (input, dy) => pulledBack(jax, maximum, input, dy), shapes: [x, y] };
}

function trace(jax: Jax, task: Task): Traced | Cannot {
  const np = jax.numpy;
  switch (task.kind) {
    case "forward":
    case "input-gradient":
    case "kernel-gradient":
      return convolution(jax, task);
    case "max-pool":
    case "max-pool-gradient":
      return pool(jax, task);
    case "matmul": {
      const shape = [task.size, task.size];
      return { fn: (a, b) => np.matmul(a, b), shapes: [shape, shape] };
    }
    case "add":
      return { fn: (a, b) => np.add(a, b), shapes: [[task.size], [task.size]] };
    case "relu":
      return { fn: (x) => jax.nn.relu(x), shapes: [[task.size]] };
    case "sum":
      return { fn: (x) => np.sum(x), shapes: [[task.size]] };
    default:
      return notOffered(`unknown task ${task.kind}`);
  }
}

function prepare(jax: Jax, task: Task, inputs: Inputs): Candidate | Cannot {
  if (task.kind === "lenet-step") return lenetStepOf(jax, task, inputs);
  if (task.kind === "learn-kernel") return learnKernelOf(jax, task, inputs);
  const traced = trace(jax, task);
  if ("cannot" in traced) return traced;
  const compiled = jax.jit(traced.fn);
  const operands = traced.shapes.map((shape, index) =>
    jax.numpy.array(inputs[index] as Float32Array).reshape([...shape]),
  );
  const call = (): JaxArray => compiled(...operands.map((operand) => operand.ref));
  return {
    check: async () => [(await call().data()) as Float32Array],
    run: async () => {
      const result = call();
      await result.blockUntilReady();
      result.dispose();
    },
    dispose: () => {
      compiled.dispose();
      for (const operand of operands) operand.dispose();
    },
  };
}

export const jaxJs: Peer = {
  name: "jax-js",
  description: "jax-js, WebAssembly device, jit (no threads in Node)",
  async open() {
    try {
      const jax = await import("@jax-js/jax");
      const available = await jax.init("wasm");
      if (!available.includes("wasm")) return notOffered("jax-js could not start its wasm device");
      jax.defaultDevice("wasm");
      return {
        version: installedVersion("@jax-js/jax"),
        threads: 1,
        prepare: async (task, inputs) => prepare(jax, task, inputs),
      };
    } catch (error) {
      return cannot(error);
    }
  },
};
