/** Images made larger or smaller. */
import { Corr2dError, checkOptions, describeValue, interpolate, isList, type Tensor } from "@corr2d/core";
import { invalid } from "../arguments.ts";
import { pairOf, sizesOf, type Transform, transform } from "./transform.ts";

/** Options of `resize`. */
export interface ResizeOptions {
  /** Default 'bilinear'. */
  readonly interpolation?: "nearest" | "bilinear" | "bicubic" | undefined;
  /** Whether an image that becomes smaller is smoothed first, as newer torchvisions do (default true; not for 'nearest'). */
  readonly antialias?: boolean | undefined;
}

export const RESIZE_OPTIONS = {
  interpolation: ["nearest", "bilinear", "bicubic"],
  antialias: "boolean",
} as const;

export function resized(
  image: Tensor,
  size: readonly [height: number, width: number],
  { interpolation = "bilinear", antialias = true }: ResizeOptions,
): Tensor {
  const [, height, width] = sizesOf(image);
  if (size[0] === height && size[1] === width) return image;
  const batch = image.shape.length === 3 ? image.unsqueeze(0) : image;
  const smooth = antialias && interpolation !== "nearest";
  const result = interpolate(batch, { size, mode: interpolation, ...(smooth && { antialias }) });
  return image.shape.length === 3 ? result.squeeze(0) : result;
}

/**
 * `torchvision.transforms.Resize`.
 *
 * @param size [height, width]; or one number, that of the shorter side, with the other in proportion.
 * @param options `maxSize` bounds the longer side, where size is one number.
 * @throws INVALID_ARGUMENT
 */
export function resize(
  size: number | readonly [height: number, width: number],
  options: ResizeOptions & { readonly maxSize?: number | undefined } = {},
): Transform {
  checkOptions("resize", options, { ...RESIZE_OPTIONS, maxSize: "number" }, "{ interpolation: 'bilinear' }");
  const pair = pairOf("resize", size);
  const { maxSize } = options;
  if (maxSize !== undefined && (isList(size) || !(maxSize > pair[0]))) {
    throw invalid(
      `resize: maxSize is for a size that is one number, and larger than that, but got ${describeValue(maxSize)} for ${describeValue(size)}`,
    );
  }
  return transform("resize", (image) => {
    const [, height, width] = sizesOf(image);
    if (height === 0 || width === 0) {
      throw new Corr2dError("SHAPE_MISMATCH", `resize: an image without pixels, [${image.shape.join(", ")}]`);
    }
    return resized(image, isList(size) ? pair : inProportion(height, width, pair[0], maxSize), options);
  });
}

/** The shorter side becomes `size`, unless the longer would become more than `most`. */
function inProportion(height: number, width: number, size: number, most = Infinity): [number, number] {
  const [short, long] = height <= width ? [height, width] : [width, height];
  let newShort = size;
  let newLong = Math.trunc((size * long) / short);
  if (newLong > most) {
    newShort = Math.trunc((most * newShort) / newLong);
    newLong = most;
  }
  return height <= width ? [newShort, newLong] : [newLong, newShort];
}
