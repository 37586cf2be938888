/** The networks of `workloads/networks.ts` as a user of this project writes them: layers, losses and optimisers of @corr2d/nn. */
import type { Backend } from "@corr2d/core";
import {
  Adam,
  AdaptiveAvgPool2D,
  BatchNorm2D,
  Conv2D,
  Flatten,
  Linear,
  MaxPool2D,
  type Module,
  ReLU,
  Sequential,
  SGD,
} from "@corr2d/nn";
import type { Inputs } from "../workloads/inputs.ts";
import { ADAM, MOMENTUM, NETWORKS, type NetworkLayer, type NetworkTask } from "../workloads/networks.ts";
import { trainingOf } from "./corr2d-training.ts";
import type { Candidate } from "./peer.ts";
import { Residual } from "./residual.ts";

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
    case "residual":
      return [new Residual(build(own.body, options), build(own.shortcut, options))];
  }
}

const build = (layers: readonly NetworkLayer[], options: { readonly backend: Backend }): Sequential =>
  new Sequential(...layers.flatMap((own) => modulesOf(own, options)));

export function networkStepOf(backend: Backend, task: NetworkTask, inputs: Inputs): Candidate {
  const { layers, image, optimiser } = NETWORKS[task.network];
  const net = build(layers, { backend });
  const parameters = net.parameters();
  const { learningRate, beta1, beta2, epsilon } = ADAM;
  const steps =
    optimiser === "adam"
      ? new Adam(parameters, { lr: learningRate, betas: [beta1, beta2], eps: epsilon })
      : new SGD(parameters, { lr: MOMENTUM.learningRate, momentum: MOMENTUM.momentum });
  return trainingOf(backend, net, steps, image, inputs);
}
