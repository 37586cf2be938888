/** Colours changed. Images are fractions from 0 to 1, of one channel or of red, green and blue. */
import {
  Corr2dError,
  cat,
  checkOptions,
  defaultGenerator,
  describeValue,
  drawPermutation,
  type Tensor,
  where,
} from "@corr2d/core";
import { invalid } from "../arguments.ts";
import { uniform } from "./random.ts";
import { checkFractions, checkRange, sizesOf, type Transform, transform } from "./transform.ts";

type Range = readonly [low: number, high: number];

/** Options of `colorJitter`. */
export interface ColorJitterOptions {
  /** Factors from 1 − b to 1 + b, or [low, high]; default 0: unchanged. */
  readonly brightness?: number | Range | undefined;
  /** Like brightness. */
  readonly contrast?: number | Range | undefined;
  /** Like brightness. */
  readonly saturation?: number | Range | undefined;
  /** Added to the hue, from −h to h with h up to 0.5, or [low, high]; default 0: unchanged. */
  readonly hue?: number | Range | undefined;
}

function checkColors(name: string, image: Tensor): number {
  checkFractions(name, image);
  const [channels] = sizesOf(image);
  if (channels === 1 || channels === 3) return channels;
  throw new Corr2dError("SHAPE_MISMATCH", `${name}: expected 1 or 3 channels, but got ${channels}`);
}

const channelsOf = (image: Tensor): [Tensor, Tensor, Tensor] =>
  [0, 1, 2].map((c) => image.narrow(-3, c, 1)) as [Tensor, Tensor, Tensor];

/** One channel, weighted as torchvision weights red, green and blue (ITU-R BT.601). */
function gray(image: Tensor): Tensor {
  const [r, g, b] = channelsOf(image);
  return r.mul(0.2989).add(g.mul(0.587)).add(b.mul(0.114));
}

/** image · factor + other · (1 − factor), within 0 and 1. */
const blend = (image: Tensor, other: Tensor | null, factor: number): Tensor => {
  const part = image.mul(factor);
  return (other === null ? part : part.add(other.mul(1 - factor))).clamp(0, 1);
};

const fraction = (x: Tensor): Tensor => x.sub(x.floor());

/** Hue, saturation and value of colours (Smith 1978, "Color gamut transform pairs"), each from 0 to 1. */
function toHsv(image: Tensor): [h: Tensor, s: Tensor, v: Tensor] {
  const [r, g, b] = channelsOf(image);
  const v = image.amax(-3, { keepdim: true });
  const range = v.sub(image.amin(-3, { keepdim: true }));
  const isGray = range.eq(0);
  const one = v.onesLike();
  const s = range.div(where(isGray, one, v));
  const [rc, gc, bc] = [r, g, b].map((c) => v.sub(c).div(where(isGray, one, range))) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const sector = where(v.eq(r), bc.sub(gc), where(v.eq(g), rc.sub(bc).add(2), gc.sub(rc).add(4)));
  return [fraction(sector.div(6).add(1)), s, v];
}

/** For red, green and blue, how many sixths of the circle the hue is shifted before the ramp is read. */
const SHIFTS = [5, 3, 1] as const;

function fromHsv(h: Tensor, s: Tensor, v: Tensor): Tensor {
  const chroma = v.mul(s);
  const parts = SHIFTS.map((shift) => {
    const k = fraction(h.add(shift / 6)).mul(6);
    const ramp = k.minimum(k.neg().add(4)).clamp(0, 1);
    return v.sub(chroma.mul(ramp));
  });
  return cat(parts, -3).clamp(0, 1);
}

function shiftHue(image: Tensor, by: number): Tensor {
  const [h, s, v] = toHsv(image);
  return fromHsv(fraction(h.add(by)), s, v);
}

type Adjust = (image: Tensor, factor: number, channels: number) => Tensor;

/** In torchvision's order, whose numbers the permutation is of. */
const ADJUST: readonly Adjust[] = [
  (image, factor) => blend(image, null, factor),
  (image, factor, channels) => {
    const light = channels === 3 ? gray(image) : image;
    return blend(image, light.mean([-3, -2, -1], { keepdim: true }), factor);
  },
  (image, factor, channels) => (channels === 1 ? image : blend(image, gray(image), factor)),
  (image, by, channels) => (channels === 1 ? image : shiftHue(image, by)),
];

/** Bounds of a factor, or null where it changes nothing. */
function rangeOf(
  name: string,
  value: number | Range,
  neutral: number,
  least: number,
  most: number,
): Range | null {
  let range: Range;
  if (typeof value === "number") {
    if (!(value >= 0)) {
      throw invalid(
        `colorJitter: If ${name} is a single number, it must be non negative, but got ${describeValue(value)}`,
      );
    }
    range = [Math.max(least, neutral - value), neutral + value];
  } else range = value;
  checkRange("colorJitter", name, range, least, most);
  return range[0] === neutral && range[1] === neutral ? null : range;
}

/**
 * Brightness, contrast, saturation and hue changed at random, in random order: `torchvision.transforms.ColorJitter`. On an
 * image of one channel saturation and hue do nothing.
 * @throws INVALID_ARGUMENT; when it runs SHAPE_MISMATCH for other channels than 1 or 3, DTYPE_UNSUPPORTED.
 */
export function colorJitter(options: ColorJitterOptions = {}): Transform {
  checkOptions(
    "colorJitter",
    options,
    { brightness: "any", contrast: "any", saturation: "any", hue: "any" },
    "{ brightness: 0.2 }",
  );
  const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = options;
  const ranges = [
    rangeOf("brightness", brightness, 1, 0, Infinity),
    rangeOf("contrast", contrast, 1, 0, Infinity),
    rangeOf("saturation", saturation, 1, 0, Infinity),
    rangeOf("hue", hue, 0, -0.5, 0.5),
  ];
  return transform("colorJitter", (image) => {
    const channels = checkColors("colorJitter", image);
    const order = drawPermutation(defaultGenerator, ADJUST.length);
    const factors = ranges.map((range) => (range === null ? null : uniform(...range)));
    let result = image;
    for (const which of order) {
      const factor = factors[which]!;
      if (factor !== null) result = ADJUST[which]!(result, factor, channels);
    }
    return result;
  });
}

/**
 * One channel of three: `torchvision.transforms.Grayscale`.
 *
 * @param numOutputChannels 1, or 3 for three that are equal.
 * @throws INVALID_ARGUMENT; when it runs SHAPE_MISMATCH, DTYPE_UNSUPPORTED.
 */
export function grayscale(numOutputChannels: 1 | 3 = 1): Transform {
  if (numOutputChannels !== 1 && numOutputChannels !== 3) {
    throw invalid(
      `grayscale: num_output_channels should be either 1 or 3, but got ${describeValue(numOutputChannels)}`,
    );
  }
  return transform("grayscale", (image) => {
    const light = checkColors("grayscale", image) === 3 ? gray(image) : image;
    return numOutputChannels === 3 ? cat([light, light, light], -3) : light;
  });
}
