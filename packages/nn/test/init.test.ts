// Default initialisations and initialisers, bit for bit PyTorch's for the same seed (scripts/goldens/make_nn.py), or to its own
// rounding (make_init.py).
import { crc32 } from "node:zlib";
import {
  type DType,
  defaultGenerator,
  drawNormal,
  drawUniform,
  eye,
  Generator,
  manualSeed,
  setBackend,
  type Tensor,
  zeros,
} from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { init, Linear } from "../src/index.ts";
import { erf, erfinv } from "../src/init/erf.ts";
import computed from "./fixtures/init.json" with { type: "json" };
import goldens from "./fixtures/layers.json" with { type: "json" };
import { build, expectClose, expectError, type Spec } from "./support.ts";

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

  it.each(computed.cases)("$name $args of $shape, $dtype", ({ name, args, seed, next, dtype, ...golden }) => {
    manualSeed(seed);
    const target = zeros(golden.shape, { dtype: dtype as DType });
    const run = (init as unknown as Record<string, (t: Tensor, ...args: unknown[]) => Tensor>)[name]!;
    expect(run(target, ...args)).toBe(target);
    const precision = dtype === "float64" ? 1e-13 : name === "orthogonal" ? 1e-6 : 5e-7;
    expectClose(target, golden, precision * Math.sqrt(name === "orthogonal" ? golden.shape[0]! : 1));
    expect(drawUniform(defaultGenerator, 1, "float32")[0]).toBe(next);
  });

  it("make rows or columns orthonormal", () => {
    for (const [rows, columns] of [
      [64, 40],
      [40, 64],
      [96, 96],
    ] as const) {
      const q = init.orthogonal(zeros([rows, columns]), { gain: 2, generator: new Generator(1) });
      const product = rows < columns ? q.matmul(q.transpose(0, 1)) : q.transpose(0, 1).matmul(q);
      const n = Math.min(rows, columns);
      const error = product.div(4).sub(eye(n)).abs().max().itemSync();
      expect(error).toBeLessThan(1e-6 * Math.sqrt(n));
    }
    expect(init.orthogonal(zeros([0, 3])).shape).toEqual([0, 3]);
  });

  it("cut normals at their bounds, however far", () => {
    const generator = new Generator(2);
    const cut = init.truncNormal(zeros([2000]), { mean: 1, std: 3, a: 0, b: 1.5, generator });
    const [least, largest] = [cut.min().itemSync(), cut.max().itemSync()];
    expect(least).toBeGreaterThanOrEqual(0);
    expect(largest).toBeLessThanOrEqual(1.5);
    expect(least).toBeLessThan(0.01);
    expect(largest).toBeGreaterThan(1.49);
    const whole = init.truncNormal(zeros([20000]), { a: -100, b: 100, generator });
    expect(whole.square().mean().itemSync()).toBeCloseTo(1, 1);
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    init.truncNormal(zeros([2]), { mean: 5 });
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining("mean is more than 2 std from [a, b]"),
    );
    warn.mockRestore();
  });

  it("invert the error function", () => {
    // Abramowitz & Stegun, table 7.1, and Φ's quantiles.
    expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 15);
    expect(erf(2)).toBeCloseTo(0.9953222650189527, 15);
    expect(erf(-7)).toBe(-1);
    expect(erfinv(0.5)).toBeCloseTo(0.4769362762044699, 15);
    expect(erfinv(0.95)).toBeCloseTo(1.3859038243496777, 14);
    for (const x of [-5, -3, -0.1, 1e-12, 0, 0.7, 2.5, 4]) {
      expect(Math.abs(erfinv(erf(x)) - x)).toBeLessThanOrEqual(1e-5 * Math.abs(x));
      if (Math.abs(x) < 3) expect(Math.abs(erfinv(erf(x)) - x)).toBeLessThanOrEqual(2e-13 * Math.abs(x));
    }
    expect([erfinv(1), erfinv(-1)]).toEqual([Infinity, -Infinity]);
    expect(erfinv(1.5)).toBeNaN();
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
    for (const [name, call, code] of [
      ["Only tensors with 2 or more dimensions are supported", () => init.orthogonal(zeros([3]))],
      ["Only tensors with 2 dimensions are supported", () => init.sparse(zeros([3]), 0.5)],
      ["Only tensors with 2 dimensions are supported", () => init.eye(zeros([3, 3, 3]))],
      ["Only tensors with 3, 4, or 5 dimensions are supported", () => init.dirac(zeros([3, 3]))],
      [
        "dim 0 must be divisible by groups, but got 4 and groups=3",
        () => init.dirac(zeros([4, 2, 3]), { groups: 3 }),
        "INVALID_ARGUMENT",
      ],
      ["expected std > 0, but got 0", () => init.truncNormal(zeros([3]), { std: 0 }), "INVALID_ARGUMENT"],
      ["expected a <= b", () => init.truncNormal(zeros([3]), { a: 1, b: 0 }), "INVALID_ARGUMENT"],
      ["expected sparsity in [0, 1], but got 2", () => init.sparse(zeros([3, 3]), 2), "INVALID_ARGUMENT"],
      ["'sparsity' is a number", () => init.sparse(zeros([3, 3]), {} as never), "INVALID_ARGUMENT"],
      ["write { gain: 2 }", () => init.orthogonal(zeros([3, 3]), 2 as never), "INVALID_ARGUMENT"],
    ] as const) {
      expectError(call, code ?? "SHAPE_MISMATCH", name);
    }
    expectError(() => init.uniform(zeros([3], { dtype: "int32" })), "DTYPE_UNSUPPORTED", "int32");
  });
});
