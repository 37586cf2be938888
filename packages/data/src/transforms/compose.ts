/** Functions one after the other. */

import { describeValue, isList } from "@corr2d/core";
import { checkFunction, invalid } from "../arguments.ts";
import type { Transform } from "./transform.ts";

/**
 * Each function of what the one before gave: `torchvision.transforms.Compose`.
 * @throws INVALID_ARGUMENT
 */
export function compose(transforms: readonly Transform[]): Transform {
  if (!isList(transforms))
    throw invalid(`compose takes an array of functions, but got ${describeValue(transforms)}`);
  for (const [i, each] of transforms.entries()) checkFunction("compose", `transforms[${i}]`, each);
  const all = [...(transforms as readonly Transform[])];
  return (image) => all.reduce((value, each) => each(value), image);
}
