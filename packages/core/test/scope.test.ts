import { beforeEach, describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  type Backend,
  isKept,
  keep,
  noGrad,
  ones,
  scope,
  setBackend,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

let backend: Backend;
const live = () => backend.stats!().liveHandles;

beforeEach(() => {
  backend = cpuJs();
  setBackend(backend);
  ones([1]).mul(2).add(1); // Scalars stay cached on the backend; they are not part of what is counted below.
});

describe("scope", () => {
  it("frees what was made inside and keeps what is returned, at any depth", () => {
    const before = live();
    const { a, list } = scope(() => {
      const x = ones([4]);
      const y = x.mul(2);
      return { a: y.add(1), list: [y.mul(2), 7] as const };
    });
    expect(live()).toBe(before + 2);
    expect(a.toArraySync()).toEqual([3, 3, 3, 3]);
    expect(list[0].toArraySync()).toEqual([4, 4, 4, 4]);
  });

  it("hands a returned tensor to the scope around it", () => {
    const before = live();
    scope(() => {
      const inner = scope(() => ones([4]).mul(2));
      expect(inner.isDisposed).toBe(false);
    });
    expect(live()).toBe(before);
  });

  it("lets kept tensors live", () => {
    let kept: Tensor | undefined;
    scope(() => {
      kept = keep(ones([2]).mul(2));
    });
    expect(kept!.toArraySync()).toEqual([2, 2]);
  });

  it("knows which tensors are kept", () => {
    const x = ones([2]);
    expect([isKept(x), isKept(keep(x)), isKept(x), isKept(null as never)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("leaves older tensors their new values: assign and .grad", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    scope(() => {
      w.mul(w).sum().backward();
      noGrad(() => w.assign(w.sub(w.grad!)));
    });
    expect(w.toArraySync()).toEqual([-1, -2]);
    expect(w.grad!.toArraySync()).toEqual([2, 4]);
    scope(() => w.mul(w).sum().backward());
    expect(w.grad!.toArraySync()).toEqual([0, 0]);
  });

  it("keeps memory level over a training loop, to the handle", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const step = () =>
      scope(() => {
        w.grad = null;
        w.mul(w).sum().backward();
        noGrad(() => w.assign(w.sub(w.grad!.mul(2))));
      });
    step();
    const before = live();
    for (let i = 0; i < 50; i++) step();
    expect(live()).toBe(before);
  });

  it("frees everything when the function throws", () => {
    const before = live();
    expect(() =>
      scope(() => {
        ones([4]).mul(2);
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(live()).toBe(before);
  });

  it("refuses an asynchronous function, and says what to do", () => {
    expectError(() => scope(async () => ones([2])), "ASYNC_CALLBACK", "keep(tensor)");
  });

  it("shares memory among reshapes until the last one goes", () => {
    const before = live();
    const x = ones([4]);
    const y = x.reshape([2, 2]);
    expect(live()).toBe(before + 1);
    x.dispose();
    expect(y.toArraySync()).toEqual([
      [1, 1],
      [1, 1],
    ]);
    y.dispose();
    expect(live()).toBe(before);
  });
});

describe("dispose", () => {
  it("may be called twice, and use after it is a clear error", () => {
    const x = ones([2, 3]);
    x.dispose();
    x.dispose();
    expect(x.isDisposed).toBe(true);
    expectError(() => x.add(1), "DISPOSED", "shape [2, 3] was used after dispose()");
    expectError(() => x.dataSync(), "DISPOSED", "keep(tensor)");
    expect(String(x)).toContain("disposed");
  });

  it("works with using", () => {
    const before = live();
    {
      using x = ones([8]);
      expect(x.isDisposed).toBe(false);
    }
    expect(live()).toBe(before);
  });

  it("does not take the gradient a caller still holds", () => {
    const w = tensor([3], { requiresGrad: true });
    w.mul(w).sum().backward();
    const g = w.grad!;
    w.grad = null;
    expect(g.itemSync()).toBe(6);
  });
});

it("stays bounded over 100,000 synchronous steps with scopes", () => {
  const w = tensor([[0.5, -0.5]], { requiresGrad: true });
  const x = ones([2, 3]);
  let most = 0;
  for (let i = 0; i < 100_000; i++) {
    scope(() => {
      w.grad = null;
      x.slice(":", ":2").mul(w).sum().backward();
      noGrad(() => w.assign(w.sub(w.grad!.mul(1e-6))));
    });
    most = Math.max(most, live());
  }
  expect(most).toBeLessThan(20);
});
