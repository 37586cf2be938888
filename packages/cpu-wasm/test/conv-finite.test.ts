/**
 * Values that are not finite, or not any more inside a transform: they reach the windows that contain them and no others.
 */
import { describe, test } from "vitest";
import type { Winograd } from "../src/runtime.ts";
import { type Geometry, windowOf } from "./conv-oracle.ts";
import { expectClose, expectTriple, operands, reference, triple } from "./conv-values.ts";
import { BUILDS, openKernels, seeded } from "./kernel-runtime.ts";

const OPTIONS: readonly Winograd[] = ["default", "large", "off"];

describe.each(BUILDS)("%s build", (build) => {
  /** Geometries of every algorithm that pads, overlaps or transforms. */
  const GUARDED: readonly [name: string, geometry: Geometry][] = [
    ["winograd", { channels: [20, 18], input: [13, 14], kernel: [3, 3], padding: [1, 1, 1, 1] }],
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
    const w = windowOf({ channels: [16, 16], input: [14, 14], kernel: [3, 3], padding: [1, 1, 1, 1] })!;
    const random = seeded(95);
    const data = operands(w, () => (Math.floor(random() * 3) - 1) / 4);
    data.x.fill(0);
    data.x.fill(3e38, 30, 32); // the sum of two neighbours is infinite, a quarter of it is not
    data.bias.fill(0);
    const want = reference(w, data);
    for (const winograd of OPTIONS) {
      const got = triple(rt, w, data, winograd);
      expectClose(got.output, want.output, winograd, () => 3e38 * 2e-5);
      expectClose(got.kernel, want.kernel, `${winograd}, kernel gradient`, () => 3e38 * 2e-5);
    }
  });
});
