/** Group normalisation, of each example per group of channels. Source: Wu & He 2018, "Group normalization". */
import { Corr2dError, sizeOf, type Tensor } from "@corr2d/core";
import { checkGiven, checkPositive, checkTensor, named, type Signature } from "../arguments.ts";
import { sizesText } from "../sizes.ts";
import { type AffineOptions, checkOptional, normalize, scaleAndShift } from "./moments.ts";

const SIGNATURE: Signature = {
  options: { weight: "any", bias: "any", eps: "number" },
  positional: { tensor: ["weight", "bias"], number: ["eps"] },
};

/**
 * Normalises each group of channels of each example, over group and plane.
 *
 * @param x [N, C, ...]
 * @param numGroups the number of groups, which divides that of channels.
 * @param options `weight` and `bias` [C], `eps`.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, with PyTorch's messages.
 */
export function groupNorm(x: Tensor, numGroups: number, options: AffineOptions = {}): Tensor {
  const owner = "groupNorm";
  checkTensor(owner, x);
  checkGiven(owner, SIGNATURE, options);
  named(owner, () => checkPositive("num_groups", numGroups));
  const { weight, bias, eps = 1e-5 } = options;
  checkOptional(owner, { weight, bias });
  const fail = (text: string): Corr2dError => new Corr2dError("SHAPE_MISMATCH", `${owner}: ${text}`);
  const { shape } = x;
  const [batch, channels, ...plane] = shape;
  if (batch === undefined || channels === undefined) {
    throw fail(`Expected at least 2 dimensions for input tensor but received ${shape.length}`);
  }
  if (channels % numGroups !== 0) {
    throw fail(
      "Expected number of channels in input to be divisible by num_groups, but got input of shape " +
        `${sizesText(shape)} and num_groups=${numGroups}`,
    );
  }
  for (const [name, tensor] of Object.entries({ weight, bias })) {
    if (!tensor || (tensor.dim() === 1 && tensor.numel() === channels)) continue;
    throw fail(
      `Expected ${name} to be a vector of size equal to the number of channels in input, but got ${name} of shape ` +
        `${sizesText(tensor.shape)} and input of shape ${sizesText(shape)}`,
    );
  }
  const perChannel = [channels, ...plane.map(() => 1)];
  // Of nothing there are no moments.
  if (x.numel() === 0) return scaleAndShift(x, options, perChannel);
  const cells = sizeOf(plane);
  const inner = (channels / numGroups) * cells;
  const size = { outer: 1, groups: batch * numGroups, inner, channels, cells };
  return normalize(x, options, size, eps, perChannel);
}
