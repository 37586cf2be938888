// setDefaultDtype: what follows it, what does not, and where a backend has no such numbers.
import { afterEach, beforeAll, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  arange,
  bernoulli,
  defineBackend,
  eye,
  full,
  getDefaultDtype,
  linspace,
  manualSeed,
  ones,
  rand,
  randint,
  randn,
  randperm,
  setBackend,
  setDefaultDtype,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

const js = cpuJs();
const single = defineBackend({ ...js, name: "single", dtypes: ["float32", "int32"] });
beforeAll(() => setBackend(js));
afterEach(() => {
  setDefaultDtype("float32");
  setBackend(js);
});

const MADE: [name: string, make: () => Tensor][] = [
  ["tensor", () => tensor([1, 2])],
  ["tensor of one number", () => tensor(1)],
  ["zeros", () => zeros(2)],
  ["ones", () => ones([2])],
  ["full", () => full([2], 3)],
  ["arange", () => arange(3)],
  ["linspace", () => linspace(0, 1, 3)],
  ["eye", () => eye(2)],
  ["rand", () => rand(2)],
  ["randn", () => randn(2)],
  ["bernoulli", () => bernoulli([2], 0.5)],
  ["where of two numbers", () => where(tensor([1, 0], { dtype: "int32" }), 1, 2)],
  [
    "the quotient of whole numbers",
    () => tensor([1, 2], { dtype: "int32" }).div(tensor([2, 2], { dtype: "int32" })),
  ],
];

it.each(MADE)("%s takes the default dtype", (_, make) => {
  expect(getDefaultDtype()).toBe("float32");
  expect(make().dtype).toBe("float32");
  setDefaultDtype("float64");
  expect(getDefaultDtype()).toBe("float64");
  const x = make();
  expect(x.dtype).toBe("float64");
  // As in PyTorch, a text names the dtypes that are not the default.
  expect(String(x)).not.toContain("dtype");
  expect(String(zeros([1], { dtype: "float32" }))).toBe("tensor([0.], dtype=torch.float32)");
});

it("leaves what says its dtype, whole numbers, and tensors there are", () => {
  const before = ones(2);
  setDefaultDtype("float64");
  expect(before.dtype).toBe("float32");
  expect(before.add(1).dtype).toBe("float32");
  expect(zeros([2], { dtype: "float32" }).dtype).toBe("float32");
  expect(tensor(Int32Array.of(1)).dtype).toBe("int32");
  expect(randint(0, 2, [2]).dtype).toBe("int32");
  expect(randperm(2).dtype).toBe("int32");
  expect(before.eq(1).dtype).toBe("bool");
  expect(tensor([true]).dtype).toBe("bool");
});

it("draws as of float64", async () => {
  setDefaultDtype("float64");
  manualSeed(0);
  const implied = await rand(3).data();
  manualSeed(0);
  expect(await rand([3], { dtype: "float64" }).data()).toEqual(implied);
});

it("a backend without the dtype says so where a tensor is made", () => {
  setDefaultDtype("float64");
  setBackend(single);
  expectError(() => zeros(2), "DTYPE_UNSUPPORTED", "zeros: backend single does not offer float64");
  const condition = tensor(Int32Array.of(1, 0));
  expectError(
    () => where(condition, 1, 2),
    "DTYPE_UNSUPPORTED",
    "where: backend single does not offer float64",
  );
  expectError(() => condition.div(condition), "DTYPE_UNSUPPORTED", "float64");
});

it.each(["int32", "float16", null, undefined, 64])("refuses %s", (dtype) => {
  expectError(
    () => setDefaultDtype(dtype as never),
    "INVALID_ARGUMENT",
    "setDefaultDtype: only floating-point types are supported as the default type, 'float32', 'float64', but got",
  );
  expect(getDefaultDtype()).toBe("float32");
});
