import { beforeAll, describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  arange,
  type Backend,
  corr2d,
  defineBackend,
  detectAnomaly,
  enableGrad,
  grad,
  isGradEnabled,
  maxPool2d,
  noGrad,
  normalizeGroups,
  ones,
  setBackend,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

beforeAll(() => setBackend(cpuJs()));

const leaf = (data: number | number[] | number[][]) => tensor(data, { requiresGrad: true });

describe("backward", () => {
  it("adds up over a diamond: b = a + a, c = b + b", () => {
    const a = leaf([1, 2]);
    const b = a.add(a);
    b.add(b).sum().backward();
    expect(a.grad!.toArraySync()).toEqual([4, 4]);
  });

  it("counts an input that is used twice by one operation", () => {
    const x = leaf([3, -2]);
    x.mul(x).sum().backward();
    expect(x.grad!.toArraySync()).toEqual([6, -4]);
  });

  it("does not wait for a consumer that never reaches the root", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    y.exp(); // Nobody uses this branch.
    y.sum().backward();
    expect(x.grad!.toArraySync()).toEqual([3, 3]);
  });

  it("accumulates over calls until the gradient is cleared", () => {
    const x = leaf([1, 2]);
    x.mul(2).sum().backward();
    x.mul(3).sum().backward();
    expect(x.grad!.toArraySync()).toEqual([5, 5]);
    x.grad = null;
    expect(x.grad).toBeNull();
    x.sum().backward();
    expect(x.grad!.toArraySync()).toEqual([1, 1]);
  });

  it("sums over the axes along which an operand was broadcast", () => {
    const row = leaf([1, 2, 3]);
    const column = tensor([[1], [2]], { requiresGrad: true });
    row.mul(column).sum().backward();
    expect(row.grad!.toArraySync()).toEqual([3, 3, 3]);
    expect(column.grad!.toArraySync()).toEqual([[6], [6]]);
  });

  it("follows a chain of 10,000 operations without recursion", () => {
    const x = leaf(1);
    let y = x.mul(1);
    for (let i = 0; i < 10_000; i++) y = y.add(x);
    y.backward();
    expect(x.grad!.itemSync()).toBe(10_001);
  });

  it("computes nothing towards leaves that do not require gradients", () => {
    const backend = cpuJs();
    let calls = 0;
    const counting = { ...backend } as Record<string, unknown>;
    counting.corr2dInput = (...args: Parameters<NonNullable<typeof backend.corr2dInput>>) => {
      calls++;
      return backend.corr2dInput!(...args);
    };
    const spy = Object.freeze(counting) as unknown as typeof backend;
    const x = ones([4, 4], { backend: spy });
    const k = ones([2, 2], { backend: spy, requiresGrad: true });
    corr2d(x, k).sum().backward();
    expect(k.grad!.toArraySync()).toEqual([
      [9, 9],
      [9, 9],
    ]);
    expect(calls).toBe(0);
  });

  it("takes a cotangent for a result of any shape", () => {
    const x = leaf([1, 2]);
    x.mul(x).backward(tensor([1, 10]));
    expect(x.grad!.toArraySync()).toEqual([2, 40]);
  });

  it("keeps the value that a leaf had in the forward pass", () => {
    const x = leaf([2, 3]);
    const y = x.mul(x).sum();
    noGrad(() => x.assign([100, 100]));
    y.backward();
    expect(x.grad!.toArraySync()).toEqual([4, 6]);
  });

  it("keeps the value of a leaf that was disposed after the forward pass", () => {
    const x = tensor([2, 3]);
    const w = leaf([1, 1]);
    const y = w.mul(x).sum();
    x.dispose();
    y.backward();
    expect(w.grad!.toArraySync()).toEqual([2, 3]);
  });

  it("leaves gradients on results that ask with retainGrad, and on no others", () => {
    const x = leaf([1, 2]);
    const kept = x.mul(2).retainGrad();
    const other = kept.mul(3);
    other.sum().backward();
    expect(kept.grad!.toArraySync()).toEqual([3, 3]);
    expect(other.grad).toBeNull();
  });

  it("reaches only the first maximum of a tie in a pool", () => {
    const x = tensor(
      [
        [
          [
            [1, 1],
            [1, 1],
          ],
        ],
      ],
      { requiresGrad: true },
    );
    maxPool2d(x, 2).sum().backward();
    expect(x.grad!.toArraySync()).toEqual([
      [
        [
          [1, 0],
          [0, 0],
        ],
      ],
    ]);
  });
});

describe("the graph's life", () => {
  it("is released by backward: a second call says how to keep it", () => {
    const x = leaf([1, 2]);
    const y = x.mul(x).sum();
    y.backward();
    expectError(() => y.backward(), "GRAPH_RELEASED", "Trying to backward through the graph a second time");
    expectError(() => y.backward(), "GRAPH_RELEASED", "retainGraph: true");
  });

  it("stays with retainGraph", () => {
    const x = leaf([1, 2]);
    const y = x.mul(x).sum();
    y.backward(undefined, { retainGraph: true });
    y.backward();
    expect(x.grad!.toArraySync()).toEqual([4, 8]);
  });

  it("holds no memory after backward", () => {
    const backend = cpuJs();
    const x = ones([8, 8], { backend, requiresGrad: true });
    x.mul(2).dispose(); // The scalar 2 stays cached on the backend.
    const before = backend.stats!().liveHandles;
    const a = x.mul(x);
    const b = a.mul(x);
    const c = b.sum();
    a.dispose();
    b.dispose();
    c.backward();
    c.dispose();
    x.grad = null;
    expect(backend.stats!().liveHandles).toBe(before);
  });
});

describe("noGrad", () => {
  it("records nothing, and restores recording after an exception", () => {
    const x = leaf([1]);
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
    expect(() =>
      noGrad(() => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(isGradEnabled()).toBe(true);
    expect(x.mul(2).requiresGrad).toBe(true);
    expect(noGrad(() => enableGrad(() => x.mul(2))).requiresGrad).toBe(true);
  });

  it("refuses an asynchronous function", () => {
    expectError(() => noGrad(async () => {}), "ASYNC_CALLBACK", "noGrad(fn) is synchronous");
    expect(isGradEnabled()).toBe(true);
  });
});

describe("grad", () => {
  it("returns gradients without touching .grad", () => {
    const x = leaf([1, 2]);
    const [g] = grad(x.mul(x).sum(), [x]);
    expect(g!.toArraySync()).toEqual([2, 4]);
    expect(x.grad).toBeNull();
  });

  it("differentiates with respect to an intermediate result", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    const [gy, gx] = grad(y.square().sum(), [y, x]);
    expect(gy!.toArraySync()).toEqual([6, 12]);
    expect(gx!.toArraySync()).toEqual([18, 36]);
  });

  it("goes on to any order with createGraph: x⁴ down to its fourth derivative", () => {
    const x = leaf([2]);
    let y = x.pow(4);
    for (const expected of [32, 48, 48, 24]) {
      y = grad(y.sum(), [x], { createGraph: true })[0]!;
      expect(y.itemSync()).toBe(expected);
    }
  });

  it("says when an input is not part of the graph, unless that is allowed", () => {
    const x = leaf([1]);
    const other = leaf([1]);
    expectError(
      () => grad(x.mul(2).sum(), [other]),
      "NO_GRAPH",
      "appears to not have been used in the graph",
    );
    expect(grad(x.mul(2).sum(), [other], { allowUnused: true })).toEqual([null]);
  });
});

describe("what cannot be differentiated", () => {
  it("names the remedy for a result that is not a scalar", () => {
    expectError(
      () => leaf([1, 2]).mul(2).backward(),
      "NOT_SCALAR",
      "grad can be implicitly created only for scalar outputs",
    );
  });

  it("says when nothing requires gradients", () => {
    expectError(
      () => tensor([1]).backward(),
      "NO_GRAPH",
      "element 0 of tensors does not require grad and does not have a grad_fn",
    );
  });

  it("refuses a cotangent of another shape", () => {
    expectError(
      () =>
        leaf([1, 2])
          .mul(2)
          .backward(ones([3])),
      "SHAPE_MISMATCH",
      "Mismatch in shape",
    );
  });

  it("refuses int32 leaves", () => {
    expectError(
      () => tensor([1], { dtype: "int32", requiresGrad: true }),
      "DTYPE_UNSUPPORTED",
      "Only Tensors of floating point and complex dtype can require gradients",
    );
  });

  it("refuses to assign a leaf that requires gradients outside noGrad", () => {
    expectError(
      () => leaf([1]).assign([2]),
      "LEAF_ASSIGNED",
      "a leaf Variable that requires grad is being used in an in-place operation",
    );
  });

  it("refuses to stop the gradients of a result", () => {
    const y = leaf([1]).mul(2);
    expectError(
      () => {
        y.requiresGrad = false;
      },
      "INVALID_ARGUMENT",
      "you can only change requires_grad flags of leaf variables",
    );
  });
});

describe("detectAnomaly", () => {
  it("names the function whose gradient became NaN", () => {
    const x = leaf([-1]);
    expectError(
      () => detectAnomaly(() => x.sqrt().sum().backward()),
      "ANOMALY",
      "Function 'SqrtBackward0' returned nan values in its 0th output.",
    );
  });
});

describe("non-finite values", () => {
  it("do not leak out of the branch that where leaves, forwards or backwards", () => {
    const x = leaf([Number.NaN, 4]);
    const y = where(x.gt(0), x.mul(3), zeros([2]));
    expect(y.toArraySync()).toEqual([0, 12]);
    y.sum().backward();
    expect(x.grad!.toArraySync()).toEqual([0, 3]);
  });

  it("reach only the windows that hold them", () => {
    const x = arange(25).reshape([5, 5]);
    x.set([2, 2], Number.POSITIVE_INFINITY);
    const y = corr2d(x, ones([2, 2]), { padding: 1 }).toArraySync() as number[][];
    const infinite = y.flatMap((row, i) => row.flatMap((v, j) => (Number.isFinite(v) ? [] : [[i, j, v]])));
    expect(infinite).toEqual(
      [
        [2, 2],
        [2, 3],
        [3, 2],
        [3, 3],
      ].map(([i, j]) => [i, j, Number.POSITIVE_INFINITY]),
    );
  });
});

// PyTorch 1.13's grad_fn of each.
it.each([
  ["SumBackward0", (x: Tensor) => x.sum()],
  ["SumBackward1", (x: Tensor) => x.sum(1)],
  ["MeanBackward0", (x: Tensor) => x.mean()],
  ["MeanBackward1", (x: Tensor) => x.mean([0, 1])],
  ["ProdBackward0", (x: Tensor) => x.prod()],
  ["ProdBackward1", (x: Tensor) => x.prod(1)],
  ["AmaxBackward0", (x: Tensor) => x.amax(1)],
] as const)("%s", (name, reduce) => expect(reduce(leaf([[1, 2]])).gradFn).toBe(name));

it("the gradient of a norm can itself be a norm at 0", () => {
  const x = leaf([0, 0]);
  const [first] = grad(x.norm(), [x], { createGraph: true });
  first!.norm().backward();
  expect(x.grad!.toArraySync()).toEqual([0, 0]);
});

describe("gradients that an operation makes together", () => {
  const size = { outer: 2, groups: 2, inner: 3, channels: 2, cells: 3 };
  /** cpu-js without some members, which lists the gradients of norms that it is asked for. */
  function listening(without: readonly string[] = []): { backend: Backend; calls: string[] } {
    const calls: string[] = [];
    const members: [string, unknown][] = Object.entries(cpuJs());
    const heard = members.map(([name, own]): [string, unknown] => {
      if (!/^normalize./.test(name)) return [name, own];
      return [
        name,
        (...args: unknown[]) => calls.push(name) && (own as (...args: unknown[]) => unknown)(...args),
      ];
    });
    const kept = heard.filter(([name]) => !without.includes(name));
    return { backend: defineBackend(Object.fromEntries(kept) as unknown as Backend), calls };
  }
  function inputsOn(backend: Backend): [x: Tensor, weight: Tensor, bias: Tensor] {
    const own = { backend, requiresGrad: true };
    return [tensor([3, 1, -4, 1, 5, 9, -2, 6, 5, 3, 5, 8], own), tensor([2, -1], own), tensor([0.5, 7], own)];
  }
  function lossOf([x, weight, bias]: readonly [Tensor, Tensor, Tensor]): Tensor {
    const { values, moments } = normalizeGroups(x, weight, bias, size, 1e-5);
    moments.dispose();
    return values.mul(arange(12, { dtype: "float32", backend: x.backend })).sum();
  }
  const together = listening();
  const apart = listening(["normalizeGrads"]);

  it("are those that it makes one after the other, and those of a recorded pass", () => {
    const expected = [grad(lossOf, apart), grad(lossOf, together, true)];
    for (const other of expected) {
      grad(lossOf, together).forEach((own, i) => {
        for (const [at, value] of own.entries()) expect(value).toBeCloseTo(other[i]![at]!, 4);
      });
    }

    function grad(f: typeof lossOf, { backend }: typeof together, createGraph = false): number[][] {
      const inputs = inputsOn(backend);
      f(inputs).backward({ createGraph });
      return inputs.map((input) => input.grad!.toArraySync() as number[]);
    }
  });

  it("take one call where several are wanted, and the one for the input alone where no other is", () => {
    together.calls.length = 0;
    const inputs = inputsOn(together.backend);
    lossOf(inputs).backward();
    expect(together.calls).toEqual(["normalizeGrads"]);
    grad(lossOf(inputs), [inputs[0]]);
    expect(together.calls).toEqual(["normalizeGrads", "normalizeInput"]);
  });

  it("leave nothing of those that nobody wants", () => {
    const { backend } = together;
    const inputs = inputsOn(backend);
    const before = (): number => backend.stats!().liveHandles;
    const loss = lossOf(inputs);
    grad(loss, [inputs[1]], { retainGraph: true })[0]!.dispose();
    const held = before();
    grad(loss, [inputs[1]], { retainGraph: true })[0]!.dispose();
    expect(before()).toBe(held);
  });

  it("are looked at by detectAnomaly", () => {
    const inputs = inputsOn(together.backend);
    const infinite = tensor(new Array(12).fill(Infinity), { backend: together.backend });
    expectError(
      () =>
        detectAnomaly(() =>
          normalizeGroups(...inputs, size, 1e-5)
            .values.mul(infinite)
            .sum()
            .backward(),
        ),
      "ANOMALY",
      "Function 'NormalizeBackward0' returned nan values in its 0th output.",
    );
  });
});
