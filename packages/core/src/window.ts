/**
 * The only window arithmetic of corr2d: user options in, a checked and frozen `Window2d` out.
 *
 * Output size (Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", relationship 15):
 * ⌊(input + padBefore + padAfter − dilation · (kernel − 1) − 1) / stride⌋ + 1. Padding 'same' puts the odd cell
 * behind (right, bottom), as PyTorch does. Messages are PyTorch's, then what to do.
 */
import type { Window2d, WindowAxis } from "./backend.ts";
import { Corr2dError } from "./errors.ts";
import { describeValue, isList } from "./options.ts";
import { formatShape, MAX_SIZE, type Shape } from "./shape.ts";
import { type Axes, makeWindow, reach } from "./window-record.ts";

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

/** Options of `maxPool2d`. */
export interface PoolOptions {
  /** Default: the kernel's size. */
  readonly stride?: Pair | undefined;
  /** Cells around the input (default 0). */
  readonly padding?: Pair | readonly [number, number, number, number] | undefined;
  /** Distance between neighbouring cells of the window (default 1). */
  readonly dilation?: Pair | undefined;
  /** Round the output size up, dropping a last window that would start beyond the input and the padding before it. */
  readonly ceilMode?: boolean | undefined;
}

/** Options of `convTranspose2d`. */
export interface ConvTransposeOptions extends Omit<Corr2dOptions, "padding"> {
  /** Cells around the input (default 0). */
  readonly padding?: Pair | readonly [number, number, number, number] | undefined;
  /** Rows and columns added at the bottom and right (default 0); less than stride or dilation. */
  readonly outputPadding?: Pair | undefined;
}

type Two = readonly [vertical: number, horizontal: number];
/** Cells of padding before and after an axis. */
type Ends = readonly [before: number, after: number];
type FourSides = readonly [top: number, bottom: number, left: number, right: number];

const ONE: Two = [1, 1];

/** What messages begin with. */
const CORR2D = "corr2d: ";
const TRANSPOSE = "convTranspose2d: ";

/** Checks by index, since `every` passes over the holes of an array. */
function checkIntegers(op: string, name: string, values: readonly number[]): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isInteger(values[i]) && Math.abs(values[i]!) <= MAX_SIZE) continue;
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}${name} must be made of integers up to 2³¹ − 1, but got ${name}=${formatShape(values)}`,
    );
  }
}

/**
 * A number or pair as a pair of its own.
 *
 * @param name what the message of an error calls it.
 * @param op what the message begins with: `"corr2d: "`.
 * @throws INVALID_ARGUMENT when it is neither, or holds something else than integers.
 */
export function toPair(name: string, value: Pair, op = ""): Two {
  const isPair = isList(value) && value.length === 2;
  if (!isPair && typeof value !== "number") {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}expected ${name} to be a single integer value or a list of 2 values to match the convolution dimensions, ` +
        `but got ${name}=${isList(value) ? formatShape(value) : describeValue(value)}` +
        ((value as unknown) === "same" ? "; samePadding() gives TensorFlow's paddings" : ""),
    );
  }
  const pair: Two = isPair ? [value[0]!, value[1]!] : [value as number, value as number];
  checkIntegers(op, name, pair);
  return pair;
}

/** A pair of numbers from 1 on; `complaint` is PyTorch's about others. */
function toPositive(op: string, name: string, value: Pair, complaint: string): Two {
  const pair = toPair(name, value, op);
  if (pair[0] > 0 && pair[1] > 0) return pair;
  throw new Corr2dError("INVALID_ARGUMENT", `${op}${complaint} ${formatShape(pair)}`);
}

/** Strides from 1 on. */
export const toStride = (op: string, value: Pair): Two =>
  toPositive(op, "stride", value, "non-positive stride is not supported: got");
const toDilation = (op: string, value: Pair): Two =>
  toPositive(op, "dilation", value, "dilation should be greater than zero, but got");

const isFourSides = (padding: unknown): padding is FourSides => isList(padding) && padding.length === 4;

function toSides(op: string, padding: Pair | FourSides): readonly [Ends, Ends] {
  let sides: FourSides;
  if (isFourSides(padding)) {
    checkIntegers(op, "padding", padding);
    sides = padding;
  } else {
    const [vertical, horizontal] = toPair("padding", padding, op);
    sides = [vertical, vertical, horizontal, horizontal];
  }
  const [top, bottom, left, right] = sides;
  if (sides.every((n) => n >= 0)) {
    return [
      [top, bottom],
      [left, right],
    ];
  }
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `${op}negative padding is not supported: got ${formatShape(sides)}; crop the input with pad() or slice() instead`,
  );
}

/**
 * Zeros per side for a correlation: the rules 'valid' and 'same' resolved.
 * @throws INVALID_ARGUMENT with PyTorch's messages.
 */
function resolvePadding(
  op: string,
  padding: Padding,
  kernel: Two,
  stride: Two,
  dilation: Two,
): readonly [Ends, Ends] {
  if (typeof padding !== "string") return toSides(op, padding);
  if (padding === "valid") return toSides(op, 0);
  if (padding !== "same") {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}Invalid padding string '${padding as string}', should be one of {'valid', 'same'}`,
    );
  }
  if (stride[0] !== 1 || stride[1] !== 1) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}padding='same' is not supported for strided convolutions: got stride=${formatShape(stride)}; ` +
        "samePadding() gives TensorFlow's paddings for strided windows",
    );
  }
  return perAxis((axis) => halves(dilation[axis] * (kernel[axis] - 1)));
}

/** The cells before and behind, where the odd one goes. */
const halves = (total: number): Ends => [total >> 1, total - (total >> 1)];

const perAxis = <T>(fn: (axis: 0 | 1) => T): readonly [T, T] => [fn(0), fn(1)];

/**
 * Zeros per side, [top, bottom, left, right], such that the output has ⌈input / stride⌉ cells: TensorFlow's 'SAME',
 * which unlike PyTorch's 'same' is defined for strides, and depends on the input size.
 * Source: TensorFlow, `tf.nn.convolution`, section "Padding".
 */
export function samePadding(
  input: readonly [number, number],
  kernelSize: Pair,
  options: {
    /** Cells the window moves by (default 1). */
    readonly stride?: Pair;
    /** Distance between neighbouring cells of the window (default 1). */
    readonly dilation?: Pair;
  } = {},
): [number, number, number, number] {
  const kernel = toPair("kernelSize", kernelSize, "samePadding: ");
  const stride = toStride("samePadding: ", options.stride ?? 1);
  const dilation = toDilation("samePadding: ", options.dilation ?? 1);
  const [vertical, horizontal] = perAxis((axis) => {
    const span =
      (Math.ceil(input[axis] / stride[axis]) - 1) * stride[axis] + reach(kernel[axis], dilation[axis]);
    return halves(Math.max(0, span - input[axis]));
  });
  return [...vertical, ...horizontal];
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
  return Math.floor((input + padBefore + padAfter - reach(kernel, dilation)) / stride) + 1;
}

function checkGroups(op: string, groups: number, outChannels: number, kernel: Shape): void {
  if (!Number.isInteger(groups) || groups <= 0) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}groups must be a positive integer, but got groups=${describeValue(groups)}`,
    );
  }
  if (outChannels % groups !== 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${op}Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size ` +
        `${formatShape(kernel)} instead`,
    );
  }
}

export function checkKernel(op: string, [height, width]: Two): void {
  if (height > 0 && width > 0) return;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `${op}kernel size should be greater than zero, but got kernel_height: ${height} kernel_width: ${width}`,
  );
}

/** One axis of F: as many outputs as fit, maybe none. */
function correlationAxis(
  input: number,
  kernel: number,
  stride: number,
  [before, after]: Ends,
  dilation: number,
): WindowAxis {
  const span = before + input + after - reach(kernel, dilation);
  return { input, kernel, output: Math.floor(span / stride) + 1, stride, before, after, dilation };
}

/**
 * The window of F(x, k) for input [N, C, H, W] and kernel [O, C/groups, kH, kW].
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT with PyTorch's messages.
 */
export function corr2dWindow(input: Shape, kernel: Shape, options: Corr2dOptions = {}): Window2d {
  const stride = toStride(CORR2D, options.stride ?? ONE);
  const dilation = toDilation(CORR2D, options.dilation ?? ONE);
  const { groups = 1, padding = 0 } = options;
  const [batch, inChannels, height, width] = input as [number, number, number, number];
  const [outChannels, groupChannels, kernelHeight, kernelWidth] = kernel as [number, number, number, number];
  const kernelSize: Two = [kernelHeight, kernelWidth];
  checkGroups(CORR2D, groups, outChannels, kernel);
  checkKernel(CORR2D, kernelSize);
  if (inChannels !== groupChannels * groups) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${CORR2D}Given groups=${groups}, weight of size ${formatShape(kernel)}, expected input${formatShape(input)} to have ` +
        `${groupChannels * groups} channels, but got ${inChannels} channels instead`,
    );
  }
  const sides = resolvePadding(CORR2D, padding, kernelSize, stride, dilation);
  const axes: Axes = [
    correlationAxis(height, kernelHeight, stride[0], sides[0], dilation[0]),
    correlationAxis(width, kernelWidth, stride[1], sides[1], dilation[1]),
  ];
  if (axes[0].output <= 0 || axes[1].output <= 0) {
    const padded = axes.map((axis) => axis.before + axis.input + axis.after);
    const reaches = axes.map((axis) => reach(axis.kernel, axis.dilation));
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${CORR2D}Calculated padded input size per channel: (${padded.join(" x ")}). Kernel size: (${reaches.join(" x ")}). ` +
        "Kernel size can't be greater than actual input size. Use a smaller kernel, less dilation or more padding.",
    );
  }
  return makeWindow(batch, inChannels, outChannels, groups, axes);
}

/** One axis of T: the input that maps to `output`, `extra` longer than the shortest. */
function transposedAxis(
  output: number,
  kernel: number,
  stride: number,
  [before, after]: Ends,
  dilation: number,
  extra: number,
): WindowAxis {
  const span = (output - 1) * stride + reach(kernel, dilation);
  return { input: span - before - after + extra, kernel, output, stride, before, after, dilation };
}

/**
 * The window of T(g, k) for g [N, I, H, W] and kernel [I, O/groups, kH, kW] (PyTorch's conv_transpose2d layout, in
 * which "output channels" of the window are the transposed convolution's input channels).
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT with PyTorch's messages.
 */
export function convTransposeWindow(g: Shape, kernel: Shape, options: ConvTransposeOptions = {}): Window2d {
  const stride = toStride(TRANSPOSE, options.stride ?? ONE);
  const dilation = toDilation(TRANSPOSE, options.dilation ?? ONE);
  const { groups = 1 } = options;
  const extra = toPair("outputPadding", options.outputPadding ?? 0, TRANSPOSE);
  const [batch, gChannels, gHeight, gWidth] = g as [number, number, number, number];
  const [outChannels, groupChannels, kernelHeight, kernelWidth] = kernel as [number, number, number, number];
  const size: Two = [gHeight, gWidth];
  const kernelSize: Two = [kernelHeight, kernelWidth];
  checkGroups(TRANSPOSE, groups, outChannels, kernel);
  checkKernel(TRANSPOSE, kernelSize);
  if (gChannels !== outChannels) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${TRANSPOSE}Given transposed=1, weight of size ${formatShape(kernel)}, expected input${formatShape(g)} to have ` +
        `${outChannels} channels, but got ${gChannels} channels instead`,
    );
  }
  for (const axis of [0, 1] as const) {
    if (extra[axis] < 0 || extra[axis] >= Math.max(stride[axis], dilation[axis])) {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `${TRANSPOSE}output padding must be smaller than either stride or dilation, but got output_padding_height: ` +
          `${extra[0]} output_padding_width: ${extra[1]} stride_height: ${stride[0]} stride_width: ${stride[1]} ` +
          `dilation_height: ${dilation[0]} dilation_width: ${dilation[1]}`,
      );
    }
  }
  const sides = toSides(TRANSPOSE, options.padding ?? 0);
  const axes = perAxis((axis) =>
    transposedAxis(size[axis], kernelSize[axis], stride[axis], sides[axis], dilation[axis], extra[axis]),
  );
  if (axes[0].input <= 0 || axes[1].input <= 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${TRANSPOSE}Given input size per channel: (${size.join(" x ")}). Calculated output size per channel: ` +
        `(${axes[0].input} x ${axes[1].input}). Output size is too small; use less padding.`,
    );
  }
  return makeWindow(batch, groupChannels * groups, outChannels, groups, axes);
}

/**
 * One axis of a pool.
 * @throws INVALID_ARGUMENT for padding that a window could lie in without meeting the input.
 */
function poolAxis(
  op: string,
  input: number,
  kernel: number,
  stride: number,
  [before, after]: Ends,
  dilation: number,
  ceilMode: boolean | undefined,
  fourSides: boolean,
): WindowAxis {
  const span = reach(kernel, dilation);
  const pad = Math.max(before, after);
  if (pad > (fourSides ? span - 1 : Math.floor(span / 2))) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}pad should be at most ${fourSides ? "the effective kernel size less one" : "half of effective kernel size"}, ` +
        `but got pad=${pad}, kernel_size=${kernel} and dilation=${dilation}`,
    );
  }
  const steps = (before + input + after - span) / stride;
  let output = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  if (ceilMode && (output - 1) * stride >= before + input) output--;
  return { input, kernel, output, stride, before, after, dilation };
}

/**
 * The window of a pool over [N, C, H, W].
 *
 * @param label what messages call the operation.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT with PyTorch's messages.
 */
export function poolWindow(
  input: Shape,
  kernelSize: Pair,
  options: PoolOptions = {},
  label = "poolWindow",
): Window2d {
  const op = `${label}: `;
  const kernel = toPair("kernelSize", kernelSize, op);
  checkKernel(op, kernel);
  const stride = toStride(op, options.stride ?? kernel);
  const dilation = toDilation(op, options.dilation ?? ONE);
  const { padding = 0 } = options;
  const sides = toSides(op, padding);
  const [batch, channels, height, width] = input as [number, number, number, number];
  // PyTorch's limit holds for its own forms of padding. Four sides are ours: there a window must only reach the input.
  const fourSides = isFourSides(padding);
  const axes: Axes = [
    poolAxis(op, height, kernel[0], stride[0], sides[0], dilation[0], options.ceilMode, fourSides),
    poolAxis(op, width, kernel[1], stride[1], sides[1], dilation[1], options.ceilMode, fourSides),
  ];
  if (axes[0].output <= 0 || axes[1].output <= 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${op}Given input size: (${channels}x${height}x${width}). Calculated output size: (${channels}x${axes[0].output}x${axes[1].output}). ` +
        "Output size is too small; use a smaller window or more padding.",
    );
  }
  return makeWindow(batch, channels, channels, channels, axes);
}
