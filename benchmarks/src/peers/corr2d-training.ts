/** Training as a user of this project writes them: layers, losses and SGD of @corr2d/nn. */
import { type Backend, noGrad, scope, type Tensor, tensor } from "@corr2d/core";
import {
  type Adam,
  AvgPool2D,
  Conv2D,
  crossEntropy,
  Flatten,
  Linear,
  Sequential,
  SGD,
  Sigmoid,
} from "@corr2d/nn";
import type { Inputs } from "../workloads/inputs.ts";
import { IMAGE_SIZE } from "../workloads/lenet.ts";
import type { ChapterTask, LenetTask } from "../workloads/workload.ts";
import type { Candidate } from "./peer.ts";

/** Runs `step`, which gives a loss, in a scope and reads that loss, without a promise where the backend can. */
function readingLoss(backend: Backend, step: () => Tensor): () => number | Promise<number> {
  if (backend.features.syncRead) return () => scope(() => step().itemSync());
  return async () => {
    const loss = scope(step);
    const value = await loss.item();
    loss.dispose();
    return value;
  };
}

export function buildLenet(options: { readonly backend?: Backend } = {}): Sequential {
  return new Sequential(
    new Conv2D(1, 6, 5, { padding: 2, ...options }),
    new Sigmoid(),
    new AvgPool2D(2, { stride: 2 }),
    new Conv2D(6, 16, 5, options),
    new Sigmoid(),
    new AvgPool2D(2, { stride: 2 }),
    new Flatten(),
    new Linear(16 * 5 * 5, 120, options),
    new Sigmoid(),
    new Linear(120, 84, options),
    new Sigmoid(),
    new Linear(84, 10, options),
  );
}

/** Steps on one batch, whose images, labels and first parameters are the inputs. */
export function trainingOf(
  backend: Backend,
  net: Sequential,
  optimiser: SGD | Adam,
  image: readonly number[],
  inputs: Inputs,
): Candidate {
  const batch = inputs[1]!.length;
  const images = tensor(inputs[0]!, { shape: [batch, ...image], backend });
  const labels = tensor(inputs[1]!, { shape: [batch], backend });
  const parameters = net.parameters();
  noGrad(() => {
    for (const [index, parameter] of parameters.entries()) {
      parameter.assign(tensor(inputs[index + 2]!, { shape: parameter.shape, backend }));
    }
  });
  const step = readingLoss(backend, () => {
    optimiser.zeroGrad();
    const loss = crossEntropy(net(images), labels);
    loss.backward();
    optimiser.step();
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

export function lenetStepOf(backend: Backend, task: LenetTask, inputs: Inputs): Candidate {
  const net = buildLenet({ backend });
  const optimiser = new SGD(net.parameters(), { lr: task.learningRate });
  return trainingOf(backend, net, optimiser, [1, IMAGE_SIZE, IMAGE_SIZE], inputs);
}

export function learnKernelOf(backend: Backend, task: ChapterTask, inputs: Inputs): Candidate {
  const x = tensor(inputs[0]!, { shape: [1, 1, 6, 8], backend });
  const y = tensor(inputs[1]!, { shape: [1, 1, 6, 7], backend });
  const start = tensor(inputs[2]!, { shape: [1, 1, 1, 2], backend });
  const conv = new Conv2D(1, 1, [1, 2], { bias: false, backend });
  const step = readingLoss(backend, () => {
    const loss = conv(x).sub(y).square().sum();
    conv.zeroGrad();
    loss.backward();
    noGrad(() => conv.weight.assign(conv.weight.sub(conv.weight.grad!.mul(task.learningRate))));
    return loss;
  });
  const restart = (): void => noGrad(() => void conv.weight.assign(start));
  const run = backend.features.syncRead
    ? (): number => {
        restart();
        let last = Number.NaN;
        for (let count = 0; count < task.steps; count++) last = step() as number;
        return last;
      }
    : async (): Promise<number> => {
        restart();
        let last = Number.NaN;
        for (let count = 0; count < task.steps; count++) last = await step();
        return last;
      };
  return {
    async check() {
      const loss = await run();
      return [[loss], await conv.weight.data()];
    },
    run,
  };
}
