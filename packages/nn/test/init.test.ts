// Default initialisations and initialisers, bit for bit PyTorch's for the same seed (scripts/goldens/make_nn.py).
import { crc32 } from "node:zlib";
import {
  defaultGenerator,
  drawNormal,
  drawUniform,
  Generator,
  manualSeed,
  setBackend,
  type Tensor,
  zeros,
} from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, it } from "vitest";
import { init, Linear } from "../src/index.ts";
import goldens from "./fixtures/layers.json" with { type: "json" };
import { build, expectError, type Spec } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));

function checksum(t: Tensor): unknown {
  const data = t.dataSync();
  const crc = crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return { shape: t.shape, first: Array.from(data.slice(0, 4)), crc };
}

/** A golden's decimals are the shortest that read back as the same float32. */
const exact = (golden: { shape: number[]; first: number[]; crc: number }) => ({
  ...golden,
  first: golden.first.map(Math.fround),
});

describe("a new layer has PyTorch's parameters", () => {
  it.each(goldens.initialised)("$layer, seed $seed", ({ layer, seed, next, parameters }) => {
    manualSeed(seed);
    const made = build(layer as Spec).namedParameters();
    expect(drawUniform(defaultGenerator, 1, "float32")[0]).toBe(next);
    const expected = Object.entries(parameters).map(([name, golden]) => [name, exact(golden)]);
    expect(made.map(([name, p]) => [name, checksum(p)])).toEqual(expected);
    for (const [, p] of made) expect(p.requiresGrad).toBe(true);
  });
});

describe("initialisers", () => {
  it.each(goldens.initialisers)("$name $args", ({ name, args, seed, shape, first, crc }) => {
    manualSeed(seed);
    const target = zeros(shape);
    const run = (init as unknown as Record<string, (t: Tensor, ...args: unknown[]) => Tensor>)[name]!;
    expect(run(target, ...args)).toBe(target);
    expect(checksum(target)).toEqual(exact({ shape, first, crc }));
  });

  it("assign parameters, which stay leaves that require gradients", () => {
    const { weight } = new Linear(4, 3);
    expect(init.constant(weight, 2)).toBe(weight);
    expect(weight.isLeaf && weight.requiresGrad).toBe(true);
    expect(weight.dataSync()).toEqual(new Float32Array(12).fill(2));
  });

  it("draw from a generator that is given", () => {
    const a = init.normal(zeros([20], { dtype: "float64" }), 0, 1, { generator: new Generator(7) });
    const b = init.xavierUniform(zeros([5, 4]), { generator: new Generator(7) });
    expect(a.dataSync()).toEqual(drawNormal(new Generator(7), 20, "float64"));
    const bound = Math.sqrt(3) * Math.sqrt(2 / 9);
    expect(b.dataSync()).toEqual(drawUniform(new Generator(7), 20, "float32", -bound, bound));
  });

  it("reject what they cannot do", () => {
    const few = "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions";
    expectError(() => init.xavierUniform(zeros([3])), "SHAPE_MISMATCH", few);
    const mode = "Mode fan_in not supported, please use one of ['fanIn', 'fanOut']";
    expectError(
      () => init.kaimingUniform(zeros([3, 2]), { mode: "fan_in" as never }),
      "INVALID_ARGUMENT",
      mode,
    );
    const unknown = "Unsupported nonlinearity softplus";
    expectError(() => init.calculateGain("softplus" as never), "INVALID_ARGUMENT", unknown);
    expectError(() => init.uniform(zeros([3], { dtype: "int32" })), "DTYPE_UNSUPPORTED", "int32");
  });
});
