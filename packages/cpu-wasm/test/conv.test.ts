/**
 * The correlation triple of every build against float64 loops: random geometries with small integers, whose sums are
 * exact, so that every algorithm must give the same numbers; then real values, infinities, and what the plan chooses.
 * `KernelRuntime.result` runs the chunks forwards and backwards, and looks for writes beyond the end.
 */
import type { Window2d } from "@corr2d/core";
import { describe, expect, test } from "vitest";
import { corr2d, corr2dInput, corr2dKernel } from "../src/conv.ts";
import type { KernelName, Winograd } from "../src/runtime.ts";
import {
  correlate,
  type Geometry,
  inputGradient,
  KINDS,
  kernelGradient,
  randomGeometry,
  sizesOf,
  windowOf,
} from "./conv-oracle.ts";
import { BUILDS, type KernelRuntime, openKernels, seeded } from "./kernel-runtime.ts";

const OPTIONS: readonly Winograd[] = ["default", "large", "off"];

interface Operands {
  readonly x: Float32Array;
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly g: Float32Array;
}

function operands(w: Window2d, value: () => number): Operands {
  const sizes = sizesOf(w);
  const array = (size: number): Float32Array => Float32Array.from({ length: size }, value);
  return {
    x: array(sizes.input),
    kernel: array(sizes.kernel),
    bias: array(w.outChannels),
    g: array(sizes.output),
  };
}

/** All three members, computed on `rt`. */
function triple(rt: KernelRuntime, w: Window2d, data: Operands, winograd: Winograd = "default") {
  const sizes = sizesOf(w);
  rt.reset();
  (rt as { winograd: Winograd }).winograd = winograd;
  const x = rt.put(data.x);
  const kernel = rt.put(data.kernel);
  const bias = rt.put(data.bias);
  const g = rt.put(data.g);
  return {
    output: rt.result(sizes.output, "float32", (out) => corr2d(rt, x, kernel, bias, out, w)),
    input: rt.result(sizes.input, "float32", (out) => corr2dInput(rt, g, kernel, out, w)),
    kernel: rt.result(sizes.kernel, "float32", (out) => corr2dKernel(rt, x, g, out, w)),
  };
}

/** The same in float64. */
function reference(w: Window2d, data: Operands) {
  return {
    output: correlate(data.x, data.kernel, data.bias, w),
    input: inputGradient(data.g, data.kernel, w),
    kernel: kernelGradient(data.x, data.g, w),
  };
}

/** Compares, −0 being 0; `error(i)` is what element i may be off by. */
function expectClose(
  got: ArrayLike<number>,
  want: Float64Array,
  what: string,
  error: (i: number) => number,
): void {
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(got[i]! - want[i]!);
    const same = Object.is(got[i], want[i]) || got[i] === want[i];
    if (!same && !(difference <= error(i))) {
      expect.fail(`${what}[${i}] is ${got[i]}, should be ${want[i]}`);
    }
  }
}

function expectTriple(
  got: ReturnType<typeof triple>,
  want: ReturnType<typeof reference>,
  w: Window2d,
  error: (member: keyof ReturnType<typeof reference>, i: number) => number,
): void {
  for (const member of ["output", "input", "kernel"] as const) {
    expectClose(got[member], want[member], `${member} of ${JSON.stringify(w)}`, (i) => error(member, i));
  }
}

function largestOf(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

/** A runtime that notes which kernels ran. */
async function noting(build: (typeof BUILDS)[number]): Promise<{ rt: KernelRuntime; ran: Set<string> }> {
  const rt = await openKernels(build);
  const ran = new Set<string>();
  const run = rt.run.bind(rt);
  rt.run = (kernel: KernelName, args: readonly number[], chunks: number): void => {
    ran.add(kernel);
    run(kernel, args, chunks);
  };
  const { convDirectNow } = rt.call;
  Object.defineProperty(rt, "call", {
    value: {
      ...rt.call,
      convDirectNow: (...args: Parameters<typeof convDirectNow>) => {
        ran.add("convDirectNow");
        convDirectNow(...args);
      },
    },
  });
  return { rt, ran };
}

describe.each(BUILDS)("%s build", (build) => {
  test.each(KINDS)("random geometries, %s: small integers exactly", async (kind) => {
    const rt = await openKernels(build);
    const random = seeded(20 + KINDS.indexOf(kind));
    for (let i = 0; i < 60; ) {
      const w = windowOf(randomGeometry(kind, random));
      if (w === null) continue;
      const data = operands(w, () => Math.floor(random() * 9) - 4);
      const want = reference(w, data);
      // F(4×4) divides by 24, so its sums of integers are not exact.
      const winograd = i % 2 === 0 ? "default" : "off";
      expectTriple(triple(rt, w, data, winograd), want, w, () => 0);
      i++;
    }
  });

  test("real values: within the error of a float32 sum of so many terms", async () => {
    const rt = await openKernels(build);
    const random = seeded(40);
    for (let i = 0; i < 60; ) {
      const w = windowOf(randomGeometry(KINDS[i % KINDS.length]!, random));
      if (w === null) continue;
      const data = operands(w, () => 2 * random() - 1);
      const magnitude = (values: Float32Array): Float32Array => values.map(Math.abs);
      const sizes = reference(w, {
        x: magnitude(data.x),
        kernel: magnitude(data.kernel),
        bias: magnitude(data.bias),
        g: magnitude(data.g),
      });
      // n terms of total magnitude s are off by at most n · 2⁻²⁴ · s; Winograd's transforms share a tile's magnitude.
      const terms = {
        output: ((w.inChannels / w.groups) * w.kernelHeight * w.kernelWidth + 9) * 2 ** -24,
        input: ((w.outChannels / w.groups) * w.kernelHeight * w.kernelWidth + 9) * 2 ** -24,
        kernel: (w.batch * w.outputHeight * w.outputWidth + 9) * 2 ** -24,
      };
      const largest = {
        output: largestOf(sizes.output),
        input: largestOf(sizes.input),
        kernel: largestOf(sizes.kernel),
      };
      expectTriple(
        triple(rt, w, data),
        reference(w, data),
        w,
        (member) => terms[member] * largest[member] + 1e-6,
      );
      i++;
    }
  });

  /** Every algorithm of the plan, named by the kernel that does it, with a geometry that must reach it. */
  const REACHED: readonly [kernel: string, member: "output" | "input" | "kernel", geometry: Geometry][] = [
    ["convDirectNow", "output", { channels: [1, 1], input: [6, 8], kernel: [1, 2] }],
    ["convDirectNow", "input", { channels: [1, 1], input: [6, 8], kernel: [1, 2] }],
    ["convDirectNow", "kernel", { channels: [1, 1], input: [6, 8], kernel: [1, 2] }],
    [
      "depthwise3",
      "output",
      { channels: [8, 8], groups: 8, input: [30, 30], kernel: [3, 3], padding: [1, 1, 1, 1] },
    ],
    [
      "depthwise3",
      "input",
      { channels: [8, 8], groups: 8, input: [30, 30], kernel: [3, 3], padding: [1, 1, 1, 1] },
    ],
    [
      "winograd2Output",
      "output",
      { channels: [32, 32], input: [12, 12], kernel: [3, 3], padding: [1, 1, 1, 1] },
    ],
    [
      "winograd2Output",
      "input",
      { channels: [32, 32], input: [12, 12], kernel: [3, 3], padding: [1, 1, 1, 1] },
    ],
    ["convImages", "input", { batch: 32, channels: [6, 16], input: [14, 14], kernel: [5, 5] }],
    ["convRows", "output", { channels: [1, 6], input: [28, 28], kernel: [5, 5], padding: [2, 2, 2, 2] }],
    ["convRows", "output", { channels: [1, 1], input: [40, 40], kernel: [5, 5], padding: [2, 2, 2, 2] }],
    ["splitPlanes", "kernel", { channels: [1, 2], input: [40, 40], kernel: [5, 5], stride: [2, 2] }],
    ["gemm", "output", { channels: [6, 16], input: [14, 14], kernel: [5, 5] }],
    ["gemm", "kernel", { channels: [6, 16], input: [14, 14], kernel: [5, 5] }],
    [
      "convRowPhases",
      "input",
      { channels: [4, 4], groups: 4, input: [32, 32], kernel: [3, 3], stride: [2, 2] },
    ],
    ["gemm", "input", { channels: [16, 32], input: [20, 20], kernel: [3, 3], stride: [2, 2] }],
    ["convDot", "kernel", { channels: [1, 6], input: [28, 28], kernel: [5, 5], padding: [2, 2, 2, 2] }],
  ];

  test.each(REACHED)("the plan reaches %s for the %s", async (kernel, member, geometry) => {
    const { rt, ran } = await noting(build);
    const w = windowOf(geometry)!;
    const random = seeded(60);
    const data = operands(w, () => Math.floor(random() * 9) - 4);
    const sizes = sizesOf(w);
    const [x, k, g] = [rt.put(data.x), rt.put(data.kernel), rt.put(data.g)];
    const want = reference(w, { ...data, bias: new Float32Array(w.outChannels) });
    const got = rt.result(sizes[member], "float32", (out) => {
      if (member === "output") corr2d(rt, x, k, 0, out, w);
      else if (member === "input") corr2dInput(rt, g, k, out, w);
      else corr2dKernel(rt, x, g, out, w);
    });
    expect([...ran]).toContain(kernel);
    expectClose(got, want[member], member, () => 0);
  });

  test("F(4×4) only when asked; errors of both against the largest output", async () => {
    const { rt, ran } = await noting(build);
    const w = windowOf({
      batch: 2,
      channels: [48, 40],
      input: [15, 18],
      kernel: [3, 3],
      padding: [1, 1, 1, 1],
    })!;
    const random = seeded(80);
    const data = operands(w, () => random() + random() + random() - 1.5);
    const want = reference(w, data);
    const largest = largestOf(want.output.map(Math.abs));
    const error = (winograd: Winograd): number => {
      ran.clear();
      const got = triple(rt, w, data, winograd).output;
      return largestOf(want.output.map((value, i) => Math.abs(value - got[i]!))) / largest;
    };
    const direct = error("off");
    expect([...ran].filter((kernel) => kernel.startsWith("winograd"))).toEqual([]);
    const two = error("default");
    expect([...ran]).toContain("winograd2Output");
    expect([...ran]).not.toContain("winograd4Output");
    const four = error("large");
    expect([...ran]).toContain("winograd4Output");
    expect(two).toBeLessThanOrEqual(1.5 * direct);
    expect(four).toBeLessThan(2e-5);
    expect(four).toBeGreaterThan(0);
  });

  /** Geometries of every algorithm that pads, overlaps or transforms. */
  const GUARDED: readonly [name: string, geometry: Geometry][] = [
    ["winograd", { channels: [20, 18], input: [11, 13], kernel: [3, 3], padding: [1, 1, 1, 1] }],
    ["depthwise", { channels: [3, 3], groups: 3, input: [17, 19], kernel: [3, 3], padding: [1, 1, 1, 1] }],
    ["rows", { channels: [1, 3], input: [17, 19], kernel: [5, 5], padding: [2, 2, 2, 2] }],
    ["row pairs", { channels: [1, 1], input: [20, 40], kernel: [5, 5], padding: [2, 2, 2, 2] }],
    ["narrow rows", { channels: [4, 4], groups: 4, input: [12, 6], kernel: [5, 3], padding: [2, 2, 1, 1] }],
    ["images", { batch: 20, channels: [6, 16], input: [9, 9], kernel: [5, 5] }],
    ["gemm", { batch: 2, channels: [5, 20], input: [9, 10], kernel: [5, 3], padding: [2, 2, 1, 1] }],
    [
      "phases",
      {
        channels: [3, 3],
        groups: 3,
        input: [18, 20],
        kernel: [3, 3],
        stride: [2, 2],
        padding: [1, 1, 1, 1],
      },
    ],
  ];

  test.each(GUARDED)("infinities and NaN stay in their windows: %s", async (_, geometry) => {
    const rt = await openKernels(build);
    const w = windowOf(geometry)!;
    const random = seeded(90);
    for (const winograd of OPTIONS) {
      for (const poison of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]) {
        const data = operands(w, () => random() + 0.5);
        // One value each: at a corner, at the end, and somewhere inside.
        for (const values of [data.x, data.g]) {
          const at = [0, values.length - 1, Math.floor(random() * values.length)];
          values[at[Math.floor(random() * 3)]!] = poison;
        }
        const want = reference(w, data);
        const error = (member: "output" | "input" | "kernel", i: number): number => {
          const value = want[member][i]!;
          return Number.isFinite(value) ? 2e-4 * Math.max(1, Math.abs(value)) : 0;
        };
        expectTriple(triple(rt, w, data, winograd), want, w, error);
      }
    }
  });

  test("values that overflow only inside Winograd's transforms are right", async () => {
    const rt = await openKernels(build);
    const w = windowOf({ channels: [16, 16], input: [8, 8], kernel: [3, 3], padding: [1, 1, 1, 1] })!;
    const random = seeded(95);
    const data = operands(w, () => (Math.floor(random() * 3) - 1) / 4);
    data.x.fill(0);
    data.x.fill(3e38, 27, 29); // the sum of two neighbours is infinite, a quarter of it is not
    data.bias.fill(0);
    const want = reference(w, data);
    for (const winograd of OPTIONS) {
      expectClose(triple(rt, w, data, winograd).output, want.output, winograd, () => 3e38 * 2e-5);
    }
  });
});
