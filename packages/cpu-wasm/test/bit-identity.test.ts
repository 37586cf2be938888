/** Every kind of kernel, on sizes that several threads share: the same bits for one, two and three threads. */
import { type CompleteBackend, corr2dWindow, poolWindow } from "@corr2d/core";
import { describe, expect, test } from "vitest";
import { cpuWasm } from "../src/index.ts";
import { enableRelaxedSimd } from "./relaxed-simd.ts";

enableRelaxedSimd();

type Handle = unknown;
type Operation = (backend: CompleteBackend, x: Handle, y: Handle) => Handle;

/** Elements of the two operands: room for every operation below. */
const SIZE = 1 << 21;
const F = "float32";

const CONVOLUTIONS = {
  "3×3, 64 channels": corr2dWindow([2, 64, 30, 30], [64, 64, 3, 3], { padding: 1 }),
  "3×3 on small maps": corr2dWindow([8, 64, 7, 7], [64, 64, 3, 3], { padding: 1 }),
  "3×3 on sets of small maps": corr2dWindow([15, 128, 7, 7], [128, 128, 3, 3], { padding: 1 }),
  "3×3, a batch": corr2dWindow([25, 32, 16, 16], [48, 32, 3, 3], { padding: 1 }),
  "3×3, many channels on a small map": corr2dWindow([1, 200, 14, 14], [200, 200, 3, 3], { padding: 1 }),
  "3×3, in groups": corr2dWindow([3, 66, 27, 29], [70, 33, 3, 3], { padding: 1, groups: 2 }),
  "3×3, stride 2": corr2dWindow([2, 64, 61, 61], [64, 64, 3, 3], { stride: 2, padding: 1 }),
  "5×5, one channel in": corr2dWindow([64, 1, 28, 28], [6, 1, 5, 5], { padding: 2 }),
  "5×5, few channels": corr2dWindow([64, 6, 14, 14], [16, 6, 5, 5]),
  "1×1": corr2dWindow([1, 128, 56, 56], [128, 128, 1, 1]),
  "5×5, a batch of one more than a block": corr2dWindow([49, 6, 14, 14], [16, 6, 5, 5], {}),
  "a column": corr2dWindow([8, 16, 2000, 1], [16, 16, 5, 1], {}),
  "depthwise, small maps": corr2dWindow([8, 256, 14, 14], [256, 1, 3, 3], {
    stride: 2,
    padding: 1,
    groups: 256,
  }),
  depthwise: corr2dWindow([1, 64, 112, 112], [64, 1, 3, 3], { padding: 1, groups: 64 }),
  "grey image": corr2dWindow([1, 1, 1024, 1024], [1, 1, 11, 11], { padding: 5 }),
  "dilated, in groups": corr2dWindow([4, 32, 40, 40], [32, 8, 3, 3], { dilation: 2, groups: 4 }),
};
const pool = poolWindow([64, 16, 40, 40], 2);
const overlapping = poolWindow([64, 16, 40, 40], 3, { stride: 2, padding: 1 });
const average = { countIncludePad: true, divisorOverride: null };

const operations: Record<string, Operation> = {
  unary: (b, x) => b.unary("tanh", x, SIZE, F),
  "binary, broadcasting": (b, x, y) => b.binary("div", x, [2048, 1024], y, [1, 1024], [2048, 1024], F),
  "sum of all": (b, x) => b.reduce("sum", x, [SIZE], [0], F),
  "sum of rows": (b, x) => b.reduce("sum", x, [512, 4096], [1], F),
  "sum of columns": (b, x) => b.reduce("sum", x, [4096, 512], [0], F),
  transpose: (b, x) =>
    b.strided(x, { shape: [1024, 2048], strides: [1, 1024], offset: 0, sourceSize: SIZE }, F),
  "overlapping adjoint": (b, x) => {
    return b.stridedAdd(x, { shape: [2000, 1000], strides: [500, 1], offset: 0, sourceSize: 1_000_500 }, F);
  },
  softmax: (b, x) => b.softmax(x, 2048, 1024, 1, F),
  matmul: (b, x, y) => {
    const size = { batch: 1, rows: 500, inner: 700, columns: 600, transposeA: false, transposeB: false };
    return b.matmul(x, y, size, F);
  },
  "max pool": (b, x) => {
    const [values, indices] = b.maxPool2d(x, pool, F);
    b.free(indices);
    return values;
  },
  "max pool, overlapping": (b, x) => {
    const [values, indices] = b.maxPool2d(x, overlapping, F);
    b.free(indices);
    return values;
  },
  "average pool, overlapping": (b, x) => b.avgPool2d(x, overlapping, average, F),
  "average pool, overlapping, adjoint": (b, x) => b.avgPool2dInput(x, overlapping, average, F),
  "softmax of columns": (b, x) => b.softmax(x, 1, 1024, 2048, F),
  "average pool, adjoint": (b, x) => b.avgPool2dInput(x, pool, average, F),
  concat: (b, x, y) => b.concat([x, y, x], [700, 300, 24], 2048, 1, F),
  step: (b, x, y) => b.addScaled(x, 1, y, -0.1, SIZE, F),
};
for (const [name, window] of Object.entries(CONVOLUTIONS)) {
  operations[`${name}, forward`] = (b, x, y) => b.corr2d(x, y, window, F);
  operations[`${name}, input gradient`] = (b, x, y) => b.corr2dInput(x, y, window, F);
  operations[`${name}, kernel gradient`] = (b, x, y) => b.corr2dKernel(x, y, window, F);
}

const xValues = Float32Array.from({ length: SIZE }, (_, i) => ((i * 7919) % 2003) / 1001 - 1);
const yValues = Float32Array.from({ length: SIZE }, (_, i) => ((i * 104729) % 1999) / 999 - 1);

function bytesOf(backend: CompleteBackend, operation: Operation): Buffer {
  const x = backend.upload(xValues);
  const y = backend.upload(yValues);
  const out = operation(backend, x, y);
  const { liveBytes } = backend.stats!();
  const resultSize = liveBytes / 4 - 2 * SIZE;
  const values = backend.readSync!(out, resultSize, F) as Float32Array;
  for (const handle of [x, y, out]) backend.free(handle);
  return Buffer.from(values.buffer as ArrayBuffer);
}

describe.each([
  ["plain", "default"],
  ["relaxed", "default"],
  ["relaxed", "large"],
] as const)("%s, winograd %s", (simd, winograd) => {
  test("one, two and three threads give the same bits", async () => {
    const backends = await Promise.all(
      [1, 2, 3].map((threads) => cpuWasm({ simd, winograd, threads, heapMiB: 128 })),
    );
    expect(backends.map((backend) => backend.features.threads)).toEqual([1, 2, 3]);
    for (const [name, operation] of Object.entries(operations)) {
      const [one, ...many] = backends.map((backend) => bytesOf(backend, operation));
      for (const bytes of many) expect(bytes.equals(one!), name).toBe(true);
    }
    for (const backend of backends) await backend.close?.();
  });
});
