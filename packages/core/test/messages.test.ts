// What bad input gets: PyTorch's words, then the values or the remedy.
import { beforeAll, describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  arange,
  avgPool1d,
  avgPool2d,
  cat,
  convTranspose2d,
  corr2d,
  gelu,
  linear,
  matmul,
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
  oneHot,
  ones,
  rand,
  setBackend,
  softplus,
  stack,
  tensor,
  where,
  zeros,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

beforeAll(() => setBackend(cpuJs()));

describe("corr2d", () => {
  const x = () => ones([1, 3, 5, 5]);
  const k = () => ones([4, 3, 3, 3]);
  it.each([
    [
      "channels",
      () => corr2d(ones([1, 1, 5, 5]), k()),
      "SHAPE_MISMATCH",
      "Given groups=1, weight of size [4, 3, 3, 3], expected input[1, 1, 5, 5] to have 3 channels, but got 1 channels instead",
    ],
    [
      "kernel larger than input",
      () => corr2d(x(), ones([4, 3, 7, 7])),
      "SHAPE_MISMATCH",
      "Calculated padded input size per channel: (5 x 5). Kernel size: (7 x 7). Kernel size can't be greater than actual input size",
    ],
    [
      "dilated kernel larger than padded input",
      () => corr2d(x(), k(), { padding: 1, dilation: 4 }),
      "SHAPE_MISMATCH",
      "Calculated padded input size per channel: (7 x 7). Kernel size: (9 x 9).",
    ],
    [
      "rank",
      () => corr2d(ones([5, 5]), k()),
      "SHAPE_MISMATCH",
      "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [5, 5]",
    ],
    [
      "kernel rank",
      () => corr2d(ones([5, 5]), ones([3])),
      "SHAPE_MISMATCH",
      "expects a kernel of 2 dimensions",
    ],
    [
      "zero stride",
      () => corr2d(x(), k(), { stride: 0 }),
      "INVALID_ARGUMENT",
      "non-positive stride is not supported",
    ],
    [
      "negative stride",
      () => corr2d(x(), k(), { stride: [1, -1] }),
      "INVALID_ARGUMENT",
      "non-positive stride is not supported",
    ],
    [
      "stride length",
      () => corr2d(x(), k(), { stride: [1, 1, 1] as never }),
      "INVALID_ARGUMENT",
      "expected stride to be a single integer value or a list of 2 values to match the convolution dimensions, but got stride=[1, 1, 1]",
    ],
    [
      "fractional stride",
      () => corr2d(x(), k(), { stride: 1.5 }),
      "INVALID_ARGUMENT",
      "stride must be made of integers",
    ],
    [
      "negative padding",
      () => corr2d(x(), k(), { padding: -1 }),
      "INVALID_ARGUMENT",
      "negative padding is not supported",
    ],
    [
      "zero dilation",
      () => corr2d(x(), k(), { dilation: 0 }),
      "INVALID_ARGUMENT",
      "dilation should be greater than zero, but got [0, 0]",
    ],
    [
      "padding string",
      () => corr2d(x(), k(), { padding: "full" as never }),
      "INVALID_ARGUMENT",
      "Invalid padding string 'full', should be one of {'valid', 'same'}",
    ],
    [
      "strided same",
      () => corr2d(x(), k(), { padding: "same", stride: 2 }),
      "INVALID_ARGUMENT",
      "padding='same' is not supported for strided convolutions",
    ],
    [
      "groups",
      () => corr2d(x(), k(), { groups: 0 }),
      "INVALID_ARGUMENT",
      "groups must be a positive integer",
    ],
    [
      "groups that do not divide",
      () => corr2d(x(), k(), { groups: 3 }),
      "SHAPE_MISMATCH",
      "Given groups=3, expected weight to be divisible by 3 at dimension 0, but got weight of size [4, 3, 3, 3] instead",
    ],
    [
      "empty kernel",
      () => corr2d(x(), ones([4, 3, 0, 0])),
      "INVALID_ARGUMENT",
      "kernel size should be greater than zero, but got kernel_height: 0 kernel_width: 0",
    ],
    [
      "bias",
      () => corr2d(x(), k(), { bias: ones([3]) }),
      "SHAPE_MISMATCH",
      "Given weight of size [4, 3, 3, 3], expected bias to be 1-dimensional with 4 elements, but got bias of size [3] instead",
    ],
    [
      "dtype",
      () => corr2d(x().double(), k()),
      "DTYPE_MISMATCH",
      "Input type (double) and weight type (float) should be the same",
    ],
    [
      "bias dtype",
      () => corr2d(x().double(), k().double(), { bias: ones([4]) }),
      "DTYPE_MISMATCH",
      "Input type (double) and bias type (float) should be the same",
    ],
    ["int32", () => corr2d(x().int(), k().int()), "DTYPE_UNSUPPORTED", "not implemented for int32"],
    [
      "not a tensor",
      () => corr2d([[1]] as never, k()),
      "INVALID_ARGUMENT",
      "make a tensor of it with tensor(…)",
    ],
    [
      "transposed channels",
      () => convTranspose2d(ones([1, 2, 4, 4]), ones([3, 1, 2, 2])),
      "SHAPE_MISMATCH",
      "expected input[1, 2, 4, 4] to have 3 channels, but got 2 channels instead",
    ],
    [
      "output padding",
      () => convTranspose2d(ones([1, 1, 4, 4]), ones([1, 1, 2, 2]), { outputPadding: 1 }),
      "INVALID_ARGUMENT",
      "output padding must be smaller than either stride or dilation, but got output_padding_height: 1",
    ],
    [
      "transposed to nothing",
      () => convTranspose2d(ones([1, 1, 1, 1]), ones([1, 1, 2, 2]), { padding: 1 }),
      "SHAPE_MISMATCH",
      "Output size is too small",
    ],
  ] as const)("%s", (_, fn, code, text) => expectError(fn, code, text));
});

describe("pools", () => {
  it.each([
    [
      "padding",
      () => maxPool2d(ones([1, 1, 4, 4]), 2, { padding: 2 }),
      "INVALID_ARGUMENT",
      "pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and dilation=1",
    ],
    [
      "too small",
      () => maxPool2d(ones([1, 2, 2]), [3, 2]),
      "SHAPE_MISMATCH",
      "Given input size: (1x2x2). Calculated output size: (1x0x1). Output size is too small",
    ],
    ["rank", () => avgPool2d(ones([4, 4]), 2), "SHAPE_MISMATCH", "Expected 3D or 4D (batch mode) tensor"],
    [
      "divisor",
      () => avgPool2d(ones([1, 4, 4]), 2, { divisorOverride: 0 }),
      "INVALID_ARGUMENT",
      "divisor must be not zero",
    ],
    ["int32", () => maxPool2d(ones([1, 4, 4]).int(), 2), "DTYPE_UNSUPPORTED", "not implemented for int32"],
  ] as const)("%s", (_, fn, code, text) => expectError(fn, code, text));
});

describe("every message begins with the operation that was called", () => {
  const x = () => ones([2, 3]);
  it.each([
    ["add", () => x().add(ones([2, 2]))],
    ["lt", () => x().lt(ones([2, 2]))],
    ["ge", () => x().ge(ones([2, 2]))],
    ["maximum", () => x().maximum(ones([2, 2]))],
    ["where", () => where(x().gt(0), ones([2, 2]), 0)],
    ["matmul", () => matmul(ones([2, 2, 3]), ones([3, 3, 2]))],
    ["sum", () => x().sum(2)],
    ["mean", () => x().mean([0, 0])],
    ["var", () => x().var(2)],
    ["std", () => x().std(2)],
    ["logsumexp", () => x().logsumexp(2)],
    ["argmax", () => x().argmax(2)],
    ["max", () => x().max(2)],
    ["softmax", () => x().softmax(2)],
    ["cat", () => cat([x()], 2)],
    ["gather", () => x().gather(2, tensor(new Int32Array(6), { shape: [2, 3] }))],
    ["reshape", () => x().reshape([4, 2])],
    ["reshape", () => x().reshape([-2, 3])],
    ["reshape", () => ones([1]).reshape([1, 1, 1, 1, 1, 1, 1, 1, 1])],
    ["expand", () => ones([1]).expand([1, 1, 1, 1, 1, 1, 1, 1, 1])],
    ["flatten", () => x().flatten(2)],
    ["squeeze", () => x().squeeze(2)],
    ["unsqueeze", () => x().unsqueeze(3)],
    ["transpose", () => x().transpose(0, 2)],
    ["permute", () => x().permute([0, 2])],
    ["flip", () => x().flip(2)],
    ["narrow", () => x().narrow(2, 0, 1)],
    ["split", () => x().split(1, 2)],
    ["type", () => x().type("float16" as never)],
    ["zeros", () => zeros([2], { dtype: "float16" as never })],
    ["ones", () => ones([1, 1, 1, 1, 1, 1, 1, 1, 1])],
    ["tensor", () => tensor(new Float32Array(5), { shape: [2, 3] })],
    ["corr2d", () => corr2d(ones([1, 1, 3, 3]), ones([1, 1, 2, 2]), { stride: 0 })],
    ["corr2d", () => corr2d(ones([1, 1, 3, 3]), ones([1, 1, 2, 2]), { padding: -1 })],
    ["corr2d", () => corr2d(ones([1, 1, 3, 3]), ones([1, 1, 4, 4]))],
    ["convTranspose2d", () => convTranspose2d(ones([1, 1, 3, 3]), ones([1, 1, 2, 2]), { dilation: 0 })],
    ["maxPool2d", () => maxPool2d(ones([1, 1, 3, 3]), 2, { stride: [1, 0] })],
    ["maxPool2d", () => maxPool2d(ones([1, 1, 3, 3]), 4)],
    ["maxPool2dWithIndices", () => maxPool2dWithIndices(ones([1, 1, 3, 3]), 2, { padding: 2 })],
    ["avgPool2d", () => avgPool2d(ones([1, 1, 3, 3]), 2, { padding: -1 })],
    ["avgPool2d", () => avgPool2d(ones([1, 1, 3, 3]), 2, { divisorOverride: 0 })],
    ["maxPool1d", () => maxPool1d(ones([1, 1, 3]), 2, { dilation: 0 })],
    ["maxPool1dWithIndices", () => maxPool1dWithIndices(ones([1, 1, 3]), 4)],
    ["avgPool1d", () => avgPool1d(ones([1, 1, 3]), 0)],
  ])("%s", (op, fn) => {
    let message = "";
    try {
      fn();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message.startsWith(`${op}: `) || message.startsWith(`${op}(`), message).toBe(true);
  });

  it("oneHot, of indices that were computed", () => {
    const index = tensor([1, 2], { dtype: "int32" }).add(5);
    expectError(() => oneHot(index, 3), "INDEX_OUT_OF_RANGE", "oneHot(): ");
  });
});

describe("shapes", () => {
  it.each([
    [
      "broadcast",
      () => ones([2, 3]).add(ones([2, 2])),
      "SHAPE_MISMATCH",
      "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1",
    ],
    [
      "matmul",
      () => matmul(ones([2, 3]), ones([2, 3])),
      "SHAPE_MISMATCH",
      "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
    ],
    ["matmul of a scalar", () => matmul(tensor(1), ones([2, 3])), "SHAPE_MISMATCH", "at least 1D"],
    [
      "linear without flatten",
      () => linear(ones([8, 16, 5, 5]), ones([120, 400])),
      "SHAPE_MISMATCH",
      "mat1 and mat2 shapes cannot be multiplied (640x5 and 400x120)",
    ],
    [
      "linear hint",
      () => linear(ones([8, 16, 5, 5]), ones([120, 400])),
      "SHAPE_MISMATCH",
      "flatten(1) before a linear layer",
    ],
    [
      "linear with another bias",
      () => linear(ones([2, 3]), ones([1, 3]), ones([4])),
      "SHAPE_MISMATCH",
      "Given weight of size [1, 3], expected bias to be 1-dimensional with 1 elements, but got bias of size [4] instead",
    ],
    [
      "reshape",
      () => ones([6]).reshape([4, 2]),
      "SHAPE_MISMATCH",
      "shape '[4, 2]' is invalid for input of size 6",
    ],
    [
      "reshape twice -1",
      () => ones([6]).reshape([-1, -1]),
      "INVALID_ARGUMENT",
      "only one dimension can be inferred",
    ],
    [
      "axis",
      () => ones([2, 3]).sum(2),
      "INVALID_ARGUMENT",
      "Dimension out of range (expected to be in range of [-2, 1], but got 2)",
    ],
    [
      "axis twice",
      () => ones([2, 3]).sum([0, -2]),
      "INVALID_ARGUMENT",
      "dim 0 appears multiple times in the list of dims",
    ],
    [
      "transpose of 3-D",
      () => ones([2, 3, 4]).t(),
      "SHAPE_MISMATCH",
      "t() expects a tensor with <= 2 dimensions, but self is 3D",
    ],
    ["expand", () => ones([2, 3]).expand([4, 3]), "SHAPE_MISMATCH", "must match the existing size [2, 3]"],
    ["permute", () => ones([2, 3]).permute([0, 0]), "INVALID_ARGUMENT", "must name each of the 2 axes"],
    [
      "cat",
      () => cat([ones([2, 3]), ones([2, 2])]),
      "SHAPE_MISMATCH",
      "Sizes of tensors must match except in dimension 0",
    ],
    ["cat of nothing", () => cat([]), "INVALID_ARGUMENT", "expected a non-empty list of Tensors"],
    [
      "stack",
      () => stack([ones([2]), ones([3])]),
      "SHAPE_MISMATCH",
      "stack expects each tensor to be equal size",
    ],
    [
      "ragged",
      () => tensor([[1, 2], [3]]),
      "SHAPE_MISMATCH",
      "expected sequence of length 2 at dim 1 (got 1)",
    ],
    ["not a number", () => tensor(["1"] as never), "INVALID_ARGUMENT", "expected a number"],
    [
      "data and shape",
      () => tensor(new Float32Array(5), { shape: [2, 3] }),
      "SHAPE_MISMATCH",
      "shape '[2, 3]' is invalid for input of size 5",
    ],
    ["negative size", () => zeros([-1]), "INVALID_ARGUMENT", "non-negative integers"],
    ["nine axes", () => ones([1, 1, 1, 1, 1, 1, 1, 1, 1]), "INVALID_ARGUMENT", "at most 8 axes"],
    [
      "largest of nothing",
      () => zeros([0, 3]).amax(0),
      "INVALID_ARGUMENT",
      "amax(): Expected reduction dim 0 to have non-zero size (shape [0, 3])",
    ],
    ["argmax of nothing", () => zeros([0]).argmax(), "INVALID_ARGUMENT", "non-zero size"],
    [
      "reflection",
      () => ones([1, 1, 2, 2]).pad([2, 2], { mode: "reflect" }),
      "INVALID_ARGUMENT",
      "Padding size should be less than the corresponding input dimension",
    ],
    [
      "crop of more than there is",
      () => ones([2, 3]).pad([-4, 4]),
      "INVALID_ARGUMENT",
      "pad: padding -4 and 4 crops more than there is of dimension 1, whose size is 3",
    ],
    [
      "pad mode",
      () => ones([2]).pad([1, 1], { mode: "mirror" as never }),
      "INVALID_ARGUMENT",
      "but got padding_mode='mirror'",
    ],
    ["arange", () => arange(0, 5, -1), "INVALID_ARGUMENT", "inconsistent with step sign"],
    [
      "tile",
      () => ones([2]).tile([1.5]),
      "INVALID_ARGUMENT",
      "tile: dims is an array of non-negative integers, but got [1.5]",
    ],
  ] as const)("%s", (_, fn, code, text) => expectError(fn, code, text));
});

describe("indices", () => {
  it.each([
    [
      "slice",
      () => ones([2, 3]).slice(0, 3),
      "INDEX_OUT_OF_RANGE",
      "index 3 is out of bounds for dimension 1 with size 3",
    ],
    [
      "too many",
      () => ones([2]).slice(0, 0),
      "INVALID_ARGUMENT",
      "too many indices for tensor of dimension 1",
    ],
    ["slice string", () => ones([2]).slice("a:b"), "INVALID_ARGUMENT", "expected 'start:stop'"],
    ["slice exponent", () => ones([2]).slice("1e1:"), "INVALID_ARGUMENT", "expected 'start:stop'"],
    ["slice fraction", () => ones([2]).slice([0.5]), "INVALID_ARGUMENT", "bounds must be integers"],
    ["slice step", () => ones([2]).slice("::0"), "INVALID_ARGUMENT", "slice step cannot be zero"],
    [
      "gather",
      () => ones([2, 3]).gather(1, tensor([[3]], { dtype: "int32" })),
      "INDEX_OUT_OF_RANGE",
      "index 3 is out of bounds",
    ],
    [
      "gather dtype",
      () => ones([2, 3]).gather(1, tensor([[1]])),
      "DTYPE_MISMATCH",
      "Expected dtype int32 for index",
    ],
    [
      "narrow",
      () => ones([4]).narrow(0, 3, 2),
      "INDEX_OUT_OF_RANGE",
      "start (3) + length (2) exceeds dimension size (4)",
    ],
    ["split", () => ones([4]).split([1, 2]), "SHAPE_MISMATCH", "expects split_sizes to sum exactly to 4"],
    ["split into nothing", () => ones([4]).split(0), "SHAPE_MISMATCH", "but got split_sizes=[0]"],
  ] as const)("%s", (_, fn, code, text) => expectError(fn, code, text));
});

describe("dtypes and backends", () => {
  it.each([
    [
      "mixed dtypes",
      () => matmul(ones([2, 2]), ones([2, 2], { dtype: "float64" })),
      "DTYPE_MISMATCH",
      "float32 and float64",
    ],
    [
      "int32 softplus",
      () => softplus(ones([2], { dtype: "int32" })),
      "DTYPE_UNSUPPORTED",
      "softplus is not implemented for int32",
    ],
    ["int32 matmul", () => matmul(ones([2, 2]).int(), ones([2, 2]).int()), "DTYPE_UNSUPPORTED", "int32"],
    ["int32 mean", () => ones([2]).int().mean(), "DTYPE_UNSUPPORTED", "mean"],
    ["float condition", () => where(ones([2]), 1, 0), "DTYPE_MISMATCH", "condition must be a bool tensor"],
    [
      "fraction as int32",
      () => tensor([0.5], { dtype: "int32" }),
      "INVALID_ARGUMENT",
      "0.5 at position 0 is not an int32",
    ],
    [
      "unknown dtype",
      () => ones([2]).type("float16" as never),
      "INVALID_ARGUMENT",
      "unknown dtype 'float16'",
    ],
    [
      "item",
      () => ones([2]).itemSync(),
      "NOT_SCALAR",
      "a Tensor with 2 elements cannot be converted to Scalar",
    ],
    ["rand of int32", () => rand([2], { dtype: "int32" }), "DTYPE_UNSUPPORTED", "randint"],
    [
      "rounding mode",
      () => ones([2]).div(2, { roundingMode: "up" as never }),
      "INVALID_ARGUMENT",
      "found 'up'",
    ],
    [
      "gelu",
      () => gelu(ones([2]), { approximate: "Tanh" as never }),
      "INVALID_ARGUMENT",
      "gelu: approximate must be 'none' or 'tanh', but got 'Tanh'",
    ],
    [
      "promise of a backend",
      () => setBackend(Promise.resolve() as never),
      "BACKEND_INVALID",
      "await the factory",
    ],
  ] as const)("%s", (_, fn, code, text) => expectError(fn, code, text));

  it("names both backends", () => {
    const other = cpuJs();
    expectError(
      () => ones([2]).add(ones([2], { backend: other })),
      "BACKEND_MISMATCH",
      "cpu-js and cpu-js (two instances)",
    );
  });

  it("tells a tensor of another copy of core from anything else", () => {
    const foreign = { [Symbol.for("@corr2d/core.tensor")]: true };
    expectError(() => ones([2]).add(foreign as never), "DUPLICATE_CORE", "npm ls @corr2d/core");
  });

  it("keeps NaN and infinities", () => {
    const x = tensor([Number.NaN, Number.POSITIVE_INFINITY, -1]);
    expect(x.add(1).toArraySync()).toEqual([Number.NaN, Number.POSITIVE_INFINITY, 0]);
    expect(x.sum().itemSync()).toBeNaN();
    expect(x.amax().itemSync()).toBeNaN();
  });
});
