/** Differentiable functions of one's own, hooks on tensors, and checkpoints. */
import { describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  autograd,
  bernoulli,
  CustomFunction,
  checkpoint,
  type FunctionContext,
  grad,
  gradcheck,
  manualSeed,
  noGrad,
  ones,
  scope,
  setBackend,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

const backend = cpuJs();
setBackend(backend);
const leaf = (values: number[]): Tensor => tensor(values, { dtype: "float64", requiresGrad: true });

class Exp extends autograd.Function {
  static override forward(context: FunctionContext, x: Tensor): Tensor {
    const y = x.exp();
    context.saveForBackward(y);
    return y;
  }
  static override backward({ savedTensors: [y] }: FunctionContext, gradient: Tensor): Tensor {
    return gradient.mul(y!);
  }
}

/** scale · a · b, where the scale is a number. */
class Product extends CustomFunction {
  static override forward(context: FunctionContext, a: Tensor, scale: number, b: Tensor): Tensor {
    context.saveForBackward(a, b);
    context.scale = scale;
    return a.mul(b).mul(scale);
  }
  static override backward(context: FunctionContext, gradient: Tensor): (Tensor | null)[] {
    const [a, b] = context.savedTensors;
    const scaled = gradient.mul(context.scale as number);
    return [
      context.needsInputGrad[0] ? scaled.mul(b!) : null,
      null,
      context.needsInputGrad[2] ? scaled.mul(a!) : null,
    ];
  }
}

describe("a custom function", () => {
  it("has the gradients that it says, to any order, through its output too", async () => {
    const x = leaf([0.5, -1]);
    expect(String(Exp.apply(x))).toContain("grad_fn=<ExpBackward>");
    expect(await gradcheck((v) => Exp.apply(v!), [x])).toBe(true);
    const first = (v: Tensor): Tensor => grad(Exp.apply(v).sum(), v, { createGraph: true })[0]!;
    expect(await gradcheck((v) => first(v!), [x])).toBe(true);
  });

  it("takes tensors and other values, and broadcasts as operations do", async () => {
    // @ts-expect-error: the scale is missing
    expect(() => Product.apply(ones([1]), ones([1]))).toThrow();
    const [a, b] = [leaf([1, 2]), leaf([3])];
    expect(await gradcheck((x, y) => Product.apply(x!, 2, y!), [a, b])).toBe(true);
    Product.apply(a, 2, b).sum().backward();
    expect([a.grad!.toArraySync(), b.grad!.toArraySync()]).toEqual([[6, 6], [6]]);
    const fixed = tensor([3, 3], { dtype: "float64" });
    expect(Product.apply(fixed, 1, b).sum().itemSync()).toBe(18);
  });

  it("keeps nothing that it does not save, nor anything after backward or without recording", () => {
    const live = (): number => backend.stats!().liveHandles;
    const x = leaf([1, 2]);
    for (const work of [
      () => Exp.apply(x).sum().backward(),
      () => noGrad(() => Exp.apply(x)),
      () => Exp.apply(x.detach()),
    ]) {
      scope(() => void work());
      const before = live();
      for (let i = 0; i < 3; i++) scope(() => void work());
      expect(live()).toBe(before);
    }
    const y = Exp.apply(x).sum();
    y.backward();
    expectError(() => y.backward(), "GRAPH_RELEASED", "Trying to backward through the graph a second time");
  });

  it("may hand an argument on, and give no gradient", () => {
    class Stop extends CustomFunction {
      static override forward(_: FunctionContext, x: Tensor): Tensor {
        return x;
      }
      static override backward(): null {
        return null;
      }
    }
    const x = leaf([1, 2]);
    const y = Stop.apply(x);
    expect(y).not.toBe(x);
    y.sum().backward();
    expect(x.grad!.toArraySync()).toEqual([0, 0]);
  });

  it("says what is wrong with a class, in forward and in backward", () => {
    class Bare extends CustomFunction {}
    class Wrong extends CustomFunction {
      static result: unknown;
      static override forward(_: FunctionContext, x: Tensor, ..._rest: unknown[]): Tensor {
        return x.mul(2);
      }
      static override backward(): Tensor {
        return Wrong.result as Tensor;
      }
    }
    const x = leaf([1, 2]);
    const back = (result: unknown, ...rest: unknown[]) => {
      Wrong.result = result;
      return () =>
        Wrong.apply(x, ...rest)
          .sum()
          .backward();
    };
    expectError(() => Bare.apply(x), "INVALID_ARGUMENT", "Bare has no static forward");
    const count = "function WrongBackward returned an incorrect number of gradients (expected 2, got 1)";
    expectError(back(x, 3), "INVALID_ARGUMENT", count);
    const shape =
      "Function WrongBackward returned an invalid gradient at index 0 - got [3] but expected shape compatible with [2]";
    expectError(back(leaf([1, 2, 3])), "SHAPE_MISMATCH", shape);
    expectError(back("no"), "INVALID_ARGUMENT", "expected a tensor or null as gradient 0, but got");
    class Number_ extends CustomFunction {
      static override forward(): Tensor {
        return 3 as never;
      }
    }
    expectError(() => Number_.apply(), "INVALID_ARGUMENT", "expected to return a tensor, but got 3");
    class Saves extends CustomFunction {
      static override forward(context: FunctionContext, x: Tensor): Tensor {
        context.saveForBackward(3 as never);
        return x;
      }
    }
    expectError(() => Saves.apply(x), "INVALID_ARGUMENT", "saveForBackward can only save tensors, but got 3");
  });
});

describe("a hook on a tensor", () => {
  it("sees and replaces gradients, of results and of leaves, until it is removed", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    const seen: unknown[] = [];
    y.retainGrad();
    y.registerHook((g) => {
      seen.push(g.toArraySync());
      return g.mul(10);
    });
    const { remove } = x.registerHook((g) => {
      seen.push(g.toArraySync());
    });
    y.sum().backward({ retainGraph: true });
    expect(seen).toEqual([
      [1, 1],
      [30, 30],
    ]);
    expect([y.grad!.toArraySync(), x.grad!.toArraySync()]).toEqual([
      [10, 10],
      [30, 30],
    ]);
    remove();
    expect(grad(y.sum(), [x, y]).map((g) => g!.toArraySync())).toEqual([
      [30, 30],
      [10, 10],
    ]);
    expect(seen).toHaveLength(3);
  });

  it("leaks nothing, and refuses what it cannot do", () => {
    const x = leaf([1, 2]);
    x.registerHook((g) => g.mul(2));
    scope(() => x.sum().backward());
    const live = backend.stats!().liveHandles;
    for (let i = 0; i < 3; i++) scope(() => x.sum().backward());
    expect(backend.stats!().liveHandles).toBe(live);
    expect(x.grad!.toArraySync()).toEqual([8, 8]);
    const text = "cannot register a hook on a tensor that doesn't require gradient";
    expectError(() => ones([1]).registerHook(() => {}), "INVALID_ARGUMENT", text);
    expectError(() => x.registerHook(3 as never), "INVALID_ARGUMENT", "registerHook");
    x.registerHook((g) => g.sum());
    expectError(() => x.sum().backward(), "SHAPE_MISMATCH", "hook has changed the size of value");
  });
});

describe("checkpoint", () => {
  it("gives the gradients of the part itself, of inputs and of what it uses, with the same random numbers", () => {
    const run = (through: (part: (x: Tensor, n: number) => Tensor, x: Tensor, n: number) => Tensor) => {
      manualSeed(0);
      const [x, w] = [leaf([1, 2]), leaf([3, 4])];
      const part = (v: Tensor, n: number): Tensor =>
        v
          .mul(w)
          .mul(bernoulli([2], 0.5, { dtype: "float64" }))
          .pow(n);
      through(part, x.mul(2), 2).sum().backward();
      return [x.grad!.toArraySync(), w.grad!.toArraySync(), bernoulli([8], 0.5).toArraySync()];
    };
    expect(run((part, x, n) => checkpoint(part, x, n))).toEqual(run((part, x, n) => part(x, n)));
  });

  it("leaves the random numbers where they were, also when the part fails the second time", () => {
    manualSeed(0);
    let calls = 0;
    const part = (v: Tensor): Tensor => {
      if (++calls === 2) throw new Error("the second time");
      return v.mul(bernoulli([2], 0.5, { dtype: "float64" }));
    };
    const y = checkpoint(part, leaf([1, 2])).sum();
    const wanted = bernoulli([8], 0.5);
    manualSeed(0);
    bernoulli([2], 0.5, { dtype: "float64" });
    expect(() => y.backward()).toThrow("the second time");
    expect(bernoulli([8], 0.5).toArraySync()).toEqual(wanted.toArraySync());
  });

  it("keeps less for backward", () => {
    const grown = (work: (x: Tensor) => Tensor): number => {
      const x = leaf([1, 2]).mul(1);
      const before = backend.stats!().liveHandles;
      const y = scope(() => work(x));
      const after = backend.stats!().liveHandles;
      y.sum().backward();
      return after - before;
    };
    const part = (v: Tensor): Tensor => v.exp().exp().exp().exp();
    expect(grown((x) => checkpoint(part, x))).toBeLessThan(grown(part));
  });

  it("needs something that backward can reach, unless nothing is recorded", () => {
    const part = (x: Tensor): Tensor => x.exp();
    expectError(
      () => checkpoint(part, ones([1])),
      "INVALID_ARGUMENT",
      "none of the inputs requires gradients",
    );
    expect(noGrad(() => checkpoint(part, ones([1]))).numel()).toBe(1);
  });
});
