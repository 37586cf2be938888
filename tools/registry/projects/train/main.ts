/** The program on Node, Bun and Deno: prints the outcome as one line of JSON. */
import { getBackend } from "@corr2d/core";
import { train } from "./train.js";

declare const console: { log(line: string): void };

console.log(JSON.stringify(await train({ threads: 2 })));
getBackend().close?.();
