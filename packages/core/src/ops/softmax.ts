/** Softmax and its logarithm along one axis, each with its gradient from its own result. */
import { apply, checkTensor, makeTensor, type Op } from "../autograd.ts";
import { normalizeAxis, sizeOf } from "../shape.ts";
import { runScoped, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { checkFloating } from "./operands.ts";
import { amax } from "./reduce.ts";

interface Along {
  readonly axis: number;
}

function forward(member: "softmax" | "logSoftmax"): Op<Along>["forward"] {
  return ([x], { axis }) => {
    const { ownShape: shape } = x!;
    const { backend, size, stored, handle } = x!.storage;
    const own = backend[member];
    if (own === undefined || size === 0) return runScoped(() => composed(member, x!, axis));
    const outer = sizeOf(shape.slice(0, axis));
    const inner = sizeOf(shape.slice(axis + 1));
    const result = own(handle, outer, shape[axis] ?? 1, inner, stored);
    return makeTensor(new Storage(backend, result, size, stored), shape);
  };
}

/** The fallback. The largest element goes first, so that nothing overflows. */
function composed(member: "softmax" | "logSoftmax", x: Tensor, axis: number): Tensor {
  if (x.numel() === 0) return x.alias();
  const safe = x.sub(amax(x, axis, { keepdim: true }));
  const powers = safe.exp();
  const sums = powers.sum(axis, { keepdim: true });
  return member === "softmax" ? powers.div(sums) : safe.sub(sums.log());
}

const SOFTMAX: Op<Along> = {
  name: "SoftmaxBackward0",
  forward: forward("softmax"),
  savesOutput: true,
  // dx = y (g − Σ g y)
  gradients: [
    (g, c) => {
      const weighted = g.mul(c.output());
      return weighted.sub(c.output().mul(weighted.sum(c.attributes.axis, { keepdim: true })));
    },
  ],
};

const LOG_SOFTMAX: Op<Along> = {
  name: "LogSoftmaxBackward0",
  forward: forward("logSoftmax"),
  savesOutput: true,
  // dx = g − eʸ Σ g
  gradients: [
    (g, c) =>
      g.sub(
        c
          .output()
          .exp()
          .mul(g.sum(c.attributes.axis, { keepdim: true })),
      ),
  ],
};

function run(op: Op<Along>, label: string, x: Tensor, dim: number): Tensor {
  checkTensor(label, x);
  checkFloating(label, x);
  return apply(op, [x], { axis: normalizeAxis(label, dim, x.ownShape.length) });
}

/** eˣ / Σ eˣ along `dim`, computed without overflow. */
export const softmax = (x: Tensor, dim: number): Tensor => run(SOFTMAX, "softmax", x, dim);
/** ln(eˣ / Σ eˣ) along `dim`, computed without overflow. */
export const logSoftmax = (x: Tensor, dim: number): Tensor => run(LOG_SOFTMAX, "logSoftmax", x, dim);
/** `softmax` of −x: the smallest element has the largest share. */
export function softmin(x: Tensor, dim: number): Tensor {
  checkTensor("softmin", x);
  return softmax(x.neg(), dim);
}
