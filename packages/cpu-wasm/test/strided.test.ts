/** Strided copies and sums against loops over every element: random views, transposes, overlaps, and their adjointness. */
import type { StridedView } from "@corr2d/core";
import { describe, expect, test } from "vitest";
import { strided, stridedAdd } from "../src/strided.ts";
import { anyBits, BUILDS, openKernels, seeded } from "./kernel-runtime.ts";

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** The addresses of a view, in row-major order. */
function addresses({ shape, strides, offset }: StridedView): Int32Array {
  const size = sizeOf(shape);
  const out = new Int32Array(size).fill(offset);
  let repeat = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    for (let i = 0; i < size; i++) out[i]! += (Math.floor(i / repeat) % shape[axis]!) * strides[axis]!;
    repeat *= shape[axis]!;
  }
  return out;
}

/** A view with the least source that it fits in, whatever its strides. */
function viewOf(shape: readonly number[], strides: readonly number[], spare = 0): StridedView {
  const ends = shape.map((n, axis) => (n - 1) * strides[axis]!);
  const lowest = ends.reduce((sum, end) => sum + Math.min(end, 0), 0);
  const highest = ends.reduce((sum, end) => sum + Math.max(end, 0), 0);
  return { shape, strides, offset: spare - lowest, sourceSize: highest - lowest + 1 + 2 * spare };
}

/** Row-major strides of `shape` as its axes stand in `order`. */
function permuted(shape: readonly number[], order: readonly number[]): StridedView {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return viewOf(
    order.map((axis) => shape[axis]!),
    order.map((axis) => strides[axis]!),
  );
}

/** im2col of [n, c, h, w] with a k × k window, as core asks for it. */
function columns(n: number, c: number, h: number, w: number, k: number, stride: number): StridedView {
  const out = (size: number): number => Math.floor((size - k) / stride) + 1;
  return {
    shape: [c, k, k, n, out(h), out(w)],
    strides: [h * w, w, 1, c * h * w, stride * w, stride],
    offset: 0,
    sourceSize: n * c * h * w,
  };
}

function randomView(random: () => number): StridedView {
  const rank = 1 + ((random() * 5) | 0);
  const shape = Array.from({ length: rank }, () => 1 + ((random() * 6) | 0));
  const kind = random();
  if (kind < 0.3) {
    const order = shape.map((_, axis) => axis).sort(() => random() - 0.5);
    const { strides, ...view } = permuted(shape, order);
    if (random() < 0.5) return { ...view, strides };
    return viewOf(
      view.shape,
      strides.map((stride) => (random() < 0.5 ? -stride : stride)),
    );
  }
  // Any strides at all: gaps, overlaps, axes that stand still.
  return viewOf(
    shape,
    shape.map(() => ((random() * 13) | 0) - 6),
    (random() * 3) | 0,
  );
}

const FIXED: readonly StridedView[] = [
  permuted([37, 53], [1, 0]),
  permuted([300, 200], [1, 0]),
  permuted([5, 33, 47], [0, 2, 1]),
  permuted([5, 33, 47], [2, 0, 1]),
  permuted([6, 30, 4, 25], [0, 3, 2, 1]),
  permuted([2, 70, 80, 3], [0, 3, 1, 2]),
  permuted([2, 3, 70, 80], [0, 2, 3, 1]),
  permuted([128, 6, 100], [1, 0, 2]),
  viewOf([20_000], [2], 3),
  viewOf([20_000], [-1]),
  viewOf([20_000], [0]),
  viewOf([5, 5000], [0, 1]),
  viewOf([5000, 5], [1, 0]),
  viewOf([6, 4000], [4100, 1], 5),
  viewOf([300, 400], [1, 1]),
  viewOf([40, 28, 28], [32 * 32, 32, 1], 66),
  columns(3, 4, 9, 11, 3, 1),
  columns(2, 3, 12, 12, 5, 2),
  columns(16, 6, 14, 14, 5, 1),
  viewOf([1, 1], [0, 0], 2),
  // Steps that overlap without covering: rows of which the last columns are not met, every other element, residues.
  columns(2, 3, 12, 13, 3, 2),
  viewOf([50, 3], [4, 2], 1),
  viewOf([9, 7], [2, 3], 4),
  viewOf([9, 5, 7], [-2, 40, 3], 4),
];

describe.each(BUILDS)("strided copies, %s build", async (build) => {
  const rt = await openKernels(build);
  const random = seeded(4);
  const views = [...FIXED, ...Array.from({ length: 400 }, () => randomView(random))];

  test.each(["float32", "int32"] as const)("strided reads what the view says (%s)", (dtype) => {
    for (const view of views) {
      rt.reset();
      const x = Float32Array.from({ length: view.sourceSize }, (_, i) => i + 1);
      const at = rt.put(x, dtype);
      const size = sizeOf(view.shape);
      const y = rt.result(size, dtype, (out) => strided(rt, at, out, view));
      const wanted = addresses(view);
      for (let i = 0; i < size; i++) {
        if (y[i] !== x[wanted[i]!]) expect.fail(`${JSON.stringify(view)}: element ${i} is ${y[i]}`);
      }
    }
  });

  test.each(["float32", "int32"] as const)("stridedAdd adds where the view says (%s)", (dtype) => {
    for (const view of views) {
      rt.reset();
      const size = sizeOf(view.shape);
      const x = Float32Array.from({ length: size }, () => ((random() * 19) | 0) - 9); // exact sums
      const at = rt.put(x, dtype);
      const y = rt.result(view.sourceSize, dtype, (out) => stridedAdd(rt, at, out, view, dtype));
      const wanted = new Float32Array(view.sourceSize);
      for (const [i, address] of addresses(view).entries()) wanted[address]! += x[i]!;
      for (let i = 0; i < y.length; i++) {
        if (y[i] !== wanted[i])
          expect.fail(`${JSON.stringify(view)}: element ${i} is ${y[i]}, not ${wanted[i]}`);
      }
    }
  });

  test.each(["float32", "int32"] as const)("what stridedAdd adds alone keeps its bits (%s)", (dtype) => {
    const special = [-0, 0, 2 ** -149, -(2 ** -149), 1e-39, Infinity, -Infinity, 3e38];
    const extreme = [-(2 ** 31), 2 ** 31 - 1, 2 ** 24 + 1, -(2 ** 24) - 1, 0];
    const values = dtype === "int32" ? extreme : special;
    for (const view of views) {
      rt.reset();
      const size = sizeOf(view.shape);
      const x = rt.put(
        Array.from({ length: size }, () => values[(random() * values.length) | 0]!),
        dtype,
      );
      const bits = rt.get(x, size, "int32");
      const y = rt.result(view.sourceSize, "int32", (out) => stridedAdd(rt, x, out, view, dtype));
      const wanted = new Int32Array(view.sourceSize);
      const met = new Int32Array(view.sourceSize);
      for (const [i, address] of addresses(view).entries()) {
        wanted[address] = bits[i]!;
        met[address]!++;
      }
      for (let i = 0; i < y.length; i++) {
        if (met[i]! > 1 || y[i] === wanted[i]) continue;
        expect.fail(`${JSON.stringify(view)}: element ${i} has the bits ${y[i]}, not ${wanted[i]}`);
      }
    }
  });

  test.each([
    [
      [40, 30, 30],
      [30, 15, 1],
    ],
    [
      [3, 40, 100],
      [6000, 50, 1],
    ],
    [
      [200, 60, 3],
      [3, 0, 1],
    ],
  ])("large sums of %j with strides %j do not depend on how chunks are run", (shape, strides) => {
    rt.reset();
    const at = rt.put(Float32Array.from({ length: sizeOf(shape) }, random));
    const view = viewOf(shape, strides);
    rt.result(view.sourceSize, "float32", (out) => stridedAdd(rt, at, out, view, "float32")); // compares the bits
  });

  test("a long sum over an axis that stands still is exact", () => {
    rt.reset();
    const x = Float32Array.from({ length: 300_000 }, () => 1 + random());
    const at = rt.put(x);
    const [sum] = rt.result(1, "float32", (out) =>
      stridedAdd(rt, at, out, viewOf([300_000], [0]), "float32"),
    );
    expect(sum! / x.reduce((total, v) => total + v, 0)).toBeCloseTo(1, 6);
  });

  test("strided copies bits", () => {
    for (const view of views) {
      rt.reset();
      const bits = anyBits(view.sourceSize, random);
      const at = rt.put(bits, "int32");
      const y = rt.result(sizeOf(view.shape), "int32", (out) => strided(rt, at, out, view));
      const wanted = addresses(view).map((address) => bits[address]!);
      expect(Buffer.compare(Buffer.from(y.buffer), Buffer.from(wanted.buffer)), JSON.stringify(view)).toBe(0);
    }
  });
});
