/** The overrides other than the corr2d triple, against what core composes from the primitives. */
import {
  type Activation,
  type AveragePool,
  averageDivisors,
  type CompleteBackend,
  type DType,
  inputSizeOf,
  outputSizeOf,
  poolWindow,
  type TypedArray,
  type Window2d,
  type WindowAxis,
  withFallbacks,
} from "@corr2d/core";
import { describe, expect, it } from "vitest";
import type { Handle } from "../src/buffers.ts";
import { cpuJs } from "../src/index.ts";
import { composedCpuJs } from "./composed.ts";
import { seeded } from "./random.ts";

const native = withFallbacks(cpuJs());
const composed = composedCpuJs();
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

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
  // 2×2 has loops of its own, where no window hangs over.
  const ofTwo = [
    { height: 4, width: 6, ceilMode: false },
    { height: 5, width: 7, ceilMode: false },
    { height: 2, width: 3, ceilMode: false },
    { height: 6, width: 4, ceilMode: true },
    { height: 4, width: 7, ceilMode: true },
  ];
  for (const { height, width, ceilMode } of ofTwo) {
    const w = poolWindow([2, 3, height, width], 2, { ceilMode });
    yield [`2×2 of ${height}×${width}, ceilMode ${ceilMode}`, w, height * width];
  }
}

function maxPool(backend: CompleteBackend<Handle>, x: TypedArray, w: Window2d, dtype: DType): TypedArray[] {
  const [values, indices] = backend.maxPool2d(backend.upload(x), w, dtype);
  return [
    backend.readSync!(values, outputSizeOf(w), dtype),
    backend.readSync!(indices, outputSizeOf(w), "int32"),
  ];
}

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  it("maxPool2d: values and positions, ties, −∞ and NaN included", () => {
    for (const [label, w, seed] of poolWindows()) {
      const random = seeded(seed);
      const x = random.integers(inputSizeOf(w), dtype);
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
      const x = random.integers(inputSizeOf(w), dtype);
      const g = random.integers(outputSizeOf(w), dtype);
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
          backend.readSync!(backend.avgPool2d(backend.upload(x), w, average, dtype), outputSizeOf(w), dtype),
          backend.readSync!(
            backend.avgPool2dInput(backend.upload(g), w, average, dtype),
            inputSizeOf(w),
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
  const backend = withFallbacks(cpuJs());
  const w = poolWindow([1, 2, 9, 9], 2, { stride: 4 });
  const dirty = backend.fill(nan, inputSizeOf(w), "float32");
  backend.free(dirty);
  const g = backend.fill(4, outputSizeOf(w), "float32");
  const out = backend.avgPool2dInput(g, w, { countIncludePad: true, divisorOverride: null }, "float32");
  const values = backend.readSync!(out, inputSizeOf(w), "float32");
  expect([...values].reduce((a, b) => a + b, 0)).toBe(4 * outputSizeOf(w));
});

/** A window that core's builders may refuse, along either axis. */
function pool1d(axis: Partial<WindowAxis>, other: Partial<WindowAxis> = {}): Window2d {
  const one = { input: 1, kernel: 1, output: 1, stride: 1, before: 0, after: 0, dilation: 1 };
  const axes = [
    { ...one, ...other },
    { ...one, ...axis },
  ] as const;
  return { batch: 1, inChannels: 1, outChannels: 1, groups: 1, axes };
}

function turned(w: Window2d): Window2d {
  return { ...w, axes: [w.axes[1], w.axes[0]] };
}

describe("maxPool2d", () => {
  it("finds the last of several NaNs, but the first of several maxima", () => {
    const w = poolWindow([1, 1, 2, 9], [2, 3], { stride: 3 });
    const x = Float32Array.of(1, nan, 7, 5, 9, 5, -inf, -inf, -inf, nan, 2, 3, 9, 5, 9, -inf, -inf, -inf);
    const [values, indices] = maxPool(native, x, w, "float32");
    expect(values).toEqual(Float32Array.of(nan, 9, -inf));
    expect(indices).toEqual(Int32Array.of(9, 4, 6));
  });

  it("gives −∞ at −1 where a window meets no cell, along either axis", () => {
    const w = poolWindow([1, 2, 1, 3], [1, 2], { stride: 1, padding: [0, 2], dilation: 4 });
    for (const turn of [(v: Window2d) => v, turned]) {
      const [values, indices] = maxPool(native, Float32Array.of(1, 2, 3, nan, -0, 6), turn(w), "float32");
      expect(values).toEqual(Float32Array.of(3, -inf, 1, 6, -inf, nan));
      expect(indices).toEqual(Int32Array.of(2, -1, 0, 2, -1, 0));
    }
  });

  it("copies its values: −0 and subnormal numbers too", () => {
    const w = poolWindow([1, 1, 1, 4], [1, 2]);
    expect(maxPool(native, Float32Array.of(-0, 0, -1, -(2 ** -149)), w, "float32")).toEqual([
      Float32Array.of(-0, -(2 ** -149)),
      Int32Array.of(0, 3),
    ]);
  });
});

describe("avgPool2d", () => {
  const all = { countIncludePad: false, divisorOverride: null };

  it("divides by what core says", () => {
    for (const [label, w] of poolWindows()) {
      for (const countIncludePad of [false, true]) {
        const average = { countIncludePad, divisorOverride: null };
        const ones = native.upload(new Float64Array(inputSizeOf(w)).fill(1));
        const means = native.readSync!(
          native.avgPool2d(ones, w, average, "float64"),
          outputSizeOf(w),
          "float64",
        );
        const sums = native.readSync!(
          native.avgPool2d(ones, w, { ...average, divisorOverride: 1 }, "float64"),
          outputSizeOf(w),
          "float64",
        );
        const divisors = averageDivisors(w, average);
        expect(means, label).toEqual(sums.map((sum, i) => sum / divisors[i % divisors.length]!));
      }
    }
  });

  it("gives 0 where nothing counts, and spreads nothing from there", () => {
    const w = pool1d({ input: 1, kernel: 2, output: 3, before: 2, after: 2, dilation: 2, stride: 1 });
    for (const window of [w, turned(w)]) {
      const x = native.upload(Float32Array.of(5));
      expect(native.readSync!(native.avgPool2d(x, window, all, "float32"), 3, "float32")).toEqual(
        Float32Array.of(5, 0, 5),
      );
      for (const value of [3, nan, inf]) {
        const g = native.upload(Float32Array.of(1, value, 2));
        expect(native.readSync!(native.avgPool2dInput(g, window, all, "float32"), 1, "float32")).toEqual(
          Float32Array.of(3),
        );
      }
    }
  });

  it("takes a time that does not grow with the kernel", () => {
    const kernel = 2 ** 30;
    const w = pool1d({ input: 4, kernel, output: 5, before: kernel / 2, after: kernel / 2 });
    const start = process.cpuUsage();
    for (const window of [w, turned(w)]) {
      const x = native.upload(Float64Array.of(1, 2, 4, 8));
      for (const [average, divisor] of [
        [{ countIncludePad: true, divisorOverride: null }, kernel],
        [all, 4],
      ] as const) {
        const means = native.readSync!(native.avgPool2d(x, window, average, "float64"), 5, "float64");
        expect([...means]).toEqual(new Array(5).fill(15 / divisor));
        const g = native.upload(Float64Array.of(0, 0, 1, 0, 0));
        const spread = native.readSync!(native.avgPool2dInput(g, window, average, "float64"), 4, "float64");
        expect([...spread]).toEqual(new Array(4).fill(1 / divisor));
      }
      expect(maxPool(native, Float64Array.of(1, 2, 4, 3), window, "float64")).toEqual([
        new Float64Array(5).fill(4),
        new Int32Array(5).fill(2),
      ]);
    }
    // Of the processor's time: milliseconds, where a loop over the kernel takes more than ten seconds on any machine.
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1e6).toBeLessThan(5);
  });

  it("keeps what is not finite to its windows and cells", () => {
    const w = poolWindow([1, 1, 1, 6], [1, 2]);
    for (const value of [nan, inf, -inf]) {
      const x = native.upload(Float32Array.of(1, 3, value, 1, 2, 2));
      expect(native.readSync!(native.avgPool2d(x, w, all, "float32"), 3, "float32")).toEqual(
        Float32Array.of(2, value, 2),
      );
      const g = native.upload(Float32Array.of(2, value, 4));
      expect(native.readSync!(native.avgPool2dInput(g, w, all, "float32"), 6, "float32")).toEqual(
        Float32Array.of(1, 1, value, value, 2, 2),
      );
    }
  });
});
