/** What training does with the gradients and parameters of many tensors at once; and the rest of `torch.nn.utils`. */
import { Corr2dError, cat, isTensor, noGrad, stack, type Tensor, zeros } from "@corr2d/core";
import { checkGiven, checkNumber, checkTensor, invalid, itemsOf, type Signature } from "./arguments.ts";
import { sizesText } from "./sizes.ts";

export { fuseConvBnEval, fuseLinearBnEval } from "./utils/fusion.ts";
export * as parametrizations from "./utils/parametrizations.ts";
export * as parametrize from "./utils/parametrize.ts";
export { removeSpectralNorm, removeWeightNorm } from "./utils/removers.ts";
export { olderSpectralNorm as spectralNorm } from "./utils/spectral-norm.ts";
export { weightNorm } from "./utils/weight-norm.ts";

function listOf(owner: string, parameters: Tensor | Iterable<Tensor>): Tensor[] {
  const list = isTensor(parameters) ? [parameters] : itemsOf(parameters);
  if (list === null) throw invalid(`${owner}: expected parameters, as net.parameters() gives them`);
  for (const parameter of list) checkTensor(owner, parameter);
  return list as Tensor[];
}

const gradientsOf = (parameters: readonly Tensor[]): Tensor[] =>
  parameters.flatMap(({ grad }) => (grad === null ? [] : [grad]));

/** Options of `clipGradNorm`. */
export interface ClipOptions {
  /** Which norm (default 2); Infinity is the largest magnitude. */
  readonly normType?: number | undefined;
}

const CLIP: Signature = { options: { normType: "number" }, positional: { number: ["normType"] } };

/**
 * Scales all gradients by one factor, so that the norm of all their elements is `maxNorm` at most.
 *
 * @param parameters those without a gradient are passed over.
 * @returns the norm before, a scalar; 0 without any gradient. (PyTorch can be told to throw where it is not finite: that would
 *   have to read it.)
 * @throws INVALID_ARGUMENT
 */
export function clipGradNorm(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  options: ClipOptions = {},
): Tensor {
  const owner = "utils.clipGradNorm";
  const list = listOf(owner, parameters);
  checkNumber(owner, "maxNorm", maxNorm);
  checkGiven(owner, CLIP, options);
  const { normType = 2 } = options;
  const gradients = gradientsOf(list);
  if (gradients.length === 0) return zeros([], { backend: list[0]?.backend });
  return noGrad(() => {
    const total = stack(gradients.map((grad) => grad.norm(normType))).norm(normType);
    const factor = total.add(1e-6).reciprocal().mul(maxNorm).clamp(null, 1);
    for (const parameter of list) {
      if (parameter.grad !== null) parameter.grad = parameter.grad.mul(factor);
    }
    return total;
  });
}

/**
 * Holds every element of all gradients between −clipValue and clipValue.
 * @throws INVALID_ARGUMENT
 */
export function clipGradValue(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  const owner = "utils.clipGradValue";
  const list = listOf(owner, parameters);
  checkNumber(owner, "clipValue", clipValue);
  noGrad(() => {
    for (const parameter of list) {
      if (parameter.grad !== null) parameter.grad = parameter.grad.clamp(-clipValue, clipValue);
    }
  });
}

/** All parameters in a row, [sum of their sizes]. */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  const list = listOf("utils.parametersToVector", parameters);
  if (list.length === 0) throw invalid("utils.parametersToVector: there are no parameters");
  return cat(list.map((parameter) => parameter.flatten()));
}

/**
 * Assigns to parameters what `parametersToVector` would have made of them.
 * @throws SHAPE_MISMATCH unless the vector has as many elements as they.
 */
export function vectorToParameters(vec: Tensor, parameters: Iterable<Tensor>): void {
  const owner = "utils.vectorToParameters";
  checkTensor(owner, vec);
  const list = listOf(owner, parameters);
  const size = list.reduce((sum, parameter) => sum + parameter.numel(), 0);
  if (vec.shape.length !== 1 || vec.numel() !== size) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${owner}: the parameters have ${size} elements, but the vector is ${sizesText(vec.shape)}`,
    );
  }
  noGrad(() => {
    let start = 0;
    for (const parameter of list) {
      parameter.assign(vec.narrow(0, start, parameter.numel()).reshape(parameter.shape));
      start += parameter.numel();
    }
  });
}
