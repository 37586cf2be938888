/** Pools against loops over every window: all geometries, divisors, the overhang of ceil mode, NaN and ties. */
import { type AveragePool, averageDivisors, type PoolOptions, poolWindow, type Window2d } from "@corr2d/core";
import { describe, expect, test } from "vitest";
import { avgPool2d, maxPool2d } from "../src/pool.ts";
import { BUILDS, openKernels, seeded } from "./kernel-runtime.ts";

const inputSize = (w: Window2d): number => w.batch * w.inChannels * w.inputHeight * w.inputWidth;
const outputSize = (w: Window2d): number => w.batch * w.inChannels * w.outputHeight * w.outputWidth;

/** Calls `visit` for every cell of every window that lies in the input. */
function eachCell(
  w: Window2d,
  visit: (output: number, window: number, input: number, place: number) => void,
) {
  const windows = w.outputHeight * w.outputWidth;
  for (let output = 0; output < outputSize(w); output++) {
    const plane = Math.floor(output / windows);
    const window = output % windows;
    const y0 = Math.floor(window / w.outputWidth) * w.strideHeight - w.padTop;
    const x0 = (window % w.outputWidth) * w.strideWidth - w.padLeft;
    for (let ky = 0; ky < w.kernelHeight; ky++) {
      for (let kx = 0; kx < w.kernelWidth; kx++) {
        const y = y0 + ky * w.dilationHeight;
        const x = x0 + kx * w.dilationWidth;
        if (y < 0 || y >= w.inputHeight || x < 0 || x >= w.inputWidth) continue;
        const place = y * w.inputWidth + x;
        visit(output, window, plane * w.inputHeight * w.inputWidth + place, place);
      }
    }
  }
}

type Geometry = [input: number[], kernel: number | [number, number], options?: PoolOptions];

const FIXED: readonly Geometry[] = [
  [[4, 6, 28, 28], 2],
  [[4, 16, 10, 10], 2],
  [[2, 3, 7, 9], 2],
  [[2, 3, 7, 9], 2, { ceilMode: true }],
  [[1, 2, 20, 23], 3, { stride: 2, padding: 1 }],
  [[1, 2, 20, 23], 3, { stride: 2, padding: 1, ceilMode: true }],
  [[1, 2, 20, 23], 3, { stride: 1, padding: 1 }],
  [[1, 2, 21, 33], 5, { stride: 2, padding: 2, dilation: 2, ceilMode: true }],
  [[1, 2, 12, 30], [3, 2], { stride: [1, 2] }],
  [[1, 2, 12, 40], 2, { stride: 3 }],
  [[1, 2, 12, 20], 2, { stride: 2, dilation: [3, 1] }],
  [[1, 2, 12, 20], 2, { stride: 2, dilation: [1, 3] }],
  [[1, 2, 13, 22], 2, { stride: 2, padding: [0, 1, 0, 0] }],
  [[2, 5, 7, 7], 7],
  [[1, 1, 1, 1], 1],
  [[1, 1, 2, 2], 2, { stride: 1, padding: 1, dilation: 3 }],
  [[1, 2, 2, 30], 2, { stride: 1, padding: [1, 1, 0, 0], dilation: [3, 1] }],
  [[1, 40, 56, 56], 2],
];

function windows(): Window2d[] {
  const random = seeded(6);
  const pick = (n: number): number => (random() * n) | 0;
  const geometries: Geometry[] = [...FIXED];
  while (geometries.length < 160) {
    const dilation = 1 + (pick(3) ? 0 : pick(3));
    const kernel: [number, number] = [1 + pick(4), 1 + pick(4)];
    const half = (k: number): number => Math.floor((dilation * (k - 1) + 1) / 2);
    geometries.push([
      [1 + pick(2), 1 + pick(3), 1 + pick(13), 1 + pick(30)],
      kernel,
      {
        stride: [1 + pick(3), 1 + pick(3)],
        padding: [
          pick(half(kernel[0]) + 1),
          pick(half(kernel[0]) + 1),
          pick(half(kernel[1]) + 1),
          pick(half(kernel[1]) + 1),
        ],
        dilation,
        ceilMode: random() < 0.5,
      },
    ]);
  }
  return geometries.flatMap(([input, kernel, options]) => {
    try {
      return [poolWindow(input, kernel, options)];
    } catch {
      return []; // the window is larger than the input
    }
  });
}

const AVERAGES: readonly AveragePool[] = [
  { countIncludePad: true, divisorOverride: null },
  { countIncludePad: false, divisorOverride: null },
  { countIncludePad: true, divisorOverride: 3 },
];

describe.each(BUILDS)("pools, %s build", async (build) => {
  const rt = await openKernels(build);
  const all = windows();
  const random = seeded(7);
  const label = (w: Window2d, average?: AveragePool): string => JSON.stringify({ ...w, ...average });

  test("there are windows of all kinds", () => {
    expect(all.length).toBeGreaterThan(100);
  });

  test("maxPool2d finds the first maximum, or the last NaN; where there is no cell, −∞ at −1", () => {
    let withoutCells = 0;
    for (const w of all) {
      rt.reset();
      // Few values, so that there are ties; some NaN and −∞. A maximum is a copy: −0 stays −0.
      const values = [0, -0, 1, 2, -1, Number.NEGATIVE_INFINITY, Number.NaN];
      const x = Float32Array.from({ length: inputSize(w) }, () => values[(random() ** 2 * 7) | 0]!);
      const wanted = new Float32Array(outputSize(w)).fill(Number.NEGATIVE_INFINITY);
      const places = new Int32Array(outputSize(w)).fill(-1);
      eachCell(w, (output, _, input, place) => {
        const v = x[input]!;
        const best = wanted[output]!;
        if (places[output]! >= 0 && !(v > best) && !Number.isNaN(v)) return;
        wanted[output] = v;
        places[output] = place;
      });
      const at = rt.put(x);
      const found = rt.scratch(places.length * 4);
      const y = rt.result(wanted.length, "float32", (out) => maxPool2d(rt, at, out, found, w));
      expect(y, label(w)).toEqual(wanted);
      expect(rt.get(found, places.length, "int32"), label(w)).toEqual(places);
      withoutCells += places.filter((place) => place === -1).length;
    }
    expect(withoutCells).toBeGreaterThan(0);
  });

  test("avgPool2d divides by what counts; where nothing does, it is 0", () => {
    let withoutCells = 0;
    for (const w of all) {
      for (const average of AVERAGES) {
        rt.reset();
        const x = Float32Array.from({ length: inputSize(w) }, () => random() * 2 - 1);
        const sums = new Float64Array(outputSize(w));
        eachCell(w, (output, _, input) => {
          sums[output]! += x[input]!;
        });
        const divisors = averageDivisors(w, average);
        const at = rt.put(x);
        const y = rt.result(sums.length, "float32", (out) => avgPool2d(rt, false, at, out, w, average));
        for (let i = 0; i < y.length; i++) {
          const divisor = divisors[i % divisors.length]!;
          const wanted = divisor === 0 ? 0 : sums[i]! / divisor;
          if (divisor === 0) withoutCells++;
          if (Math.abs(y[i]! - wanted) <= 2e-6) continue;
          expect.fail(`${label(w, average)}: element ${i} is ${y[i]}, not ${wanted}`);
        }
      }
    }
    expect(withoutCells).toBeGreaterThan(0);
  });

  test("the adjoint of avgPool2d shares out what it gathers", () => {
    for (const w of all) {
      for (const average of AVERAGES) {
        rt.reset();
        const divisors = averageDivisors(w, average);
        // What comes from a window without cells goes nowhere, whatever it is.
        const g = Float32Array.from({ length: outputSize(w) }, (_, i) =>
          divisors[i % divisors.length] === 0 ? Number.NaN : random() * 2 - 1,
        );
        const wanted = new Float64Array(inputSize(w));
        eachCell(w, (output, window, input) => {
          wanted[input]! += g[output]! / divisors[window]!;
        });
        const at = rt.put(g);
        const y = rt.result(wanted.length, "float32", (out) => avgPool2d(rt, true, at, out, w, average));
        for (let i = 0; i < y.length; i++) {
          if (Math.abs(y[i]! - wanted[i]!) <= 4e-6) continue;
          expect.fail(`${label(w, average)}: element ${i} is ${y[i]}, not ${wanted[i]}`);
        }
      }
    }
  });

  test("nothing from nothing, and a gradient without cells", () => {
    const w = poolWindow([1, 2, 3, 4], 1, { stride: 1, padding: 0 });
    const noRows = { ...w, inputHeight: 0, outputHeight: 2, padTop: 1, padBottom: 1 };
    for (const empty of [{ ...w, batch: 0 }, { ...w, inputWidth: 0, outputWidth: 0 }, noRows]) {
      rt.reset();
      const at = rt.put(new Float32Array(outputSize(empty)));
      const found = rt.scratch(outputSize(empty) * 4);
      rt.result(outputSize(empty), "float32", (out) => maxPool2d(rt, at, out, found, empty));
      for (const average of AVERAGES) {
        rt.result(outputSize(empty), "float32", (out) => avgPool2d(rt, false, at, out, empty, average));
        rt.result(0, "float32", (out) => avgPool2d(rt, true, at, out, empty, average));
      }
    }
  });

  test("a NaN or ∞ touches only the windows that contain it", () => {
    const w = poolWindow([1, 1, 12, 24], 3, { stride: 2, padding: 1 });
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      for (let where = 0; where < inputSize(w); where += 7) {
        rt.reset();
        const x = new Float32Array(inputSize(w)).fill(1);
        x[where] = value;
        const touched = new Set<number>();
        eachCell(w, (output, _, input) => void (input === where && touched.add(output)));
        const at = rt.put(x);
        const y = rt.result(outputSize(w), "float32", (out) =>
          avgPool2d(rt, false, at, out, w, AVERAGES[0]!),
        );
        for (const [i, v] of y.entries()) expect(Number.isFinite(v)).toBe(!touched.has(i));
      }
    }
  });
});
