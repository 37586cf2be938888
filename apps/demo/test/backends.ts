/** The backends that every example is tested on. A new one joins with one line. */
import type { Backend } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";

export const BACKENDS: readonly { readonly name: string; readonly make: () => Backend | Promise<Backend> }[] =
  [{ name: "cpu-js", make: () => cpuJs() }];
