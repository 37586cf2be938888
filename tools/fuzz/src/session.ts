/** A backend under test, and its successor where a failure may have spoilt it. */
import type { Backend } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { cpuWasm } from "@corr2d/cpu-wasm";

/** Small, so that what fills a heap is met soon. */
const HEAP_MIB = 64;

export type BackendName = "cpu-js" | "cpu-wasm";

const FACTORIES: Readonly<Record<BackendName, () => Backend | Promise<Backend>>> = {
  "cpu-js": () => cpuJs(),
  "cpu-wasm": () => cpuWasm({ heapMiB: HEAP_MIB }),
};
export const BACKENDS: readonly BackendName[] = ["cpu-js", "cpu-wasm"];

export interface Session {
  readonly backend: Backend;
  /** Closes the backend and opens another. */
  renew(): Promise<void>;
}

export async function openSession(name: BackendName): Promise<Session> {
  let backend: Backend = await FACTORIES[name]();
  return {
    get backend() {
      return backend;
    },
    async renew() {
      try {
        await backend.close?.();
      } catch {
        // Beyond repair, which is what it is left for.
      }
      backend = await FACTORIES[name]();
    },
  };
}
