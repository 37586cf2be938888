/**
 * The tasks as ONNX graphs. The runtime has no gradients, so those of a correlation are said with what it has: dX is a
 * ConvTranspose; dW is a Conv with images and channels swapped on both sides, x as the input and dY as the kernel.
 * A forward kernel is a constant of the model, as in inference; in a gradient it is an input, as weights that change.
 */
import type { Inputs } from "../workloads/inputs.ts";
import {
  type ConvolutionTask,
  outputSize,
  type PoolTask,
  poolShapesOf,
  shapesOf,
  type Task,
  unmetCells,
} from "../workloads/workload.ts";
import type { OnnxGraph } from "./onnx-model.ts";
import { type Cannot, notOffered } from "./peer.ts";

const square = (value: number): [number, number] => [value, value];
const sides = (value: number): number[] => [value, value, value, value];
const swapped = ([a, b, ...rest]: readonly number[]): number[] => [b!, a!, ...rest];

function kernelGradientGraph(task: ConvolutionTask): OnnxGraph | Cannot {
  const { x, k, y } = shapesOf(task);
  if (unmetCells(task).some((cells) => cells > 0)) {
    return notOffered("no Conv gives dW where the window does not end at the input's edge");
  }
  const attributes = {
    pads: sides(task.padding),
    strides: [1, 1],
    dilations: square(task.stride),
    kernel_shape: outputSize(task),
  };
  const inputs = [
    { name: "x", shape: x },
    { name: "dy", shape: y },
  ];
  if (task.groups > 1) {
    // One image and one channel per group: dY [1, C, …] is the kernel [C, 1, …] of a depthwise Conv already.
    if (task.batch !== 1 || task.groups !== task.inChannels || task.groups !== task.outChannels) {
      return notOffered("no Conv gives the grouped dW, but for one image and depthwise");
    }
    return {
      inputs,
      outputs: [{ name: "out", shape: swapped(k) }],
      nodes: [
        { op: "Transpose", inputs: ["dy"], outputs: ["kernel"], attributes: { perm: [1, 0, 2, 3] } },
        {
          op: "Conv",
          inputs: ["x", "kernel"],
          outputs: ["out"],
          attributes: { ...attributes, group: task.groups },
        },
      ],
    };
  }
  return {
    inputs,
    outputs: [{ name: "out", shape: k }],
    nodes: [
      { op: "Transpose", inputs: ["x"], outputs: ["xt"], attributes: { perm: [1, 0, 2, 3] } },
      { op: "Transpose", inputs: ["dy"], outputs: ["dyt"], attributes: { perm: [1, 0, 2, 3] } },
      { op: "Conv", inputs: ["xt", "dyt"], outputs: ["dwt"], attributes },
      { op: "Transpose", inputs: ["dwt"], outputs: ["out"], attributes: { perm: [1, 0, 2, 3] } },
    ],
  };
}

function convolutionGraph(task: ConvolutionTask, inputs: Inputs): OnnxGraph | Cannot {
  const { x, k, y } = shapesOf(task);
  const attributes = {
    pads: sides(task.padding),
    strides: square(task.stride),
    kernel_shape: [task.kernelHeight, task.kernelWidth],
    group: task.groups,
  };
  if (task.kind === "forward") {
    return {
      inputs: [{ name: "x", shape: x }],
      constants: [{ name: "k", shape: k, data: inputs[1] as Float32Array }],
      outputs: [{ name: "out", shape: y }],
      nodes: [{ op: "Conv", inputs: ["x", "k"], outputs: ["out"], attributes }],
    };
  }
  if (task.kind === "kernel-gradient") return kernelGradientGraph(task);
  return {
    inputs: [
      { name: "dy", shape: y },
      { name: "k", shape: k },
    ],
    outputs: [{ name: "out", shape: x }],
    nodes: [
      {
        op: "ConvTranspose",
        inputs: ["dy", "k"],
        outputs: ["out"],
        attributes: { ...attributes, output_padding: unmetCells(task) },
      },
    ],
  };
}

/** dX puts each dY where its maximum was found. */
function poolGraph(task: PoolTask): OnnxGraph {
  const { x, y } = poolShapesOf(task);
  const attributes = { kernel_shape: square(task.window), strides: square(task.window) };
  if (task.kind === "max-pool") {
    return {
      inputs: [{ name: "x", shape: x }],
      outputs: [{ name: "out", shape: y }],
      nodes: [{ op: "MaxPool", inputs: ["x"], outputs: ["out"], attributes }],
    };
  }
  return {
    inputs: [
      { name: "x", shape: x },
      { name: "dy", shape: y },
    ],
    outputs: [{ name: "out", shape: x }],
    nodes: [
      { op: "MaxPool", inputs: ["x"], outputs: ["values", "indices"], attributes },
      { op: "MaxUnpool", inputs: ["dy", "indices"], outputs: ["out"], attributes },
    ],
  };
}

/** The graph of a task: its inputs in the order of the task's, its result named `out`. */
export function onnxGraph(task: Task, inputs: Inputs): OnnxGraph | Cannot {
  switch (task.kind) {
    case "forward":
    case "input-gradient":
    case "kernel-gradient":
      return convolutionGraph(task, inputs);
    case "max-pool":
    case "max-pool-gradient":
      return poolGraph(task);
    case "matmul": {
      const shape = square(task.size);
      return {
        inputs: [
          { name: "a", shape },
          { name: "b", shape },
        ],
        outputs: [{ name: "out", shape }],
        nodes: [{ op: "MatMul", inputs: ["a", "b"], outputs: ["out"] }],
      };
    }
    case "add": {
      const shape = [task.size];
      return {
        inputs: [
          { name: "a", shape },
          { name: "b", shape },
        ],
        outputs: [{ name: "out", shape }],
        nodes: [{ op: "Add", inputs: ["a", "b"], outputs: ["out"] }],
      };
    }
    case "relu":
    case "sum": {
      const op = task.kind === "relu" ? "Relu" : "ReduceSum";
      const attributes = task.kind === "sum" ? { keepdims: 0 } : {};
      return {
        inputs: [{ name: "x", shape: [task.size] }],
        outputs: [{ name: "out", shape: task.kind === "relu" ? [task.size] : [] }],
        nodes: [{ op, inputs: ["x"], outputs: ["out"], attributes }],
      };
    }
    case "lenet-step":
    case "network-step":
    case "learn-kernel":
      return notOffered("onnxruntime has removed training");
    case "layer":
    case "layer-gradient":
      return notOffered(`unknown task ${task.kind}`);
  }
}
