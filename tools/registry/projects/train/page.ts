/** The program in a browser: leaves the outcome, or the error, where a test can find it. */
import { cpuWasm } from "@corr2d/cpu-wasm";
import { type Outcome, train } from "./train.js";

const page = globalThis as { outcome?: Outcome | { readonly error: string } };

try {
  page.outcome = await train(await cpuWasm({ threads: 2 }));
} catch (error) {
  page.outcome = { error: String(error) };
}
