// What functions of numbers make of truth values. (bool.test.ts has the methods.)
import { expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import { cumprod, setBackend, tensor } from "../src/index.ts";

setBackend(cpuJs());
const mask = tensor([true, false, true]);

it("a running product counts them as 0 and 1, as a running sum does", () => {
  const products = cumprod(mask, 0);
  expect([products.dtype, mask.cumsum(0).dtype]).toEqual(["int32", "int32"]);
  expect(products.toArraySync()).toEqual([1, 0, 0]);
});
