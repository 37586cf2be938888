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
import type { Window2d } from "../backend.ts";
import { Corr2dError } from "../errors.ts";
import { alignShape, checkBias, formatShape, type Shape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import {
  type ConvTransposeOptions,
  type Corr2dOptions,
  convTransposeWindow,
  corr2dWindow,
} from "../window.ts";
import * as call from "./call.ts";
import { checkFloating } from "./elementwise.ts";

interface Geometry {
  readonly window: Window2d;
  /** The result's shape: the window's, in the rank that the caller works in. */
  readonly shape: Shape;
}

const FORWARD: Op<Geometry> = {
  name: "ConvolutionBackward0",
  forward: ([x, k], { window, shape }) => makeTensor(call.corr2d(x!.storage, k!.storage, window), shape),
  savesInputs: true,
  gradients: [
    (c, saved) => towardsInput(c, saved.input(1), geometryFor(saved, 0)),
    (c, saved) => towardsKernel(saved.input(0), c, geometryFor(saved, 1)),
  ],
};

/** F with a bias per output channel, for backends that fuse it; the bias' gradient sums over all but the channels. */
const FORWARD_BIAS: Op<Geometry> = {
  name: "ConvolutionBackward0",
  forward: ([x, k, bias], { window, shape }) =>
    makeTensor(call.corr2dBias(x!.storage, k!.storage, bias!.storage, window), shape),
  savesInputs: [0, 1],
  gradients: [
    ...(FORWARD.gradients as readonly GradientFunction<Geometry>[]),
    (c, { attributes: { window } }) =>
      c.reshape([window.batch, window.outChannels, window.outputHeight * window.outputWidth]).sum([0, 2]),
  ],
};

const TOWARDS_INPUT: Op<Geometry> = {
  name: "ConvolutionBackward0",
  forward: ([g, k], { window, shape }) => makeTensor(call.corr2dInput(g!.storage, k!.storage, window), shape),
  savesInputs: true,
  gradients: [
    (c, saved) => correlate(c, saved.input(1), geometryFor(saved, 0)),
    (c, saved) => towardsKernel(c, saved.input(0), geometryFor(saved, 1)),
  ],
};

const TOWARDS_KERNEL: Op<Geometry> = {
  name: "ConvolutionBackward0",
  forward: ([x, g], { window, shape }) =>
    makeTensor(call.corr2dKernel(x!.storage, g!.storage, window), shape),
  savesInputs: true,
  gradients: [
    (c, saved) => towardsInput(saved.input(1), c, geometryFor(saved, 0)),
    (c, saved) => correlate(saved.input(0), c, geometryFor(saved, 1)),
  ],
};

/** The same window, with a result shaped as input i was. */
const geometryFor = (saved: SavedContext<Geometry>, i: number): Geometry => ({
  window: saved.attributes.window,
  shape: saved.shape(i),
});

const correlate = (x: Tensor, k: Tensor, geometry: Geometry): Tensor => apply(FORWARD, [x, k], geometry);
const towardsInput = (g: Tensor, k: Tensor, geometry: Geometry): Tensor =>
  apply(TOWARDS_INPUT, [g, k], geometry);
const towardsKernel = (x: Tensor, g: Tensor, geometry: Geometry): Tensor =>
  apply(TOWARDS_KERNEL, [x, g], geometry);

/** PyTorch's names of dtypes in this message. */
const TORCH_NAMES = { float32: "float", float64: "double", int32: "int" } as const;

function checkOperands(label: string, x: Tensor, kernel: Tensor, bias: Tensor | null): void {
  checkTensors(label, bias === null ? [x, kernel] : [x, kernel, bias]);
  for (const [role, other] of [
    ["weight", kernel],
    ["bias", bias],
  ] as const) {
    if (other === null || other.dtype === x.dtype) continue;
    throw new Corr2dError(
      "DTYPE_MISMATCH",
      `Input type (${TORCH_NAMES[x.dtype]}) and ${role} type (${TORCH_NAMES[other.dtype]}) should be the same: cast one, ` +
        `for example with .type("${x.dtype}")`,
    );
  }
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

const NO_OPTIONS: Corr2dOptions = Object.freeze({});
const RECENT = 32;
/** Geometries used lately: a layer asks for the same one every step, and the arithmetic costs more than a tiny kernel. */
const recent: CachedGeometry[] = [];
let oldest = 0;

function geometryOf(x: Shape, kernel: Shape, options: Corr2dOptions): Geometry {
  for (const cached of recent) {
    if (cached.options === options && sameShape(cached.x, x) && sameShape(cached.kernel, kernel))
      return cached;
  }
  const batched = toBatched(x, kernel);
  const window = corr2dWindow(batched.input, batched.kernel, options);
  const full = [window.batch, window.outChannels, window.outputHeight, window.outputWidth];
  const geometry = { window, shape: full.slice(4 - batched.rank), x, kernel, options };
  // Only frozen options can be recognised by identity: others may have changed since.
  if (Object.isFrozen(options)) {
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
 * @param options stride, padding, dilation, groups, and a bias [out]. Frozen options are recognised, and then save
 *   the arithmetic on later calls.
 * @returns [oH, oW], [out, oH, oW] or [N, out, oH, oW], with
 *   oH = ⌊(H + padding − dilation · (kH − 1) − 1) / stride⌋ + 1.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_MISMATCH, DTYPE_UNSUPPORTED (int32), BACKEND_MISMATCH, with PyTorch's
 *   messages.
 */
export function corr2d(
  x: Tensor,
  kernel: Tensor,
  options: Corr2dOptions & { readonly bias?: Tensor | null | undefined } = NO_OPTIONS,
): Tensor {
  const bias = options.bias ?? null;
  checkOperands("corr2d", x, kernel, bias);
  const geometry = geometryOf(x.shape, kernel.shape, options);
  if (bias === null) return correlate(x, kernel, geometry);
  checkBias(kernel.shape, bias.shape, geometry.window.outChannels);
  return apply(FORWARD_BIAS, [x, kernel, bias], geometry);
}

/**
 * The transposed convolution: the adjoint of `corr2d` towards its input, also called stride ½.
 *
 * @param g [H, W] (with a kernel of two axes), [I, H, W] or [N, I, H, W]
 * @param kernel [kH, kW] or [I, out/groups, kH, kW]
 * @returns the shape of the input that `corr2d` with the same options maps to g's: for each axis
 *   (H − 1) · stride − padding + dilation · (kH − 1) + outputPadding + 1.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_MISMATCH, DTYPE_UNSUPPORTED, BACKEND_MISMATCH, with PyTorch's messages.
 */
export function convTranspose2d(
  g: Tensor,
  kernel: Tensor,
  options: ConvTransposeOptions & { readonly bias?: Tensor | null | undefined } = {},
): Tensor {
  const bias = options.bias ?? null;
  checkOperands("convTranspose2d", g, kernel, bias);
  const batched = toBatched(g.shape, kernel.shape);
  const window = convTransposeWindow(batched.input, batched.kernel, options);
  checkBias(kernel.shape, bias?.shape, window.inChannels);
  const full = [window.batch, window.inChannels, window.inputHeight, window.inputWidth];
  const out = towardsInput(g, kernel, { window, shape: full.slice(4 - batched.rank) });
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
export function corr2dKernelGrad(
  x: Tensor,
  g: Tensor,
  kernelShape: Shape,
  options: Corr2dOptions = NO_OPTIONS,
): Tensor {
  checkOperands("corr2dKernelGrad", x, g, null);
  const { window, shape } = geometryOf(x.shape, kernelShape, options);
  if (!sameShape(g.shape, shape)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `corr2dKernelGrad: for input ${formatShape(x.shape)} and kernel ${formatShape(kernelShape)} the output is ` +
        `${formatShape(shape)}, but its gradient is ${formatShape(g.shape)}`,
    );
  }
  return towardsKernel(x, g, { window, shape: kernelShape });
}
