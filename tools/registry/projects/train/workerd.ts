/** The program as a Cloudflare Worker, whose host compiles the kernels: `workerd test` runs it. */
import { cpuWasm } from "@corr2d/cpu-wasm";
import module from "@corr2d/cpu-wasm/kernels.wasm";
import { trainBoth } from "./both.js";

declare const console: { log(line: string): void };

export default {
  async test(): Promise<void> {
    const { code } = await cpuWasm().catch((error) => error);
    if (code !== "BACKEND_UNAVAILABLE")
      throw new Error("this host compiles WebAssembly: nothing is shown by it");
    console.log(JSON.stringify(await trainBoth({ threads: 2, heapMiB: 64, module })));
  },
};
