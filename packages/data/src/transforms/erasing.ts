/** Parts of images made blank (Zhong and others 2017, "Random erasing data augmentation"). */
import {
  checkOptions,
  defaultGenerator,
  describeValue,
  drawNormal,
  isList,
  type Tensor,
  tensor,
} from "@corr2d/core";
import { invalid } from "../arguments.ts";
import { integer, logarithms, ratioBetween, uniform } from "./random.ts";
import {
  checkFractions,
  checkProbability,
  checkRange,
  roundHalfEven,
  sizesOf,
  type Transform,
  transform,
} from "./transform.ts";

/** Options of `randomErasing`. */
export interface RandomErasingOptions {
  /** The probability that a part is erased (default 0.5). */
  readonly p?: number | undefined;
  /** Which share of the image's area the part has (default [0.02, 0.33]). */
  readonly scale?: readonly [number, number] | undefined;
  /** Its height over its width (default [0.3, 3.3]). */
  readonly ratio?: readonly [number, number] | undefined;
  /** What it is then, for all channels or for each (default 0), or 'random': normal numbers. */
  readonly value?: number | readonly number[] | "random" | undefined;
}

const isValue = (value: unknown): boolean =>
  value === "random" ||
  Number.isFinite(value) ||
  (isList(value) && value.length > 0 && value.every((n) => Number.isFinite(n)));

/**
 * A rectangle at random becomes `value`: `torchvision.transforms.RandomErasing`.
 * @throws INVALID_ARGUMENT; DTYPE_UNSUPPORTED, when it runs, for images of integers.
 */
export function randomErasing(options: RandomErasingOptions = {}): Transform {
  checkOptions(
    "randomErasing",
    options,
    { p: "number", scale: "any", ratio: "any", value: "any" },
    "{ p: 0.5 }",
  );
  const { p = 0.5, scale = [0.02, 0.33], ratio = [0.3, 3.3], value = 0 } = options;
  checkProbability("randomErasing", p);
  checkRange("randomErasing", "scale", scale, 0, 1);
  checkRange("randomErasing", "ratio", ratio, Number.MIN_VALUE, Infinity);
  if (!isValue(value)) {
    throw invalid(
      `randomErasing: 'value' is a number, one for each channel, or 'random', but got ${describeValue(value)}`,
    );
  }
  const bounds = logarithms(ratio);
  return transform("randomErasing", (image) => {
    checkFractions("randomErasing", image);
    const [channels, height, width] = sizesOf(image);
    if (isList(value) && value.length !== 1 && value.length !== channels) {
      throw invalid(
        `randomErasing: 'value' has ${value.length} numbers for an image of ${channels} channels`,
      );
    }
    if (uniform() >= p) return image;
    for (let i = 0; i < 10; i++) {
      const area = height * width * uniform(...scale);
      const aspect = ratioBetween(bounds);
      const h = roundHalfEven(Math.sqrt(area * aspect));
      const w = roundHalfEven(Math.sqrt(area / aspect));
      if (h >= height || w >= width) continue;
      const content = contentOf(image, value, channels, h, w);
      const top = integer(height - h + 1);
      const left = integer(width - w + 1);
      if (h === 0 || w === 0) return image;
      const leading = image.shape.slice(0, -2).map(() => ":");
      return image.sliceScatter(content, ...leading, [top, top + h], [left, left + w]);
    }
    return image;
  });
}

/** What the part becomes, [C, 1, 1] or [C, h, w]. */
function contentOf(
  { dtype, backend }: Tensor,
  value: NonNullable<RandomErasingOptions["value"]>,
  channels: number,
  h: number,
  w: number,
): Tensor {
  if (value === "random") {
    const drawn = drawNormal(defaultGenerator, channels * h * w, "float32");
    return tensor(drawn, { shape: [channels, h, w], dtype, backend });
  }
  const list = isList(value) ? (value as readonly number[]) : [value as number];
  return tensor(list, { dtype, backend }).reshape([list.length, 1, 1]);
}
