// What functions of numbers make of truth values, and of int32 numbers that do not fit. (bool.test.ts has the methods.)
import { expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  bincount,
  bucketize,
  cumprod,
  linspace,
  logspace,
  randintLike,
  searchsorted,
  setBackend,
  tensor,
  unique,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

setBackend(cpuJs());
const mask = tensor([true, false, true]);

it("the different truth values are truth values", async () => {
  const [values, counts] = await unique(mask, { returnCounts: true });
  expect(values!.toArraySync()).toEqual([false, true]);
  expect(counts!.toArraySync()).toEqual([1, 2]);
});

it("a running product counts them as 0 and 1, as a running sum does", () => {
  const products = cumprod(mask, 0);
  expect([products.dtype, mask.cumsum(0).dtype]).toEqual(["int32", "int32"]);
  expect(products.toArraySync()).toEqual([1, 0, 0]);
});

it("counts of them are counts, and they are no numbers to count", async () => {
  const weights = tensor([true, true, true]);
  const counts = await bincount(tensor(Int32Array.of(1, 1, 0)), { weights });
  expect([counts.dtype, counts.toArraySync()]).toEqual(["int32", [1, 2]]);
  await expect(bincount(mask)).rejects.toThrow("bincount only supports 1-d non-negative integral inputs");
});

it("drawn integers as truth values are 0 and 1 in memory", () => {
  const drawn = randintLike(mask, 2, 9);
  expect(drawn.dtype).toBe("bool");
  expect(Array.from(drawn.dataSync())).toEqual([1, 1, 1]);
});

it("numbers beyond int32 are refused, not wrapped", () => {
  expect(logspace(0, 2, 4, { dtype: "int32" }).toArraySync()).toEqual([1, 4, 21, 100]);
  expectError(() => logspace(0, 20, 3, { dtype: "int32" }), "INVALID_ARGUMENT", "is not an int32");
  expectError(() => linspace(0, 2 ** 31, 3, { dtype: "int32" }), "INVALID_ARGUMENT", "is not an int32");
  expectError(() => logspace(0, 2, 3, { dtype: "bool" }), "DTYPE_UNSUPPORTED", "logspace is not implemented");
});

it("numbers are looked for among those of another dtype, both promoted", () => {
  const floats = tensor([-2.5, 0.5, 1, 3]);
  const integers = tensor([-3, 0, 1, 3], { dtype: "int32" });
  // PyTorch 1.13's.
  for (const right of [false, true]) {
    expect(searchsorted(floats, integers, { right }).toArraySync()).toEqual(
      right ? [0, 1, 3, 4] : [0, 1, 2, 3],
    );
    expect(bucketize(integers, floats, { right }).toArraySync()).toEqual(right ? [0, 1, 3, 4] : [0, 1, 2, 3]);
    expect(searchsorted(integers, floats, { right }).toArraySync()).toEqual(
      right ? [1, 2, 3, 4] : [1, 2, 2, 3],
    );
  }
  const [double, single] = [tensor([0.1, 0.2], { dtype: "float64" }), tensor([0.1, 0.2])];
  expect(searchsorted(double, single).toArraySync()).toEqual([1, 2]);
  expect(searchsorted(single, double).toArraySync()).toEqual([0, 1]);
  expect(searchsorted(integers, mask).toArraySync()).toEqual([2, 1, 2]);
  expect(searchsorted(tensor([false, true]), integers).toArraySync()).toEqual([0, 0, 1, 2]);
});
