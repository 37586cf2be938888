/** Strides, paddings and dilations near 2³¹ over a few cells: no sum of two of them may be taken in 32 bits. */
import { avgPool2d, corr2d, maxPool2d, tensor } from "@corr2d/core";
import { expect, test } from "vitest";
import { cpuWasm } from "../src/index.ts";

const backend = await cpuWasm();
const cell = (value: number, requiresGrad = false) =>
  tensor([value], { shape: [1, 1, 1, 1], backend, requiresGrad });

test("a kernel's gradient by two windows, of which none or one meets the input", () => {
  const gradient = (stride: number, before: number): number => {
    const k = cell(2, true);
    const y = corr2d(cell(3), k, { stride: [1, stride], padding: [0, 0, before, 0] });
    y.sum().backward();
    return k.grad!.itemSync();
  };
  expect(gradient(2 ** 30 + 1, 2 ** 30 + 2 ** 29)).toBe(0);
  expect(gradient(2 ** 30 + 1, 2 ** 30 + 1)).toBe(3);
});

test("pools whose padding, stride and dilation are as large", () => {
  const x = tensor([1, 2, 3], { shape: [1, 1, 1, 3], backend });
  const single = { stride: 1, dilation: 2 ** 31 - 1 };
  expect(Array.from(maxPool2d(x, 1, single).dataSync())).toEqual([1, 2, 3]);
  expect(Array.from(avgPool2d(x, 1, single).dataSync())).toEqual([1, 2, 3]);
  const column = x.reshape([1, 1, 3, 1]);
  expect(Array.from(maxPool2d(column, 1, single).dataSync())).toEqual([1, 2, 3]);
  // Of two taps the first lies in the padding.
  const options = { padding: [0, 0, 2 ** 30, 0] as const, stride: 1, dilation: [1, 2 ** 30] as const };
  expect(Array.from(maxPool2d(x, [1, 2], options).dataSync())).toEqual([1, 2, 3]);
  expect(Array.from(avgPool2d(x, [1, 2], { ...options, countIncludePad: false }).dataSync())).toEqual([
    1, 2, 3,
  ]);
  const wide = { padding: [0, 0, 2 ** 30 + 1, 0] as const, stride: [1, 2 ** 30 + 1] as const };
  expect(Array.from(maxPool2d(x, [1, 2 ** 30 + 2], wide).dataSync())).toEqual([1]);
});
