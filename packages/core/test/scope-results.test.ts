/** What a scope finds in what its function returns, and what it refuses. */
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  detectAnomaly,
  enableGrad,
  keep,
  noGrad,
  ones,
  scope,
  setBackend,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

setBackend(cpuJs());
const lives = (t: Tensor) => !t.isDisposed;

describe("scope", () => {
  it("finds tensors in results that hold themselves", () => {
    interface Cycle {
      self?: Cycle;
      list: unknown[];
      t: Tensor;
    }
    const result = scope(() => {
      const cycle: Cycle = { list: [], t: ones([1]) };
      cycle.self = cycle;
      cycle.list.push(cycle.list, cycle, [cycle.t]);
      return cycle;
    });
    expect(lives(result.t)).toBe(true);
  });

  it("finds them at any depth", () => {
    const inner = { t: null as Tensor | null };
    scope(() => {
      let deep: unknown = inner;
      inner.t = ones([1]);
      for (let i = 0; i < 100_000; i++) deep = i % 2 === 0 ? [deep] : { deep };
      return deep;
    });
    expect(lives(inner.t!)).toBe(true);
  });

  it.each<[string, (t: Tensor) => unknown]>([
    ["an object without a prototype", (t) => Object.assign(Object.create(null), { t })],
    ["an object of another realm", (t) => Object.assign(runInNewContext("({})"), { t })],
    ["an array of another realm", (t) => runInNewContext("t => [1, [t]]")(t)],
    ["a Map", (t) => new Map([["w", { t }]])],
    ["the keys of a Map", (t) => new Map([[t, 1]])],
    ["a Set", (t) => new Set([t])],
    ["a Map of another realm", (t) => runInNewContext("t => new Map([[1, t]])")(t)],
  ])("finds them in %s", (_, wrap) => {
    let made: Tensor | undefined;
    scope(() => {
      made = ones([1]);
      return wrap(made);
    });
    expect(lives(made!)).toBe(true);
  });

  it("does not look into instances of classes", () => {
    class Box {
      t = ones([1]);
    }
    expect(scope(() => new Box()).t.isDisposed).toBe(true);
    const strange = { [Symbol.toStringTag]: "Map", t: null as Tensor | null };
    scope(() => {
      strange.t = ones([1]);
      return strange;
    });
    expect(lives(strange.t!)).toBe(true);
  });
});

it("keep takes a tensor, and no array of them", () => {
  for (const value of [undefined, null, 1n, {}, [ones([1])], Symbol("t"), () => 1]) {
    expectError(() => keep(value as never), "INVALID_ARGUMENT", "keep: expected a tensor, but got ");
  }
});

describe("functions that run a function", () => {
  const runners: Readonly<Record<string, (fn: () => unknown) => unknown>> = {
    scope,
    noGrad,
    enableGrad,
    detectAnomaly,
  };
  it.each(Object.entries(runners))("%s refuses asynchronous ones and what is none", (name, run) => {
    expectError(() => run(async () => 1), "ASYNC_CALLBACK", `${name}(fn) is synchronous`);
    for (const value of [undefined, null, 1, ones([1])]) {
      expectError(() => run(value as never), "INVALID_ARGUMENT", `${name}(fn) takes a function`);
    }
  });

  it("detectAnomaly is off again after a refusal", () => {
    expect(() => detectAnomaly(async () => 1)).toThrow();
    const x = tensor([-1], { requiresGrad: true });
    x.sqrt().sum().backward();
    expect(x.grad!.itemSync()).toBeNaN();
  });
});
