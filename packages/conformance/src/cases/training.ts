/**
 * Layer 6: short training runs (§12.3): the kernel that the book learns, to its printed digits, and a small network
 * against the float64 oracle's trajectory.
 */
import { avgPool2d, type Backend, corr2d, noGrad, scope, sizeOf, type Tensor, tensor } from "@corr2d/core";
import type { Case } from "../case.ts";
import { check, expectValues } from "../compare.ts";
import { NETWORK, type Parameters, trainNetwork } from "../oracle/network.ts";
import { createRandom } from "../random.ts";
import { awaitedLater } from "../rejections.ts";
import { arrayFrom } from "./support.ts";

/** p ← p − rate · p.grad, and the gradient is forgotten. */
function descend(parameters: readonly Tensor[], rate: number): void {
  noGrad(() => {
    for (const parameter of parameters) {
      parameter.assign(parameter.sub(parameter.grad!.mul(rate)));
      parameter.grad = null;
    }
  });
}

interface LearntKernel {
  readonly start: readonly [number, number];
  /** Losses at epochs 2, 4, 6, 8, 10, to 3 decimals. */
  readonly losses: readonly number[];
  /** The kernel after 10 epochs, to 4 decimals. */
  readonly kernel: readonly [number, number];
}

/** Dive into Deep Learning, "Learning a Kernel", from three starts: learning rate 3e-2, loss Σ(Ŷ − Y)². */
const LEARNT: readonly LearntKernel[] = [
  { start: [0.3087, 0.6875], losses: [16.481, 5.069, 1.794, 0.688, 0.274], kernel: [1.0398, -0.9328] },
  { start: [0, 0], losses: [4.915, 0.825, 0.138, 0.023, 0.004], kernel: [0.9885, -0.9885] },
  { start: [0.5, 0.5], losses: [14.515, 4.757, 1.749, 0.683, 0.274], kernel: [1.0422, -0.9348] },
];

async function learnKernel(backend: Backend, { start, losses, kernel }: LearntKernel): Promise<void> {
  const image = Float32Array.from({ length: 48 }, (_, i) => (i % 8 >= 2 && i % 8 <= 5 ? 0 : 1));
  const x = tensor(image, { shape: [1, 1, 6, 8], backend });
  const edge = tensor([[[[1, -1]]]], { backend });
  const y = corr2d(x, edge);
  const k = tensor([[[start.slice()]]], { backend, requiresGrad: true });
  const seen: Promise<number>[] = [];
  for (let epoch = 1; epoch <= 10; epoch++) {
    scope(() => {
      const loss = corr2d(x, k).sub(y).square().sum();
      if (epoch % 2 === 0) seen.push(awaitedLater(loss.item()));
      loss.backward();
      descend([k], 3e-2);
    });
  }
  // Half a unit of the last printed digit, and a little for float32.
  const tolerance = (digits: number, n: number): number[] =>
    new Array<number>(n).fill(0.5 * 10 ** -digits + 2e-6);
  expectValues("losses", await Promise.all(seen), { values: losses, tolerance: tolerance(3, 5) }, [5]);
  expectValues("kernel", await k.data(), { values: kernel, tolerance: tolerance(4, 2) }, [2]);
}

const learnCases: readonly Case[] = LEARNT.map((run) => ({
  id: `training/learn-the-kernel,start=${run.start.join("+")}`,
  clause: "§12.3",
  run: ({ backend }) => learnKernel(backend, run),
}));

/** The network's data and first parameters. */
export interface NetworkStart {
  readonly images: Float64Array;
  readonly parameters: Parameters;
}

/** A start from `draw`, which gives numbers that are exact in float32. */
export function networkStart(
  draw: (shape: readonly number[], scale: number) => ArrayLike<number>,
): NetworkStart {
  const values = (shape: readonly number[], scale: number): Float64Array =>
    Float64Array.from(draw(shape, scale));
  return {
    images: values(NETWORK.images, 1),
    parameters: {
      kernel: values(NETWORK.kernel, 0.5),
      bias: values(NETWORK.bias, 0.1),
      weight: values(NETWORK.weight, 0.5),
      offset: values(NETWORK.offset, 0.1),
    },
  };
}

/** The start of the oracle's run: the same for every backend. */
function fixedStart(): NetworkStart {
  const random = createRandom(20_240_607);
  return networkStart((shape, scale) => random.reals("float32", sizeOf(shape), -scale, scale));
}

export interface Trajectory {
  readonly losses: readonly number[];
  readonly parameters: readonly (readonly number[])[];
}

/** Trains the network on a backend: the loss before each step, and the parameters after the last. */
export async function trainOn(backend: Backend, { images, parameters }: NetworkStart): Promise<Trajectory> {
  const leaf = (values: Float64Array, shape: readonly number[], requiresGrad: boolean): Tensor =>
    tensor(arrayFrom("float32", values), { shape, backend, requiresGrad });
  const x = leaf(images, NETWORK.images, false);
  const kernel = leaf(parameters.kernel, NETWORK.kernel, true);
  const bias = leaf(parameters.bias, NETWORK.bias, true);
  const weight = leaf(parameters.weight, NETWORK.weight, true);
  const offset = leaf(parameters.offset, NETWORK.offset, true);
  const trained = [kernel, bias, weight, offset];
  const targets = tensor(Int32Array.from(NETWORK.targets), { shape: [4, 1], backend });
  const losses: Promise<number>[] = [];
  for (let step = 0; step < NETWORK.steps; step++) {
    scope(() => {
      const maps = corr2d(x, kernel, { padding: 1, bias }).tanh();
      const features = avgPool2d(maps, 2).flatten(1);
      const logs = features.matmul(weight).add(offset).logSoftmax(1);
      const loss = logs.gather(1, targets).mean().neg();
      losses.push(awaitedLater(loss.item()));
      loss.backward();
      descend(trained, NETWORK.learningRate);
    });
  }
  return {
    losses: await Promise.all(losses),
    parameters: await Promise.all(trained.map(async (parameter) => Array.from(await parameter.data()))),
  };
}

let oracleRun: ReturnType<typeof trainNetwork> | null = null;

/** Off by this much after 20 steps would be off by dozens of roundings in every one of them. */
export const TRAJECTORY_TOLERANCE = 2e-5;

const networkCase: Case = {
  id: "training/small-network",
  clause: "§12.3",
  async run({ backend }) {
    const start = fixedStart();
    oracleRun ??= trainNetwork(start.images, start.parameters);
    const run = await trainOn(backend, start);
    const expectAll = (what: string, actual: ArrayLike<number>, values: ArrayLike<number>): void => {
      const tolerance = new Array<number>(values.length).fill(TRAJECTORY_TOLERANCE);
      expectValues(what, actual, { values, tolerance }, [values.length]);
    };
    expectAll("losses", run.losses, oracleRun.losses);
    check(run.losses.at(-1)! < run.losses[0]! / 2, "the loss did not fall to half");
    for (const [i, values] of oracleRun.parameters.entries()) {
      expectAll(`parameter ${i}`, run.parameters[i]!, values);
    }
  },
};

export const cases: readonly Case[] = [...learnCases, networkCase];
