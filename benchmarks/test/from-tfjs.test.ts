/** The conversions that docs/from-tfjs.md shows, against tfjs itself: the same weights give the same numbers. */
import {
  avgPool2d,
  convTranspose2d,
  corr2d,
  linear,
  maxPool2d,
  randn,
  samePadding,
  setBackend,
  type Tensor,
  tensor,
} from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { TensorDataset } from "@corr2d/data";
import { BatchNorm2D, Linear, mseLoss, SGD } from "@corr2d/nn";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, describe, expect, it } from "vitest";
import {
  convKernel,
  denseKernel,
  depthwiseKernel,
  flattenedKernel,
  fromChannelsLast,
  transposedKernel,
} from "../../docs/examples/from-tfjs/convert.ts";
import { type FitOptions, fit } from "../../docs/examples/from-tfjs/fit.ts";

beforeAll(async () => {
  setBackend(cpuJs());
  await tf.setBackend("cpu");
});

let seed = 1;
const random = <R extends tf.Rank>(shape: tf.ShapeMap[R]): tf.Tensor<R> =>
  tf.randomNormal<R>(shape, 0, 1, "float32", seed++);
const ours = (x: tf.Tensor): Tensor => tensor(x.dataSync() as Float32Array, { shape: x.shape });
/** tfjs' numbers, images with the channels first. */
const numbersOf = (x: tf.Tensor): number[] =>
  Array.from(x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]).dataSync() : x.dataSync());

function expectSame(actual: Tensor, expected: tf.Tensor): void {
  const numbers = numbersOf(expected);
  expect(actual.numel()).toBe(numbers.length);
  const values = actual.dataSync();
  for (let i = 0; i < numbers.length; i++) expect(Math.abs(values[i]! - numbers[i]!)).toBeLessThan(2e-5);
}

describe("weights", () => {
  const images = (): tf.Tensor4D => random<tf.Rank.R4>([2, 7, 9, 3]);

  it("convolution, 'same' with and without stride, even kernels too", () => {
    for (const [size, stride] of [
      [3, 1],
      [4, 1],
      [3, 2],
      [4, 2],
      [5, 3],
    ] as const) {
      const [x, k] = [images(), random<tf.Rank.R4>([size, size, 3, 5])];
      const padding = samePadding([7, 9], size, { stride });
      const y = corr2d(fromChannelsLast(ours(x)), convKernel(ours(k)), { stride, padding });
      expectSame(y, tf.conv2d(x, k, stride, "same"));
      if (stride === 1) {
        expectSame(
          corr2d(fromChannelsLast(ours(x)), convKernel(ours(k)), { padding: "same" }),
          tf.conv2d(x, k, 1, "same"),
        );
      }
    }
  });

  it("transposed convolution", () => {
    const [x, k] = [random<tf.Rank.R4>([2, 4, 5, 3]), random<tf.Rank.R4>([5, 5, 2, 3])];
    const y = convTranspose2d(fromChannelsLast(ours(x)), transposedKernel(ours(k)), {
      stride: 2,
      padding: samePadding([8, 10], 5, { stride: 2 }),
    });
    expectSame(y, tf.conv2dTranspose(x, k, [2, 8, 10, 2], 2, "same"));
  });

  it("depthwise convolution, with a multiplier", () => {
    const [x, k] = [images(), random<tf.Rank.R4>([3, 3, 3, 2])];
    const y = corr2d(fromChannelsLast(ours(x)), depthwiseKernel(ours(k)), { groups: 3 });
    expectSame(y, tf.depthwiseConv2d(x, k, 1, "valid"));
  });

  it("a dense layer, and one behind a flatten", () => {
    const [x, k] = [random<tf.Rank.R2>([4, 6]), random<tf.Rank.R2>([6, 5])];
    expectSame(linear(ours(x), denseKernel(ours(k))), tf.matMul(x, k));
    const [pictures, behind] = [images(), random<tf.Rank.R2>([7 * 9 * 3, 4])];
    expectSame(
      linear(fromChannelsLast(ours(pictures)).flatten(1), flattenedKernel(ours(behind), [7, 9, 3])),
      tf.matMul(tf.reshape(pictures, [2, 7 * 9 * 3]), behind),
    );
  });
});

it("pools with 'same': the average leaves the padding out", () => {
  const x = random<tf.Rank.R4>([1, 7, 7, 2]);
  const padding = samePadding([7, 7], 3, { stride: 2 });
  const given = fromChannelsLast(ours(x));
  expectSame(maxPool2d(given, 3, { stride: 2, padding }), tf.maxPool(x, 3, 2, "same"));
  expectSame(
    avgPool2d(given, 3, { stride: 2, padding, countIncludePad: false }),
    tf.avgPool(x, 3, 2, "same"),
  );
});

it("batch normalisation, evaluated", () => {
  const x = random<tf.Rank.R4>([2, 3, 3, 4]);
  const [mean, beta, gamma] = [random<tf.Rank.R1>([4]), random<tf.Rank.R1>([4]), random<tf.Rank.R1>([4])];
  const variance = tf.abs(random<tf.Rank.R1>([4]));
  const layer = new BatchNorm2D(4, { momentum: 0.01, eps: 1e-3 });
  layer.loadStateDict({
    weight: ours(gamma),
    bias: ours(beta),
    running_mean: ours(mean),
    running_var: ours(variance),
    num_batches_tracked: tensor(0, { dtype: "int32" }),
  });
  layer.eval();
  expectSame(
    layer(fromChannelsLast(ours(x))),
    tf.batchNorm4d(x, mean, variance as tf.Tensor1D, beta, gamma, 1e-3),
  );
});

describe("fit", () => {
  it("as the page calls it", async () => {
    const { history } = await import("../../docs/examples/from-tfjs/main.ts");
    expect(history.map(({ epoch }) => epoch)).toEqual(history.map((_, i) => i + 1));
    expect(history.at(-1)!.valLoss).toBeLessThan(0.05);
  });

  it("ends early without progress, and when it is told to", async () => {
    const x = randn([20, 2]);
    const train = new TensorDataset(x, x.sum(1, { keepdim: true }));
    const run = async (more: Partial<FitOptions>): Promise<number> => {
      const net = new Linear(2, 1);
      const optimizer = new SGD(net.parameters(), { lr: 0 });
      return (await fit({ net, optimizer, loss: mseLoss, train, epochs: 9, ...more })).length;
    };
    expect(await run({})).toBe(9);
    expect(await run({ patience: 3, batchSize: 20 })).toBe(4);
    expect(await run({ onEpochEnd: ({ epoch }) => epoch < 2 })).toBe(2);
  });
});
