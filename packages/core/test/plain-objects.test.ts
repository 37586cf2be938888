/** What plain JavaScript, and tools that know nothing of tensors, do with any object. */
import { deepStrictEqual, notDeepStrictEqual } from "node:assert";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { deferring } from "../../conformance/test/deferring.ts";
import { cpuJs } from "../../cpu-js/src/index.ts";
import { type Backend, noGrad, ones, setBackend, Tensor, tensor } from "../src/index.ts";
import { expectError } from "./expect-error.ts";

setBackend(cpuJs());
// biome-ignore lint/suspicious/noExplicitAny: plain JavaScript
const js = (t: Tensor): any => t;

describe("JSON", () => {
  it("is the numbers, nested and in full", () => {
    const x = tensor([
      [1, 0.1],
      [-0, 3e38],
    ]);
    expect(JSON.parse(JSON.stringify({ x }))).toEqual({
      x: [
        [1, Math.fround(0.1)],
        [0, Math.fround(3e38)],
      ],
    });
    const many = JSON.parse(JSON.stringify(ones([2000])));
    expect(many.length).toBe(2000);
    expect(JSON.stringify(tensor(2))).toBe("2");
    expect(JSON.stringify(tensor([]))).toBe("[]");
  });

  it("has null for NaN and infinities", () => {
    expect(JSON.stringify(tensor([NaN, Infinity, -Infinity, 1]))).toBe("[null,null,null,1]");
  });

  it("says what to write on a late backend", () => {
    const late = ones([2], { backend: deferring(cpuJs() as Backend) });
    expectError(() => JSON.stringify({ late }), "SYNC_READ_UNSUPPORTED", "JSON.stringify(await x.toArray())");
  });

  it("of a disposed tensor is an error", () => {
    const gone = ones([2]);
    gone.dispose();
    expectError(() => JSON.stringify(gone), "DISPOSED", "used after dispose()");
  });
});

describe("operators", () => {
  const x = js(tensor([1, 2]));
  const [text, empty] = ["loss: ", ""];
  it.each<[string, () => unknown]>([
    ["x + x", () => x + x],
    ["x + 1", () => x + 1],
    ["'loss: ' + x", () => text + x],
    ["'' + x", () => empty + x],
    ["x * 2", () => x * 2],
    ["-x", () => -x],
    ["x ** 2", () => x ** 2],
    ["x < 0.5", () => x < 0.5],
    ["x >= x", () => x >= js(tensor(1))],
    // biome-ignore-start lint/suspicious/noDoubleEquals: what is refused
    ["x == 1", () => x == 1],
    ["x != 'text'", () => x != "text"],
    // biome-ignore-end lint/suspicious/noDoubleEquals: what is refused
    ["Number(x)", () => Number(x)],
    ["Math.max(x, 0)", () => Math.max(x, 0)],
    ["a typed array of tensors", () => Float32Array.of(x)],
  ])("%s throws and names the methods", (_, run) => {
    expectError(run, "INVALID_ARGUMENT", "a + b is a.add(b), a * b is a.mul(b), a < b is a.lt(b)");
    expectError(run, "INVALID_ARGUMENT", "in a text write `$");
  });

  it("leave texts and identity", () => {
    expect(`${x}`).toBe("tensor([1., 2.])");
    expect(String(x)).toBe("tensor([1., 2.])");
    expect([x, x].join("; ")).toBe("tensor([1., 2.]); tensor([1., 2.])");
    const same = x;
    // biome-ignore lint/suspicious/noDoubleEquals: no conversion happens
    expect([same == x, same === x, x == null, !x]).toEqual([true, true, false, false]);
  });
});

describe("names that people write", () => {
  const loose = new Function("x", "name", "value", "x[name] = value") as (...args: unknown[]) => void;

  it.each([
    ["data", "a tensor's 'data' cannot be assigned: write x.assign(value), inside noGrad"],
    ["shape", "cannot be assigned: x.reshape(shape)"],
    ["dtype", "cannot be assigned: x.type(dtype)"],
    ["backend", "cannot be assigned: await x.to(backend)"],
    ["isLeaf", "a tensor's 'isLeaf' cannot be assigned"],
    ["gradFn", "a tensor's 'gradFn' cannot be assigned"],
    ["requires_grad", "a tensor has no 'requires_grad': write x.requiresGrad"],
    ["grad_fn", "write x.gradFn"],
    ["is_leaf", "write x.isLeaf"],
    ["T", "write x.t(), or x.transpose(0, 1)"],
    ["device", "write x.backend"],
    ["requireGrad", "a tensor has no 'requireGrad' (did you mean 'requiresGrad'?)"],
    ["requiresgrad", "(did you mean 'requiresGrad'?)"],
    ["lr", "a tensor has no 'lr'"],
  ])("x.%s = … throws, also where code is not strict", (name, message) => {
    const x = ones([2]);
    expectError(() => loose(x, name, ones([2])), "INVALID_ARGUMENT", message);
    expectError(
      () => {
        js(x)[name] = 1;
      },
      "INVALID_ARGUMENT",
      message,
    );
    expect(Object.hasOwn(x, name)).toBe(false);
  });

  it.each([
    ["requires_grad", "write x.requiresGrad"],
    ["grad_fn", "write x.gradFn"],
    ["log_softmax", "write x.logSoftmax"],
    ["T", "write x.t()"],
    ["device", "write x.backend"],
    ["masked_fill", "write x.maskedFill"],
    ["add_", "write x.assign(value)"],
    ["zero_", "x.grad = null forgets a gradient"],
    ["requires_grad_", "write x.requiresGrad = true"],
  ])("x.%s, which would be undefined, throws", (name, message) => {
    expectError(() => js(ones([2]))[name], "INVALID_ARGUMENT", message);
  });

  it("are undefined where only a tool would ask", () => {
    const x = js(ones([2]));
    const asked = [
      "then",
      "$$typeof",
      "asymmetricMatch",
      "__v_isRef",
      "_isMockFunction",
      "length",
      "nodeType",
    ];
    expect(asked.map((name) => x[name])).toEqual(asked.map(() => undefined));
    expect(js(Tensor.prototype).T).toBeUndefined();
    expect(x instanceof Object).toBe(true);
    expect(Object.hasOwn(x, "id")).toBe(true);
  });

  it("that tensors have work as ever", async () => {
    const x = ones([2]);
    expect(await x.data()).toEqual(Float32Array.of(1, 1));
    x.requiresGrad = true;
    x.grad = ones([2]);
    expect(await x).toBe(x);
    expectError(() => (js(x).requiresGrad = "no"), "INVALID_ARGUMENT", "requiresGrad is a boolean");
    expectError(() => (js(x).grad = 1), "INVALID_ARGUMENT", "grad: expected a tensor, but got 1");
  });

  it("may be added to subclasses and to what tools keep under symbols", () => {
    class Named extends Tensor {
      label = "";
    }
    const { storage, shape } = js(ones([2]));
    const named = js(new Named(storage.retain(), shape, null));
    named.label = "a";
    named.other = 1;
    expect([named.label, named.other]).toEqual(["a", 1]);
    const key = Symbol("tool");
    const x = js(ones([2]));
    x[key] = 1;
    expect(x[key]).toBe(1);
  });
});

describe("comparison by fields", () => {
  it("tells tensors apart, whatever they hold", () => {
    const pairs: readonly (readonly [Tensor, Tensor])[] = [
      [tensor([1, 2]), tensor([3, 4])],
      [tensor([1, 2]), tensor([1, 2])],
      [tensor([1]), noGrad(() => tensor([1]))],
    ];
    for (const [a, b] of pairs) {
      notDeepStrictEqual(a, b);
      expect(isDeepStrictEqual({ w: a }, { w: b })).toBe(false);
      expect(a).not.toEqual(b);
      expect({ w: a }).not.toStrictEqual({ w: b });
      expect(a.id).not.toBe(b.id);
      // Some comparers ask an object with a valueOf of its own.
      expect(a.valueOf).not.toBe(Object.prototype.valueOf);
      expect(a.valueOf()).not.toBe(b.valueOf());
    }
  });

  it("finds one equal to itself", () => {
    const x = tensor([1, 2]);
    deepStrictEqual({ x }, { x });
    expect({ x }).toEqual({ x });

    const seen: Tensor[] = [tensor([[1, 2]])];
    expect(seen).toEqual([...seen]);
    expect(x.id).toBe(x.id);
  });

  it("knows scalars too, over which a loop is an error", () => {
    const x = tensor(1);
    expect({ x }).toEqual({ x });
    expect({ x }).not.toEqual({ x: tensor(1) });
    expect(x).not.toBe(tensor(1));
    const calls = vi.fn();
    calls(x, tensor([1]));
    expect(calls).toHaveBeenCalledWith(x, expect.anything());
    expectError(() => [...x], "SHAPE_MISMATCH", "iteration over a 0-d tensor");
    expectError(() => [...x], "SHAPE_MISMATCH", "iteration over a 0-d tensor");
  });

  it("has new ids for the rows of a new value", () => {
    const x = tensor([1, 2]);
    const [before] = x;
    expect([...x][0]!.id).toBe(before!.id);
    x.assign([1, 3]);
    expect([...x][0]!.id).not.toBe(before!.id);
    expect(new Set([...x, ...x, x, tensor(1)].map((each) => each.id)).size).toBe(4);
  });
});

describe("frameworks", () => {
  it("see a kind of its own, which reactive proxies leave alone", () => {
    expect(Object.prototype.toString.call(ones([1]))).toBe("[object Tensor]");
  });

  it("cannot clone a tensor, and are told what to send", () => {
    const x = ones([2]);
    const { port1, port2 } = new MessageChannel();
    for (const run of [() => structuredClone({ x }), () => port1.postMessage(x)]) {
      expect(run).toThrow("send await x.data() and x.shape");
      expect(run).toThrow(expect.objectContaining({ name: "DataCloneError" }));
    }
    port1.close();
    port2.close();
  });

  it("a proxy that was revoked is no tensor", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expectError(() => js(ones([1])).add(proxy), "INVALID_ARGUMENT", "expected a tensor, but got an object");
  });
});
