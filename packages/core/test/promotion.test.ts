// Type promotion: PyTorch's dtypes, values and gradients, and what never promotes.
import { describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  addScaled,
  arange,
  conv1d,
  corr2d,
  grad,
  linear,
  matmul,
  ones,
  pow,
  prelu,
  scatterAdd,
  scope,
  setBackend,
  setDefaultDtype,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";
import { testPromotion } from "./promotion.ts";

const backend = cpuJs();
setBackend(backend);

describe("as PyTorch's", () => testPromotion(backend));

const int = (values: number[]): Tensor => tensor(values, { dtype: "int32" });
const double = (values: number[]): Tensor => tensor(values, { dtype: "float64" });

describe("numbers", () => {
  it("count by their value: 2.0 is 2", () => {
    expect(int([1, 2]).mul(2.0).dtype).toBe("int32");
    expect(int([1, 2]).mul(2.5).toArraySync()).toEqual([2.5, 5]);
    expect(int([1, 2]).lt(1.5).toArraySync()).toEqual([true, false]);
    expect(int([1]).mul(Infinity).itemSync()).toBe(Infinity);
  });

  it("beyond int32 are refused beside integers: the cast says what is meant", () => {
    expectError(() => int([1]).add(2 ** 31), "DTYPE_MISMATCH", "cast it first with .float()");
  });

  it("two of them in where are of the default dtype", () => {
    expect(where(int([1, 0]), 1, 0).dtype).toBe("float32");
  });

  it("take the default dtype where they make fractions of integers", () => {
    setDefaultDtype("float64");
    try {
      expect(int([1]).mul(2.5).dtype).toBe("float64");
      expect(int([2]).sqrt().itemSync()).toBe(Math.SQRT2);
      expect(int([1]).div(3).itemSync()).toBe(1 / 3);
    } finally {
      setDefaultDtype("float32");
    }
  });
});

describe("integers", () => {
  it("to integral powers wrap, to fractions are float32", () => {
    const x = int([0, 1, 2, 3, -3]);
    expect(x.pow(0).toArraySync()).toEqual([1, 1, 1, 1, 1]);
    expect(x.pow(1).toArraySync()).toEqual([0, 1, 2, 3, -3]);
    expect(x.pow(5).toArraySync()).toEqual([0, 1, 32, 243, -243]);
    expect(int([10]).pow(10).itemSync()).toBe(Number(BigInt.asIntN(32, 10n ** 10n)));
    expect(int([4]).pow(0.5).dtype).toBe("float32");
    expectError(() => x.pow(-1), "INVALID_ARGUMENT", "Integers to negative integer powers are not allowed");
    expectError(() => pow(2, x), "DTYPE_UNSUPPORTED", "pow is not implemented for int32");
  });

  it("are clamped to fractions as float32", () => {
    expect(int([-5, 0, 5]).clamp(-1.5, 2).toArraySync()).toEqual([-1.5, 0, 2]);
    expect(int([-5, 0, 5]).clamp({ max: Infinity }).dtype).toBe("float32");
    expect(int([-5, 0, 5]).clamp(null, 2).dtype).toBe("int32");
  });
});

describe("gradients", () => {
  it("come back in each operand's own dtype, and differentiate again", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = tensor([3, 4], { dtype: "float64", requiresGrad: true });
    const product = x.square().mul(y);
    expect(product.dtype).toBe("float64");
    const [gx, gy] = grad(product.sum(), [x, y], { createGraph: true });
    expect([gx!.dtype, gy!.dtype]).toEqual(["float32", "float64"]);
    const [second] = grad(gx!.mul(gy!).sum(), [x]);
    expect(second!.dtype).toBe("float32");
    // d/dx Σ 2xy · x² = 6x²y
    expect(second!.toArraySync()).toEqual([18, 96]);
  });

  it("of an operand that broadcasts are summed in the wider dtype", () => {
    const x = tensor(0.5, { requiresGrad: true });
    x.mul(double([1, 2, 3]))
      .sum()
      .backward();
    expect(x.grad!.dtype).toBe("float32");
    expect(x.grad!.itemSync()).toBe(6);
  });
});

it("casts last no longer than the call", () => {
  const [a, b] = [ones([4]), ones([4], { dtype: "float64" })];
  const before = backend.stats!().liveHandles;
  const results = [
    a.add(b),
    a.lt(b),
    where(int([1, 0, 1, 0]), a, b),
    int([1, 2, 3, 4]).div(2),
    int([1]).exp(),
  ];
  const masks = 3; // the int32 operands above
  const scalars = 1; // the 2
  expect(backend.stats!().liveHandles - before).toBeLessThanOrEqual(results.length + masks + scalars);
  scope(() => void a.div(b, { roundingMode: "floor" }));
});

describe("never promoted", () => {
  const f = ones([2, 2]);
  const d = ones([2, 2], { dtype: "float64" });
  const plane = (dtype: "float32" | "float64") => ones([1, 1, 2, 2], { dtype });
  const line = (dtype: "float32" | "float64") => ones([1, 1, 2], { dtype });
  it.each([
    ["matmul", () => matmul(f, d), "matmul: expected both tensors to have the same dtype"],
    ["linear", () => linear(f, d), "linear: expected both"],
    ["linear's bias", () => linear(f, f, double([1, 2])), "linear: expected both"],
    ["corr2d", () => corr2d(plane("float32"), plane("float64")), "should be the same: cast one"],
    ["conv1d", () => conv1d(line("float32"), line("float64")), "should be the same: cast one"],
    ["gather", () => f.gather(0, f), "Expected dtype int32 for index"],
    [
      "scatterAdd",
      () => scatterAdd(f, 0, int([0]).reshape(1, 1).expand(2, 2), d),
      "scatterAdd: expected both",
    ],
    ["assign", () => zeros([2, 2]).assign(d), "assign: expected both"],
    ["assign of a fraction", () => arange(2, { dtype: "int32" }).assign(0.5), "0.5 is not an int32"],
    ["set", () => zeros([2, 2]).set([0], d.slice(0)), "set: expected both"],
    ["set of a fraction", () => arange(2, { dtype: "int32" }).set([0], 0.5), "0.5 is not an int32"],
    ["sliceScatter", () => f.sliceScatter(d, ":"), "sliceScatter: expected both"],
    ["addScaled", () => addScaled(f, 1, d, 1), "addScaled: expected both"],
    ["prelu", () => prelu(f, d), "prelu: expected both"],
  ])("%s", (_, call, text) => expectError(call, "DTYPE_MISMATCH", text));
});
