/**
 * Filtering a photo: the chapter's operation on a real image. Dive into Deep Learning, 7.2 to 7.4.
 *
 * An image is a tensor [channels, height, width]. The same kernel is laid on every channel by itself (one group per
 * channel, "depthwise"), so a colour image stays one; `toGray` first mixes the three channels into one with a
 * 1 × 1 convolution, the one of section 7.4.3.
 */
import {
  type Backend,
  corr2d,
  type Padding,
  type PadMode,
  pad,
  scope,
  type Tensor,
  type TypedArray,
  tensor,
} from "@corr2d/core";
import type { FilterKernel, Finish, Matrix } from "./filter-kernels.ts";

/** Brightness from 0 to 255, channel after channel, row after row. */
export interface ImagePlanes {
  /** 1 (grey) or 3 (red, green, blue). */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: TypedArray;
}

/** Planes one after the other, each as an image that shares their memory. */
export function splitPlanes({ height, width, values }: Omit<ImagePlanes, "channels">): ImagePlanes[] {
  const size = height * width;
  return Array.from({ length: values.length / size }, (_, i) => ({
    channels: 1,
    height,
    width,
    values: values.subarray(i * size, (i + 1) * size),
  }));
}

export interface FilterOptions {
  readonly stride?: number;
  /** Default 0: the kernel stays inside the image, which shrinks by its size less one. */
  readonly padding?: Padding;
  /** What the padding is made of (default zeros). */
  readonly paddingMode?: Exclude<PadMode, "constant">;
  /** Mix colours into grey first (default false). */
  readonly gray?: boolean;
}

/** Rec. 601 luma: how bright red, green and blue look. */
const LUMA = [0.299, 0.587, 0.114];

/** [3, H, W] → [1, H, W], by a 1 × 1 convolution. */
export function toGray(image: Tensor): Tensor {
  const weights = tensor([LUMA], { backend: image.backend }).reshape([1, 3, 1, 1]);
  return corr2d(image, weights);
}

/** The sides [top, bottom, left, right] that a kernel's padding means. */
export function paddingSides(padding: Padding, matrix: Matrix): [number, number, number, number] {
  if (padding === "valid") return [0, 0, 0, 0];
  if (padding === "same") {
    const [rows, columns] = [matrix.length - 1, matrix[0]!.length - 1];
    return [rows >> 1, rows - (rows >> 1), columns >> 1, columns - (columns >> 1)];
  }
  if (typeof padding === "number") return [padding, padding, padding, padding];
  if (padding.length === 2) return [padding[0], padding[0], padding[1], padding[1]];
  return [...padding];
}

/** The same kernel on every channel of image [C, H, W]. */
function filterChannels(image: Tensor, matrix: Matrix, options: FilterOptions): Tensor {
  const channels = image.shape[0]!;
  const one = tensor(matrix, { backend: image.backend });
  const kernel = one.expand([channels, 1, ...one.shape]);
  const { stride = 1, padding = 0, paddingMode = "zeros" } = options;
  if (paddingMode === "zeros") return corr2d(image, kernel, { stride, padding, groups: channels });

  const [top, bottom, left, right] = paddingSides(padding, matrix);
  const padded = pad(image, [left, right, top, bottom], { mode: paddingMode });
  return corr2d(padded, kernel, { stride, groups: channels });
}

/**
 * The filtered image, before `finish`: sums may be negative or beyond 255.
 *
 * @throws SHAPE_MISMATCH when the kernel is larger than the padded image; INVALID_ARGUMENT.
 */
export async function filterImage(
  backend: Backend,
  image: ImagePlanes,
  kernel: FilterKernel,
  options: FilterOptions = {},
): Promise<ImagePlanes> {
  const { channels, height, width, values } = image;
  const y = scope(() => {
    const x = scope(() => {
      const colour = tensor(values, { backend, dtype: "float32", shape: [channels, height, width] });
      return options.gray === true && channels === 3 ? toGray(colour) : colour;
    });
    const [only, second] = kernel.matrices;
    if (second === undefined) return filterChannels(x, only!, options);
    const [a, b] = [only!, second].map((matrix) => scope(() => filterChannels(x, matrix, options).square()));
    return a!.add(b!).sqrt();
  });
  try {
    const [c, h, w] = y.shape as [number, number, number];
    return { channels: c, height: h, width: w, values: await y.data() };
  } finally {
    y.dispose();
  }
}

/** Filtered values as bytes from 0 to 255, in the same order. */
export function finishImage({ values }: ImagePlanes, finish: Finish): Uint8ClampedArray {
  // A Uint8ClampedArray rounds, and cuts off what is below 0 or above 255.
  const bytes = new Uint8ClampedArray(values.length);
  let low = 0;
  let scale = 1;
  if (finish === "stretch") {
    low = Infinity;
    let high = -Infinity;
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    scale = high > low ? 255 / (high - low) : 0;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (finish === "absolute") bytes[i] = Math.abs(value);
    else if (finish === "offset") bytes[i] = value + 128;
    else bytes[i] = (value - low) * scale;
  }
  return bytes;
}
