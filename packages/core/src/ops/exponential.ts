/** Powers and logarithms to other bases: value and derivative side by side, composed of what every backend has. */
import { apply, checkTensor, type Op } from "../autograd.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { pow } from "./pow.ts";
import { floated } from "./promote.ts";

const LOGARITHM = (name: string, base: number): Op => ({
  name,
  forward: ([x]) => runScoped(() => x!.log().mul(1 / Math.log(base))),
  savesInputs: true,
  gradients: [(g, c) => g.div(c.input(0).mul(Math.log(base)))],
});

const LOG2 = /* @__PURE__ */ LOGARITHM("Log2Backward0", 2);
const LOG10 = /* @__PURE__ */ LOGARITHM("Log10Backward0", 10);
const EXP2: Op = {
  name: "Exp2Backward0",
  forward: ([x]) => pow(2, x!),
  savesOutput: true,
  gradients: [(g, c) => g.mul(c.output()).mul(Math.LN2)],
};

const run = (op: Op, label: string, x: Tensor): Tensor => {
  checkTensor(label, x);
  return floated(x, (real) => apply(op, [real], undefined));
};

/** The logarithm to base 2. */
export const log2 = (x: Tensor): Tensor => run(LOG2, "log2", x);
/** The logarithm to base 10. */
export const log10 = (x: Tensor): Tensor => run(LOG10, "log10", x);
/** 2ˣ. */
export const exp2 = (x: Tensor): Tensor => run(EXP2, "exp2", x);
