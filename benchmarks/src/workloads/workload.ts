/**
 * What is measured, as data. A task is a computation that any peer may know (a correlation of some geometry, a
 * product of matrices, a training step); a workload is a task with a name, under which its results are listed.
 * Sizes follow the field's letters: N images, C input channels, O output channels, H × W maps.
 */
import type { LayerTask } from "./layers.ts";
import type { NetworkTask } from "./networks.ts";

/** A correlation: x [N, C, H, W] with k [O, C/groups, kH, kW]. Padding and stride are symmetric in every workload. */
export interface Convolution {
  readonly batch: number;
  readonly inChannels: number;
  readonly height: number;
  readonly width: number;
  readonly outChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
}

/** Geometry in the order in which papers write it: N×C×H×W → O, kernel; then what differs from the default. */
export function convolution(
  [batch, inChannels, height, width]: readonly [number, number, number, number],
  outChannels: number,
  [kernelHeight, kernelWidth]: readonly [number, number],
  options: { readonly stride?: number; readonly padding?: number; readonly groups?: number } = {},
): Convolution {
  const { stride = 1, padding = 0, groups = 1 } = options;
  return {
    batch,
    inChannels,
    height,
    width,
    outChannels,
    kernelHeight,
    kernelWidth,
    stride,
    padding,
    groups,
  };
}

/** Which of the three: x, k → y; the gradient dX from dY, k; the gradient dW from x, dY. */
export type ConvolutionKind = "forward" | "input-gradient" | "kernel-gradient";

export interface ConvolutionTask extends Convolution {
  readonly kind: ConvolutionKind;
  /**
   * Our program writes its options out at each call, as a page of the book would, so that they are always objects that the
   * library has never seen. Otherwise it has none, or keeps one object. Nobody else's program changes.
   */
  readonly literalOptions?: true;
}

/**
 * Maximum pooling of one plane of size × size by windows of window × window, side by side: the values, or the gradient
 * dX from x and dY. The latter goes through the forward pass, since no library offers it alone.
 */
export interface PoolTask {
  readonly kind: "max-pool" | "max-pool-gradient";
  readonly size: number;
  readonly window: number;
}

export interface MatmulTask {
  readonly kind: "matmul";
  readonly size: number;
}

/** Over `size` float32 numbers: a + b, max(x, 0), Σ x. */
export interface ArrayTask {
  readonly kind: "add" | "relu" | "sum";
  readonly size: number;
}

/** One step of LeNet: forward, cross-entropy, backward, SGD. */
export interface LenetTask {
  readonly kind: "lenet-step";
  readonly batch: number;
  readonly learningRate: number;
}

/** The chapter's loop: a kernel of 1×2 learnt from a 6×8 image by gradient descent on Σ(Ŷ − Y)². */
export interface ChapterTask {
  readonly kind: "learn-kernel";
  readonly steps: number;
  readonly learningRate: number;
}

export type Task =
  | ConvolutionTask
  | PoolTask
  | LayerTask
  | MatmulTask
  | ArrayTask
  | LenetTask
  | NetworkTask
  | ChapterTask;

export interface Workload {
  /** As `--suite` names it. */
  readonly id: string;
  readonly suite: string;
  readonly title: string;
  readonly task: Task;
  /** The only candidates that take part; all when left out. */
  readonly candidates?: readonly string[];
  /** Backends of ours with other options, which take part here when the plain one does. */
  readonly variants?: readonly string[];
}

export const isConvolution = (task: Task): task is ConvolutionTask =>
  task.kind === "forward" || task.kind === "input-gradient" || task.kind === "kernel-gradient";

/** [height, width] of the output. */
export function outputSize(c: Convolution): readonly [height: number, width: number] {
  const along = (size: number, kernel: number): number =>
    Math.floor((size + 2 * c.padding - kernel) / c.stride) + 1;
  return [along(c.height, c.kernelHeight), along(c.width, c.kernelWidth)];
}

/** [rows, columns] at the end of the padded input that no window meets: a transposed convolution's output padding. */
export function unmetCells(c: Convolution): [rows: number, columns: number] {
  const [outHeight, outWidth] = outputSize(c);
  const along = (size: number, out: number, kernel: number): number =>
    size + 2 * c.padding - ((out - 1) * c.stride + kernel);
  return [along(c.height, outHeight, c.kernelHeight), along(c.width, outWidth, c.kernelWidth)];
}

/** Shapes of the three tensors of a correlation. */
export function shapesOf(c: Convolution): Record<"x" | "k" | "y", number[]> {
  const [outHeight, outWidth] = outputSize(c);
  return {
    x: [c.batch, c.inChannels, c.height, c.width],
    k: [c.outChannels, c.inChannels / c.groups, c.kernelHeight, c.kernelWidth],
    y: [c.batch, c.outChannels, outHeight, outWidth],
  };
}

/** Shapes of a pool's input and output, as [N, C, H, W]. */
export function poolShapesOf({
  size,
  window,
}: PoolTask): Record<"x" | "y", [number, number, number, number]> {
  const out = size / window;
  return { x: [1, 1, size, size], y: [1, 1, out, out] };
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
