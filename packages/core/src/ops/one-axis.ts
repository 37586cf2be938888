/**
 * Convolutions and pools over one axis: windows of height one, on planes of height one. Messages are PyTorch's for these.
 */
import { checkTensor, checkTensors } from "../autograd.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, describeValue, isList, type OptionTypes } from "../options.ts";
import { formatShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { convTranspose2d, corr2d } from "./corr2d.ts";
import { unsqueeze } from "./movement.ts";
import { largest, largestOnly, type MaxPoolResult, means } from "./pool.ts";

/** One number, or an array of one. */
export type Single = number | readonly [number];

/** Options of `conv1d`. */
export interface Conv1dOptions {
  /** Cells the window moves by (default 1). */
  readonly stride?: Single | undefined;
  /** Zeros on both sides (default 0), 'valid' (none) or 'same'. */
  readonly padding?: Single | "valid" | "same" | undefined;
  /** Distance between the input cells that neighbouring kernel cells meet (default 1). */
  readonly dilation?: Single | undefined;
  /** Blocks of channels that do not see each other (default 1). */
  readonly groups?: number | undefined;
}

/** Options of `convTranspose1d`. */
export interface ConvTranspose1dOptions extends Omit<Conv1dOptions, "padding"> {
  /** Cells around the input (default 0). */
  readonly padding?: Single | undefined;
  /** Cells added at the end (default 0); less than stride or dilation. */
  readonly outputPadding?: Single | undefined;
}

/** Options of `maxPool1d`. */
export interface MaxPool1dOptions {
  /** Default: the kernel's size. */
  readonly stride?: Single | undefined;
  /** Cells around the input (default 0). */
  readonly padding?: Single | undefined;
  /** Distance between neighbouring cells of the window (default 1). */
  readonly dilation?: Single | undefined;
  /** Round the output size up. */
  readonly ceilMode?: boolean | undefined;
}

/** Options of `avgPool1d`. */
export interface AvgPool1dOptions extends Omit<MaxPool1dOptions, "dilation"> {
  /** Whether padding cells count in the divisor (default true). */
  readonly countIncludePad?: boolean | undefined;
}

/**
 * A number, or an array of one, as the number.
 *
 * @param name what the message of an error calls it.
 * @throws INVALID_ARGUMENT
 */
export function toSingle(name: string, value: Single): number {
  const single: unknown = isList(value) && value.length === 1 ? value[0] : value;
  if (Number.isInteger(single)) return single as number;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `expected ${name} to be a single integer value or a list of 1 values to match the convolution dimensions, but got ` +
      `${name}=${isList(value) ? formatShape(value) : describeValue(value)}`,
  );
}

/** Options of one axis as those of a plane. */
function flat(label: string, options: object, known: OptionTypes): object {
  checkOptions(label, options, known, "{ stride: 2 }");
  const out: Record<string, unknown> = { ...options };
  for (const [name, rest] of Object.entries(REST)) {
    const value = out[name];
    if (value === undefined || typeof value === "string") continue;
    out[name] = [rest, toSingle(name, value as Single)];
  }
  return out;
}

const CONV_OPTIONS: OptionTypes = {
  stride: "any",
  padding: "any",
  dilation: "any",
  groups: "any",
  bias: "any",
};
const TRANSPOSED_OPTIONS: OptionTypes = { ...CONV_OPTIONS, outputPadding: "any" };
const MAX_OPTIONS: OptionTypes = { stride: "any", padding: "any", dilation: "any", ceilMode: "boolean" };
const AVG_OPTIONS: OptionTypes = {
  stride: "any",
  padding: "any",
  ceilMode: "boolean",
  countIncludePad: "boolean",
};

/** What options say of the axis of height one. */
const REST = { stride: 1, padding: 0, dilation: 1, outputPadding: 0 };

function checkRank(op: string, x: Tensor): void {
  const rank = x.ownShape.length;
  if (rank === 2 || rank === 3) return;
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    `Expected 2D (unbatched) or 3D (batched) input to ${op}, but got input of size: ${formatShape(x.ownShape)}`,
  );
}

function checkWeight(
  op: string,
  x: Shape,
  kernel: Shape,
  channelsOf: (kernel: Shape) => number,
  what: string,
): void {
  if (kernel.length !== 3) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${op} expects a kernel of 3 dimensions [out, in/groups, k], but got ${formatShape(kernel)}`,
    );
  }
  const channels = channelsOf(kernel);
  if (x.at(-2) === channels) return;
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    `Given ${what}, weight of size ${formatShape(kernel)}, expected input${formatShape(x)} to have ${channels} channels, but ` +
      `got ${x.at(-2)} channels instead`,
  );
}

/**
 * The cross-correlation over one axis: `corr2d` with kernels of height one.
 *
 * @param x [N, C, L] or [C, L]
 * @param weight [out, C/groups, k]
 * @param options stride, padding, dilation, groups, and a bias [out].
 * @returns [N, out, oL] or [out, oL], with oL = ⌊(L + 2 · padding − dilation · (k − 1) − 1) / stride⌋ + 1.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_MISMATCH, DTYPE_UNSUPPORTED, BACKEND_MISMATCH, with PyTorch's messages.
 */
export function conv1d(
  x: Tensor,
  weight: Tensor,
  options: Conv1dOptions & {
    /** One number per output channel. */
    readonly bias?: Tensor | null | undefined;
  } = {},
): Tensor {
  checkTensors("conv1d", [x, weight]);
  checkRank("conv1d", x);
  const plane = flat("conv1d", options, CONV_OPTIONS);
  const { groups = 1 } = options;
  checkWeight("conv1d", x.ownShape, weight.ownShape, (shape) => shape[1]! * groups, `groups=${groups}`);
  return corr2d(unsqueeze(x, -2), unsqueeze(weight, -2), plane).squeeze(-2);
}

/**
 * The transposed convolution over one axis.
 *
 * @param x [N, I, L] or [I, L]
 * @param weight [I, out/groups, k]
 * @returns [N, out, oL] or [out, oL], with
 *   oL = (L − 1) · stride − 2 · padding + dilation · (k − 1) + outputPadding + 1.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_MISMATCH, DTYPE_UNSUPPORTED, BACKEND_MISMATCH, with PyTorch's messages.
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  options: ConvTranspose1dOptions & {
    /** One number per output channel. */
    readonly bias?: Tensor | null | undefined;
  } = {},
): Tensor {
  checkTensors("convTranspose1d", [x, weight]);
  checkRank("conv_transpose1d", x);
  checkWeight("convTranspose1d", x.ownShape, weight.ownShape, (shape) => shape[0]!, "transposed=1");
  const plane = flat("convTranspose1d", options, TRANSPOSED_OPTIONS);
  return convTranspose2d(unsqueeze(x, -2), unsqueeze(weight, -2), plane).squeeze(-2);
}

function checkPool(label: string, x: Tensor): void {
  checkTensor(label, x);
  const rank = x.ownShape.length;
  if (rank === 2 || rank === 3) return;
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    `${label}() Expected 2D or 3D input tensor, but got ${formatShape(x.ownShape)}`,
  );
}

/**
 * The largest value of each window along one axis, as `maxPool2d`.
 *
 * @param x [N, C, L] or [C, L]
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_UNSUPPORTED, with PyTorch's messages.
 */
export function maxPool1d(x: Tensor, kernelSize: Single, options: MaxPool1dOptions = {}): Tensor {
  checkPool("max_pool1d", x);
  const kernel = [1, toSingle("kernel_size", kernelSize)] as const;
  return largestOnly("maxPool1d", unsqueeze(x, -2), kernel, flat("maxPool1d", options, MAX_OPTIONS)).squeeze(
    -2,
  );
}

/** `maxPool1d` with the positions of the maxima, int32: PyTorch's `return_indices=True`. */
export function maxPool1dWithIndices(
  x: Tensor,
  kernelSize: Single,
  options: MaxPool1dOptions = {},
): MaxPoolResult {
  const label = "maxPool1dWithIndices";
  checkPool("max_pool1d", x);
  const kernel = [1, toSingle("kernel_size", kernelSize)] as const;
  const { values, indices } = largest(label, unsqueeze(x, -2), kernel, flat(label, options, MAX_OPTIONS));
  return { values: values.squeeze(-2), indices: indices.squeeze(-2) };
}

/**
 * The mean of each window along one axis, as `avgPool2d`.
 *
 * @param x [N, C, L] or [C, L]
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_UNSUPPORTED, with PyTorch's messages.
 */
export function avgPool1d(x: Tensor, kernelSize: Single, options: AvgPool1dOptions = {}): Tensor {
  checkPool("avg_pool1d", x);
  const kernel = [1, toSingle("kernel_size", kernelSize)] as const;
  return means("avgPool1d", unsqueeze(x, -2), kernel, flat("avgPool1d", options, AVG_OPTIONS)).squeeze(-2);
}
