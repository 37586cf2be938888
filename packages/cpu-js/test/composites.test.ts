/** The overrides other than the corr2d triple, against what core composes from the primitives. */
import {
  type Activation,
  type AveragePool,
  type Backend,
  type DType,
  poolWindow,
  type TypedArray,
  type Window2d,
} from "@corr2d/core";
import { describe, expect, it } from "vitest";
import type { Handle } from "../src/buffers.ts";
import { cpuJs } from "../src/index.ts";
import { composedCpuJs } from "./composed.ts";
import { seeded } from "./random.ts";

const native = cpuJs();
const composed = composedCpuJs();
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

function inputSize(w: Window2d): number {
  return w.batch * w.inChannels * w.inputHeight * w.inputWidth;
}
function outputSize(w: Window2d): number {
  return w.batch * w.inChannels * w.outputHeight * w.outputWidth;
}

function* poolWindows(): Generator<[label: string, Window2d, seed: number]> {
  for (let seed = 1; seed <= 120; seed++) {
    const random = seeded(seed);
    const kernel = [random.integer(1, 4), random.integer(1, 4)] as const;
    const dilation = [random.pick([1, 1, 2]), random.pick([1, 1, 2])] as const;
    const reach = kernel.map((k, i) => (k - 1) * dilation[i]! + 1);
    const padding = reach.map((r) => random.integer(0, Math.floor(r / 2))) as [number, number];
    const shape = [
      random.integer(1, 2),
      random.integer(1, 3),
      reach[0]! + random.integer(0, 9),
      reach[1]! + random.integer(0, 9),
    ];
    const stride = [random.integer(1, 4), random.integer(1, 4)] as const;
    const ceilMode = random.integer(0, 1) === 1;
    const w = poolWindow(shape, kernel, { stride, padding, dilation, ceilMode });
    yield [`seed ${seed}: ${JSON.stringify(w)}`, w, seed];
  }
}

function maxPool(backend: Backend<Handle>, x: TypedArray, w: Window2d, dtype: DType): TypedArray[] {
  const [values, indices] = backend.maxPool2d(backend.upload(x), w, dtype);
  return [
    backend.readSync!(values, outputSize(w), dtype),
    backend.readSync!(indices, outputSize(w), "int32"),
  ];
}

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  it("maxPool2d: values and positions, ties, −∞ and NaN included", () => {
    for (const [label, w, seed] of poolWindows()) {
      const random = seeded(seed);
      const x = random.integers(inputSize(w), dtype);
      if (seed % 3 === 0) x.fill(-inf);
      if (seed % 2 === 0)
        for (let i = 0; i < 6; i++) x[random.integer(0, x.length - 1)] = random.pick([nan, -inf, inf]);
      expect(maxPool(native, x, w, dtype), label).toEqual(maxPool(composed, x, w, dtype));
    }
  });

  it("avgPool2d and its adjoint, whatever the divisor", () => {
    // Powers of two as divisors keep the quotients exact.
    for (const [label, w, seed] of poolWindows()) {
      const random = seeded(seed);
      const x = random.integers(inputSize(w), dtype);
      const g = random.integers(outputSize(w), dtype);
      const averages: AveragePool[] = [
        { countIncludePad: true, divisorOverride: null },
        { countIncludePad: false, divisorOverride: null },
        { countIncludePad: true, divisorOverride: 4 },
      ];
      for (const average of averages) {
        const exact = average.divisorOverride !== null;
        const close = (actual: TypedArray, want: TypedArray): void => {
          if (exact)
            expect(
              [...actual].map((v) => v + 0),
              label,
            ).toEqual([...want].map((v) => v + 0));
          else {
            const error = Math.max(...actual.map((v, i) => Math.abs(v - want[i]!)));
            expect(error, label).toBeLessThan(dtype === "float32" ? 4e-6 : 1e-14);
          }
        };
        const [a, b] = [native, composed].map((backend) => [
          backend.readSync!(backend.avgPool2d(backend.upload(x), w, average, dtype), outputSize(w), dtype),
          backend.readSync!(
            backend.avgPool2dInput(backend.upload(g), w, average, dtype),
            inputSize(w),
            dtype,
          ),
        ]);
        close(a![0]!, b![0]!);
        close(a![1]!, b![1]!);
      }
    }
  });

  it("softmax and logSoftmax, over any axis, to a few roundings", () => {
    const tolerance = dtype === "float32" ? 1e-6 : 1e-14;
    for (let seed = 0; seed < 60; seed++) {
      const random = seeded(seed);
      const [outer, length, inner] = [random.integer(1, 5), random.integer(1, 9), random.integer(1, 4)];
      const x = random.reals(outer * length * inner, dtype).map((v) => v * random.pick([1, 20, 300]));
      for (const op of ["softmax", "logSoftmax"] as const) {
        const [a, b] = [native, composed].map((backend) =>
          backend.readSync!(backend[op](backend.upload(x), outer, length, inner, dtype), x.length, dtype),
        );
        for (let i = 0; i < x.length; i++) {
          expect(Math.abs(a![i]! - b![i]!), `seed ${seed}, ${op}[${i}]`).toBeLessThanOrEqual(
            tolerance * Math.max(1, Math.abs(b![i]!)),
          );
        }
      }
    }
  });

  it("softmax keeps what is not finite to its line", () => {
    const kind = dtype === "float32" ? Float32Array : Float64Array;
    const x = kind.of(0, nan, 0, inf, -inf, -inf, 0, -inf, 1, 1);
    for (const backend of [native, composed]) {
      const softmax = backend.readSync!(backend.softmax(backend.upload(x), 5, 2, 1, dtype), 10, dtype);
      expect([...softmax]).toEqual([nan, nan, nan, nan, nan, nan, 1, 0, 0.5, 0.5]);
      const log = backend.readSync!(backend.logSoftmax(backend.upload(x), 5, 2, 1, dtype), 10, dtype);
      expect([...log.slice(0, 8)]).toEqual([nan, nan, nan, nan, nan, nan, 0, -inf]);
    }
  });

  it("activationGrad", () => {
    const kind = dtype === "float32" ? Float32Array : Float64Array;
    const y = kind.of(0, 0.5, 0.25, 1, nan, -0.5, 0, -nan, -0, -inf);
    const g = kind.of(2, 4, 8, 16, 32, 64, nan, 2, nan, nan);
    for (const op of ["relu", "sigmoid", "tanh"] satisfies Activation[]) {
      const [a, b] = [native, composed].map((backend) => {
        const out = backend.activationGrad(op, backend.upload(y), backend.upload(g), 10, dtype);
        return [...backend.readSync!(out, 10, dtype)].map((v) => v + 0);
      });
      expect(a, op).toEqual(b);
    }
  });

  it("addScaled", () => {
    const random = seeded(5);
    const [x, y] = [random.integers(1001, dtype), random.integers(1001, dtype)];
    const [a, b] = [native, composed].map((backend) =>
      backend.readSync!(
        backend.addScaled(backend.upload(x), 0.5, backend.upload(y), -3, 1001, dtype),
        1001,
        dtype,
      ),
    );
    expect(a).toEqual(b);
  });
});

it.each(["float32", "float64", "int32"] as const)("fill: %s", async (dtype) => {
  for (const size of [0, 1, 7, 5000]) {
    const [a, b] = await Promise.all(
      [native, composed].map((backend) => backend.read(backend.fill(-3, size, dtype), size, dtype)),
    );
    expect(a).toEqual(b);
    expect(a).toHaveLength(size);
  }
});

it("writes every element, although memory comes back from the pool with other contents", () => {
  const backend = cpuJs();
  const w = poolWindow([1, 2, 9, 9], 2, { stride: 4 });
  const dirty = backend.fill(nan, inputSize(w), "float32");
  backend.free(dirty);
  const g = backend.fill(4, outputSize(w), "float32");
  const out = backend.avgPool2dInput(g, w, { countIncludePad: true, divisorOverride: null }, "float32");
  const values = backend.readSync!(out, inputSize(w), "float32");
  expect([...values].reduce((a, b) => a + b, 0)).toBe(4 * outputSize(w));
});
