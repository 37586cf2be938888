/** Pools against loops over every window: all geometries, divisors, the overhang of ceil mode, NaN and ties. */
import {
  type AveragePool,
  averageDivisors,
  inputSizeOf,
  outputSizeOf,
  type PoolOptions,
  poolWindow,
  type Window2d,
  type WindowAxis,
} from "@corr2d/core";
import { describe, expect, test } from "vitest";
import { avgPool2d, maxPool2d } from "../src/pool.ts";
import { BUILDS, openKernels, seeded } from "./kernel-runtime.ts";

/** Calls `visit` for every cell of every window that lies in the input. */
function eachCell(
  w: Window2d,
  visit: (output: number, window: number, input: number, place: number) => void,
) {
  const [height, width] = w.axes;
  const windows = height.output * width.output;
  for (let output = 0; output < outputSizeOf(w); output++) {
    const plane = Math.floor(output / windows);
    const window = output % windows;
    const y0 = Math.floor(window / width.output) * height.stride - height.before;
    const x0 = (window % width.output) * width.stride - width.before;
    for (let ky = 0; ky < height.kernel; ky++) {
      for (let kx = 0; kx < width.kernel; kx++) {
        const y = y0 + ky * height.dilation;
        const x = x0 + kx * width.dilation;
        if (y < 0 || y >= height.input || x < 0 || x >= width.input) continue;
        const place = y * width.input + x;
        visit(output, window, plane * height.input * width.input + place, place);
      }
    }
  }
}

/** For each of the windows, whether it meets a cell of the input. */
function windowsWithCells(w: Window2d): readonly boolean[] {
  const met = new Array<boolean>(w.axes[0].output * w.axes[1].output).fill(false);
  eachCell(w, (_, window) => {
    met[window] = true;
  });
  return met;
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
  // Without padding rows are read where they are: whole vectors of windows, and 1 to 3 more.
  [[1, 2, 9, 21], 2, { stride: 1 }],
  [[2, 1, 9, 24], 3, { stride: 1 }],
  [[1, 2, 9, 19], 2, { stride: 1, dilation: 2 }],
  [[1, 1, 5, 5], 2, { stride: 1, padding: [0, 0, 0, 1] }],
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
  // Narrow maps, strides of 3 and more, and windows that reach too far for rows to be kept, or sums in float32.
  [[2, 3, 5, 6], 2],
  [[1, 2, 4, 4], 3, { stride: 2, padding: 1 }],
  [[1, 2, 23, 41], 5, { stride: 4, padding: 2 }],
  [[1, 1, 3010, 1000], [2, 1], { stride: 1, dilation: [3000, 1] }],
  [[1, 1, 2, 320], [1, 300], { stride: 1 }],
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

  test("there are windows of all kinds, some without a cell of the input", () => {
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter((w) => windowsWithCells(w).includes(false)).length).toBeGreaterThan(1);
  });

  test("maxPool2d finds the first maximum, or the last NaN; where there is no cell, −∞ at −1", () => {
    for (const w of all) {
      rt.reset();
      // Few values, so that there are ties; some NaN and −∞. A maximum is a copy: −0 stays −0.
      const values = [0, -0, 1, 2, -1, Number.NEGATIVE_INFINITY, Number.NaN];
      const x = Float32Array.from({ length: inputSizeOf(w) }, () => values[(random() ** 2 * 7) | 0]!);
      const wanted = new Float32Array(outputSizeOf(w)).fill(Number.NEGATIVE_INFINITY);
      const places = new Int32Array(outputSizeOf(w)).fill(-1);
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
    }
  });

  test("maxPool2d of an input at the very end of the memory, but for the heap's vector", () => {
    rt.reset();
    const w = poolWindow([1, 1, 3, 6], 2, { stride: 1 });
    const x = Float32Array.from({ length: inputSizeOf(w) }, (_, i) => i);
    const at = rt.f32.length - x.length - 4;
    rt.f32.set(x, at);
    const found = rt.scratch(outputSizeOf(w) * 4);
    const y = rt.result(outputSizeOf(w), "float32", (out) => maxPool2d(rt, 4 * at, out, found, w));
    expect([...y]).toEqual([7, 8, 9, 10, 11, 13, 14, 15, 16, 17]);
  });

  test("avgPool2d divides by what counts; where nothing does, it is 0", () => {
    for (const w of all) {
      for (const average of AVERAGES) {
        rt.reset();
        const x = Float32Array.from({ length: inputSizeOf(w) }, () => random() * 2 - 1);
        const sums = new Float64Array(outputSizeOf(w));
        eachCell(w, (output, _, input) => {
          sums[output]! += x[input]!;
        });
        const divisors = averageDivisors(w, average);
        const at = rt.put(x);
        const y = rt.result(sums.length, "float32", (out) => avgPool2d(rt, false, at, out, w, average));
        for (let i = 0; i < y.length; i++) {
          const wanted = sums[i]! / divisors[i % divisors.length]!;
          if (Math.abs(y[i]! - wanted) <= 2e-6) continue;
          expect.fail(`${label(w, average)}: element ${i} is ${y[i]}, not ${wanted}`);
        }
      }
    }
  });

  test("the adjoint of avgPool2d shares out what it gathers", () => {
    for (const w of all) {
      for (const average of AVERAGES) {
        rt.reset();
        const divisors = averageDivisors(w, average);
        const met = windowsWithCells(w);
        // What comes from a window without cells goes nowhere, whatever it is.
        const g = Float32Array.from({ length: outputSizeOf(w) }, (_, i) =>
          met[i % met.length] ? random() * 2 - 1 : Number.NaN,
        );
        const wanted = new Float64Array(inputSizeOf(w));
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
    const [height, width] = w.axes;
    const noRows: WindowAxis = { ...height, input: 0, output: 2, before: 1, after: 1 };
    const noColumns: WindowAxis = { ...width, input: 0, output: 0 };
    const windows: Window2d[] = [
      { ...w, batch: 0 },
      { ...w, axes: [height, noColumns] },
      { ...w, axes: [noRows, width] },
    ];
    for (const empty of windows) {
      rt.reset();
      const at = rt.put(new Float32Array(outputSizeOf(empty)));
      const found = rt.scratch(outputSizeOf(empty) * 4);
      rt.result(outputSizeOf(empty), "float32", (out) => maxPool2d(rt, at, out, found, empty));
      for (const average of AVERAGES) {
        rt.result(outputSizeOf(empty), "float32", (out) => avgPool2d(rt, false, at, out, empty, average));
        rt.result(0, "float32", (out) => avgPool2d(rt, true, at, out, empty, average));
      }
    }
  });

  test.each<[string, Window2d]>([
    ["3 × 3, stride 2, padded", poolWindow([1, 1, 12, 24], 3, { stride: 2, padding: 1 })],
    ["2 × 2, stride 2", poolWindow([1, 1, 12, 24], 2)],
    ["2 × 2, stride 2, padded", poolWindow([1, 1, 12, 24], 2, { padding: 1 })],
    ["3 × 3, stride 1", poolWindow([1, 1, 8, 18], 3, { stride: 1 })],
  ])("a NaN or ∞ touches only the windows that contain it, and only the cells of its window: %s", (_, w) => {
    const average = AVERAGES[0]!;
    for (const adjoint of [false, true]) {
      const [from, to] = adjoint ? [outputSizeOf(w), inputSizeOf(w)] : [inputSizeOf(w), outputSizeOf(w)];
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
        for (let where = 0; where < from; where += 7) {
          rt.reset();
          const x = new Float32Array(from).fill(1);
          x[where] = value;
          const touched = new Set<number>();
          eachCell(w, (output, _window, input) => {
            if (where === (adjoint ? output : input)) touched.add(adjoint ? input : output);
          });
          const at = rt.put(x);
          const y = rt.result(to, "float32", (out) => avgPool2d(rt, adjoint, at, out, w, average));
          for (const [i, v] of y.entries()) expect(Number.isFinite(v)).toBe(!touched.has(i));
        }
      }
    }
  });
});
