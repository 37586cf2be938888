/** Images mirrored. */
import { checkOptions } from "@corr2d/core";
import { uniform } from "./random.ts";
import { checkProbability, type Transform, transform } from "./transform.ts";

function randomFlip(name: string, axis: number, options: { readonly p?: number | undefined }): Transform {
  checkOptions(name, options, { p: "number" }, "{ p: 0.5 }");
  const { p = 0.5 } = options;
  checkProbability(name, p);
  return transform(name, (image) => (uniform() < p ? image.flip(axis) : image));
}

/**
 * Mirrors left and right with probability `p` (default 0.5): `torchvision.transforms.RandomHorizontalFlip`.
 * @throws INVALID_ARGUMENT
 */
export function randomHorizontalFlip(
  options: {
    /** With which probability (default 0.5). */
    readonly p?: number | undefined;
  } = {},
): Transform {
  return randomFlip("randomHorizontalFlip", -1, options);
}

/**
 * Turns upside down with probability `p` (default 0.5): `torchvision.transforms.RandomVerticalFlip`.
 * @throws INVALID_ARGUMENT
 */
export function randomVerticalFlip(
  options: {
    /** With which probability (default 0.5). */
    readonly p?: number | undefined;
  } = {},
): Transform {
  return randomFlip("randomVerticalFlip", -2, options);
}
