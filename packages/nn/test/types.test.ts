// What the compiler knows of layers: parameters are there, unless the usual layer has none.
import { setBackend, type Tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, expect, expectTypeOf, it } from "vitest";
import {
  BatchNorm1D,
  BatchNorm2D,
  Bilinear,
  type Buffer,
  Conv1D,
  Conv2D,
  ConvTranspose1D,
  ConvTranspose2D,
  GroupNorm,
  InstanceNorm2D,
  LayerNorm,
  LazyBatchNorm2D,
  LazyConv2D,
  LazyLinear,
  Linear,
  type Parameter,
  RMSNorm,
  Sequential,
} from "../src/index.ts";

beforeAll(() => setBackend(cpuJs()));

it("weights and biases need no '!'", () => {
  const layers = {
    linear: new Linear(2, 3),
    lazyLinear: new LazyLinear(3),
    bilinear: new Bilinear(2, 3, 4),
    conv2d: new Conv2D(2, 3, 1),
    lazyConv: new LazyConv2D(3, 1),
    conv1d: new Conv1D(2, 3, 1),
    deconv2d: new ConvTranspose2D(2, 3, 1),
    deconv1d: new ConvTranspose1D(2, 3, 1),
    batch1d: new BatchNorm1D(3),
    batch2d: new BatchNorm2D(3),
    lazyBatch: new LazyBatchNorm2D(),
    layerNorm: new LayerNorm(3),
    groupNorm: new GroupNorm(1, 3),
  };
  for (const layer of Object.values(layers)) {
    expectTypeOf(layer.weight).toEqualTypeOf<Parameter>();
    expectTypeOf(layer.bias).toEqualTypeOf<Parameter>();
  }
  expectTypeOf(new RMSNorm(3).weight).toEqualTypeOf<Parameter>();
  expectTypeOf(layers.batch2d.runningMean).toEqualTypeOf<Buffer>();
  expectTypeOf(layers.batch2d.numBatchesTracked).toEqualTypeOf<Buffer>();
  expect(layers.batch2d.weight.shape).toEqual([3]);
  const net = new Sequential({ conv: layers.conv2d, bn: layers.batch2d });
  expect(net.bn.weight.size(0)).toBe(3);
});

it("instance norms, which have none unless told, do", () => {
  expectTypeOf(new InstanceNorm2D(3).weight).toEqualTypeOf<Parameter | null>();
  expectTypeOf(new InstanceNorm2D(3).runningMean).toEqualTypeOf<Buffer | null>();
});

it("a layer without bias has the layer's type, and null where it has none", () => {
  const without: Conv2D = new Conv2D(2, 3, 1, { bias: false });
  expect(without.bias).toBeNull();
  const bn = new BatchNorm2D(3, { affine: false, trackRunningStats: false });
  for (const name of ["weight", "bias", "runningMean", "runningVar", "numBatchesTracked"] as const) {
    expect(bn[name], name).toBeNull();
  }
  expect(new Linear(2, 3, { bias: false }).bias).toBeNull();
  // It can be asked.
  const sizeOf = ({ bias }: { readonly bias: Tensor | null }): number => (bias === null ? 0 : bias.numel());
  expect([sizeOf(without), sizeOf(new Conv2D(2, 3, 1))]).toEqual([0, 3]);
});
