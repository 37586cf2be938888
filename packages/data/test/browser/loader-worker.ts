/** A loader's worker in a page: what it serves, its name says. */
import { defaultGenerator, drawUniform, setBackend, tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { serve } from "@corr2d/data";

setBackend(cpuJs());
const kind = (globalThis as unknown as { readonly name: string }).name;
// Messages that come while a module waits are lost to who listens later.
await new Promise((resolve) => setTimeout(resolve, 50));
if (kind === "dies") throw new Error("out of the blue");
serve({
  length: 14,
  at(i: number) {
    if (kind === "throws" && i === 5) throw new RangeError("no such picture");
    return { index: i, noise: tensor(drawUniform(defaultGenerator, 1, "float32")) };
  },
});
