/** Images as pages and image libraries have them, to tensors [C, H, W] and back. */
import {
  arrayOf,
  type Backend,
  Corr2dError,
  checkOptions,
  checkTensor,
  DTYPE_NAMES,
  type DType,
  describeValue,
  getDefaultDtype,
  isFloating,
  isList,
  isNumeric,
  type NumericArray,
  type Tensor,
  tensor,
} from "@corr2d/core";
import { invalid, readFrom } from "./arguments.ts";

/** Bytes of red, green, blue and opacity: an `ImageData`, or the like. */
export interface RgbaImage {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** Numbers in memory, as the package `ndarray` describes them. */
export interface NdarrayLike {
  readonly data: NumericArray;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}

const LAYOUTS = ["HW", "WH", "HWC", "WHC", "CHW"] as const;
/** Which axis is which: height, width, channels. */
export type ImageLayout = (typeof LAYOUTS)[number];

/** Options of `imageToTensor`. */
export interface ImageToTensorOptions {
  /** 1: grey; 3: red, green, blue (default); 4: opacity too. */
  readonly channels?: 1 | 3 | 4 | undefined;
  /** Whether numbers are divided by 255 (default: if they are bytes), as PyTorch's ToTensor does. */
  readonly scale?: boolean | undefined;
  /** What the axes of an ndarray are: 'WHC' those of the package get-pixels, 'HWC' those of NumPy and OpenCV. */
  readonly layout?: ImageLayout | undefined;
  /** Default: the default dtype. */
  readonly dtype?: DType | undefined;
  /** Where the result is made; default the one given to `setBackend`. */
  readonly backend?: Backend | undefined;
}

/** Where the numbers of an image are. */
interface Pixels {
  readonly data: NumericArray;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
  readonly channelStride: number;
}

const isSize = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;

function ofRgba({ data, width, height }: RgbaImage): Pixels {
  if (
    !isSize(width) ||
    !isSize(height) ||
    data.length !== 4 * width * height ||
    data.BYTES_PER_ELEMENT !== 1
  ) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `imageToTensor: an image of ${describeValue(width)} × ${describeValue(height)} has four bytes for each pixel, but got ` +
        `${describeValue(data)} of ${data.length}`,
    );
  }
  return {
    data,
    height,
    width,
    channels: 4,
    offset: 0,
    rowStride: 4 * width,
    columnStride: 4,
    channelStride: 1,
  };
}

function ofNdarray({ data, shape, stride, offset }: NdarrayLike, layout: ImageLayout | undefined): Pixels {
  if (layout === undefined) {
    throw invalid(
      "imageToTensor: an ndarray does not say which axis is which: give { layout: 'WHC' } for those of get-pixels, " +
        "{ layout: 'HWC' } where rows come first",
    );
  }
  if (
    !isList(shape) ||
    !isList(stride) ||
    shape.length !== layout.length ||
    stride.length !== layout.length
  ) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `imageToTensor: layout '${layout}' is for ${layout.length} axes, but the ndarray's shape is ${
        isList(shape) ? `[${shape.join(", ")}]` : describeValue(shape)
      }`,
    );
  }
  const axis = (name: "H" | "W" | "C"): [size: number, stride: number] => {
    const at = layout.indexOf(name);
    return at < 0 ? [1, 0] : [shape[at], stride[at]];
  };
  const [[height, rowStride], [width, columnStride], [channels, channelStride]] = [
    axis("H"),
    axis("W"),
    axis("C"),
  ];
  const sizes = [height, width, channels];
  const steps = [rowStride, columnStride, channelStride];
  const fits = sizes.every(isSize) && steps.every(Number.isSafeInteger) && isSize(offset);
  const isEmpty = sizes.includes(0);
  const reach = (sign: 1 | -1): number =>
    sizes.reduce((sum, size, i) => sum + Math.max(0, sign * (size - 1) * steps[i]!), 0);
  if (!fits || (!isEmpty && (offset - reach(-1) < 0 || offset + reach(1) >= data.length))) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `imageToTensor: shape [${shape.join(", ")}] with stride [${stride.join(", ")}] from ${describeValue(offset)} on is not ` +
        `within data of ${data.length} numbers`,
    );
  }
  return { data, height, width, channels, offset, rowStride, columnStride, channelStride };
}

function pixelsOf(image: RgbaImage | NdarrayLike, layout: ImageLayout | undefined): Pixels {
  const data: unknown = readFrom(image, (given) => given.data);
  if (!ArrayBuffer.isView(data) || !isNumeric(data)) {
    throw invalid(
      "imageToTensor: an image is an ImageData, { data, width, height } with RGBA bytes, or { data, shape, stride, offset }, " +
        `but got ${describeValue(image)}`,
    );
  }
  return "shape" in image ? ofNdarray(image, layout) : ofRgba(image as RgbaImage);
}

/** What a channel of the result is made of: channels of the image with weights, or `full` everywhere. */
function reader(wanted: number, channel: number, given: number): "gray" | "full" | number {
  if (wanted === 1) return given >= 3 ? "gray" : 0;
  if (channel === 3) return given === 4 ? 3 : given === 2 ? 1 : "full";
  return given >= 3 ? channel : 0;
}

/**
 * An image as a tensor [C, H, W]: bytes divided by 255 in float32, as PyTorch's ToTensor. Grey is
 * (19595 · R + 38470 · G + 7471 · B) / 65536 (ITU-R BT.601), rounded for bytes, as Pillow's `convert("L")`. Opacity is left
 * out unless `channels` is 4.
 *
 * @throws INVALID_ARGUMENT, SHAPE_MISMATCH, DTYPE_UNSUPPORTED, BACKEND_MISSING.
 */
export function imageToTensor(image: RgbaImage | NdarrayLike, options: ImageToTensorOptions = {}): Tensor {
  checkOptions(
    "imageToTensor",
    options,
    { channels: "number", scale: "boolean", layout: LAYOUTS, dtype: DTYPE_NAMES, backend: "any" },
    "{ channels: 1 }",
  );
  const { channels = 3, layout, backend } = options;
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw invalid(`imageToTensor: 'channels' is 1, 3 or 4, but got ${describeValue(channels)}`);
  }
  const pixels = pixelsOf(image, layout);
  const { data, height, width } = pixels;
  if (pixels.channels > 4 || (pixels.channels < 1 && height * width > 0)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `imageToTensor: expected 1 to 4 channels, but got ${pixels.channels}`,
    );
  }
  const isBytes = data.BYTES_PER_ELEMENT === 1;
  const { scale = isBytes } = options;
  const dtype = options.dtype ?? getDefaultDtype();
  if (scale && !isFloating(dtype)) {
    throw new Corr2dError(
      "DTYPE_UNSUPPORTED",
      `imageToTensor: ${dtype} holds no fractions; give { scale: false } too`,
    );
  }
  const out = arrayOf(isFloating(dtype) ? dtype : "float64", channels * height * width);
  const divisor = scale ? 255 : 1;
  const full = isBytes || scale ? 255 : 1;
  let to = 0;
  for (let channel = 0; channel < channels; channel++) {
    const from = reader(channels, channel, pixels.channels);
    for (let row = 0; row < height; row++) {
      let at = pixels.offset + row * pixels.rowStride;
      for (let column = 0; column < width; column++, at += pixels.columnStride) {
        const value =
          from === "full"
            ? full
            : from === "gray"
              ? grayAt(data, at, pixels.channelStride, isBytes)
              : data[at + from * pixels.channelStride]!;
        out[to++] = value / divisor;
      }
    }
  }
  return tensor(out, { shape: [channels, height, width], dtype, backend });
}

function grayAt(data: NumericArray, at: number, step: number, isBytes: boolean): number {
  const sum = data[at]! * 19595 + data[at + step]! * 38470 + data[at + 2 * step]! * 7471;
  return isBytes ? Math.floor((sum + 32768) / 65536) : sum / 65536;
}

/**
 * An image [C, H, W] or [H, W] as RGBA bytes: an `ImageData` where the host has them. One channel becomes grey, a fourth is
 * opacity. Fractions are multiplied by 255, rounded half up and kept within 0 and 255, as torchvision's `save_image` does
 * (its `to_pil_image` cuts off instead); int32 numbers are kept within 0 and 255. NaN becomes 0.
 *
 * @throws SHAPE_MISMATCH for other shapes.
 */
export async function tensorToImage(image: Tensor): Promise<RgbaImage> {
  checkTensor("tensorToImage", image);
  const { shape } = image;
  const [height = 0, width = 0] = shape.slice(-2);
  const channels = shape.length === 2 ? 1 : (shape[0] ?? 0);
  if (shape.length < 2 || shape.length > 3 || ![1, 3, 4].includes(channels)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `tensorToImage: expected [H, W] or [C, H, W] with 1, 3 or 4 channels, but got [${shape.join(", ")}]`,
    );
  }
  const values = await image.data();
  const round = image.dtype === "float32" ? Math.fround : (value: number): number => value;
  const isFraction = isFloating(image.dtype);
  const plane = height * width;
  const data = new Uint8ClampedArray(4 * plane).fill(255);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < Math.max(3, channels); c++) {
      const value = values[channels === 1 ? i : c * plane + i]!;
      data[4 * i + c] = isFraction ? Math.floor(round(round(value * 255) + 0.5)) : value;
    }
  }
  const Host = (
    globalThis as { ImageData?: new (data: Uint8ClampedArray, width: number, height: number) => RgbaImage }
  ).ImageData;
  return Host === undefined || plane === 0 ? { data, width, height } : new Host(data, width, height);
}
