/**
 * Two-dimensional cross-correlation and its two adjoints.
 *
 * For input x, kernel k and cotangent g the scalar ⟨g, x ⋆ k⟩ is linear in each of the three. Its adjoints are
 * F(x, k) = x ⋆ k, T(g, k) towards the input (the transposed convolution) and G(x, g) towards the kernel, and they
 * are closed under differentiation:
 *
 *   | op, cotangent c | first argument | second argument |
 *   | F(x, k)         | x: T(c, k)     | k: G(x, c)      |
 *   | T(g, k)         | g: F(c, k)     | k: G(c, g)      |
 *   | G(x, g)         | x: T(g, c)     | g: F(x, c)      |
 *
 * so three entries give gradients of any order for every geometry. Book: Dive into Deep Learning, 7.2–7.4.
 */
import {
  apply,
  checkTensors,
  type GradientFunction,
  makeTensor,
  type Op,
  type SavedContext,
} from "../autograd.ts";
import type { StridedView, Window2d, WindowAxis } from "../backend.ts";
import { TENSOR_DTYPES } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, isOwnOptions, type OptionTypes, ownOptions } from "../options.ts";
import { alignShape, checkBias, formatShape, type Shape, sameShape, sizeOf, toShape } from "../shape.ts";
import { runScoped, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import {
  type ConvTransposeOptions,
  type Corr2dOptions,
  convTransposeWindow,
  corr2dWindow,
} from "../window.ts";
import { fill } from "./fill.ts";
import { product } from "./matmul.ts";
import { embed, read } from "./movement.ts";
import { checkFloating } from "./operands.ts";

export interface Geometry {
  readonly window: Window2d;
  /** The result's shape: the window's, in the rank that the caller works in. */
  readonly shape: Shape;
}

/** A result that `handle` holds. */
const result = (like: Storage, handle: unknown, shape: Shape): Tensor =>
  makeTensor(new Storage(like.backend, handle, sizeOf(shape), like.dtype), shape);

/** Sums of nothing. */
const zeros = (like: Storage, shape: Shape): Tensor =>
  makeTensor(fill(like.backend, 0, sizeOf(shape), like.dtype), shape);

const FORWARD: Op<Geometry> = {
  name: "ConvolutionBackward0",
  forward([x, k], { window, shape }) {
    const { backend, stored, handle, size } = x!.storage;
    if (size === 0 || k!.ownSize === 0) return zeros(x!.storage, shape);
    if (backend.corr2d === undefined) return runScoped(() => composedForward(x!, k!, window).reshape(shape));
    return result(x!.storage, backend.corr2d(handle, k!.storage.handle, window, stored), shape);
  },
  savesInputs: true,
  gradients: [
    (c, saved) => towardsInput(c, saved.input(1), geometryFor(saved, 0)),
    (c, saved) => towardsKernel(saved.input(0), c, geometryFor(saved, 1)),
  ],
};

/** F with a bias per output channel, for backends that fuse it; the bias' gradient sums over all but the channels. */
const FORWARD_BIAS: Op<Geometry> = {
  name: "ConvolutionBackward0",
  forward([x, k, bias], geometry) {
    const { window, shape } = geometry;
    const { backend, stored, handle, size } = x!.storage;
    if (backend.corr2dBias === undefined || size === 0 || k!.ownSize === 0) {
      return runScoped(() => {
        const rows = [window.batch, window.outChannels, window.axes[0].output * window.axes[1].output];
        const sums = correlate(x!, k!, { window, shape: rows });
        return sums.add(bias!.reshape([window.outChannels, 1])).reshape(shape);
      });
    }
    const out = backend.corr2dBias(handle, k!.storage.handle, bias!.storage.handle, window, stored);
    return result(x!.storage, out, shape);
  },
  savesInputs: [0, 1],
  gradients: [
    ...(FORWARD.gradients as readonly GradientFunction<Geometry>[]),
    (c, { attributes: { window } }) =>
      c
        .reshape([window.batch, window.outChannels, window.axes[0].output * window.axes[1].output])
        .sum([0, 2]),
  ],
};

const TOWARDS_INPUT: Op<Geometry> = {
  name: "ConvolutionBackward0",
  forward([g, k], { window, shape }) {
    const { backend, stored, handle, size } = g!.storage;
    if (size === 0 || k!.ownSize === 0) return zeros(g!.storage, shape);
    if (backend.corr2dInput === undefined)
      return runScoped(() => composedInput(g!, k!, window).reshape(shape));
    return result(g!.storage, backend.corr2dInput(handle, k!.storage.handle, window, stored), shape);
  },
  savesInputs: true,
  gradients: [
    (c, saved) => correlate(c, saved.input(1), geometryFor(saved, 0)),
    (c, saved) => towardsKernel(c, saved.input(0), geometryFor(saved, 1)),
  ],
};

const TOWARDS_KERNEL: Op<Geometry> = {
  name: "ConvolutionBackward0",
  forward([x, g], { window, shape }) {
    const { backend, stored, handle, size } = x!.storage;
    if (size === 0 || g!.ownSize === 0) return zeros(x!.storage, shape);
    if (backend.corr2dKernel === undefined)
      return runScoped(() => composedKernel(x!, g!, window).reshape(shape));
    return result(x!.storage, backend.corr2dKernel(handle, g!.storage.handle, window, stored), shape);
  },
  savesInputs: true,
  gradients: [
    (c, saved) => towardsInput(saved.input(1), c, geometryFor(saved, 0)),
    (c, saved) => correlate(saved.input(0), c, geometryFor(saved, 1)),
  ],
};

// ——— The fallbacks: products of matrices with im2col (Chellapilla, Puri & Simard 2006, "High performance convolutional
// neural networks for document processing") ———

/** The sizes of the product that a correlation is, per group: outputs [rows, columns] = kernel [rows, terms] · im2col. */
function productOf(w: Window2d): { rows: number; terms: number; columns: number } {
  const [height, width] = w.axes;
  return {
    rows: w.outChannels / w.groups,
    terms: (w.inChannels / w.groups) * height.kernel * width.kernel,
    columns: w.batch * height.output * width.output,
  };
}

/** Cells of the padded input along an axis, as far as windows reach: in ceil mode beyond the padding. */
const paddedLength = (axis: WindowAxis): number =>
  Math.max(
    axis.before + axis.input + axis.after,
    (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1,
  );

/** The padded input's shape, [N·C, H, W]. */
const paddedShape = (w: Window2d): [number, number, number] => [
  w.batch * w.inChannels,
  paddedLength(w.axes[0]),
  paddedLength(w.axes[1]),
];

/** Where the input lies in the padded input. */
function placeOf(w: Window2d): Omit<StridedView, "sourceSize"> {
  const [planes, height, width] = paddedShape(w);
  return {
    shape: [planes, w.axes[0].input, w.axes[1].input],
    strides: [height * width, width, 1],
    offset: w.axes[0].before * width + w.axes[1].before,
  };
}

/** im2col: the padded input seen as [groups, channels per group, kH, kW, batch, oH, oW]. */
function columnsOf(w: Window2d): Omit<StridedView, "sourceSize"> {
  const [, paddedHeight, paddedWidth] = paddedShape(w);
  const [height, width] = w.axes;
  const plane = paddedHeight * paddedWidth;
  const channels = w.inChannels / w.groups;
  return {
    shape: [w.groups, channels, height.kernel, width.kernel, w.batch, height.output, width.output],
    strides: [
      channels * plane,
      plane,
      height.dilation * paddedWidth,
      width.dilation,
      w.inChannels * plane,
      height.stride * paddedWidth,
      width.stride,
    ],
    offset: 0,
  };
}

/** The input with zeros around it, [N·C, H, W]. */
export function padded(x: Tensor, w: Window2d): Tensor {
  const place = placeOf(w);
  const shape = paddedShape(w);
  return sameShape(place.shape, shape) ? x.reshape(shape) : embed(x, shape, place);
}

/** [N, O, P] as [groups, O / groups, N·P]. */
function rowsOf(g: Tensor, w: Window2d): Tensor {
  const { rows, columns } = productOf(w);
  return g
    .reshape([w.batch, w.outChannels, columns / w.batch])
    .permute([1, 0, 2])
    .reshape([w.groups, rows, columns]);
}

function composedForward(x: Tensor, k: Tensor, w: Window2d): Tensor {
  const { rows, terms, columns } = productOf(w);
  const size = { batch: w.groups, rows, inner: terms, columns, transposeA: false, transposeB: false };
  const windows = read(padded(x, w), "AsStridedBackward0", columnsOf(w));
  return product(k, windows, size, [w.outChannels, w.batch, columns / w.batch]).permute([1, 0, 2]);
}

function composedInput(g: Tensor, k: Tensor, w: Window2d): Tensor {
  const { rows, terms, columns } = productOf(w);
  const size = { batch: w.groups, rows: terms, inner: rows, columns, transposeA: true, transposeB: false };
  const windows = product(k, rowsOf(g, w), size, [w.groups, terms, columns]);
  const around = embed(windows, paddedShape(w), columnsOf(w));
  return read(around, "AsStridedBackward0", placeOf(w));
}

function composedKernel(x: Tensor, g: Tensor, w: Window2d): Tensor {
  const { rows, terms, columns } = productOf(w);
  const size = { batch: w.groups, rows, inner: columns, columns: terms, transposeA: false, transposeB: true };
  const windows = read(padded(x, w), "AsStridedBackward0", columnsOf(w));
  return product(rowsOf(g, w), windows, size, [w.groups, rows, terms]);
}

/** The same window, with a result shaped as input i was. */
const geometryFor = (saved: SavedContext<Geometry>, i: number): Geometry => ({
  window: saved.attributes.window,
  shape: saved.shape(i),
});

/** F(x, k), with a bias where there is one, on operands that have been checked. */
export const correlate = (x: Tensor, k: Tensor, geometry: Geometry, bias: Tensor | null = null): Tensor =>
  bias === null ? apply(FORWARD, [x, k], geometry) : apply(FORWARD_BIAS, [x, k, bias], geometry);
/** T(g, k), likewise. */
export const towardsInput = (g: Tensor, k: Tensor, geometry: Geometry): Tensor =>
  apply(TOWARDS_INPUT, [g, k], geometry);
/** G(x, g), likewise. */
export const towardsKernel = (x: Tensor, g: Tensor, geometry: Geometry): Tensor =>
  apply(TOWARDS_KERNEL, [x, g], geometry);

function checkType(x: Tensor, role: "weight" | "bias", other: Tensor): void {
  if (other.dtype === x.dtype) return;
  throw new Corr2dError(
    "DTYPE_MISMATCH",
    `Input type (${TENSOR_DTYPES[x.dtype].torchShort}) and ${role} type (${TENSOR_DTYPES[other.dtype].torchShort}) should be the same: cast one, ` +
      `for example with .type("${x.dtype}")`,
  );
}

function checkOperands(label: string, x: Tensor, kernel: Tensor, bias: Tensor | null): void {
  checkTensors(label, bias === null ? [x, kernel] : [x, kernel, bias]);
  checkType(x, "weight", kernel);
  if (bias !== null) checkType(x, "bias", bias);
  checkFloating(label, x);
}

/** Shapes as [N, C, H, W] and [O, C/groups, kH, kW], and the rank the caller works in. */
function toBatched(x: Shape, kernel: Shape): { input: Shape; kernel: Shape; rank: number } {
  const rank = x.length;
  const planes = kernel.length === 2;
  if (planes ? rank === 2 : kernel.length === 4 && (rank === 3 || rank === 4)) {
    return { input: alignShape(x, 4), kernel: alignShape(kernel, 4), rank };
  }
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    (planes || kernel.length === 4
      ? `Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: ${formatShape(x)}. corr2d takes `
      : "corr2d expects a kernel of 2 dimensions or 4 dimensions: it takes ") +
      "[H, W] with a kernel [kH, kW], and [C, H, W] or [N, C, H, W] with a kernel [out, in/groups, kH, kW]; this kernel is " +
      formatShape(kernel),
  );
}

interface CachedGeometry extends Geometry {
  readonly x: Shape;
  readonly kernel: Shape;
  readonly options: Corr2dOptions;
}

const CORR2D_OPTIONS: OptionTypes = {
  stride: "any",
  padding: "any",
  dilation: "any",
  groups: "any",
  bias: "any",
};
const TRANSPOSED_OPTIONS: OptionTypes = { ...CORR2D_OPTIONS, outputPadding: "any" };

const NO_OPTIONS: Corr2dOptions = ownOptions({});
const RECENT = 32;
/** Geometries used lately: a layer asks for the same one every step, and the arithmetic costs more than a tiny kernel. */
const recent: CachedGeometry[] = [];
let oldest = 0;

function geometryOf(x: Shape, kernel: Shape, options: Corr2dOptions = NO_OPTIONS): Geometry {
  for (const cached of recent) {
    if (cached.options === options && sameShape(cached.x, x) && sameShape(cached.kernel, kernel))
      return cached;
  }
  const batched = toBatched(x, kernel);
  const window = corr2dWindow(batched.input, batched.kernel, options);
  const [height, width] = window.axes;
  const full = [window.batch, window.outChannels, height.output, width.output];
  const geometry = { window, shape: full.slice(4 - batched.rank), x, kernel, options };
  // Only options that core froze itself are recognised by identity: the caller's may have changed since.
  if (isOwnOptions(options)) {
    recent[oldest] = geometry;
    oldest = (oldest + 1) % RECENT;
  }
  return geometry;
}

/**
 * The cross-correlation x ⋆ k: slide the kernel over the input, multiply and add (Dive into Deep Learning, 7.2).
 * The kernel is not flipped. All options combine, and both gradients exist to any order.
 *
 * @param x [H, W] (with a kernel of two axes), [C, H, W] or [N, C, H, W]
 * @param kernel [kH, kW] or [out, C/groups, kH, kW]
 * @param options stride, padding, dilation, groups, and a bias [out].
 * @returns [oH, oW], [out, oH, oW] or [N, out, oH, oW], with
 *   oH = ⌊(H + padding − dilation · (kH − 1) − 1) / stride⌋ + 1.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_MISMATCH, DTYPE_UNSUPPORTED (int32), BACKEND_MISMATCH, with PyTorch's
 *   messages.
 */
export function corr2d(
  x: Tensor,
  kernel: Tensor,
  options?: Corr2dOptions & {
    /** One number per output channel. */
    readonly bias?: Tensor | null | undefined;
  },
): Tensor {
  checkOptions("corr2d", options, CORR2D_OPTIONS, "{ stride: 2 }");
  const bias = options?.bias ?? null;
  checkOperands("corr2d", x, kernel, bias);
  const geometry = geometryOf(x.ownShape, kernel.ownShape, options);
  checkBias(kernel.ownShape, bias?.ownShape, geometry.window.outChannels);
  return correlate(x, kernel, geometry, bias);
}

/**
 * The transposed convolution: the adjoint of `corr2d` towards its input, also called stride ½.
 *
 * @param x [H, W] (with a kernel of two axes), [I, H, W] or [N, I, H, W]
 * @param weight [kH, kW] or [I, out/groups, kH, kW]
 * @returns the shape of the input that `corr2d` with the same options maps to g's: for each axis
 *   (H − 1) · stride − padding + dilation · (kH − 1) + outputPadding + 1.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_MISMATCH, DTYPE_UNSUPPORTED, BACKEND_MISMATCH, with PyTorch's messages.
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  options: ConvTransposeOptions & {
    /** One number per output channel. */
    readonly bias?: Tensor | null | undefined;
  } = {},
): Tensor {
  checkOptions("convTranspose2d", options, TRANSPOSED_OPTIONS, "{ stride: 2 }");
  const bias = options.bias ?? null;
  checkOperands("convTranspose2d", x, weight, bias);
  const batched = toBatched(x.ownShape, weight.ownShape);
  const window = convTransposeWindow(batched.input, batched.kernel, options);
  checkBias(weight.ownShape, bias?.ownShape, window.inChannels);
  const [height, width] = window.axes;
  const full = [window.batch, window.inChannels, height.input, width.input];
  const out = towardsInput(x, weight, { window, shape: full.slice(4 - batched.rank) });
  if (bias === null) return out;
  return out.add(batched.rank === 2 ? bias : bias.reshape([window.inChannels, 1, 1]));
}

/**
 * The kernel-side adjoint of `corr2d`: how the kernel that maps x to an output changes with that output's cotangent.
 *
 * @param x [N, C, H, W]
 * @param g [N, out, oH, oW]
 * @param kernelShape [out, C/groups, kH, kW]
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_MISMATCH, DTYPE_UNSUPPORTED, BACKEND_MISMATCH.
 */
export function corr2dKernelGrad(x: Tensor, g: Tensor, kernelShape: Shape, options?: Corr2dOptions): Tensor {
  checkOptions("corr2dKernelGrad", options, CORR2D_OPTIONS, "{ stride: 2 }");
  checkOperands("corr2dKernelGrad", x, g, null);
  const kernel = toShape("corr2dKernelGrad", kernelShape);
  const { window, shape } = geometryOf(x.ownShape, kernel, options);
  if (!sameShape(g.ownShape, shape)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `corr2dKernelGrad: for input ${formatShape(x.ownShape)} and kernel ${formatShape(kernelShape)} the output is ` +
        `${formatShape(shape)}, but its gradient is ${formatShape(g.ownShape)}`,
    );
  }
  return towardsKernel(x, g, { window, shape: kernel });
}
