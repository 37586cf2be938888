/** A layer and the batch normalisation behind it as one layer, for use after training. */
import { Corr2dError, describeValue, noGrad, scope, type Tensor } from "@corr2d/core";
import { invalid } from "../arguments.ts";
import { BatchNorm } from "../layers/batch-norm.ts";
import { Convolution } from "../layers/convolution.ts";
import { Linear } from "../layers/linear.ts";
import { Parameter } from "../parameter.ts";
import { isParametrized, removeParametrizations } from "./parametrize.ts";

/**
 * The copy of a layer that does what the layer and the normalisation do.
 *
 * @param outputs the axes that the layer's weight has when its outputs are one axis of it, and which of these that is.
 */
function fuse<L extends Convolution | Linear>(
  owner: string,
  layer: L,
  bn: BatchNorm,
  channels: number,
  outputs: (weight: Tensor) => { readonly shape: number[]; readonly scale: number[] },
): L {
  if (!(bn instanceof BatchNorm))
    throw invalid(`${owner}: expected a batch norm, but got ${describeValue(bn)}`);
  if (layer.training || bn.training) throw invalid(`${owner}: Fusion only for eval!`);
  const { runningMean, runningVar, weight: scale, bias: shift, numFeatures, eps } = bn;
  if (runningMean === null || runningVar === null) {
    throw invalid(
      `${owner}: the batch norm keeps no running statistics, and computes with those of each batch`,
    );
  }
  if (numFeatures !== channels) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${owner}: the layer has ${channels} outputs, but the batch norm normalises ${numFeatures}`,
    );
  }
  const fused = layer.clone() as L;
  for (const name of ["weight", "bias"]) {
    if (isParametrized(fused, name)) removeParametrizations(fused, name);
  }
  const { weight, bias } = fused;
  const { requiresGrad } = weight;
  noGrad(() =>
    scope(() => {
      const root = runningVar.add(eps).rsqrt();
      const factor = scale === null ? root : root.mul(scale);
      const centred = bias === null ? runningMean.neg() : bias.sub(runningMean);
      const moved = centred.mul(factor);
      const seen = outputs(weight);
      const scaled = weight.reshape(seen.shape).mul(factor.reshape(seen.scale)).reshape(weight.shape);
      fused.weight = new Parameter(scaled, { requiresGrad });
      fused.bias = new Parameter(shift === null ? moved : moved.add(shift), { requiresGrad });
    }),
  );
  return fused;
}

/**
 * One convolution in place of a convolution, transposed or not, and the batch norm behind it: both after `eval()`. They stay as they
 * are; the result is a layer of its own.
 * @throws INVALID_ARGUMENT, SHAPE_MISMATCH.
 */
export function fuseConvBnEval<C extends Convolution>(conv: C, bn: BatchNorm): C {
  const owner = "fuseConvBnEval";
  if (!(conv instanceof Convolution)) {
    throw invalid(`${owner}: expected a convolution, but got ${describeValue(conv)}`);
  }
  const { outChannels, groups, transposed } = conv;
  return fuse(owner, conv, bn, outChannels, ({ shape }) => {
    const kernel = shape.slice(2);
    const flat = kernel.map(() => 1);
    if (!transposed) return { shape: [...shape], scale: [outChannels, 1, ...flat] };
    // [in, out/groups, …kernel]: the inputs of a group see its own outputs.
    const own = outChannels / groups;
    return { shape: [groups, shape[0]! / groups, own, ...kernel], scale: [groups, 1, own, ...flat] };
  });
}

/**
 * One Linear in place of a Linear and the batch norm behind it: both after `eval()`. They stay as they are.
 * @throws INVALID_ARGUMENT, SHAPE_MISMATCH.
 */
export function fuseLinearBnEval<L extends Linear>(linear: L, bn: BatchNorm): L {
  const owner = "fuseLinearBnEval";
  if (!(linear instanceof Linear))
    throw invalid(`${owner}: expected a Linear, but got ${describeValue(linear)}`);
  const { outFeatures } = linear;
  return fuse(owner, linear, bn, outFeatures, ({ shape }) => ({
    shape: [...shape],
    scale: [outFeatures, 1],
  }));
}
