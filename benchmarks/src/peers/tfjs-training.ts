/** The two training tasks as a user of TensorFlow.js writes them: variables, `variableGrads` and its SGD. */
import type * as tfjs from "@tensorflow/tfjs-core";
import type { Inputs } from "../workloads/inputs.ts";
import { CLASSES, IMAGE_SIZE, LENET_PARAMETERS } from "../workloads/lenet.ts";
import type { ChapterTask, LenetTask } from "../workloads/workload.ts";

type Tf = typeof tfjs;

export interface Training {
  /** Parameters in tfjs' layout: kernels HWIO, linear weights [in, out]. */
  readonly variables: readonly tfjs.Variable[];
  /** What is timed. */
  run(): void;
  /** The loss before the last update. */
  lastLoss(): number;
}

/** One optimiser step on `loss`. */
function minimise(optimiser: tfjs.Optimizer, loss: () => tfjs.Scalar): number {
  const value = optimiser.minimize(loss, true)!;
  const number = value.dataSync()[0]!;
  value.dispose();
  return number;
}

export function lenetStepOf(tf: Tf, task: LenetTask, inputs: Inputs): Training {
  const images = tf.tensor4d(inputs[0] as Float32Array, [task.batch, IMAGE_SIZE, IMAGE_SIZE, 1]);
  const labels = tf.oneHot(tf.tensor1d(inputs[1] as Int32Array, "int32"), CLASSES) as tfjs.Tensor2D;
  const variables = LENET_PARAMETERS.map(({ shape }, index) => {
    const values = tf.tensor(inputs[index + 2] as Float32Array, [...shape]);
    const order = shape.length === 4 ? [2, 3, 1, 0] : shape.length === 2 ? [1, 0] : [0];
    return tf.variable(tf.transpose(values, order));
  });
  const [w1, b1, w2, b2, w3, b3, w4, b4, w5, b5] = variables as unknown as [
    tfjs.Tensor4D,
    tfjs.Tensor1D,
    tfjs.Tensor4D,
    tfjs.Tensor1D,
    tfjs.Tensor2D,
    tfjs.Tensor1D,
    tfjs.Tensor2D,
    tfjs.Tensor1D,
    tfjs.Tensor2D,
    tfjs.Tensor1D,
  ];
  const loss = (): tfjs.Scalar => {
    const a1 = tf.sigmoid(tf.add(tf.conv2d(images, w1, 1, "same"), b1)) as tfjs.Tensor4D;
    const p1 = tf.avgPool(a1, 2, 2, 0);
    const a2 = tf.sigmoid(tf.add(tf.conv2d(p1, w2, 1, "valid"), b2)) as tfjs.Tensor4D;
    const p2 = tf.avgPool(a2, 2, 2, 0);
    // The linear layer's weights are in the order of flattened NCHW.
    const flat = tf.reshape(tf.transpose(p2, [0, 3, 1, 2]), [task.batch, 400]) as tfjs.Tensor2D;
    const a3 = tf.sigmoid(tf.add(tf.matMul(flat, w3), b3)) as tfjs.Tensor2D;
    const a4 = tf.sigmoid(tf.add(tf.matMul(a3, w4), b4)) as tfjs.Tensor2D;
    const logits = tf.add(tf.matMul(a4, w5), b5) as tfjs.Tensor2D;
    return tf.losses.softmaxCrossEntropy(labels, logits) as tfjs.Scalar;
  };
  const optimiser = tf.train.sgd(task.learningRate);
  let last = Number.NaN;
  return {
    variables,
    run() {
      last = minimise(optimiser, loss);
    },
    lastLoss: () => last,
  };
}

export function learnKernelOf(tf: Tf, task: ChapterTask, inputs: Inputs): Training {
  const x = tf.tensor4d(inputs[0] as Float32Array, [1, 6, 8, 1]);
  const y = tf.tensor4d(inputs[1] as Float32Array, [1, 6, 7, 1]);
  const start = tf.tensor4d(inputs[2] as Float32Array, [1, 2, 1, 1]);
  const kernel = tf.variable(start);
  const loss = (): tfjs.Scalar =>
    tf.sum(tf.square(tf.sub(tf.conv2d(x, kernel as tfjs.Tensor4D, 1, "valid"), y))) as tfjs.Scalar;
  const optimiser = tf.train.sgd(task.learningRate);
  let last = Number.NaN;
  return {
    variables: [kernel],
    run() {
      kernel.assign(start);
      for (let step = 0; step < task.steps; step++) last = minimise(optimiser, loss);
    },
    lastLoss: () => last,
  };
}
