/**
 * What the plan chooses: every algorithm is reached, by the name of its kernel, and gives the right numbers there; and what
 * the choice of Winograd transforms means for the error.
 */
import { describe, expect, test } from "vitest";
import { corr2d, corr2dInput, corr2dKernel } from "../src/conv.ts";
import { ARGUMENTS } from "../src/layout.ts";
import { kernelsOf, type Winograd } from "../src/runtime.ts";
import { type Geometry, sizesOf, windowOf } from "./conv-oracle.ts";
import { expectClose, largestOf, operands, reference, triple } from "./conv-values.ts";
import { BUILDS, type KernelRuntime, openKernels, seeded } from "./kernel-runtime.ts";
import { compileTestKernels } from "./test-kernels.ts";

/** A runtime that notes which kernels ran. */
async function noting(
  build: (typeof BUILDS)[number],
  module: WebAssembly.Module,
): Promise<{ rt: KernelRuntime; ran: Set<string> }> {
  const rt = await openKernels(build, module);
  const ran = new Set<string>();
  const names = new Map(Object.entries(rt.call).map(([name, body]) => [body as unknown, name]));
  const share = rt.share.bind(rt);
  rt.share = (kernel: number, chunks: number): void => {
    const name = names.get(kernelsOf(rt.call)[kernel])!;
    ran.add(name === "winogradTasks" ? `${name}, tiles of ${rt.i32[ARGUMENTS >> 2]}` : name);
    share(kernel, chunks);
  };
  return { rt, ran };
}

describe.each(BUILDS)("%s build", (build) => {
  const module = compileTestKernels(build);

  /** Every algorithm of the plan, named by the kernel that does it, with a geometry that must reach it. */
  const REACHED: readonly [kernel: string, member: "output" | "input" | "kernel", geometry: Geometry][] = [
    ["convDirect", "output", { channels: [1, 1], input: [6, 8], kernel: [1, 2] }],
    ["convDirectInput", "input", { channels: [1, 1], input: [6, 8], kernel: [1, 2] }],
    ["convDirectKernel", "kernel", { channels: [1, 1], input: [6, 8], kernel: [1, 2] }],
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
    // Outputs of fewer than 8 columns, as MobileNet's last stages have.
    ...([4, 5, 7] as const).flatMap((width): (typeof REACHED)[number][] => [
      [
        "depthwise3",
        "output",
        { channels: [8, 8], groups: 8, input: [6, width], kernel: [3, 3], padding: [1, 1, 1, 1] },
      ],
      [
        "depthwise3",
        "output",
        {
          channels: [8, 16],
          groups: 8,
          input: [14, 2 * width],
          kernel: [3, 3],
          padding: [1, 1, 1, 1],
          stride: [2, 2],
        },
      ],
    ]),
    [
      "winogradTasks, tiles of 2",
      "output",
      { channels: [32, 32], input: [12, 12], kernel: [3, 3], padding: [1, 1, 1, 1] },
    ],
    // Few channels on one side, and few tiles of many channels.
    [
      "winogradTasks, tiles of 2",
      "output",
      { channels: [24, 4], input: [12, 12], kernel: [3, 3], padding: [1, 1, 1, 1] },
    ],
    [
      "winogradTasks, tiles of 2",
      "input",
      { channels: [13, 10], input: [12, 12], kernel: [3, 3], padding: [1, 1, 1, 1] },
    ],
    [
      "winogradTasks, tiles of 2",
      "output",
      { channels: [256, 5], input: [4, 4], kernel: [3, 3], padding: [1, 1, 1, 1] },
    ],
    [
      "winogradTasks, tiles of 2",
      "input",
      { channels: [32, 32], input: [12, 12], kernel: [3, 3], padding: [1, 1, 1, 1] },
    ],
    [
      "winogradGradient",
      "kernel",
      { channels: [32, 40], input: [14, 13], kernel: [3, 3], padding: [1, 1, 1, 1] },
    ],
    // Few tiles, of two images.
    [
      "winogradGradient",
      "kernel",
      { batch: 2, channels: [32, 40], input: [7, 7], kernel: [3, 3], padding: [1, 1, 1, 1] },
    ],
    [
      "winogradGradientTaps",
      "kernel",
      { batch: 16, channels: [16, 17], input: [16, 15], kernel: [3, 3], padding: [1, 0, 0, 1] },
    ],
    ["gemm", "kernel", { channels: [32, 32], input: [8, 8], kernel: [3, 3], padding: [1, 1, 1, 1] }],
    ["convImages", "input", { batch: 32, channels: [6, 16], input: [14, 14], kernel: [5, 5] }],
    // One image more than a block of lanes is done alone.
    ["convImages", "input", { batch: 17, channels: [6, 16], input: [14, 14], kernel: [5, 5] }],
    ["convRows", "output", { channels: [1, 6], input: [28, 28], kernel: [5, 5], padding: [2, 2, 2, 2] }],
    ["convRows", "output", { channels: [1, 1], input: [40, 40], kernel: [5, 5], padding: [2, 2, 2, 2] }],
    [
      build === "plain" ? "convRows" : "gemm",
      "output",
      { channels: [32, 40], input: [13, 13], kernel: [1, 1] },
    ],
    [
      build === "plain" ? "convRows" : "gemm",
      "input",
      { channels: [16, 16], input: [40, 40], kernel: [5, 5] },
    ],
    // Taking rows apart for a stride costs more than the matrix kernels, which read pixels where they are.
    [
      "gemm",
      "output",
      { channels: [16, 32], input: [62, 62], kernel: [3, 3], padding: [1, 1, 1, 1], stride: [2, 2] },
    ],
    ["gemm", "output", { channels: [4, 4], input: [60, 60], kernel: [5, 5], stride: [3, 3] }],
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
    const { rt, ran } = await noting(build, await module);
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

  test.each([
    ["output", [1, 1], [3, 3]],
    ["output", [3, 20], [3, 1]],
    ["input", [20, 3], [5, 3]],
    ["kernel", [1, 2], [3, 1]],
  ] as const)(
    "the %s of a column is that of a row: %j channels, kernel %j",
    async (member, channels, kernel) => {
      const rt = await openKernels(build, await module);
      const [taps, across] = kernel;
      const column = windowOf({
        channels,
        input: [600, 1],
        kernel,
        padding: [1, 1, across >> 1, across >> 1],
      })!;
      const row = windowOf({ channels, input: [1, 600], kernel: [1, taps], padding: [0, 0, 1, 1] })!;
      const random = seeded(90);
      const data = operands(column, () => random() - 0.5);
      // The row's kernel has the taps of the middle column.
      const middle = data.kernel.filter((_, i) => i % across === across >> 1);
      const want = triple(rt, row, { ...data, kernel: middle }, "off")[member];
      const got = triple(rt, column, data, "off")[member];
      expect(got).toEqual(want);
      expectClose(got, reference(column, data)[member], member, () => 1e-5);
    },
  );

  test.each([1, 2])("depthwise, stride %d, an input at the very end of the memory", async (stride) => {
    const { rt, ran } = await noting(build, await module);
    const padding = [1, 1, 1, 1] as const;
    const w = windowOf({
      channels: [8, 8],
      groups: 8,
      input: [30, 30],
      kernel: [3, 3],
      padding,
      stride: [stride, stride],
    })!;
    const random = seeded(70);
    const data = operands(w, () => Math.floor(random() * 9) - 4);
    const first = rt.f32.length - data.x.length;
    rt.f32.set(data.x, first);
    const k = rt.put(data.kernel);
    const want = reference(w, { ...data, bias: new Float32Array(w.outChannels) }).output;
    const got = rt.result(want.length, "float32", (out) => corr2d(rt, first * 4, k, 0, out, w));
    expect([...ran]).toContain("convRows");
    expectClose(got, want, "output", () => 0);
  });

  test("F(4×4) only when asked; errors of both against the largest output", async () => {
    const { rt, ran } = await noting(build, await module);
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
    const error = (winograd: Winograd, member: "output" | "kernel" = "output"): number => {
      ran.clear();
      const got = triple(rt, w, data, winograd)[member];
      const off = largestOf(want[member].map((value, i) => Math.abs(value - got[i]!)));
      return off / largestOf(want[member].map(Math.abs));
    };
    const direct = error("off");
    expect([...ran].filter((kernel) => kernel.startsWith("winograd"))).toEqual([]);
    const two = error("default");
    expect([...ran]).toContain("winogradTasks, tiles of 2");
    expect([...ran]).not.toContain("winogradTasks, tiles of 4");
    const four = error("large");
    expect([...ran]).toContain("winogradTasks, tiles of 4");
    expect(two).toBeLessThanOrEqual(1.5 * direct);
    expect(four).toBeLessThan(2e-5);
    expect(four).toBeGreaterThan(0);
    expect(error("default", "kernel")).toBeLessThanOrEqual(2 * error("off", "kernel"));
  });

  /** The kernels of the output and of the input gradient that transform. */
  const transforms = (ran: Set<string>): string[] =>
    [...ran].filter((name) => name.startsWith("winogradTasks"));

  const LAYER: Geometry = { channels: [32, 33], input: [12, 13], kernel: [3, 3], padding: [1, 1, 1, 1] };
  const IN_GROUPS: Geometry = { ...LAYER, channels: [64, 66], groups: 2 };

  test.each([
    ["a tap that is 0 in every filter", LAYER, (i: number) => i % 9 !== 7],
    [
      "a tap that is 0 in every filter of one group",
      IN_GROUPS,
      (i: number) => i % 9 !== 7 || i >= 33 * 32 * 9,
    ],
    ["a kernel of zeros", LAYER, () => false],
  ])("%s keeps transforms away; cells without a path get no gradient", async (_, geometry, kept) => {
    const { rt, ran } = await noting(build, await module);
    const w = windowOf(geometry)!;
    const random = seeded(81);
    const data = operands(w, () => random() - 0.5);
    const masked = { ...data, kernel: data.kernel.map((value, i) => (kept(i) ? value : 0)) };
    for (const winograd of ["default", "large"] as const) {
      ran.clear();
      const got = triple(rt, w, masked, winograd);
      expect(transforms(ran)).toEqual([]);
      expect(got.input).toEqual(triple(rt, w, masked, "off").input);
    }
  });

  test("taps that are 0 in some filters, or NaN, do not", async () => {
    const { rt, ran } = await noting(build, await module);
    const w = windowOf(LAYER)!;
    const random = seeded(82);
    const data = operands(w, () => random() - 0.5);
    const last = data.kernel.length - 9;
    const kernels = [
      data.kernel.map((value, i) => (i < last ? (i % 9 < 5 ? value : 0) : value)),
      data.kernel.map((value, i) => (i % 9 === 4 ? Number.NaN : value)),
    ];
    for (const kernel of kernels) {
      ran.clear();
      triple(rt, w, { ...data, kernel }, "default");
      expect([...ran]).toContain("winogradTasks, tiles of 2");
    }
  });

  test.each([
    [
      "one row",
      { batch: 4, input: [1, 60], padding: [1, 1, 1, 1] },
      (tap: number) => Math.floor(tap / 3) !== 1,
    ],
    ["one column", { batch: 4, input: [60, 1], padding: [1, 1, 1, 1] }, (tap: number) => tap % 3 !== 1],
    ["rows above", { batch: 4, input: [1, 60], padding: [2, 0, 1, 1] }, (tap: number) => tap < 6],
  ] as const)("taps in padding alone get no gradient: %s", async (_, geometry, alone) => {
    const { rt, ran } = await noting(build, await module);
    const w = windowOf({ ...LAYER, ...geometry })!;
    const random = seeded(84);
    const data = operands(w, () => random() - 0.5);
    const got = triple(rt, w, data).kernel;
    expect([...ran]).not.toContain("winogradGradient");
    expect(got.filter((value, i) => alone(i % 9) && value !== 0)).toEqual(new Float32Array(0));
    expect(got).not.toContain(Number.NaN);
  });

  /** Per axis |Gᵀ| (|Bᵀ| |d| · |A| |g|) of four cells and two, for each tap. */
  const axisTerms = (d: readonly number[], g: readonly number[]): number[] => {
    const [d0, d1, d2, d3] = d.map(Math.abs) as [number, number, number, number];
    const [g0, g1] = g.map(Math.abs) as [number, number];
    const middle = (d1 + d2) * (g0 + g1);
    return [(d0 + d2) * g0 + middle, middle, middle + (d1 + d3) * g1];
  };

  test.each([
    ["ordinary", () => 1, () => 1],
    ["a column of x 10⁴ times larger", (i: number) => (i % 13 === 6 ? 1e4 : 1), () => 1],
    ["a column of g 10⁴ times larger", () => 1, (i: number) => (i % 13 === 7 ? 1e4 : 1)],
  ])("the kernel gradient's error stays below its bound: %s", async (_, scaleX, scaleG) => {
    const { rt, ran } = await noting(build, await module);
    const w = windowOf({ ...LAYER, batch: 3 })!;
    const random = seeded(85);
    const data = operands(w, () => random() - 0.5);
    data.x.forEach((value, i) => {
      data.x[i] = value * scaleX(i);
    });
    data.g.forEach((value, i) => {
      data.g[i] = value * scaleG(i);
    });
    const want = reference(w, data).kernel;
    const got = triple(rt, w, data).kernel;
    expect([...ran]).toContain("winogradGradient");
    const [tileRows, tileColumns] = [6, 7];
    const at = (values: Float32Array, plane: number, y: number, x: number): number =>
      y < 0 || y >= 12 || x < 0 || x >= 13 ? 0 : values[(plane * 12 + y) * 13 + x]!;
    // The terms of one filter, that of the last channels: both axes' transforms, one after the other.
    for (const [oc, ic] of [
      [0, 0],
      [32, 31],
    ] as const) {
      const terms = new Float64Array(9);
      for (let n = 0; n < w.batch; n++)
        for (let ty = 0; ty < tileRows; ty++)
          for (let tx = 0; tx < tileColumns; tx++)
            for (let r = 0; r < 4; r++)
              for (let s = 0; s < 2; s++) {
                const row = [0, 1, 2, 3].map((c) => at(data.x, n * 32 + ic, 2 * ty - 1 + r, 2 * tx - 1 + c));
                const g = [0, 1].map((c) => at(data.g, n * 33 + oc, 2 * ty + s, 2 * tx + c));
                const unit = axisTerms(
                  [0, 1, 2, 3].map((i) => (i === r ? 1 : 0)),
                  [0, 1].map((i) => (i === s ? 1 : 0)),
                );
                const across = axisTerms(row, g);
                for (let tap = 0; tap < 9; tap++)
                  terms[tap]! += unit[Math.floor(tap / 3)]! * across[tap % 3]!;
              }
      for (let tap = 0; tap < 9; tap++) {
        const i = (oc * 32 + ic) * 9 + tap;
        const bound = (w.batch * tileRows * tileColumns + 9) * 2 ** -24 * terms[tap]!;
        expect(Math.abs(got[i]! - want[i]!)).toBeLessThanOrEqual(bound);
      }
    }
  });

  test.each([
    [3, 1, 1, 1],
    [1, 1, 1, 3],
  ])("windows in padding alone give 0: padding %i %i %i %i", async (...padding) => {
    const { rt } = await noting(build, await module);
    const w = windowOf({ ...LAYER, padding })!;
    const random = seeded(83);
    const data = operands(w, () => random() - 0.5);
    const got = triple(rt, w, { ...data, bias: data.bias.fill(0) }, "large").output;
    const want = reference(w, data).output;
    expect(want).toContain(0);
    expect(got.filter((value, i) => want[i] === 0 && value !== 0)).toEqual(new Float32Array(0));
  });
});
