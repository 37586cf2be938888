/**
 * The only window arithmetic of corr2d: user options in, a checked and frozen `Window2d` out.
 *
 * Output size (Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", relationship 15):
 * ⌊(input + padBefore + padAfter − dilation · (kernel − 1) − 1) / stride⌋ + 1. Padding 'same' puts the odd cell
 * behind (right, bottom), as PyTorch does. Messages are PyTorch's, then what to do.
 */
import type { Window2d } from "./backend.ts";
import { Corr2dError } from "./errors.ts";
import { formatShape, type Shape } from "./shape.ts";

/** One number for both directions, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** One number for all four sides, [vertical, horizontal], [top, bottom, left, right], or a rule. */
export type Padding = Pair | readonly [number, number, number, number] | "valid" | "same";

/** Options of a correlation. All can be combined. */
export interface Corr2dOptions {
  /** Cells the window moves by (default 1). */
  readonly stride?: Pair | undefined;
  /** Zeros around the input (default 0). */
  readonly padding?: Padding | undefined;
  /** Distance between the input cells that neighbouring kernel cells meet (default 1). */
  readonly dilation?: Pair | undefined;
  /** Blocks of channels that do not see each other (default 1). */
  readonly groups?: number | undefined;
}

export interface PoolOptions {
  /** Default: the kernel's size. */
  readonly stride?: Pair | undefined;
  readonly padding?: Pair | readonly [number, number, number, number] | undefined;
  readonly dilation?: Pair | undefined;
  /** Round the output size up, dropping a last window that would start beyond the input and the padding before it. */
  readonly ceilMode?: boolean | undefined;
}

export interface ConvTransposeOptions extends Omit<Corr2dOptions, "padding"> {
  readonly padding?: Pair | readonly [number, number, number, number] | undefined;
  /** Rows and columns added at the bottom and right (default 0); less than stride or dilation. */
  readonly outputPadding?: Pair | undefined;
}

type Sides = readonly [top: number, bottom: number, left: number, right: number];

const ONE: readonly [number, number] = [1, 1];
const NO_PADDING: Sides = [0, 0, 0, 0];

/**
 * A number or pair as a pair.
 * @throws INVALID_ARGUMENT when it is neither, or holds something else than integers.
 */
export function toPair(name: string, value: Pair): readonly [number, number] {
  const pair = typeof value === "number" ? [value, value] : value;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `expected ${name} to be a single integer value or a list of 2 values to match the convolution dimensions, ` +
        `but got ${name}=${Array.isArray(value) ? formatShape(value) : JSON.stringify(value)}`,
      { [name]: value },
    );
  }
  if (!pair.every(Number.isInteger)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${name} must be made of integers, but got ${name}=${formatShape(pair)}`,
      {
        [name]: value,
      },
    );
  }
  return pair as unknown as readonly [number, number];
}

function toStride(value: Pair): readonly [number, number] {
  const stride = toPair("stride", value);
  if (stride[0] <= 0 || stride[1] <= 0) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `non-positive stride is not supported: got stride=${formatShape(stride)}; use 1 or more`,
      { stride },
    );
  }
  return stride;
}

function toDilation(value: Pair): readonly [number, number] {
  const dilation = toPair("dilation", value);
  if (dilation[0] <= 0 || dilation[1] <= 0) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `dilation should be greater than zero, but got ${formatShape(dilation)}`,
      { dilation },
    );
  }
  return dilation;
}

function toSides(padding: Pair | Sides): Sides {
  let sides: Sides;
  if (Array.isArray(padding) && padding.length === 4) {
    sides = padding as unknown as Sides;
    if (!sides.every(Number.isInteger)) {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `padding must be made of integers, but got ${formatShape(sides)}`,
        {
          padding,
        },
      );
    }
  } else {
    const [vertical, horizontal] = toPair("padding", padding as Pair);
    sides = [vertical, vertical, horizontal, horizontal];
  }
  if (sides.some((n) => n < 0)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `negative padding is not supported: got padding=${JSON.stringify(padding)}; ` +
        "crop the input with pad() or slice() instead",
      { padding },
    );
  }
  return sides;
}

/**
 * Zeros per side for a correlation: the rules 'valid' and 'same' resolved.
 * @throws INVALID_ARGUMENT with PyTorch's messages.
 */
export function resolvePadding(
  padding: Padding,
  kernel: readonly [number, number],
  stride: readonly [number, number],
  dilation: readonly [number, number],
): Sides {
  if (typeof padding !== "string") return toSides(padding);
  if (padding === "valid") return NO_PADDING;
  if (padding !== "same") {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `Invalid padding string '${padding as string}', should be one of {'valid', 'same'}`,
      { padding },
    );
  }
  if (stride[0] !== 1 || stride[1] !== 1) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `padding='same' is not supported for strided convolutions: got stride=${formatShape(stride)}; ` +
        "samePadding() gives TensorFlow's paddings for strided windows",
      { stride },
    );
  }
  const vertical = dilation[0] * (kernel[0] - 1);
  const horizontal = dilation[1] * (kernel[1] - 1);
  return [vertical >> 1, vertical - (vertical >> 1), horizontal >> 1, horizontal - (horizontal >> 1)];
}

/**
 * Zeros per side, [top, bottom, left, right], such that the output has ⌈input / stride⌉ cells: TensorFlow's 'SAME',
 * which unlike PyTorch's 'same' is defined for strides, and depends on the input size.
 * Source: TensorFlow, `tf.nn.convolution`, section "Padding".
 */
export function samePadding(
  input: readonly [number, number],
  kernelSize: Pair,
  options: { readonly stride?: Pair; readonly dilation?: Pair } = {},
): [number, number, number, number] {
  const kernel = toPair("kernelSize", kernelSize);
  const stride = toStride(options.stride ?? 1);
  const dilation = toDilation(options.dilation ?? 1);
  const along = (axis: 0 | 1): [number, number] => {
    const reach = dilation[axis] * (kernel[axis] - 1) + 1;
    const total = Math.max(
      0,
      (Math.ceil(input[axis] / stride[axis]) - 1) * stride[axis] + reach - input[axis],
    );
    return [total >> 1, total - (total >> 1)];
  };
  return [...along(0), ...along(1)];
}

/** ⌊(input + padding − dilation · (kernel − 1) − 1) / stride⌋ + 1; may be zero or negative when nothing fits. */
export function windowOutputSize(
  input: number,
  kernel: number,
  stride = 1,
  padBefore = 0,
  padAfter: number = padBefore,
  dilation = 1,
): number {
  return Math.floor((input + padBefore + padAfter - dilation * (kernel - 1) - 1) / stride) + 1;
}

function checkGroups(groups: number, outChannels: number, kernel: Shape): void {
  if (!Number.isInteger(groups) || groups <= 0) {
    throw new Corr2dError("INVALID_ARGUMENT", `groups must be a positive integer, but got groups=${groups}`, {
      groups,
    });
  }
  if (outChannels % groups !== 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size ` +
        `${formatShape(kernel)} instead`,
      { groups, kernel },
    );
  }
}

function checkKernel(kernelHeight: number, kernelWidth: number): void {
  if (kernelHeight <= 0 || kernelWidth <= 0) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `kernel size should be greater than zero, but got kernel_height: ${kernelHeight} kernel_width: ${kernelWidth}`,
      { kernelHeight, kernelWidth },
    );
  }
}

/**
 * The window of F(x, k) for input [N, C, H, W] and kernel [O, C/groups, kH, kW].
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT with PyTorch's messages.
 */
export function corr2dWindow(input: Shape, kernel: Shape, options: Corr2dOptions = {}): Window2d {
  const stride = options.stride === undefined ? ONE : toStride(options.stride);
  const dilation = options.dilation === undefined ? ONE : toDilation(options.dilation);
  const groups = options.groups ?? 1;
  const [batch, inChannels, inputHeight, inputWidth] = input as [number, number, number, number];
  const [outChannels, groupChannels, kernelHeight, kernelWidth] = kernel as [number, number, number, number];
  checkGroups(groups, outChannels, kernel);
  checkKernel(kernelHeight, kernelWidth);
  if (inChannels !== groupChannels * groups) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Given groups=${groups}, weight of size ${formatShape(kernel)}, expected input${formatShape(input)} to have ` +
        `${groupChannels * groups} channels, but got ${inChannels} channels instead`,
      { input, kernel, groups },
    );
  }
  const [padTop, padBottom, padLeft, padRight] =
    options.padding === undefined
      ? NO_PADDING
      : resolvePadding(options.padding, [kernelHeight, kernelWidth], stride, dilation);
  const outputHeight = windowOutputSize(inputHeight, kernelHeight, stride[0], padTop, padBottom, dilation[0]);
  const outputWidth = windowOutputSize(inputWidth, kernelWidth, stride[1], padLeft, padRight, dilation[1]);
  if (outputHeight <= 0 || outputWidth <= 0) {
    const padded = `${inputHeight + padTop + padBottom} x ${inputWidth + padLeft + padRight}`;
    const reach = `${dilation[0] * (kernelHeight - 1) + 1} x ${dilation[1] * (kernelWidth - 1) + 1}`;
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Calculated padded input size per channel: (${padded}). Kernel size: (${reach}). Kernel size can't be greater ` +
        "than actual input size. Use a smaller kernel, less dilation or more padding.",
      { input, kernel },
    );
  }
  return Object.freeze({
    batch,
    inChannels,
    outChannels,
    groups,
    inputHeight,
    inputWidth,
    kernelHeight,
    kernelWidth,
    outputHeight,
    outputWidth,
    strideHeight: stride[0],
    strideWidth: stride[1],
    padTop,
    padBottom,
    padLeft,
    padRight,
    dilationHeight: dilation[0],
    dilationWidth: dilation[1],
  });
}

/**
 * The window of T(g, k) for g [N, I, H, W] and kernel [I, O/groups, kH, kW] (PyTorch's conv_transpose2d layout, in
 * which "output channels" of the window are the transposed convolution's input channels).
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT with PyTorch's messages.
 */
export function convTransposeWindow(g: Shape, kernel: Shape, options: ConvTransposeOptions = {}): Window2d {
  const stride = toStride(options.stride ?? 1);
  const dilation = toDilation(options.dilation ?? 1);
  const groups = options.groups ?? 1;
  const extra = toPair("outputPadding", options.outputPadding ?? 0);
  const [batch, gChannels, gHeight, gWidth] = g as [number, number, number, number];
  const [outChannels, groupChannels, kernelHeight, kernelWidth] = kernel as [number, number, number, number];
  checkGroups(groups, outChannels, kernel);
  checkKernel(kernelHeight, kernelWidth);
  if (gChannels !== outChannels) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Given transposed=1, weight of size ${formatShape(kernel)}, expected input${formatShape(g)} to have ` +
        `${outChannels} channels, but got ${gChannels} channels instead`,
      { g, kernel },
    );
  }
  for (const axis of [0, 1] as const) {
    if (extra[axis] < 0 || extra[axis] >= Math.max(stride[axis], dilation[axis])) {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        "output padding must be smaller than either stride or dilation, but got output_padding_height: " +
          `${extra[0]} output_padding_width: ${extra[1]} stride_height: ${stride[0]} stride_width: ${stride[1]} ` +
          `dilation_height: ${dilation[0]} dilation_width: ${dilation[1]}`,
        { outputPadding: extra, stride, dilation },
      );
    }
  }
  const [padTop, padBottom, padLeft, padRight] = toSides(options.padding ?? 0);
  const inputHeight =
    (gHeight - 1) * stride[0] - padTop - padBottom + dilation[0] * (kernelHeight - 1) + extra[0] + 1;
  const inputWidth =
    (gWidth - 1) * stride[1] - padLeft - padRight + dilation[1] * (kernelWidth - 1) + extra[1] + 1;
  if (inputHeight <= 0 || inputWidth <= 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Given input size per channel: (${gHeight} x ${gWidth}). Calculated output size per channel: ` +
        `(${inputHeight} x ${inputWidth}). Output size is too small; use less padding.`,
      { g, kernel },
    );
  }
  return Object.freeze({
    batch,
    inChannels: groupChannels * groups,
    outChannels,
    groups,
    inputHeight,
    inputWidth,
    kernelHeight,
    kernelWidth,
    outputHeight: gHeight,
    outputWidth: gWidth,
    strideHeight: stride[0],
    strideWidth: stride[1],
    padTop,
    padBottom,
    padLeft,
    padRight,
    dilationHeight: dilation[0],
    dilationWidth: dilation[1],
  });
}

/**
 * The window of a pool over [N, C, H, W].
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT with PyTorch's messages.
 */
export function poolWindow(input: Shape, kernelSize: Pair, options: PoolOptions = {}): Window2d {
  const kernel = toPair("kernelSize", kernelSize);
  checkKernel(kernel[0], kernel[1]);
  const stride = toStride(options.stride ?? kernel);
  const dilation = toDilation(options.dilation ?? 1);
  const sides = toSides(options.padding ?? 0);
  const [batch, channels, inputHeight, inputWidth] = input as [number, number, number, number];
  const reach = [dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1] as const;
  // PyTorch's limit holds for its own forms of padding. Four sides are ours: there a window must only reach the input.
  const fourSides = Array.isArray(options.padding) && options.padding.length === 4;
  for (let side = 0; side < 4; side++) {
    const axis = side < 2 ? 0 : 1;
    const limit = fourSides ? reach[axis] - 1 : Math.floor(reach[axis] / 2);
    if (sides[side]! > limit) {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `pad should be at most ${fourSides ? "the effective kernel size less one" : "half of effective kernel size"}, ` +
          `but got pad=${sides[side]}, kernel_size=${kernel[axis]} and dilation=${dilation[axis]}`,
        { padding: options.padding, kernelSize, dilation },
      );
    }
  }
  const along = (axis: 0 | 1, size: number, before: number, after: number): number => {
    const slack = size + before + after - reach[axis];
    if (!options.ceilMode) return Math.floor(slack / stride[axis]) + 1;
    const out = Math.ceil(slack / stride[axis]) + 1;
    return (out - 1) * stride[axis] >= size + before ? out - 1 : out;
  };
  const outputHeight = along(0, inputHeight, sides[0], sides[1]);
  const outputWidth = along(1, inputWidth, sides[2], sides[3]);
  if (outputHeight <= 0 || outputWidth <= 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Given input size: (${channels}x${inputHeight}x${inputWidth}). Calculated output size: ` +
        `(${channels}x${outputHeight}x${outputWidth}). Output size is too small; use a smaller window or more padding.`,
      { input, kernelSize },
    );
  }
  return Object.freeze({
    batch,
    inChannels: channels,
    outChannels: channels,
    groups: channels,
    inputHeight,
    inputWidth,
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    outputHeight,
    outputWidth,
    strideHeight: stride[0],
    strideWidth: stride[1],
    padTop: sides[0],
    padBottom: sides[1],
    padLeft: sides[2],
    padRight: sides[3],
    dilationHeight: dilation[0],
    dilationWidth: dilation[1],
  });
}
