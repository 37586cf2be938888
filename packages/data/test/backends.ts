/** Runs tests on each backend, as the one that new tensors go to. */
import { type Backend, setBackend } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { cpuWasm } from "@corr2d/cpu-wasm";
import { beforeEach, describe } from "vitest";

const backends: readonly Backend[] = [cpuJs(), await cpuWasm()];
setBackend(backends[0]!); // for the values in tables of cases

export function onEachBackend(tests: (backend: Backend) => void): void {
  for (const backend of backends) {
    describe(`on ${backend.name}`, () => {
      beforeEach(() => setBackend(backend));
      tests(backend);
    });
  }
}
