/** The program on Node, Bun and Deno: prints the outcome as one line of JSON. */
import { cpuWasm } from "@corr2d/cpu-wasm";
import { train } from "./train.js";

declare const console: { log(line: string): void };

const backend = await cpuWasm({ threads: 2 });
console.log(JSON.stringify(await train(backend)));
backend.close?.();
