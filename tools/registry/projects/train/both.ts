/** The same training on both backends, and what came of each. The WebAssembly one is closed at the end. */
import { cpuJs } from "@corr2d/cpu-js";
import { type CpuWasmOptions, cpuWasm } from "@corr2d/cpu-wasm";
import { type Outcome, train } from "./train.js";

export interface Both {
  readonly js: Outcome;
  readonly wasm: Outcome;
}

export async function trainBoth(options: CpuWasmOptions): Promise<Both> {
  const js = await train(cpuJs());
  const backend = await cpuWasm(options);
  const wasm = await train(backend);
  await backend.close?.();
  return { js, wasm };
}
