// Truth values as a program has them: made, read, printed, moved about, counted, refused. (promotion.ts compares operations with PyTorch.)
import { describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  all,
  allclose,
  any,
  arange,
  type Backend,
  cat,
  clamp,
  corr2d,
  DTYPE_NAMES,
  DTYPES,
  defineBackend,
  equal,
  eye,
  full,
  getDefaultDtype,
  isfinite,
  isinf,
  isnan,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  matmul,
  type NestedArray,
  oneHot,
  ones,
  randint,
  scatterAdd,
  setBackend,
  stack,
  type Tensor,
  type TensorDType,
  tensor,
  tril,
  where,
  zeros,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

const backend = cpuJs();
setBackend(backend);

const mask = (): Tensor => tensor([true, false, true]);
const array = (x: Tensor): unknown => x.toArraySync<boolean>();

describe("made", () => {
  it.each([
    ["tensor of one", () => tensor(true), true],
    ["tensor", () => tensor([[true], [false]]), [[true], [false]]],
    ["tensor with the dtype", () => tensor([0, -2, 0.5, NaN], { dtype: "bool" }), [false, true, true, true]],
    ["typed array", () => tensor(Uint8Array.of(0, 7), { dtype: "bool" }), [false, true]],
    ["zeros", () => zeros([2], { dtype: "bool" }), [false, false]],
    ["ones", () => ones(1, { dtype: "bool" }), [true]],
    ["full", () => full([2], true), [true, true]],
    ["full with the dtype", () => full([1], 3, { dtype: "bool" }), [true]],
    [
      "eye",
      () => eye(2, { dtype: "bool" }),
      [
        [true, false],
        [false, true],
      ],
    ],
    ["randint", () => randint(1, 2, [2], { dtype: "bool" }), [true, true]],
    ["cast of floats", () => tensor([0, -0, NaN, 1e-30, -1]).bool(), [false, false, true, true, true]],
    ["cast of integers", () => tensor([0, 3], { dtype: "int32" }).type("bool"), [false, true]],
    ["zerosLike", () => mask().zerosLike(), [false, false, false]],
  ] as [string, () => Tensor, unknown][])("%s", (_, make, expected) => {
    const x = make();
    expect(x.dtype).toBe("bool");
    expect(array(x)).toEqual(expected);
  });

  it("only of booleans: beside a number they are numbers", () => {
    expect(tensor([true, 2]).dtype).toBe("float32");
    expect(array(tensor([true, 2]))).toEqual([1, 2]);
    expect(tensor([[true], [1]]).dtype).toBe("float32");
    expect(tensor([]).dtype).toBe(getDefaultDtype());
    expect(tensor([true, false], { dtype: "int32" }).toArraySync()).toEqual([1, 0]);
    const endless: NestedArray[] = [true];
    endless.push(endless);
    expectError(() => tensor(endless), "INVALID_ARGUMENT", "expected a number at dim 1");
  });
});

describe("read", () => {
  it("as booleans, or as 0 and 1 in an Int32Array", async () => {
    expect(await mask().data()).toEqual(Int32Array.of(1, 0, 1));
    const into = new Int32Array(3);
    expect(await mask().data({ into })).toBe(into);
    expect(await mask().toArray<boolean>()).toEqual([true, false, true]);
    expect(await tensor(true).item<boolean>()).toBe(true);
    expect(tensor([false]).itemSync<boolean>()).toBe(false);
    expect(JSON.stringify(tensor([[true, false]]))).toBe("[[true,false]]");
  });

  it("as PyTorch prints them", async () => {
    expect(String(mask())).toBe("tensor([ True, False,  True])");
    expect(await tensor([1, 2]).gt(1).toText()).toBe("tensor([False,  True])");
    expect(String(zeros([0], { dtype: "bool" }))).toBe("tensor([], dtype=torch.bool)");
  });

  it("by equal and allclose", async () => {
    expect(await equal(mask(), mask())).toBe(true);
    expect(await equal(mask(), mask().int())).toBe(false);
    expect(await allclose(mask(), mask())).toBe(true);
  });
});

describe("moved about", () => {
  it.each([
    ["reshape", (x: Tensor) => x.reshape(3, 1), [[true], [false], [true]]],
    ["slice", (x: Tensor) => x.slice("1:"), [false, true]],
    ["flip", (x: Tensor) => x.flip(0), [true, false, true]],
    [
      "expand",
      (x: Tensor) => x.reshape(1, 3).expand(2, 3),
      [
        [true, false, true],
        [true, false, true],
      ],
    ],
    ["cat", (x: Tensor) => cat([x, x.slice("1:2")]), [true, false, true, false]],
    ["stack", (x: Tensor) => stack([x]), [[true, false, true]]],
    ["pad", (x: Tensor) => x.pad([1, 0]), [false, true, false, true]],
    ["pad with true", (x: Tensor) => x.pad([1, 0], { value: 1 }), [true, true, false, true]],
    ["reflected", (x: Tensor) => x.pad([1, 0], { mode: "reflect" }), [false, true, false, true]],
    ["gather", (x: Tensor) => x.gather(0, tensor([1, 1], { dtype: "int32" })), [false, false]],
    ["indexSelect", (x: Tensor) => x.indexSelect(0, tensor([-1], { dtype: "int32" })), [true]],
    ["sliceScatter", (x: Tensor) => x.sliceScatter(true, [1, 2]), [true, true, true]],
    ["tril", (x: Tensor) => tril(x.reshape(1, 3)), [[true, false, false]]],
    ["where of two", (x: Tensor) => where(x, x.logicalNot(), x), [false, false, false]],
    ["where of booleans", (x: Tensor) => where(x, false, true), [false, true, false]],
    ["clone", (x: Tensor) => x.clone(), [true, false, true]],
  ])("%s", (_, fn, expected) => {
    const y = fn(mask());
    expect(y.dtype).toBe("bool");
    expect(array(y)).toEqual(expected);
  });

  it("to another backend", async () => {
    const other = cpuJs();
    const moved = await mask().to(other);
    expect([moved.dtype, moved.backend]).toEqual(["bool", other]);
    expect(array(moved)).toEqual([true, false, true]);
  });

  it("scattered: what is added is or", () => {
    const index = tensor([0, 0, 1], { dtype: "int32" });
    const y = scatterAdd(zeros([3], { dtype: "bool" }), 0, index, tensor([true, true, false]));
    expect(array(y)).toEqual([true, false, false]);
    expect(Array.from(y.dataSync())).toEqual([1, 0, 0]);
  });

  it("assigned", () => {
    const x = mask();
    x.assign([false, true, false]);
    expect(array(x)).toEqual([false, true, false]);
    x.set([0], true).set([1], 0);
    expect(array(x)).toEqual([true, false, false]);
    expect(array(x.assign(2))).toEqual([true, true, true]);
    expectError(() => x.assign(ones([3])), "DTYPE_MISMATCH", "assign: expected both");
    expectError(() => x.set([0], ones([])), "DTYPE_MISMATCH", "set: expected both");
  });
});

describe("asked", () => {
  it("of numbers", () => {
    const x = tensor([1, NaN, Infinity, -Infinity]);
    expect(array(isnan(x))).toEqual([false, true, false, false]);
    expect(array(isinf(x))).toEqual([false, false, true, true]);
    expect(array(isfinite(x))).toEqual([true, false, false, false]);
    const n = tensor([-5, -(2 ** 31)], { dtype: "int32" });
    expect([isnan(n), isinf(n), isfinite(n)].map(array)).toEqual([
      [false, false],
      [false, false],
      [true, true],
    ]);
  });

  it("of several: any and all, along axes, kept or not, of nothing", () => {
    const x = tensor([
      [1, 0],
      [2, NaN],
    ]);
    expect([array(any(x)), array(all(x))]).toEqual([true, false]);
    expect(array(x.all(0))).toEqual([true, false]);
    expect(array(x.all(1, true))).toEqual([[false], [true]]);
    expect(array(x.any([0, 1]))).toBe(true);
    expect(array(tensor(0).any())).toBe(false);
    expect(array(tensor(2).all())).toBe(true);
    expect(array(zeros([0, 2]).any(0))).toEqual([false, false]);
    expect(array(zeros([0, 2]).all(0))).toEqual([true, true]);
    expectError(() => any(x, 2), "INVALID_ARGUMENT", "Dimension out of range");
  });

  it("with each other: numbers are true where they are not 0", () => {
    const a = tensor([0, NaN, 2, 0]);
    const b = tensor([true, true, false, false]);
    expect(array(logicalAnd(a, b))).toEqual([false, true, false, false]);
    expect(array(logicalOr(a, b))).toEqual([true, true, true, false]);
    expect(array(logicalXor(a, b))).toEqual([true, false, true, false]);
    expect(array(logicalNot(a))).toEqual([true, false, false, true]);
    expect(array(tensor([2, 4], { dtype: "int32" }).logicalXor(tensor([8, 0], { dtype: "int32" })))).toEqual([
      false,
      true,
    ]);
    expect(array(b.reshape(4, 1).logicalAnd(b.slice(":1")))).toEqual([[true], [true], [false], [false]]);
  });
});

describe("in order", () => {
  const fewer = defineBackend({ ...backend, name: "fewer", sort: undefined, cumsum: undefined });
  it.each([
    ["cpu-js", backend],
    ["the fallbacks", fewer],
  ] as [string, Backend][])("on %s", (_, own) => {
    const x = tensor([true, false, true, false], { backend: own });
    const { values, indices } = x.sort();
    expect([values.dtype, array(values), array(indices)]).toEqual([
      "bool",
      [false, false, true, true],
      [1, 3, 0, 2],
    ]);
    expect(array(x.sort(0, { descending: true }).indices)).toEqual([0, 2, 1, 3]);
    expect([x.cumsum(0).dtype, array(x.cumsum(0))]).toEqual(["int32", [1, 1, 2, 2]]);
  });
});

describe("refused", () => {
  const x = mask();
  it.each([
    ["mean", () => x.mean(), "mean is not implemented for bool"],
    ["var", () => x.var(), "mean is not implemented for bool"],
    ["softmax", () => x.softmax(0), "bool"],
    ["matmul", () => matmul(x, x), "bool"],
    ["corr2d", () => corr2d(mask().reshape(1, 3), mask().reshape(1, 3)), "bool"],
    ["argmax", () => x.argmax(), "argmax is not implemented for bool"],
    [
      "requiresGrad",
      () => tensor([true], { requiresGrad: true }),
      "can require gradients, but this one is bool",
    ],
    ["requiresGrad, later", () => Object.assign(mask(), { requiresGrad: true }), "can require gradients"],
    ["subtraction of a number", () => x.sub(1), "Subtraction, the `-` operator, with a bool tensor"],
    ["subtraction of true", () => ones([1]).sub(true), "Subtraction"],
    ["arange", () => arange(2, { dtype: "bool" }), "arange is not implemented for bool"],
  ] as [string, () => unknown, string][])("%s", (_, call, text) =>
    expectError(call, "DTYPE_UNSUPPORTED", text),
  );

  it("as an index", () => {
    expectError(
      () => ones([3]).gather(0, x),
      "DTYPE_MISMATCH",
      "Expected dtype int32 for index, but got bool",
    );
    expectError(() => ones([3]).indexSelect(0, x), "DTYPE_MISMATCH", "but got bool");
    expectError(() => oneHot(x, 2), "DTYPE_MISMATCH", "but got bool");
  });
});

describe("beneath", () => {
  it("backends hear of int32 alone, in every optional function or none", () => {
    expect(DTYPE_NAMES).toEqual(["float32", "float64", "int32"]);
    expect(Object.keys(DTYPES)).toEqual(DTYPE_NAMES);
    const heard = new Set<unknown>();
    const listening = (optionalOps: Backend["optionalOps"]): Backend => {
      const members = Object.entries(backend).map(([name, member]) => [
        name,
        typeof member !== "function"
          ? member
          : (...args: unknown[]) => {
              for (const arg of args) if (typeof arg === "string") heard.add(arg);
              return (member as (...args: unknown[]) => unknown)(...args);
            },
      ]);
      return defineBackend({ ...Object.fromEntries(members), name: "listening", optionalOps });
    };
    for (const optional of [backend.optionalOps, []]) {
      const own = listening(optional);
      const x = tensor([true, false, true], { backend: own });
      const n = tensor([2, 0, -1], { backend: own });
      const results = [
        x.add(x),
        x.mul(x),
        n.bool(),
        x.min(0).values,
        x.amin(),
        x.any(),
        x.all(),
        x.logicalXor(n.bool()),
        where(x, x, false),
        cat([x, x]),
        x.pad([1, 1]),
        x.float(),
        n.gt(0).logicalOr(n.lt(0)),
      ].map(array);
      expect(results).toEqual([
        [true, false, true],
        [true, false, true],
        [true, false, true],
        false,
        false,
        true,
        false,
        [false, false, false],
        [true, false, true],
        [true, false, true, true, false, true],
        [false, true, false, true, false],
        [1, 0, 1],
        [true, false, true],
      ]);
    }
    expect(heard).toContain("int32");
    expect(heard).not.toContain("bool");
  });

  it("a sum of truth values is a count, and leaves nothing behind", () => {
    const x = mask();
    x.eq(true).sum(); // keeps its scalar
    const before = backend.stats!().liveHandles;
    const results = [
      x.sum(),
      x.prod(),
      x.any(),
      x.all(),
      x.logicalAnd(x),
      x.square(),
      x.min(0).values,
      x.clamp(0, 1),
    ];
    expect(results.map(({ dtype }) => dtype)).toEqual([
      "int32",
      "int32",
      "bool",
      "bool",
      "bool",
      "int32",
      "bool",
      "int32",
    ] satisfies TensorDType[]);
    for (const result of results) result.dispose();
    expect(backend.stats!().liveHandles - before).toBeLessThanOrEqual(4); // scalars of clamp and square, indices of min
    expect(clamp(x, 0.5, 1).toArraySync()).toEqual([1, 0.5, 1]);
  });
});
