/**
 * The correlation triple of every build against float64 loops: random geometries with small integers, whose sums are
 * exact, so that every algorithm must give the same numbers; then real values. `KernelRuntime.result` runs the chunks
 * forwards and backwards, and looks for writes beyond the end.
 */
import { describe, expect, test } from "vitest";
import { KINDS, randomGeometry, windowOf } from "./conv-oracle.ts";
import { expectTriple, largestOf, operands, reference, triple } from "./conv-values.ts";
import { BUILDS, openKernels, seeded } from "./kernel-runtime.ts";

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
      const [height, width] = w.axes;
      const taps = height.kernel * width.kernel;
      // n terms of total magnitude s are off by at most n · 2⁻²⁴ · s; Winograd's transforms share a tile's magnitude.
      const terms = {
        output: ((w.inChannels / w.groups) * taps + 9) * 2 ** -24,
        input: ((w.outChannels / w.groups) * taps + 9) * 2 ** -24,
        kernel: (w.batch * height.output * width.output + 9) * 2 ** -24,
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

  test.each([
    { batch: 0, channels: [2, 3] as const },
    { channels: [0, 3] as const },
    { channels: [2, 0] as const },
  ])("nothing from nothing: %j", async (empty) => {
    const rt = await openKernels(build);
    const w = windowOf({ ...empty, input: [5, 6], kernel: [3, 3] })!;
    const data = operands(w, seeded(91));
    expectTriple(triple(rt, w, data), reference(w, data), w, () => 1e-7);
  });

  test("more padding than any memory could hold a copy of", async () => {
    const rt = await openKernels(build);
    const random = seeded(90);
    const w = windowOf({
      channels: [4, 8],
      input: [5, 6],
      kernel: [3, 3],
      padding: [60_000, 60_000, 50_000, 50_000],
      stride: [40_000, 25_000],
    })!;
    expect(w.axes.map((axis) => axis.output)).toEqual([4, 5]);
    const data = operands(w, () => Math.floor(random() * 9) - 4);
    expectTriple(triple(rt, w, data), reference(w, data), w, () => 0);
  });
});
