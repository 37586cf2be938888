/** The networks of `workloads/networks.ts` as a user of this project writes them: layers, losses and optimisers of @corr2d/nn. */
import { type Backend, noGrad, type Tensor, tensor } from "@corr2d/core";
import {
  Adam,
  AdaptiveAvgPool2D,
  BatchNorm2D,
  Conv2D,
  crossEntropy,
  Flatten,
  Linear,
  MaxPool2D,
  Module,
  ReLU,
  Sequential,
  SGD,
} from "@corr2d/nn";
import type { Inputs } from "../workloads/inputs.ts";
import {
  ADAM,
  MOMENTUM,
  NETWORKS,
  type NetworkLayer,
  type NetworkTask,
  networkParameters,
} from "../workloads/networks.ts";
import { readingLoss } from "./corr2d-training.ts";
import type { Candidate } from "./peer.ts";

class Residual extends Module {
  readonly body: Module;
  readonly shortcut: Module | null;

  constructor(body: Module, shortcut: Module | null) {
    super();
    this.body = body;
    this.shortcut = shortcut;
  }

  override forward(x: Tensor): Tensor {
    return this.body(x).add(this.shortcut === null ? x : this.shortcut(x));
  }
}

function modulesOf(own: NetworkLayer, options: { readonly backend: Backend }): Module[] {
  switch (own.layer) {
    case "convolution": {
      const { from, to, kernel, stride, bias } = own;
      const padding = (kernel - 1) / 2;
      return [new Conv2D(from, to, kernel, { stride, padding, bias, ...options })];
    }
    case "batch-norm":
      return [new BatchNorm2D(own.channels, options)];
    case "relu":
      return [new ReLU()];
    case "max-pool":
      return [new MaxPool2D(2)];
    case "mean":
      return [new AdaptiveAvgPool2D(1)];
    case "linear":
      return [new Flatten(), new Linear(own.from, own.to, options)];
    case "residual": {
      const shortcut = own.shortcut.length === 0 ? null : build(own.shortcut, options);
      return [new Residual(build(own.body, options), shortcut)];
    }
  }
}

const build = (layers: readonly NetworkLayer[], options: { readonly backend: Backend }): Sequential =>
  new Sequential(...layers.flatMap((own) => modulesOf(own, options)));

export function networkStepOf(backend: Backend, task: NetworkTask, inputs: Inputs): Candidate {
  const { layers, image, optimiser } = NETWORKS[task.network];
  const images = tensor(inputs[0]!, { shape: [task.batch, ...image], backend });
  const labels = tensor(inputs[1]!, { shape: [task.batch], backend });
  const net = build(layers, { backend });
  const parameters = net.parameters();
  noGrad(() => {
    for (const [index, { shape }] of networkParameters(layers).entries()) {
      parameters[index]!.assign(tensor(inputs[index + 2]!, { shape, backend }));
    }
  });
  const { learningRate, beta1, beta2, epsilon } = ADAM;
  const steps =
    optimiser === "adam"
      ? new Adam(parameters, { lr: learningRate, betas: [beta1, beta2], eps: epsilon })
      : new SGD(parameters, { lr: MOMENTUM.learningRate, momentum: MOMENTUM.momentum });
  const step = readingLoss(backend, () => {
    steps.zeroGrad();
    const loss = crossEntropy(net(images), labels);
    loss.backward();
    steps.step();
    return loss;
  });
  return {
    async check() {
      const loss = await step();
      return [[loss], ...(await Promise.all(parameters.map((parameter) => parameter.data())))];
    },
    run: step,
  };
}
