/** Layers as a user of this project writes them. */
import {
  adaptiveAvgPool2d,
  avgPool2d,
  type Backend,
  gelu,
  grad,
  interpolate,
  logSoftmax,
  maxPool2d,
  noGrad,
  scope,
  silu,
  softmax,
  type Tensor,
  tensor,
} from "@corr2d/core";
import {
  BatchNorm2D,
  crossEntropy,
  GroupNorm,
  InstanceNorm2D,
  LayerNorm,
  type Module,
  RMSNorm,
} from "@corr2d/nn";
import type { Inputs } from "../workloads/inputs.ts";
import { EPSILON, type Layer, type LayerTask, outputShapeOf } from "../workloads/layers.ts";
import type { Candidate } from "./peer.ts";

type Apply = (x: Tensor) => Tensor;

function moduleOf(layer: Layer, shape: readonly number[], backend: Backend): (Module & Apply) | null {
  const channels = shape[1]!;
  const last = shape.at(-1)!;
  const options = { eps: EPSILON, backend };
  switch (layer.function) {
    case "batch-norm":
      return new BatchNorm2D(channels, options);
    case "instance-norm":
      return new InstanceNorm2D(channels, { ...options, affine: true });
    case "group-norm":
      return new GroupNorm(layer.groups, channels, options);
    case "layer-norm":
      return new LayerNorm(last, options);
    case "rms-norm":
      return new RMSNorm(last, options);
    default:
      return null;
  }
}

function functionOf(layer: Layer, labels: Tensor | null): Apply {
  switch (layer.function) {
    case "gelu":
      return gelu;
    case "gelu-tanh":
      return (x) => gelu(x, { approximate: "tanh" });
    case "silu":
      return silu;
    case "softmax":
      return (x) => softmax(x, -1);
    case "log-softmax":
      return (x) => logSoftmax(x, -1);
    case "cross-entropy":
      return (x) => crossEntropy(x, labels!);
    case "max-pool":
    case "avg-pool": {
      const { window, stride, padding } = layer;
      const pool = layer.function === "max-pool" ? maxPool2d : avgPool2d;
      return (x) => pool(x, window, { stride, padding });
    }
    case "adaptive-avg-pool":
      return (x) => adaptiveAvgPool2d(x, layer.size);
    case "interpolate":
      return (x) => interpolate(x, { size: [layer.size, layer.size], mode: layer.mode });
    default:
      throw new Error(`${layer.function} is a module`);
  }
}

export function layerOf(backend: Backend, task: LayerTask, inputs: Inputs): Candidate {
  const differentiates = task.kind === "layer-gradient";
  const x = tensor(inputs[0]!, { shape: task.shape, backend, requiresGrad: differentiates });
  const dy = tensor(inputs[1]!, { shape: outputShapeOf(task), backend });
  const labels = inputs[2] instanceof Int32Array ? tensor(inputs[2], { backend }) : null;
  const module = moduleOf(task.layer, task.shape, backend);
  const parameters = module?.parameters() ?? [];
  noGrad(() => {
    for (const [index, parameter] of parameters.entries()) {
      parameter.assign(tensor(inputs[index + 2]!, { shape: parameter.shape, backend }));
    }
  });
  const apply = module ?? functionOf(task.layer, labels);
  const once = (): Tensor[] =>
    differentiates ? grad(apply(x), [x, ...parameters], { gradOutputs: dy }) : [noGrad(() => apply(x))];
  const read = async (): Promise<Awaited<ReturnType<Tensor["data"]>>[]> => {
    const results = scope(once);
    const values = await Promise.all(results.map((result) => result.data()));
    for (const result of results) result.dispose();
    return values;
  };
  return {
    check: read,
    // A backend that works at once is done when it returns; of another, only a read shows that it is.
    run: backend.features.syncRead
      ? () =>
          scope(() => {
            once();
          })
      : read,
  };
}
