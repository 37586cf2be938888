/**
 * This project, on any of its backends, through the public API alone and as its users are told to write: a `scope`
 * around each step gives the memory back. The time includes all of that: checks, dispatch, allocation.
 */
import {
  add,
  type Backend,
  convTranspose2d,
  corr2d,
  corr2dKernelGrad,
  grad,
  matmul,
  maxPool2d,
  relu,
  scope,
  type Tensor,
  tensor,
} from "@corr2d/core";
import type { Inputs } from "../workloads/inputs.ts";
import {
  type ConvolutionTask,
  poolShapesOf,
  shapesOf,
  type Task,
  unmetCells,
} from "../workloads/workload.ts";
import { openBackend } from "./corr2d-backend.ts";
import { layerOf } from "./corr2d-layers.ts";
import { networkStepOf } from "./corr2d-networks.ts";
import { learnKernelOf, lenetStepOf } from "./corr2d-training.ts";
import { type Candidate, type Cannot, cannot, notOffered, type Peer } from "./peer.ts";

/** A function of tensors, with the shapes of its arguments. */
export interface Operation {
  readonly shapes: readonly (readonly number[])[];
  readonly compute: (...operands: Tensor[]) => Tensor;
  /** Whether the first argument's gradient is asked for. */
  readonly differentiates?: true;
}

export function convolution(task: ConvolutionTask): Operation {
  if (task.literalOptions) return literalConvolution(task);
  const { x, k, y } = shapesOf(task);
  const options = { stride: task.stride, padding: task.padding, groups: task.groups };
  switch (task.kind) {
    case "forward": {
      // The book's own form, on two axes, where the workload has one image of one channel and no options.
      const planar = task.batch * task.inChannels * task.outChannels === 1 && task.padding === 0;
      return planar
        ? { shapes: [x.slice(2), k.slice(2)], compute: (image, kernel) => corr2d(image!, kernel!) }
        : { shapes: [x, k], compute: (image, kernel) => corr2d(image!, kernel!, options) };
    }
    case "input-gradient": {
      const transposed = { ...options, outputPadding: unmetCells(task) };
      return { shapes: [y, k], compute: (dy, kernel) => convTranspose2d(dy!, kernel!, transposed) };
    }
    case "kernel-gradient":
      return { shapes: [x, y], compute: (image, dy) => corr2dKernelGrad(image!, dy!, k, options) };
  }
}

/** One image of one channel, and options that each call makes. */
function literalConvolution(task: ConvolutionTask): Operation {
  const { x, k, y } = shapesOf(task);
  const { stride, padding } = task;
  switch (task.kind) {
    case "forward":
      return {
        shapes: [x.slice(2), k.slice(2)],
        compute: (image, kernel) => corr2d(image!, kernel!, { stride, padding }),
      };
    case "input-gradient":
      return {
        shapes: [y.slice(2), k.slice(2)],
        compute: (dy, kernel) => convTranspose2d(dy!, kernel!, { stride, padding }),
      };
    case "kernel-gradient":
      return {
        shapes: [x, y],
        compute: (image, dy) => corr2dKernelGrad(image!, dy!, k, { stride, padding }),
      };
  }
}

function operation(task: Task): Operation | Cannot {
  switch (task.kind) {
    case "forward":
    case "input-gradient":
    case "kernel-gradient":
      return convolution(task);
    case "max-pool":
      return { shapes: [poolShapesOf(task).x], compute: (x) => maxPool2d(x!, task.window) };
    case "max-pool-gradient": {
      const { x, y } = poolShapesOf(task);
      return {
        shapes: [x, y],
        compute: (image, dy) => grad(maxPool2d(image!, task.window), [image!], { gradOutputs: dy! })[0]!,
        differentiates: true,
      };
    }
    case "matmul": {
      const shape = [task.size, task.size];
      return { shapes: [shape, shape], compute: (a, b) => matmul(a!, b!) };
    }
    case "add":
      return { shapes: [[task.size], [task.size]], compute: (a, b) => add(a!, b!) };
    case "relu":
      return { shapes: [[task.size]], compute: (x) => relu(x!) };
    case "sum":
      return { shapes: [[task.size]], compute: (x) => x!.sum() };
    default:
      return notOffered(`unknown task ${task.kind}`);
  }
}

/** Features that say nothing of the build: `threads` is shown with each figure. */
const UNTOLD: readonly string[] = ["syncRead", "heapMiB", "threads"];

function prepare(backend: Backend, task: Task, inputs: Inputs): Candidate | Cannot {
  if (task.kind === "lenet-step") return lenetStepOf(backend, task, inputs);
  if (task.kind === "network-step") return networkStepOf(backend, task, inputs);
  if (task.kind === "learn-kernel") return learnKernelOf(backend, task, inputs);
  if (task.kind === "layer" || task.kind === "layer-gradient") return layerOf(backend, task, inputs);
  const op = operation(task);
  if ("cannot" in op) return op;
  const { differentiates = false } = op;
  const operands = op.shapes.map((shape, index) =>
    tensor(inputs[index]!, { shape, backend, requiresGrad: differentiates && index === 0 }),
  );
  const [a, b] = operands as [Tensor, Tensor];
  const once = (): void => {
    op.compute(a, b);
  };
  return {
    check: async () => {
      const result = op.compute(a, b);
      const data = await result.data();
      result.dispose();
      return [data];
    },
    // A backend that works at once is done when it returns; of another, only a read shows that it is.
    run: backend.features.syncRead
      ? () => scope(once)
      : async () => {
          const result = scope(() => op.compute(a, b));
          await result.data();
          result.dispose();
        },
    dispose: () => {
      for (const operand of operands) operand.dispose();
    },
  };
}

/**
 * A backend of this project as a peer.
 * @param backendName as `openBackend` takes it.
 * @param fixedThreads a thread count that holds whatever is asked for: the same backend beside itself on more threads.
 */
export function corr2dPeer(backendName: string, fixedThreads?: number): Peer {
  const suffix = fixedThreads === undefined ? "" : ` ×${fixedThreads}`;
  return {
    name: `${backendName}${suffix}`,
    description: `corr2d on ${backendName}`,
    async open(threads) {
      try {
        const { backend, version } = await openBackend(backendName, fixedThreads ?? threads);
        const { features } = backend;
        const details = Object.entries(features)
          .filter(([name]) => !UNTOLD.includes(name))
          .map(([name, value]) => `${name}=${value}`);
        return {
          version: [version, ...details].join(" "),
          threads: typeof features.threads === "number" ? features.threads : 1,
          prepare: async (task, inputs) => prepare(backend, task, inputs),
          close: () => backend.close?.(),
        };
      } catch (error) {
        return cannot(error);
      }
    },
  };
}
