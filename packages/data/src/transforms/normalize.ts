/** Images shifted and scaled, channel by channel. */
import { describeValue, isList, tensor } from "@corr2d/core";
import { invalid } from "../arguments.ts";
import { checkFractions, sizesOf, type Transform, transform } from "./transform.ts";

function listOf(name: string, value: number | readonly number[]): readonly number[] {
  const list: readonly unknown[] = isList(value) ? value : [value];
  if (list.length > 0 && list.every((n) => typeof n === "number" && Number.isFinite(n)))
    return list as number[];
  throw invalid(`normalize: '${name}' is a number, or one for each channel, but got ${describeValue(value)}`);
}

/**
 * (x − mean) / std, for all channels or for each: `torchvision.transforms.Normalize`.
 * @throws INVALID_ARGUMENT
 */
export function normalize(mean: number | readonly number[], std: number | readonly number[]): Transform {
  const [means, stds] = [listOf("mean", mean), listOf("std", std)];
  if (stds.includes(0)) throw invalid("normalize: std evaluated to zero, leading to division by zero");
  return transform("normalize", (image) => {
    checkFractions("normalize", image);
    const [channels] = sizesOf(image);
    const column = (name: string, list: readonly number[]) => {
      if (list.length !== 1 && list.length !== channels) {
        throw invalid(`normalize: '${name}' has ${list.length} numbers for an image of ${channels} channels`);
      }
      return tensor(list, { dtype: image.dtype, backend: image.backend }).reshape([list.length, 1, 1]);
    };
    return image.sub(column("mean", means)).div(column("std", stds));
  });
}
