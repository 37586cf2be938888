/** Assignment that is part of the graph: what a tensor is filled with gets its gradients. */
import { beforeEach, describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  arange,
  type Backend,
  corr2d,
  grad,
  gradcheck,
  keep,
  noGrad,
  ones,
  rand,
  scope,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

let backend: Backend;
const live = () => backend.stats!().liveHandles;
beforeEach(() => {
  backend = cpuJs() as Backend;
  setBackend(backend);
});

/** The book's function, with its loops. */
function corr2dByHand(x: Tensor, k: Tensor): Tensor {
  const [h, w] = k.shape as [number, number];
  const y = zeros([x.shape[0]! - h + 1, x.shape[1]! - w + 1]);
  for (let i = 0; i < y.shape[0]!; i++) {
    for (let j = 0; j < y.shape[1]!; j++) {
      y.set(
        [i, j],
        x
          .slice([i, i + h], [j, j + w])
          .mul(k)
          .sum(),
      );
    }
  }
  return y;
}

describe("the book's loop", () => {
  it("trains: its gradients are those of corr2d", () => {
    const x = arange(9).reshape([3, 3]).add(0);
    const weights = rand([2, 2]).toArraySync() as number[][];
    const run = (f: (x: Tensor, k: Tensor) => Tensor) => {
      const input = x.detach();
      input.requiresGrad = true;
      const k = tensor(weights, { requiresGrad: true });
      const y = f(input, k);
      y.square().sum().backward();
      return [y, input.grad!, k.grad!].map((t) => Array.from(t.dataSync()));
    };
    const [y, dx, dk] = run(corr2dByHand);
    const expected = run(corr2d);
    for (const [i, part] of [y!, dx!, dk!].entries()) {
      expect(part).toEqual(expected[i]!.map((value) => expect.closeTo(value, 3)));
    }
  });

  it("leaves [[9, 9]] for a kernel of two over ones, as in PyTorch", () => {
    const k = tensor([[1, 1]], { requiresGrad: true });
    const y = corr2dByHand(ones([3, 4]), k);
    expect(String(y.slice(0))).toContain("grad_fn");
    expect([y.isLeaf, y.requiresGrad, y.gradFn]).toEqual([false, true, "CopySlices"]);
    y.sum().backward();
    expect(k.grad!.toArraySync()).toEqual([[9, 9]]);
  });

  it("makes no graph where nothing requires gradients, or inside noGrad", () => {
    expect(corr2dByHand(ones([3, 3]), ones([2, 2])).isLeaf).toBe(true);
    const k = tensor([[1, 1]], { requiresGrad: true });
    const y = noGrad(() => corr2dByHand(ones([3, 4]), k));
    expect([y.isLeaf, y.requiresGrad]).toEqual([true, false]);
    expect(y.toArraySync()).toEqual(Array(3).fill([2, 2, 2]));
  });
});

describe("set", () => {
  it("takes the gradient away from what it overwrites", () => {
    const w = tensor([1, 2, 3], { requiresGrad: true });
    const y = w.mul(10);
    y.set([1], 7);
    expect(y.toArraySync()).toEqual([10, 7, 30]);
    y.sum().backward();
    expect(w.grad!.toArraySync()).toEqual([10, 0, 10]);
  });

  it("sums the gradient of a value that is broadcast", () => {
    const v = tensor(2, { requiresGrad: true });
    const y = zeros([2, 3]).set([":", [1, 3]], v);
    y.mul(tensor([1, 10, 100]))
      .sum()
      .backward();
    expect(v.grad!.itemSync()).toBe(220);
  });

  it("leaves values that earlier operations saved, and earlier results", () => {
    const w = tensor([2, 3], { requiresGrad: true });
    const y = w.mul(1);
    const square = y.mul(y); // saves y
    const part = y.slice([0, 1]);
    const other = y.reshape([2, 1]);
    y.set([0], 100);
    expect([part, other].map((t) => Array.from(t.dataSync()))).toEqual([[2], [2, 3]]);
    square.sum().backward();
    expect(w.grad!.toArraySync()).toEqual([4, 6]);
  });

  it("does not write through slices", () => {
    const x = zeros([2, 2]);
    x.slice(0).assign(1);
    expect(x.toArraySync()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("may read the tensor that it changes, and may be differentiated twice", async () => {
    await gradcheck(
      (w) => {
        const y = w!.mul(w!);
        y.set([[0, 2]], y.slice([1, 3]).mul(w!.slice([0, 2])));
        return y.mul(y);
      },
      [tensor([1, 2, 3], { dtype: "float64", requiresGrad: true })],
    );
    const w = tensor(3, { requiresGrad: true });
    const y = zeros([2]).set([1], w.mul(w).mul(w));
    const [first] = grad(y.sum(), w, { createGraph: true });
    const [second] = grad(first!, w);
    expect(second!.itemSync()).toBe(18);
  });

  it("keeps the ranges it was given", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const range: [number, number] = [0, 2];
    const y = zeros([4]).set([range], w);
    range[0] = 1;
    range[1] = 3;
    y.mul(tensor([1, 10, 100, 1000]))
      .sum()
      .backward();
    expect(w.grad!.toArraySync()).toEqual([1, 10]);
  });

  it("moves a wish for a gradient to the new value", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const y = w.mul(2).retainGrad();
    y.set([0], 5);
    y.mul(tensor([3, 4]))
      .sum()
      .backward();
    expect(y.grad!.toArraySync()).toEqual([3, 4]);
    expect(w.grad!.toArraySync()).toEqual([0, 8]);
  });

  it("refuses a leaf that requires gradients, and what is no list of ranges", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    expectError(() => w.set([0], 1), "LEAF_ASSIGNED", "Assign it inside noGrad");
    noGrad(() => w.set([0], 5));
    expect([w.toArraySync(), w.isLeaf, w.requiresGrad]).toEqual([[5, 2], true, true]);
    expectError(() => zeros([2]).set(0 as never, 1), "INVALID_ARGUMENT", "write x.set([0], value)");
    expectError(() => zeros([2]).set([0], "1" as never), "INVALID_ARGUMENT", "set: expected a tensor");
    expectError(() => zeros([2]).set([0], tensor(1, { dtype: "int32" })), "DTYPE_MISMATCH", "set: expected");
    expectError(() => zeros([2]).set([2], 1), "INDEX_OUT_OF_RANGE", "index 2 is out of bounds");
  });
});

describe("assign", () => {
  it("of a value with a graph takes its place in the graph", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const x = zeros([2]);
    x.assign(w.mul(3));
    expect(String(x)).toBe("tensor([3., 6.], grad_fn=<CopyBackwards>)");
    x.sum().backward();
    expect(w.grad!.toArraySync()).toEqual([3, 3]);
    const y = zeros([2]).assign(w);
    y.mul(2).sum().backward();
    expect(w.grad!.toArraySync()).toEqual([5, 5]);
  });

  it("of a result leaves its old graph a gradient of 0", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const y = w.mul(3);
    for (const value of [0, [5, 6], ones([2])]) y.assign(value);
    expect([y.requiresGrad, y.toArraySync()]).toEqual([true, [1, 1]]);
    y.sum().backward();
    expect(w.grad!.toArraySync()).toEqual([0, 0]);
  });

  it("inside noGrad changes the value, and neither the graph nor what requires gradients", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const y = w.mul(3);
    noGrad(() => y.assign([7, 7]).set([0], 8));
    expect([y.gradFn, y.toArraySync()]).toEqual(["MulBackward0", [8, 7]]);
    y.sum().backward();
    expect(w.grad!.toArraySync()).toEqual([3, 3]);
    const x = noGrad(() => zeros([2]).assign(w.mul(2)));
    expect([x.requiresGrad, x.isLeaf]).toEqual([false, true]);
  });

  it("of a tensor to itself changes nothing", () => {
    const x = tensor([1, 2]);
    x.assign(x).set([":"], x);
    expect(x.toArraySync()).toEqual([1, 2]);
    const y = tensor([1, 2], { requiresGrad: true }).mul(2);
    y.assign(y);
    expect(y.toArraySync()).toEqual([2, 4]);
  });
});

describe("memory", () => {
  it("a value that a scope's tensor took lives as long as the tensor", () => {
    ones([1]).mul(2).mul(0).add(1); // cached scalars
    const old = zeros([2]);
    const w = tensor([1, 2], { requiresGrad: true });
    const inner = scope(() => {
      old.set([0], w.slice(1));
      return keep(zeros([2])).assign(w.mul(2));
    });
    expect([old.toArraySync(), inner.toArraySync()]).toEqual([
      [2, 0],
      [2, 4],
    ]);
    old.add(inner).sum().backward();
    expect(w.grad!.toArraySync()).toEqual([2, 3]);
  });

  it("is level over a loop that fills a tensor, trains and forgets it", () => {
    const k = tensor([[1, 1]], { requiresGrad: true });
    const x = ones([3, 4]);
    const step = () =>
      scope(() => {
        k.grad = null;
        corr2dByHand(x, k).sum().backward();
        noGrad(() => k.assign(k.sub(k.grad!.mul(0.01))));
      });
    step();
    const before = live();
    for (let i = 0; i < 5; i++) step();
    expect(live()).toBe(before);
  });
});
