import { describe, expect, it } from "vitest";
import {
  convTransposeWindow,
  corr2dWindow,
  poolWindow,
  samePadding,
  windowOutputSize,
} from "../src/index.ts";

/** Which outputs exist, counted instead of computed: windows whose first cell is reachable and last one fits. */
function countWindows(
  size: number,
  kernel: number,
  stride: number,
  before: number,
  after: number,
  dilation: number,
): number {
  let count = 0;
  for (let start = -before; start + dilation * (kernel - 1) < size + after; start += stride) count++;
  return count;
}

describe("windowOutputSize", () => {
  it("is the book's (N − F) / s + 1", () => {
    expect(windowOutputSize(32, 5)).toBe(28);
    expect(windowOutputSize(7, 3, 2)).toBe(3);
  });

  it("agrees with counting the windows", () => {
    for (let size = 1; size <= 9; size++)
      for (let kernel = 1; kernel <= 4; kernel++)
        for (let stride = 1; stride <= 3; stride++)
          for (let before = 0; before <= 2; before++)
            for (let after = 0; after <= 2; after++)
              for (let dilation = 1; dilation <= 3; dilation++) {
                const counted = countWindows(size, kernel, stride, before, after, dilation);
                const computed = windowOutputSize(size, kernel, stride, before, after, dilation);
                expect(Math.max(0, computed)).toBe(counted);
              }
  });
});

describe("corr2dWindow", () => {
  it.each([
    [[8, 8], [3, 3], { padding: 1 }, [8, 8]],
    [[8, 8], [5, 3], { padding: [2, 1] }, [8, 8]],
    [[8, 8], [3, 3], { padding: 1, stride: 2 }, [4, 4]],
    [[8, 8], [3, 5], { padding: [0, 1], stride: [3, 4] }, [2, 2]],
    [[5, 5], [2, 4], { padding: "same" }, [5, 5]],
    [[5, 5], [3, 3], { padding: "same", dilation: 2 }, [5, 5]],
    [[5, 6], [3, 3], { padding: [1, 2, 3, 0] }, [6, 7]],
  ] as const)("input %j, kernel %j, %j gives %j", (input, kernel, options, output) => {
    const w = corr2dWindow([1, 1, ...input], [1, 1, ...kernel], options);
    expect(w.axes.map((axis) => axis.output)).toEqual(output);
    expect([w, w.axes, ...w.axes].every(Object.isFrozen)).toBe(true);
  });

  it("puts the odd cell of 'same' behind", () => {
    const w = corr2dWindow([1, 1, 5, 5], [1, 1, 2, 4], { padding: "same" });
    expect(w.axes.map((axis) => [axis.before, axis.after])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
});

describe("convTransposeWindow", () => {
  it("inverts corr2dWindow: output padding names which of the inputs that share an output size is meant", () => {
    for (let size = 4; size <= 12; size++) {
      const options = { stride: 3, padding: 1, dilation: 1 };
      const there = corr2dWindow([1, 1, size, size], [1, 1, 3, 3], options);
      const rest = (size + 2 - 3) % 3;
      const back = convTransposeWindow([1, 1, ...there.axes.map((axis) => axis.output)], [1, 1, 3, 3], {
        ...options,
        outputPadding: rest,
      });
      expect(back.axes.map((axis) => axis.input)).toEqual([size, size]);
    }
  });
});

describe("poolWindow", () => {
  it("takes its stride from the kernel, and drops a ceil-mode window that starts in the padding", () => {
    expect(poolWindow([1, 1, 4, 4], 3).axes[0].output).toBe(1);
    expect(poolWindow([1, 1, 5, 5], 2, { ceilMode: true }).axes[0].output).toBe(3);
    expect(poolWindow([1, 1, 6, 6], 2, { stride: 3, padding: 1, ceilMode: true }).axes[0].output).toBe(3);
    expect(poolWindow([1, 1, 4, 4], 2, { stride: 3, padding: 1, ceilMode: true }).axes[0].output).toBe(2);
  });
});

describe("samePadding", () => {
  it("gives ⌈input / stride⌉ outputs", () => {
    for (let size = 1; size <= 20; size++)
      for (let kernel = 1; kernel <= 5; kernel++)
        for (let stride = 1; stride <= 4; stride++)
          for (let dilation = 1; dilation <= 2; dilation++) {
            const [top, bottom] = samePadding([size, size], kernel, { stride, dilation });
            expect(bottom - top === 0 || bottom - top === 1).toBe(true);
            if (top + bottom === 0) continue; // A kernel narrower than the stride needs no padding.
            expect(windowOutputSize(size, kernel, stride, top, bottom, dilation)).toBe(
              Math.ceil(size / stride),
            );
          }
  });
});
