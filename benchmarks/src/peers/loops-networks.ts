/**
 * One step of a network of `workloads/networks.ts` in plain loops: each layer gives its result and a function from that
 * result's gradient to its input's, which notes the gradients of its parameters.
 */
import { EPSILON } from "../workloads/layers.ts";
import {
  ADAM,
  MOMENTUM,
  NETWORKS,
  type NetworkLayer,
  type NetworkTask,
  networkParameters,
} from "../workloads/networks.ts";
import { type Convolution, outputSize } from "../workloads/workload.ts";
import { forward, inputGradient, kernelGradient, maxPool, maxPoolGradient, relu } from "./loops-kernels.ts";
import { addChannelBias, channelSums, crossEntropy, linear, linearGradients } from "./loops-lenet.ts";

/** [batch, channels, size, size]. */
interface Maps {
  readonly values: Float32Array;
  readonly channels: number;
  readonly size: number;
}

interface Step {
  readonly batch: number;
  /** The parameters that are left, each taken with the place where its gradient goes. */
  take(): { readonly values: Float32Array; gradient(values: Float32Array): void };
}

interface Result {
  readonly maps: Maps;
  backward(g: Float32Array): Float32Array;
}

function convolution(own: NetworkLayer & { layer: "convolution" }, x: Maps, step: Step): Result {
  const c: Convolution = {
    batch: step.batch,
    inChannels: own.from,
    height: x.size,
    width: x.size,
    outChannels: own.to,
    kernelHeight: own.kernel,
    kernelWidth: own.kernel,
    stride: own.stride,
    padding: (own.kernel - 1) / 2,
    groups: 1,
  };
  const weight = step.take();
  const [size] = outputSize(c);
  const values = forward(c, x.values, weight.values);
  const bias = own.bias ? step.take() : null;
  if (bias !== null) addChannelBias(values, bias.values, size * size);
  return {
    maps: { values, channels: own.to, size },
    backward(g) {
      weight.gradient(kernelGradient(c, x.values, g));
      bias?.gradient(channelSums(g, own.to, size * size));
      return inputGradient(c, g, weight.values);
    },
  };
}

/** In training: by the batch's own moments. */
function batchNorm(x: Maps, step: Step): Result {
  const { channels, size } = x;
  const weight = step.take();
  const bias = step.take();
  const cells = size * size;
  const count = step.batch * cells;
  const standard = new Float64Array(x.values.length);
  const values = new Float32Array(x.values.length);
  const scales = new Float64Array(channels);
  /** Calls `visit` for each element of a channel. */
  const each = (channel: number, visit: (i: number) => void): void => {
    for (let image = 0; image < step.batch; image++) {
      const first = (image * channels + channel) * cells;
      for (let i = first; i < first + cells; i++) visit(i);
    }
  };
  for (let channel = 0; channel < channels; channel++) {
    let mean = 0;
    let variance = 0;
    each(channel, (i) => {
      mean += x.values[i]! / count;
    });
    each(channel, (i) => {
      variance += (x.values[i]! - mean) ** 2 / count;
    });
    scales[channel] = 1 / Math.sqrt(variance + EPSILON);
    each(channel, (i) => {
      standard[i] = (x.values[i]! - mean) * scales[channel]!;
      values[i] = standard[i]! * weight.values[channel]! + bias.values[channel]!;
    });
  }
  return {
    maps: { ...x, values },
    backward(g) {
      const dx = new Float32Array(g.length);
      const along = new Float32Array(channels);
      const sums = channelSums(g, channels, cells);
      for (let channel = 0; channel < channels; channel++) {
        let products = 0;
        each(channel, (i) => {
          products += g[i]! * standard[i]!;
        });
        along[channel] = products;
        const scale = scales[channel]! * weight.values[channel]!;
        each(channel, (i) => {
          dx[i] = scale * (g[i]! - sums[channel]! / count - (standard[i]! * products) / count);
        });
      }
      weight.gradient(along);
      bias.gradient(sums);
      return dx;
    },
  };
}

/** Each plane by the loops of one. */
function pool(x: Maps): Result {
  const task = { kind: "max-pool", size: x.size, window: 2 } as const;
  const half = x.size / 2;
  const planes = x.values.length / x.size ** 2;
  const plane = (values: Float32Array, at: number, size: number): Float32Array =>
    values.subarray(at * size * size, (at + 1) * size * size);
  const values = new Float32Array(planes * half * half);
  for (let at = 0; at < planes; at++) {
    values.set(maxPool(task, plane(x.values, at, x.size)), at * half * half);
  }
  return {
    maps: { values, channels: x.channels, size: half },
    backward(g) {
      const dx = new Float32Array(x.values.length);
      for (let at = 0; at < planes; at++) {
        const from = maxPoolGradient(task, plane(x.values, at, x.size), plane(g, at, half));
        dx.set(from, at * x.size ** 2);
      }
      return dx;
    },
  };
}

function meanOfPlanes(x: Maps): Result {
  const cells = x.size * x.size;
  const values = new Float32Array(x.values.length / cells);
  for (let at = 0; at < values.length; at++) {
    let sum = 0;
    for (let i = 0; i < cells; i++) sum += x.values[at * cells + i]!;
    values[at] = sum / cells;
  }
  return {
    maps: { values, channels: x.channels, size: 1 },
    backward: (g) => Float32Array.from(x.values, (_, i) => g[Math.floor(i / cells)]! / cells),
  };
}

function fullyConnected(x: Maps, to: number, step: Step): Result {
  const weight = step.take();
  const bias = step.take();
  const values = linear(x.values, weight.values, bias.values, step.batch);
  return {
    maps: { values, channels: to, size: 1 },
    backward(g) {
      const { dx, dWeight, dBias } = linearGradients(x.values, weight.values, g, step.batch);
      weight.gradient(dWeight);
      bias.gradient(dBias);
      return dx;
    },
  };
}

function rectified(x: Maps): Result {
  const values = relu(x.values);
  return {
    maps: { ...x, values },
    backward: (g) => g.map((value, i) => (values[i]! > 0 ? value : 0)),
  };
}

const sumOf = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, i) => value + b[i]!);

function residual(own: NetworkLayer & { layer: "residual" }, x: Maps, step: Step): Result {
  const body = run(own.body, x, step);
  const shortcut = run(own.shortcut, x, step);
  return {
    maps: { ...body.maps, values: sumOf(body.maps.values, shortcut.maps.values) },
    backward: (g) => sumOf(body.backward(g), shortcut.backward(g)),
  };
}

function apply(own: NetworkLayer, x: Maps, step: Step): Result {
  switch (own.layer) {
    case "convolution":
      return convolution(own, x, step);
    case "batch-norm":
      return batchNorm(x, step);
    case "relu":
      return rectified(x);
    case "max-pool":
      return pool(x);
    case "mean":
      return meanOfPlanes(x);
    case "linear":
      return fullyConnected(x, own.to, step);
    case "residual":
      return residual(own, x, step);
  }
}

function run(layers: readonly NetworkLayer[], x: Maps, step: Step): Result {
  const results: Result[] = [];
  let maps = x;
  for (const own of layers) {
    const result = apply(own, maps, step);
    results.push(result);
    maps = result.maps;
  }
  return { maps, backward: (g) => results.reduceRight((arrived, result) => result.backward(arrived), g) };
}

/** The first step from `parameters`: the loss before it, and the parameters after it. */
export function networkStep(
  task: NetworkTask,
  images: Float32Array,
  labels: Int32Array,
  parameters: readonly Float32Array[],
): readonly ArrayLike<number>[] {
  const { layers, image, optimiser } = NETWORKS[task.network];
  const gradients: Float32Array[] = [];
  let taken = 0;
  const step: Step = {
    batch: task.batch,
    take() {
      const place = taken++;
      return {
        values: parameters[place]!,
        gradient(values) {
          gradients[place] = values;
        },
      };
    },
  };
  const { maps, backward } = run(layers, { values: images, channels: image[0], size: image[1] }, step);
  const { loss, gradient } = crossEntropy(maps.values, labels);
  backward(gradient);
  const { learningRate, epsilon } = ADAM;
  const stepOf = (g: number): number => {
    if (optimiser === "momentum") return MOMENTUM.learningRate * g;
    // In the first step mean and square, corrected for their start at 0, are g and g².
    return (learningRate * g) / (Math.abs(g) + epsilon);
  };
  const after = networkParameters(layers).map((_, place) =>
    parameters[place]!.map((value, i) => value - stepOf(gradients[place]![i]!)),
  );
  return [[loss], ...after];
}
