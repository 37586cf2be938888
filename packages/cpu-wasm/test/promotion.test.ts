// Type promotion on a backend without float64: core casts, and asks for no dtype that the backend lacks.
import { arange, setBackend, setDefaultDtype } from "@corr2d/core";
import { afterAll, describe, expect, it } from "vitest";
import { testPromotion } from "../../core/test/promotion.ts";
import { cpuWasm } from "../src/index.ts";

const backend = await cpuWasm({ threads: 1 });
setBackend(backend);
afterAll(() => backend.close?.());

describe("as PyTorch's", () => testPromotion(backend));

it("says so where the default dtype is one that the backend lacks", () => {
  const x = arange(3, { dtype: "int32" });
  setDefaultDtype("float64");
  try {
    expect(() => x.mul(0.5)).toThrow("backend cpu-wasm does not offer float64");
    expect(() => x.div(2)).toThrow("backend cpu-wasm does not offer float64");
    expect(() => x.sqrt()).toThrow("backend cpu-wasm does not offer float64");
  } finally {
    setDefaultDtype("float32");
  }
});
