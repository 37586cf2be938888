/**
 * Everything that is cut into parts when it is large (batches, bands, depths, strips, Winograd's blocks) on small
 * geometries, by budgets that even these exceed; small integers exactly.
 */
import type { MatmulSize } from "@corr2d/core";
import { describe, expect, test } from "vitest";
import { matmul } from "../src/matmul.ts";
import { KINDS, randomGeometry, windowOf } from "./conv-oracle.ts";
import { expectTriple, operands, reference, triple } from "./conv-values.ts";
import { BUILDS, type KernelRuntime, openKernels, seeded } from "./kernel-runtime.ts";
import { compileTestKernels } from "./test-kernels.ts";

describe.each(BUILDS)("%s build", (build) => {
  const module = compileTestKernels(build, { smallBudgets: true });
  const open = async (): Promise<KernelRuntime> => openKernels(build, await module);

  test.each(KINDS)("random geometries, %s", async (kind) => {
    const rt = await open();
    const random = seeded(120 + KINDS.indexOf(kind));
    for (let i = 0; i < 50; ) {
      const w = windowOf(randomGeometry(kind, random));
      if (w === null) continue;
      const data = operands(w, () => Math.floor(random() * 9) - 4);
      expectTriple(triple(rt, w, data, i % 2 === 0 ? "default" : "off"), reference(w, data), w, () => 0);
      i++;
    }
  });

  /** Products of small integers, exactly; guards tell what was written beyond a room. */
  function expectProducts(rt: KernelRuntime, size: MatmulSize, random: () => number): void {
    const { batch, rows, inner, columns } = size;
    const matrix = (length: number): Float32Array =>
      Float32Array.from({ length }, () => Math.floor(random() * 9) - 4);
    const [a, b] = [matrix(batch * rows * inner), matrix(batch * inner * columns)];
    rt.reset();
    const pointers = [rt.put(a), rt.put(b)] as const;
    const got = rt.result(batch * rows * columns, "float32", (out) => matmul(rt, ...pointers, out, size));
    for (let at = 0; at < got.length; at++) {
      const [column, row, n] = [
        at % columns,
        Math.floor(at / columns) % rows,
        Math.floor(at / columns / rows),
      ];
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        const left = a[n * rows * inner + (size.transposeA ? k * rows + row : row * inner + k)]!;
        sum += left * b[n * inner * columns + (size.transposeB ? column * inner + k : k * columns + column)]!;
      }
      expect(got[at]).toBe(sum);
    }
  }

  test.each([
    ["a batch of matrices", 5, 37, 61, 29],
    ["a batch whose last part has fewer chunks, and more parts of them", 35, 7, 2, 24],
    ["a depth of many blocks", 2, 25, 205, 21],
    ["few rows on a long walk", 2, 3, 100, 70],
  ])("%s, every transposition", async (_, batch, rows, inner, columns) => {
    const rt = await open();
    const random = seeded(130);
    for (let i = 0; i < 4; i++) {
      expectProducts(rt, { batch, rows, inner, columns, transposeA: i % 2 === 1, transposeB: i > 1 }, random);
    }
  });
});
