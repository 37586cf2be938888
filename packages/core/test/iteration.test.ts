/** Tensors as Python's sequences: their rows in loops, and PyTorch's other index notations. */
import { beforeEach, describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import { arange, type Backend, scope, setBackend, type Tensor, tensor, zeros } from "../src/index.ts";
import { expectError } from "./expect-error.ts";

let backend: Backend;
beforeEach(() => {
  backend = cpuJs() as Backend;
  setBackend(backend);
});
const matrix = () => arange(6).reshape(2, 3);

describe("a loop over a tensor", () => {
  it("meets the positions of the first axis", () => {
    const rows: unknown[] = [];
    for (const row of matrix()) rows.push(row.toArraySync());
    expect(rows).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    const [first, second] = tensor([7, 8]);
    expect([first!.itemSync(), second!.itemSync()]).toEqual([7, 8]);
    expect([...zeros(0, 3)]).toHaveLength(0);
    expect([...zeros(2, 0)].map((row) => row.shape)).toEqual([[0], [0]]);
  });

  it("refuses a proxy of one", () => {
    expectError(() => [...new Proxy(matrix(), {})], "INVALID_ARGUMENT", "iteration");
  });

  it("has gradients", () => {
    const x = matrix();
    x.requiresGrad = true;
    const [first, second] = x;
    first!.mul(second!).sum().backward();
    expect(x.grad!.toArraySync()).toEqual([
      [3, 4, 5],
      [0, 1, 2],
    ]);
  });

  it("makes each row when it gets there, for the scope that is open then", () => {
    const x = matrix();
    const before = backend.stats!().liveHandles;
    const made: Tensor[] = [];
    for (const row of x) {
      made.push(row);
      break;
    }
    expect(backend.stats!().liveHandles).toBe(before + 1);
    scope(() => {
      for (const row of x) made.push(row);
    });
    expect(made.map((row) => row.isDisposed)).toEqual([false, true, true]);
    expect(backend.stats!().liveHandles).toBe(before + 1);
  });

  it("of a scalar is PyTorch's error", () => {
    expectError(() => [...tensor(1)], "SHAPE_MISMATCH", "iteration over a 0-d tensor");
  });

  it("of a scalar is one too after a loop that was left before its first row", () => {
    // biome-ignore lint/correctness/noEmptyPattern: it makes an iterator and takes nothing
    const [] = tensor(1);
    expectError(() => [...tensor(1)], "SHAPE_MISMATCH", "iteration over a 0-d tensor");
  });
});

describe("'...' and null among ranges", () => {
  const x = () => arange(24).reshape(2, 3, 4);
  it.each<[string, readonly (number | string | null)[], readonly number[], number]>([
    ["x[..., 1]", ["...", 1], [2, 3], 1],
    ["x[1, ...]", [1, "..."], [3, 4], 12],
    ["x[1, ..., 2]", [1, "...", 2], [3], 14],
    ["x[..., None]", ["...", null], [2, 3, 4, 1], 0],
    ["x[None]", [null], [1, 2, 3, 4], 0],
    ["x[:, None, 1]", [":", null, 1], [2, 1, 4], 4],
    ["x[0, 0, 0, ...]", [0, 0, 0, "..."], [], 0],
    ["x[..., ..., 1]", ["...", "...", 1], [2, 3], 1],
    ["x[None, ..., None, 3]", [null, "...", null, 3], [1, 2, 3, 1], 3],
  ])("%s", (_, ranges, shape, first) => {
    const part = x().slice(...ranges);
    expect(part.shape).toEqual(shape);
    expect(part.dataSync()[0]).toBe(first);
    const y = zeros(2, 3, 4);
    y.set(ranges, part.add(100));
    expect(y.slice(...ranges).toArraySync()).toEqual(part.add(100).toArraySync());
    expect(y.ne(0).sum().itemSync()).toBe(part.numel());
    expect(
      x()
        .sliceScatter(part.neg(), ...ranges)
        .slice(...ranges)
        .toArraySync(),
    ).toEqual(part.neg().toArraySync());
  });

  it("have gradients", () => {
    const leaf = x();
    leaf.requiresGrad = true;
    const y = leaf.mul(1);
    const value = tensor([1, 2, 3], { requiresGrad: true });
    y.set(["...", null, 2], value.unsqueeze(1));
    y.slice(null, 1, "...").sum().backward();
    expect(value.grad!.toArraySync()).toEqual([1, 1, 1]);
    expect(leaf.grad!.sum().itemSync()).toBe(9);
  });

  it("count as PyTorch counts them", () => {
    expectError(
      () => x().slice(0, "...", 0, 0, 0),
      "INVALID_ARGUMENT",
      "too many indices for tensor of dimension 3: got 4",
    );
    expectError(() => x().slice(...Array<null>(6).fill(null)), "INVALID_ARGUMENT", "at most 8 axes");
    const holes = [0, 0];
    delete holes[0];
    expectError(() => x().set(holes, 1), "INVALID_ARGUMENT", "slice: expected a number");
  });
});

describe("assignment", () => {
  it("drops leading axes of size 1 of the value, as PyTorch does", () => {
    const x = zeros(2, 3);
    x.set([1], tensor([[[1, 2, 3]]]));
    expect(x.toArraySync()).toEqual([
      [0, 0, 0],
      [1, 2, 3],
    ]);
  });

  it("under a mask: a number, a row, a tensor of the same shape", () => {
    const x = matrix();
    x.set(x.gt(3), -1);
    expect(x.toArraySync()).toEqual([
      [0, 1, 2],
      [3, -1, -1],
    ]);
    x.set(tensor([0, 1]).eq(1), tensor([7, 8, 9]));
    expect(x.toArraySync()).toEqual([
      [0, 1, 2],
      [7, 8, 9],
    ]);
    x.set(x.lt(2), x.neg().sub(10));
    expect(x.toArraySync()).toEqual([
      [-10, -11, 2],
      [7, 8, 9],
    ]);
    const ints = arange(4, { dtype: "int32" });
    ints.set(ints.eq(2), 50);
    expect(ints.toArraySync()).toEqual([0, 1, 50, 3]);
  });

  it("under a mask is recorded", () => {
    const leaf = matrix();
    leaf.requiresGrad = true;
    const value = tensor([10, 20, 30], { requiresGrad: true });
    const x = leaf.mul(2);
    x.set(tensor([1, 0]).eq(1), value);
    expect(x.gradFn).toBe("IndexPutBackward0");
    x.square().sum().backward();
    expect(value.grad!.toArraySync()).toEqual([20, 40, 60]);
    expect(leaf.grad!.toArraySync()).toEqual([
      [0, 0, 0],
      [24, 32, 40],
    ]);
    expectError(() => leaf.set(leaf.gt(0), 0), "LEAF_ASSIGNED", "in-place operation");
  });

  it("refuses masks and values that do not fit", () => {
    const x = matrix();
    const mask = x.gt(3);
    expectError(
      () => x.set(tensor([1, 1, 1]).eq(1), 0),
      "SHAPE_MISMATCH",
      "The shape of the mask [3] at index 0 does not match",
    );
    expectError(
      () => x.set(mask, tensor([1, 2])),
      "SHAPE_MISMATCH",
      "value tensor of shape [2] cannot be broadcast",
    );
    expectError(() => x.set(mask.unsqueeze(0), 0), "SHAPE_MISMATCH", "The shape of the mask [1, 2, 3]");
    expectError(() => x.set(x, 0), "DTYPE_MISMATCH", "set: the condition must be");
    expectError(() => x.set("mask" as never, 0), "INVALID_ARGUMENT", "or a mask, but got 'mask'");
  });
});
