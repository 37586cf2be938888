/** What must still be right after any case: sums of small tensors, each with memory of its own, and what all share. */
import { type Backend, isGradEnabled, tensor } from "@corr2d/core";

export function canary(backend: Backend): void {
  const tensors = [1, 2, 3, 4, 5].map((value) => tensor([value, 10 * value], { backend }));
  const held = tensors.map((x) => x.dataSync().join());
  if (held.join(";") !== "1,10;2,20;3,30;4,40;5,50") throw new Error(`small tensors hold ${held.join(";")}`);
  const sum = tensors.reduce((a, b) => a.add(b)).mul(2);
  if (sum.dataSync().join() !== "30,300") throw new Error(`the known sum is ${sum.dataSync().join()}`);
  if (!isGradEnabled()) throw new Error("gradients are off for everyone");
  if (Object.keys(Object.prototype).length > 0) throw new Error("Object.prototype was written to");
  for (const x of [...tensors, sum]) x.dispose();
}
