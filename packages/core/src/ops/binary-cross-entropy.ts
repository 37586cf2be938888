/** The binary cross-entropy of a probability, element by element, with PyTorch's bounds where a logarithm has none. */
import { apply, checkTensors, type Op } from "../autograd.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { checkFloating, checkSameDtype } from "./operands.ts";

const lowest = (log: Tensor): Tensor => log.clamp(-100);

const BINARY_CROSS_ENTROPY: Op = {
  name: "BinaryCrossEntropyBackward0",
  forward: ([x, target]) =>
    runScoped(() => {
      const miss = lowest(x!.neg().log1p());
      return target!
        .sub(1)
        .mul(miss)
        .sub(target!.mul(lowest(x!.log())));
    }),
  savesInputs: true,
  gradients: [
    (g, c) => {
      const x = c.input(0);
      return g.mul(x.sub(c.input(1))).div(x.mul(x.neg().add(1)).clamp(1e-12));
    },
    (g, c) => {
      const x = c.input(0);
      return g.mul(lowest(x.neg().log1p()).sub(lowest(x.log())));
    },
  ],
};

/**
 * −t · ln x − (1 − t) · ln(1 − x), with logarithms of −100 at least, as PyTorch has it.
 *
 * @param x probabilities, any shape.
 * @param target probabilities of the same shape and dtype.
 * @throws DTYPE_MISMATCH, DTYPE_UNSUPPORTED, BACKEND_MISMATCH.
 */
export function binaryCrossEntropyOf(x: Tensor, target: Tensor): Tensor {
  checkTensors("binaryCrossEntropy", [x, target]);
  checkFloating("binaryCrossEntropy", x);
  checkSameDtype("binaryCrossEntropy", x, target);
  return apply(BINARY_CROSS_ENTROPY, [x, target], undefined);
}
