/** How a program gets the backend that the page computes on. */
import type { BackendChoice } from "../compute/session.ts";

export interface BackendCode {
  readonly importing: string;
  readonly setting: string;
}

export const CPU_JS: BackendChoice = { name: "cpu-js", threads: 1 };

export function backendCode({ name, threads }: BackendChoice): BackendCode {
  if (name === "cpu-js") {
    return { importing: `import { cpuJs } from "@corr2d/cpu-js";`, setting: "setBackend(cpuJs());" };
  }
  return {
    importing: `import { cpuWasm } from "@corr2d/cpu-wasm";`,
    setting: `setBackend(await cpuWasm(${threads === 1 ? "" : `{ threads: ${threads} }`}));`,
  };
}
