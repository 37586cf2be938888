// Two copies of the package in one program.
import { setBackend, type Tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { expect, it, vi } from "vitest";
import { Linear, Module, Sequential } from "../src/index.ts";
import { expectError } from "./support.ts";

it("a module of another copy is named as such", async () => {
  setBackend(cpuJs());
  class Holding extends Module {
    held: unknown;
    constructor(held: unknown) {
      super();
      this.held = held;
    }
    forward(x: Tensor): Tensor {
      return x;
    }
  }
  vi.resetModules();
  (await import("@corr2d/core")).setBackend(cpuJs()); // it has a copy of core of its own as well
  const other = await import("../src/index.ts");
  expect(other.Linear).not.toBe(Linear);
  const text = "is a module of another copy of @corr2d/nn";
  expectError(() => new Holding(new other.Linear(1, 1)).parameters(), "DUPLICATE_CORE", `'held' ${text}`);
  expectError(() => new Sequential(new other.Linear(1, 1) as never), "DUPLICATE_CORE", `'0' ${text}`);
});
