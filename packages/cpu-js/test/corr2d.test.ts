import {
  type CompleteBackend,
  corr2dWindow,
  type DType,
  dtypeOf,
  inputSizeOf,
  kernelSizeOf,
  outputSizeOf,
  type TypedArray,
  type Window2d,
  withFallbacks,
} from "@corr2d/core";
import { describe, expect, it } from "vitest";
import type { Handle } from "../src/buffers.ts";
import { cpuJs } from "../src/index.ts";
import { composedCpuJs } from "./composed.ts";
import { type Random, seeded } from "./random.ts";
import { randomWindow } from "./windows.ts";

const native = withFallbacks(cpuJs());
const composed = composedCpuJs();

interface Operands {
  readonly x: TypedArray;
  readonly k: TypedArray;
  readonly g: TypedArray;
  readonly bias: TypedArray;
}

const OPERATIONS = ["corr2d", "corr2dInput", "corr2dKernel", "corr2dBias"] as const;

function run(
  backend: CompleteBackend<Handle>,
  op: (typeof OPERATIONS)[number],
  { x, k, g, bias }: Operands,
  w: Window2d,
): TypedArray {
  const dtype = dtypeOf(x)!;
  const [hx, hk, hg, hb] = [x, k, g, bias].map((data) => backend.upload(data)) as [
    Handle,
    Handle,
    Handle,
    Handle,
  ];
  let out: Handle;
  let size = outputSizeOf(w);
  if (op === "corr2d") out = backend.corr2d(hx, hk, w, dtype);
  else if (op === "corr2dBias") out = backend.corr2dBias(hx, hk, hb, w, dtype);
  else if (op === "corr2dInput") {
    out = backend.corr2dInput(hg, hk, w, dtype);
    size = inputSizeOf(w);
  } else {
    out = backend.corr2dKernel(hx, hg, w, dtype);
    size = kernelSizeOf(w);
  }
  const result = backend.readSync!(out, size, dtype);
  for (const handle of [hx, hk, hg, hb, out]) backend.free(handle);
  return result;
}

function integerOperands(random: Random, w: Window2d, dtype: DType): Operands {
  return {
    x: random.integers(inputSizeOf(w), dtype),
    k: random.integers(kernelSizeOf(w), dtype),
    g: random.integers(outputSizeOf(w), dtype),
    bias: random.integers(w.outChannels, dtype),
  };
}

/** Geometries with a reason of their own to go wrong. */
const NAMED: readonly (readonly [string, Window2d])[] = [
  ["the book's edge detector", corr2dWindow([1, 1, 6, 8], [1, 1, 1, 2])],
  ["LeNet 1", corr2dWindow([3, 1, 28, 28], [6, 1, 5, 5], { padding: 2 })],
  ["LeNet 2", corr2dWindow([3, 6, 14, 14], [16, 6, 5, 5])],
  ["3×3 on one image", corr2dWindow([1, 1, 33, 47], [1, 1, 3, 3])],
  ["3×3 on one image, padded", corr2dWindow([1, 1, 33, 47], [1, 1, 3, 3], { padding: 1 })],
  ["5×5 on one image", corr2dWindow([1, 1, 33, 47], [1, 1, 5, 5])],
  ["11×11 on one image", corr2dWindow([1, 1, 33, 47], [1, 1, 11, 11], { padding: 5 })],
  ["a kernel of one row", corr2dWindow([2, 1, 33, 47], [1, 1, 1, 7])],
  ["a kernel of one column", corr2dWindow([2, 1, 33, 47], [1, 1, 7, 1])],
  ["an output of one column", corr2dWindow([2, 3, 40, 5], [4, 3, 5, 5])],
  ["an output of one cell per image", corr2dWindow([5, 16, 5, 5], [12, 16, 5, 5])],
  ["a depthwise window as large as the input", corr2dWindow([3, 6, 12, 12], [6, 1, 12, 12], { groups: 6 })],
  ["depthwise", corr2dWindow([2, 5, 20, 21], [5, 1, 3, 3], { padding: 1, groups: 5 })],
  ["depthwise, stride 2", corr2dWindow([2, 5, 20, 21], [5, 1, 3, 3], { padding: 1, stride: 2, groups: 5 })],
  ["depthwise, two per channel", corr2dWindow([2, 5, 20, 21], [10, 1, 3, 3], { padding: 1, groups: 5 })],
  [
    "depthwise 5×5, dilated",
    corr2dWindow([1, 3, 30, 31], [3, 1, 5, 5], { padding: 4, dilation: 2, groups: 3 }),
  ],
  ["1×1", corr2dWindow([2, 9, 12, 13], [10, 9, 1, 1])],
  ["1×1, stride 2", corr2dWindow([2, 9, 13, 12], [10, 9, 1, 1], { stride: 2 })],
  ["a stem: 7×7, stride 2", corr2dWindow([1, 3, 30, 30], [8, 3, 7, 7], { stride: 2, padding: 3 })],
  ["many channels", corr2dWindow([1, 32, 9, 10], [33, 32, 3, 3], { padding: 1 })],
  ["rows that no window covers", corr2dWindow([1, 4, 20, 23], [4, 4, 3, 3], { stride: 4 })],
  ["a stride beyond the kernel", corr2dWindow([2, 2, 30, 30], [3, 2, 2, 2], { stride: 5, padding: 1 })],
  ["a padding beyond the kernel", corr2dWindow([1, 3, 9, 9], [4, 3, 3, 3], { padding: 4 })],
  [
    "one row of input under wide padding",
    corr2dWindow([4, 3, 1, 40], [4, 3, 5, 3], { padding: [3, 2, 1, 0] }),
  ],
];

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  it.each(NAMED)("equals the composition on integers: %s", (_, w) => {
    const operands = integerOperands(seeded(1), w, dtype);
    for (const op of OPERATIONS) {
      expect(run(native, op, operands, w), op).toEqual(run(composed, op, operands, w));
    }
  });

  it.each([false, true])("equals the composition on random geometries (large: %s)", (large) => {
    for (let seed = 1; seed <= (large ? 80 : 200); seed++) {
      const random = seeded(seed);
      const w = randomWindow(random, large);
      const operands = integerOperands(random, w, dtype);
      for (const op of OPERATIONS) {
        expect(run(native, op, operands, w), `seed ${seed}, ${op} ${JSON.stringify(w)}`).toEqual(
          run(composed, op, operands, w),
        );
      }
    }
  });

  it("is close on real numbers, to the precision of its dtype", () => {
    const epsilon = dtype === "float32" ? 2 ** -24 : 2 ** -53;
    for (const [name, w] of NAMED) {
      const random = seeded(7);
      const operands: Operands = {
        x: random.reals(inputSizeOf(w), "float64"),
        k: random.reals(kernelSizeOf(w), "float64"),
        g: random.reals(outputSizeOf(w), "float64"),
        bias: random.reals(w.outChannels, "float64"),
      };
      const rounded = Object.fromEntries(
        Object.entries(operands).map(([key, data]) => [key, Float64Array.from(Float32Array.from(data))]),
      ) as unknown as Operands;
      const given =
        dtype === "float64"
          ? operands
          : (Object.fromEntries(
              Object.entries(operands).map(([key, data]) => [key, Float32Array.from(data)]),
            ) as unknown as Operands);
      for (const op of OPERATIONS) {
        const actual = run(native, op, given, w);
        const exact = run(composed, op, dtype === "float64" ? operands : rounded, w);
        // Sums are in float64 and rounded once; the terms are below 1, as many as the longest sum has.
        const terms = Math.max(kernelSizeOf(w), outputSizeOf(w));
        const bound = dtype === "float32" ? epsilon * 2 * Math.sqrt(terms) + 1e-12 : epsilon * terms * 4;
        for (let i = 0; i < exact.length; i++) {
          if (!(Math.abs(actual[i]! - exact[i]!) <= bound * Math.max(1, Math.abs(exact[i]!)))) {
            expect.fail(`${name}, ${op}[${i}]: ${actual[i]} is not ${exact[i]}`);
          }
        }
      }
    }
  });
});

/** What a definition by loops gives: every product that exists, and no other. */
function byDefinition(
  op: (typeof OPERATIONS)[number],
  { x, k, g, bias }: Operands,
  w: Window2d,
): Float64Array {
  const sizes = {
    corr2d: outputSizeOf(w),
    corr2dBias: outputSizeOf(w),
    corr2dInput: inputSizeOf(w),
    corr2dKernel: kernelSizeOf(w),
  };
  const out = new Float64Array(sizes[op]);
  const [height, width] = w.axes;
  const [ic, oc] = [w.inChannels / w.groups, w.outChannels / w.groups];
  for (let n = 0; n < w.batch; n++) {
    for (let o = 0; o < w.outChannels; o++) {
      for (let oy = 0; oy < height.output; oy++) {
        for (let ox = 0; ox < width.output; ox++) {
          const gAt = ((n * w.outChannels + o) * height.output + oy) * width.output + ox;
          if (op === "corr2dBias") out[gAt]! += bias[o]!;
          for (let c = 0; c < ic; c++) {
            for (let ky = 0; ky < height.kernel; ky++) {
              for (let kx = 0; kx < width.kernel; kx++) {
                const y = oy * height.stride - height.before + ky * height.dilation;
                const left = ox * width.stride - width.before + kx * width.dilation;
                if (y < 0 || y >= height.input || left < 0 || left >= width.input) continue;
                const channel = n * w.inChannels + Math.floor(o / oc) * ic + c;
                const xAt = (channel * height.input + y) * width.input + left;
                const kAt = ((o * ic + c) * height.kernel + ky) * width.kernel + kx;
                if (op === "corr2dInput") out[xAt]! += g[gAt]! * k[kAt]!;
                else if (op === "corr2dKernel") out[kAt]! += g[gAt]! * x[xAt]!;
                else out[gAt]! += x[xAt]! * k[kAt]!;
              }
            }
          }
        }
      }
    }
  }
  return out;
}

describe("one value that is not finite", () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

  it.each(NAMED)("reaches only the windows that contain it: %s", (_, w) => {
    const cases = [
      ["x", 0, inf],
      ["x", 0.37, nan],
      ["x", 1, nan],
      ["g", 0, inf],
      ["g", 0.37, inf],
      ["g", 1, nan],
    ] as const;
    for (const [where, position, value] of cases) {
      const operands = integerOperands(seeded(3), w, "float32");
      const data = operands[where];
      data[Math.round(position * (data.length - 1))] = value;
      for (const op of ["corr2d", "corr2dInput", "corr2dKernel"] as const) {
        expect(run(native, op, operands, w), `${op} with ${value} in ${where} at ${position}`).toEqual(
          Float32Array.from(byDefinition(op, operands, w)),
        );
      }
    }
  });
});

it("frees all its working memory", () => {
  const backend = withFallbacks(cpuJs());
  for (const [, w] of NAMED) {
    const operands = integerOperands(seeded(1), w, "float32");
    for (const op of OPERATIONS) run(backend, op, operands, w);
  }
  expect(backend.stats!()).toMatchObject({ liveHandles: 0, liveBytes: 0 });
});

describe("a window that reaches far beyond its input", () => {
  it.each([
    ["padding and stride of 2²⁹", { stride: [2 ** 29, 2 ** 29], padding: [2 ** 29, 2 ** 29] }],
    ["dilation of 2³⁰", { dilation: [1, 2 ** 30], padding: [0, 0, 2 ** 30, 0] }],
    ["a stride of 10⁹ that is never taken", { stride: 1e9, padding: 1 }],
  ] as const)("meets what it meets, and needs no room for the rest: %s", (_, options) => {
    for (const channels of [1, 24]) {
      const w = corr2dWindow([2, channels, 3, 4], [channels, channels, 1, 2], options);
      const operands = integerOperands(seeded(2), w, "float32");
      for (const op of OPERATIONS) {
        expect(run(native, op, operands, w), op).toEqual(Float32Array.from(byDefinition(op, operands, w)));
      }
    }
  });
});
