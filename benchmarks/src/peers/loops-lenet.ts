/**
 * A LeNet training step in plain loops, gradients written out by hand: what a reader of the book would write in
 * JavaScript without any library. Layers and parameters as in `workloads/lenet.ts`.
 */
import { CLASSES } from "../workloads/lenet.ts";
import type { Convolution } from "../workloads/workload.ts";
import { forward, inputGradient, kernelGradient } from "./loops-kernels.ts";

export function addChannelBias(y: Float32Array, bias: Float32Array, plane: number): void {
  for (let i = 0; i < y.length; i++) y[i]! += bias[Math.floor(i / plane) % bias.length]!;
}

export function channelSums(dy: Float32Array, channels: number, plane: number): Float32Array {
  const sums = new Float64Array(channels);
  for (let i = 0; i < dy.length; i++) sums[Math.floor(i / plane) % channels]! += dy[i]!;
  return Float32Array.from(sums);
}

function sigmoid(x: Float32Array): void {
  for (let i = 0; i < x.length; i++) x[i] = 1 / (1 + Math.exp(-x[i]!));
}

/** dX of y = sigmoid(x), from y. */
function sigmoidGradient(y: Float32Array, dy: Float32Array): void {
  for (let i = 0; i < dy.length; i++) dy[i]! *= y[i]! * (1 - y[i]!);
}

/** Averages of 2×2 cells over planes of size × size. */
function averagePool(x: Float32Array, size: number): Float32Array {
  const half = size / 2;
  const planes = x.length / (size * size);
  const y = new Float32Array(planes * half * half);
  for (let plane = 0; plane < planes; plane++) {
    for (let row = 0; row < half; row++) {
      for (let column = 0; column < half; column++) {
        const at = (plane * size + 2 * row) * size + 2 * column;
        y[(plane * half + row) * half + column] =
          (x[at]! + x[at + 1]! + x[at + size]! + x[at + size + 1]!) / 4;
      }
    }
  }
  return y;
}

function averagePoolGradient(dy: Float32Array, size: number): Float32Array {
  const half = size / 2;
  const planes = dy.length / (half * half);
  const dx = new Float32Array(planes * size * size);
  for (let i = 0; i < dx.length; i++) {
    const column = i % size;
    const row = Math.floor(i / size) % size;
    const plane = Math.floor(i / (size * size));
    dx[i] = dy[(plane * half + (row >> 1)) * half + (column >> 1)]! / 4;
  }
  return dx;
}

/** x [rows, inputs] · weightᵀ [outputs, inputs] + bias. */
export function linear(
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
  rows: number,
): Float32Array {
  const outputs = bias.length;
  const inputs = weight.length / outputs;
  const y = new Float32Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let o = 0; o < outputs; o++) {
      let sum = bias[o]!;
      for (let i = 0; i < inputs; i++) sum += x[row * inputs + i]! * weight[o * inputs + i]!;
      y[row * outputs + o] = sum;
    }
  }
  return y;
}

export function linearGradients(
  x: Float32Array,
  weight: Float32Array,
  dy: Float32Array,
  rows: number,
): { dx: Float32Array; dWeight: Float32Array; dBias: Float32Array } {
  const outputs = dy.length / rows;
  const inputs = weight.length / outputs;
  const dx = new Float32Array(x.length);
  const dWeight = new Float32Array(weight.length);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let o = 0; o < outputs; o++) sum += dy[row * outputs + o]! * weight[o * inputs + i]!;
      dx[row * inputs + i] = sum;
    }
  }
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += dy[row * outputs + o]! * x[row * inputs + i]!;
      dWeight[o * inputs + i] = sum;
    }
  }
  return { dx, dWeight, dBias: channelSums(dy, outputs, 1) };
}

/** Mean cross-entropy of the rows' softmax with the labels, and its gradient. */
export function crossEntropy(
  logits: Float32Array,
  labels: Int32Array,
): { loss: number; gradient: Float32Array } {
  const rows = labels.length;
  const gradient = new Float32Array(logits.length);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const at = row * CLASSES;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < CLASSES; i++) highest = Math.max(highest, logits[at + i]!);
    let total = 0;
    for (let i = 0; i < CLASSES; i++) total += Math.exp(logits[at + i]! - highest);
    loss += Math.log(total) + highest - logits[at + labels[row]!]!;
    for (let i = 0; i < CLASSES; i++) {
      const probability = Math.exp(logits[at + i]! - highest) / total;
      gradient[at + i] = (probability - (labels[row] === i ? 1 : 0)) / rows;
    }
  }
  return { loss: loss / rows, gradient };
}

const conv1 = (batch: number): Convolution => ({
  batch,
  inChannels: 1,
  height: 28,
  width: 28,
  outChannels: 6,
  kernelHeight: 5,
  kernelWidth: 5,
  stride: 1,
  padding: 2,
  groups: 1,
});

const conv2 = (batch: number): Convolution => ({
  ...conv1(batch),
  inChannels: 6,
  height: 14,
  width: 14,
  outChannels: 16,
  padding: 0,
});

/** One step on `parameters`, in place. Gives the loss before it. */
export function lenetStep(
  images: Float32Array,
  labels: Int32Array,
  parameters: readonly Float32Array[],
  learningRate: number,
): number {
  const batch = labels.length;
  const [w1, b1, w2, b2, w3, b3, w4, b4, w5, b5] = parameters as Float32Array[] & { length: 10 };

  const a1 = forward(conv1(batch), images, w1!);
  addChannelBias(a1, b1!, 28 * 28);
  sigmoid(a1);
  const p1 = averagePool(a1, 28);
  const a2 = forward(conv2(batch), p1, w2!);
  addChannelBias(a2, b2!, 10 * 10);
  sigmoid(a2);
  const p2 = averagePool(a2, 10);
  const a3 = linear(p2, w3!, b3!, batch);
  sigmoid(a3);
  const a4 = linear(a3, w4!, b4!, batch);
  sigmoid(a4);
  const logits = linear(a4, w5!, b5!, batch);
  const { loss, gradient } = crossEntropy(logits, labels);

  const fc3 = linearGradients(a4, w5!, gradient, batch);
  sigmoidGradient(a4, fc3.dx);
  const fc2 = linearGradients(a3, w4!, fc3.dx, batch);
  sigmoidGradient(a3, fc2.dx);
  const fc1 = linearGradients(p2, w3!, fc2.dx, batch);
  const d2 = averagePoolGradient(fc1.dx, 10);
  sigmoidGradient(a2, d2);
  const d1 = averagePoolGradient(inputGradient(conv2(batch), d2, w2!), 28);
  sigmoidGradient(a1, d1);

  const gradients = [
    kernelGradient(conv1(batch), images, d1),
    channelSums(d1, 6, 28 * 28),
    kernelGradient(conv2(batch), p1, d2),
    channelSums(d2, 16, 10 * 10),
    fc1.dWeight,
    fc1.dBias,
    fc2.dWeight,
    fc2.dBias,
    fc3.dWeight,
    fc3.dBias,
  ];
  for (const [index, parameter] of parameters.entries()) {
    const slope = gradients[index]!;
    for (let i = 0; i < parameter.length; i++) parameter[i]! -= learningRate * slope[i]!;
  }
  return loss;
}
