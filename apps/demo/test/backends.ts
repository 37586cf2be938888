/** The backends that every example is tested on. A new one joins with one line. */
import type { Backend } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { cpuWasm } from "@corr2d/cpu-wasm";

interface TestedBackend {
  readonly name: string;
  readonly make: () => Backend | Promise<Backend>;
}

export const BACKENDS: readonly TestedBackend[] = [
  { name: "cpu-js", make: cpuJs },
  { name: "cpu-wasm", make: cpuWasm },
];
