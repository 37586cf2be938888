// Whatever plain JavaScript gives to whatever is exported: a result or a Corr2dError, never an error from inside.
import { Corr2dError, ones, setBackend, tensor, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import * as nn from "../src/index.ts";

beforeAll(() => {
  setBackend(cpuJs());
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterAll(() => vi.restoreAllMocks());

/** Optimisers, and what schedules them. */
function schedules(): unknown[] {
  const optimizer = new nn.SGD([new nn.Parameter(ones([2]))], { momentum: 0.5 });
  const scheduler = new nn.ExponentialLR(optimizer, 0.5);
  return [
    optimizer,
    new nn.Adam([new nn.Parameter(ones([2]))]),
    scheduler,
    [scheduler],
    scheduler.stateDict(),
  ];
}

/** Values that no signature asks for, and a few that fit somewhere, so that calls get past the first argument. */
function values(): unknown[] {
  const bare: unknown = Object.create(null);
  return [
    ...[
      undefined,
      null,
      true,
      false,
      0,
      1,
      2,
      3,
      -1,
      0.5,
      Number.NaN,
      Infinity,
      2 ** 31,
      1n,
      "",
      "same",
      "sum",
    ],
    ...[
      Symbol("s"),
      () => 1,
      {},
      bare,
      [],
      new Array(2),
      [1, 2],
      [1, "2"],
      [[1]],
      new Map([["stride", 2]]),
      new Date(0),
    ],
    ...[
      /x/,
      new Float32Array(2),
      Promise.resolve(1),
      new Error("x"),
      { stride: 2 },
      { lr: 0.1 },
      { lr: "0.1" },
    ],
    ...[
      { reduction: "sum" },
      { stride: 1n },
      { bias: false },
      { std: 0.1 },
      { padding: [1, undefined] },
      { params: 3 },
    ],
    ...[
      { dtype: "float16" },
      { backend: 3 },
      { generator: 3 },
      { state: null, paramGroups: [null] },
      { a: 1, b: [2] },
    ],
    ...[zeros([2, 2]), ones([1, 1, 4, 4]), zeros([0, 3]), tensor([0, 1], { dtype: "int32" }), tensor(1)],
    ...[new nn.ReLU(), new nn.LazyLinear(2), new nn.LazyLinear(2).weight, [new nn.Parameter(ones([2]))]],
    ...schedules(),
  ];
}

/** A small generator of its own, so that a failure comes again (xorshift32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const describe = (value: unknown): string => {
  try {
    return typeof value === "object" ? Object.prototype.toString.call(value) : String(value);
  } catch {
    return "?";
  }
};

/** Runs a call; the fault is an error that is not ours. */
function faultOf(call: () => unknown): unknown {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(() => {});
    return null;
  } catch (error) {
    return Corr2dError.isInstance(error) ? null : error;
  }
}

type Callable = (...args: unknown[]) => unknown;
type Newable = new (...args: unknown[]) => unknown;

const callables = (members: object, prefix: string): [string, Callable][] =>
  Object.entries(members)
    .filter(([, value]) => typeof value === "function")
    .map(([name, value]) => [prefix + name, value]);
const exported = [...callables(nn, ""), ...callables(nn.init, "init.")];

it.each(exported)("%s", (name, target) => {
  const isClass = /^[A-Z]/.test(name);
  const below = random(0x9e3779b9 ^ name.length);
  const pool = values();
  const pick = (): unknown => pool[below(pool.length)];
  for (let i = 0; i < 400; i++) {
    const args = Array.from({ length: below(5) }, pick);
    let made: unknown;
    const call = () => {
      made = isClass ? new (target as unknown as Newable)(...args) : target(...args);
      return made;
    };
    const fault = faultOf(call);
    if (fault !== null) expect.fail(`${name}(${args.map(describe).join(", ")}): ${fault}`);
    if (![nn.Module, nn.Optimizer, nn.Scheduler].some((Kind) => made instanceof Kind)) continue;
    // The methods of what was made, as hostile.
    const methods = [
      "forward",
      "train",
      "apply",
      "loadStateDict",
      "addParamGroup",
      "step",
      "stateDict",
      "parameters",
      "getLastLr",
      "updateParameters",
    ];
    for (const method of methods.filter((member) => member in (made as object))) {
      const given = Array.from({ length: 1 + below(2) }, pick);
      const at = faultOf(() => (made as Record<string, Callable>)[method]!(...given));
      if (at !== null)
        expect.fail(`${name}.${method}(${given.map(describe).join(", ")}): ${(at as Error).stack}`);
    }
    const text = faultOf(() => String(made));
    if (text !== null) expect.fail(`String(new ${name}(${args.map(describe).join(", ")})): ${text}`);
  }
});
