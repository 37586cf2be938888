/** Parts of images. */
import { Corr2dError, checkOptions, type Tensor } from "@corr2d/core";
import { PAD_OPTIONS, type Padding, type PadOptions, padded, sidesOf } from "./pad.ts";
import { integer, logarithms, ratioBetween, uniform } from "./random.ts";
import { RESIZE_OPTIONS, type ResizeOptions, resized } from "./resize.ts";
import {
  checkRange,
  cropAt,
  pairOf,
  roundHalfEven,
  sizesOf,
  type Transform,
  transform,
} from "./transform.ts";

type Size = number | readonly [height: number, width: number];

/**
 * The middle of an image, with zeros around where it is smaller: `torchvision.transforms.CenterCrop`.
 * @throws INVALID_ARGUMENT
 */
export function centerCrop(size: Size): Transform {
  const [height, width] = pairOf("centerCrop", size);
  return transform("centerCrop", (image) => {
    const [, h, w] = sizesOf(image);
    const [x, y] = [Math.max(0, width - w), Math.max(0, height - h)];
    const large = padded(image, [x >> 1, (x + 1) >> 1, y >> 1, (y + 1) >> 1], {});
    const [, fullHeight, fullWidth] = sizesOf(large);
    const top = roundHalfEven((fullHeight - height) / 2);
    return cropAt(large, top, roundHalfEven((fullWidth - width) / 2), height, width);
  });
}

/** Options of `randomCrop`. */
export interface RandomCropOptions extends PadOptions {
  /** Put around the image first. */
  readonly padding?: Padding | undefined;
  /** Whether images that are too small are padded (default false: an error). */
  readonly padIfNeeded?: boolean | undefined;
}

/**
 * A part at random: `torchvision.transforms.RandomCrop`.
 * @throws INVALID_ARGUMENT; SHAPE_MISMATCH, when it runs, for an image that is too small.
 */
export function randomCrop(size: Size, options: RandomCropOptions = {}): Transform {
  checkOptions(
    "randomCrop",
    options,
    { ...PAD_OPTIONS, padding: "any", padIfNeeded: "boolean" },
    "{ padding: 4 }",
  );
  const [height, width] = pairOf("randomCrop", size);
  const sides = sidesOf("randomCrop", options.padding ?? 0);
  return transform("randomCrop", (image) => {
    let large = padded(image, sides, options);
    if (options.padIfNeeded) {
      const [, h, w] = sizesOf(large);
      const [x, y] = [Math.max(0, width - w), Math.max(0, height - h)];
      large = padded(padded(large, [x, x, 0, 0], options), [0, 0, y, y], options);
    }
    const [, h, w] = sizesOf(large);
    if (h < height || w < width) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `randomCrop: Required crop size (${height}, ${width}) is larger than input image size (${h}, ${w}); ` +
          "give { padding } or { padIfNeeded: true }",
      );
    }
    if (h === height && w === width) return large;
    const top = integer(h - height + 1);
    return cropAt(large, top, integer(w - width + 1), height, width);
  });
}

/** Options of `randomResizedCrop`. */
export interface RandomResizedCropOptions extends ResizeOptions {
  /** Which share of the image's area the part has (default [0.08, 1]). */
  readonly scale?: readonly [number, number] | undefined;
  /** Its width over its height (default [3 / 4, 4 / 3]). */
  readonly ratio?: readonly [number, number] | undefined;
}

/**
 * A part of random size and place, resized: `torchvision.transforms.RandomResizedCrop`.
 * @throws INVALID_ARGUMENT
 */
export function randomResizedCrop(size: Size, options: RandomResizedCropOptions = {}): Transform {
  checkOptions(
    "randomResizedCrop",
    options,
    { ...RESIZE_OPTIONS, scale: "any", ratio: "any" },
    "{ scale: [0.08, 1] }",
  );
  const pair = pairOf("randomResizedCrop", size);
  const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] } = options;
  checkRange("randomResizedCrop", "scale", scale, 0, Infinity);
  checkRange("randomResizedCrop", "ratio", ratio, Number.MIN_VALUE, Infinity);
  return transform("randomResizedCrop", (image) => {
    const [top, left, height, width] = partOf(image, scale, ratio);
    return resized(cropAt(image, top, left, height, width), pair, options);
  });
}

type Part = [top: number, left: number, height: number, width: number];

/** Ten tries, then the largest part in the middle that has such a ratio. */
function partOf(image: Tensor, scale: readonly [number, number], ratio: readonly [number, number]): Part {
  const [, height, width] = sizesOf(image);
  const bounds = logarithms(ratio);
  for (let i = 0; i < 10; i++) {
    const area = height * width * uniform(...scale);
    const aspect = ratioBetween(bounds);
    const w = roundHalfEven(Math.sqrt(area * aspect));
    const h = roundHalfEven(Math.sqrt(area / aspect));
    if (w <= 0 || w > width || h <= 0 || h > height) continue;
    const top = integer(height - h + 1);
    return [top, integer(width - w + 1), h, w];
  }
  const [least, most] = ratio;
  const whole = width / height;
  const w = whole > most ? roundHalfEven(height * most) : width;
  const h = whole < least ? roundHalfEven(width / least) : height;
  return [(height - h) >> 1, (width - w) >> 1, h, w];
}
