/**
 * TensorFlow.js, `cpu` and `wasm`. Its own layout is NHWC with kernels HWIO, so inputs are brought there before anything
 * is timed. Gradients are asked for as the kernels that its autograd would run; a kernel that the backend does not
 * register (wasm: Conv2DBackpropFilter, the depthwise gradients) makes the workload one that it cannot do.
 */
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import type * as tfjs from "@tensorflow/tfjs-core";
import type { Inputs } from "../workloads/inputs.ts";
import { LENET_PARAMETERS } from "../workloads/lenet.ts";
import {
  type ChapterTask,
  type ConvolutionTask,
  type LenetTask,
  type PoolTask,
  shapesOf,
  type Task,
} from "../workloads/workload.ts";
import { type Candidate, type Cannot, cannot, notOffered, type Peer } from "./peer.ts";
import { registerGradients } from "./tfjs-gradients.ts";
import { learnKernelOf, lenetStepOf } from "./tfjs-training.ts";

type Tf = typeof tfjs;

const require = createRequire(import.meta.url);

/** From [rows of axis order] to another: `permute(tf, data, [N, C, H, W], [0, 2, 3, 1])`. */
function permuted(
  tf: Tf,
  data: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): tfjs.Tensor4D {
  return tf.tidy(() =>
    tf.transpose(tf.tensor4d(data, shape as [number, number, number, number]), [...order]),
  );
}

const TO_NHWC = [0, 2, 3, 1] as const;
const TO_NCHW = [0, 3, 1, 2] as const;
/** OIHW → HWIO, and back. */
const TO_HWIO = [2, 3, 1, 0] as const;
const TO_OIHW = [3, 2, 0, 1] as const;

/** A function of the task's tensors, their values in tfjs' layout, and the order of axes that gives NCHW back. */
interface Prepared {
  readonly tensors: readonly tfjs.Tensor[];
  compute(): tfjs.Tensor;
  readonly back?: readonly number[];
}

function convolution(tf: Tf, task: ConvolutionTask, inputs: Inputs): Prepared | Cannot {
  const depthwise = task.groups > 1;
  if (depthwise && (task.groups !== task.inChannels || task.outChannels !== task.inChannels)) {
    return notOffered("tfjs has no grouped convolution but the depthwise one");
  }
  const shapes = shapesOf(task);
  // A number would do, but its size arithmetic then takes every kernel for a square one. A depthwise kernel is [H, W, C, 1].
  const sides: [number, number] = [task.padding, task.padding];
  const pad =
    task.padding === 0 ? "valid" : ([[0, 0], sides, sides, [0, 0]] as tfjs.backend_util.ExplicitPadding);
  const strides: [number, number] = [task.stride, task.stride];
  const kernelOrder = depthwise ? ([2, 3, 0, 1] as const) : TO_HWIO;
  const kernelBack = depthwise ? ([2, 3, 0, 1] as const) : TO_OIHW;
  const at = (name: "x" | "k" | "y", index: number): tfjs.Tensor4D =>
    permuted(tf, inputs[index] as Float32Array, shapes[name], name === "k" ? kernelOrder : TO_NHWC);
  const inputShape = TO_NHWC.map((axis) => shapes.x[axis]!) as [number, number, number, number];
  const filterShape = kernelOrder.map((axis) => shapes.k[axis]!) as [number, number, number, number];

  if (task.kind === "forward") {
    const x = at("x", 0);
    const k = at("k", 1);
    return {
      tensors: [x, k],
      compute: () => (depthwise ? tf.depthwiseConv2d(x, k, strides, pad) : tf.conv2d(x, k, strides, pad)),
      back: TO_NCHW,
    };
  }
  const common = { strides, pad, dataFormat: "NHWC", dimRoundingMode: undefined, dilations: [1, 1] };
  if (task.kind === "input-gradient") {
    const dy = at("y", 0);
    const filter = at("k", 1);
    const name = depthwise ? "DepthwiseConv2dNativeBackpropInput" : "Conv2DBackpropInput";
    return {
      tensors: [dy, filter],
      compute: () => tf.engine().runKernel(name, { dy, filter }, { ...common, inputShape } as never),
      back: TO_NCHW,
    };
  }
  const x = at("x", 0);
  const dy = at("y", 1);
  const name = depthwise ? "DepthwiseConv2dNativeBackpropFilter" : "Conv2DBackpropFilter";
  return {
    tensors: [x, dy],
    compute: () => tf.engine().runKernel(name, { x, dy }, { ...common, filterShape } as never),
    back: kernelBack,
  };
}

/** One plane, in which NHWC and NCHW are the same. */
function pool(tf: Tf, task: PoolTask, inputs: Inputs): Prepared {
  const out = task.size / task.window;
  const x = tf.tensor4d(inputs[0] as Float32Array, [1, task.size, task.size, 1]);
  const maximum = (image: tfjs.Tensor): tfjs.Tensor =>
    tf.maxPool(image as tfjs.Tensor4D, task.window, task.window, "valid");
  if (task.kind === "max-pool") return { tensors: [x], compute: () => maximum(x) };
  const dy = tf.tensor4d(inputs[1] as Float32Array, [1, out, out, 1]);
  const gradient = tf.grad(maximum);
  return { tensors: [x, dy], compute: () => gradient(x, dy) };
}

function single(tf: Tf, task: Task, inputs: Inputs): Prepared | Cannot {
  const [a, b] = inputs as readonly [Float32Array, Float32Array];
  switch (task.kind) {
    case "forward":
    case "input-gradient":
    case "kernel-gradient":
      return convolution(tf, task, inputs);
    case "max-pool":
    case "max-pool-gradient":
      return pool(tf, task, inputs);
    case "matmul": {
      const size: [number, number] = [task.size, task.size];
      const tensors = [tf.tensor2d(a, size), tf.tensor2d(b, size)] as const;
      return { tensors, compute: () => tf.matMul(tensors[0], tensors[1]) };
    }
    case "add": {
      const tensors = [tf.tensor1d(a), tf.tensor1d(b)] as const;
      return { tensors, compute: () => tf.add(tensors[0], tensors[1]) };
    }
    case "relu": {
      const x = tf.tensor1d(a);
      return { tensors: [x], compute: () => tf.relu(x) };
    }
    case "sum": {
      const x = tf.tensor1d(a);
      return { tensors: [x], compute: () => tf.sum(x) };
    }
    default:
      return notOffered(`unknown task ${task.kind}`);
  }
}

function singleCandidate(tf: Tf, backend: string, task: Task, inputs: Inputs): Candidate | Cannot {
  const prepared = single(tf, task, inputs);
  if ("cannot" in prepared) return prepared;
  const { tensors, compute, back } = prepared;
  return {
    before: async () => void (await tf.setBackend(backend)),
    async check() {
      const result = tf.tidy(() => (back === undefined ? compute() : tf.transpose(compute(), [...back])));
      const data = await result.data();
      result.dispose();
      return [data];
    },
    run: () => compute().dispose(),
    dispose: () => {
      for (const tensor of tensors) tensor.dispose();
    },
  };
}

/** A training task: `step` changes the variables; `check` starts from the given values. */
function trainingCandidate(
  tf: Tf,
  backend: string,
  task: LenetTask | ChapterTask,
  inputs: Inputs,
): Candidate {
  const training =
    task.kind === "lenet-step" ? lenetStepOf(tf, task, inputs) : learnKernelOf(tf, task, inputs);
  return {
    before: async () => void (await tf.setBackend(backend)),
    async check() {
      training.run();
      const loss = training.lastLoss();
      const parameters = training.variables.map((variable, index) => {
        const shape = task.kind === "lenet-step" ? LENET_PARAMETERS[index]!.shape : [1, 1, 1, 2];
        const order = shape.length === 4 ? TO_OIHW : shape.length === 2 ? [1, 0] : [0];
        return tf.tidy(() => tf.transpose(variable as tfjs.Tensor, [...order]).dataSync());
      });
      return [[loss], ...parameters];
    },
    run: () => training.run(),
    dispose: () => {
      for (const variable of training.variables) variable.dispose();
    },
  };
}

async function open(backend: "cpu" | "wasm"): ReturnType<Peer["open"]> {
  try {
    const tf = (await import("@tensorflow/tfjs-core")).default as unknown as Tf;
    tf.enableProdMode(); // no checks for NaN, and no advertisement
    if (backend === "cpu") await import("@tensorflow/tfjs-backend-cpu");
    else {
      const wasm = (await import("@tensorflow/tfjs-backend-wasm")).default;
      // In Node its loader would look for the files next to the program that runs.
      wasm.setWasmPaths(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")) + sep);
    }
    if (!(await tf.setBackend(backend))) return notOffered(`tfjs could not start its ${backend} backend`);
    const simd = backend === "wasm" && (await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT")) === true;
    await registerGradients();
    return {
      version: `${tf.version_core}${simd ? " SIMD" : ""}`,
      threads: 1,
      async prepare(task, inputs) {
        await tf.setBackend(backend);
        return task.kind === "lenet-step" || task.kind === "learn-kernel"
          ? trainingCandidate(tf, backend, task, inputs)
          : singleCandidate(tf, backend, task, inputs);
      },
    };
  } catch (error) {
    return cannot(error);
  }
}

export const tfjsCpu: Peer = {
  name: "tfjs-cpu",
  description: "TensorFlow.js, backend cpu (plain JavaScript)",
  open: () => open("cpu"),
};

export const tfjsWasm: Peer = {
  name: "tfjs-wasm",
  description: "TensorFlow.js, backend wasm (XNNPACK, SIMD; no threads in Node)",
  open: () => open("wasm"),
};
