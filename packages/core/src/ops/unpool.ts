/**
 * Maximum pooling undone: values back where `maxPool2dWithIndices` found them. Source: Zeiler & Fergus 2014, "Visualizing and
 * understanding convolutional networks".
 */
import { apply, checkTensors, type Op } from "../autograd.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, isList, type OptionTypes } from "../options.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../shape.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { checkKernel, type Pair, toPair, toStride } from "../window.ts";
import { addByIndex, gather } from "./indexing.ts";
import { reshape } from "./movement.ts";
import { type Single, toSingle } from "./one-axis.ts";
import { checkFloating, checkRoom } from "./operands.ts";

interface UnpoolAttributes {
  /** The result's shape. */
  readonly shape: Shape;
  /** The result as a table: a row for each plane. */
  readonly table: readonly [planes: number, cells: number];
}

/** x or its indices as a table: a row for each plane. */
const rows = (x: Tensor, [planes]: UnpoolAttributes["table"]): Tensor =>
  reshape(x, [planes, planes === 0 ? 0 : x.ownSize / planes]);

/** Windows that overlap name a cell several times, with one value: so each gives its share, and takes all of the gradient. */
const MAX_UNPOOL: Op<UnpoolAttributes> = {
  name: "MaxUnpool2DBackward0",
  forward: ([x, index], { shape, table }) =>
    runScoped(() => {
      const at = rows(index!, table);
      const values = rows(x!, table);
      const times = gather(addByIndex(values.onesLike(), at, table, 1), 1, at);
      return reshape(addByIndex(values.div(times), at, table, 1), shape);
    }),
  savesInputs: [1],
  gradients: [
    (g, c) => {
      const { table } = c.attributes;
      return reshape(gather(reshape(g, table), 1, rows(c.input(1), table)), c.shape(0));
    },
    null,
  ],
};

/** Options of `maxUnpool2d`. */
export interface MaxUnpoolOptions {
  /** Default: the kernel's size. */
  readonly stride?: Pair | undefined;
  /** Cells around the pool's input (default 0). */
  readonly padding?: Pair | undefined;
  /** [height, width] of the result, or its whole shape: several sizes become one in a pool. */
  readonly outputSize?: readonly number[] | null | undefined;
}

/** Options of `maxUnpool1d`. */
export interface MaxUnpool1dOptions {
  /** Default: the kernel's size. */
  readonly stride?: Single | undefined;
  /** Cells around the pool's input (default 0). */
  readonly padding?: Single | undefined;
  /** [length] of the result, or its whole shape. */
  readonly outputSize?: readonly number[] | null | undefined;
}

const OPTIONS: OptionTypes = { stride: "any", padding: "any", outputSize: "any" };

/** What an unpooling needs to know of an axis. */
interface Axis {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

/** The sizes of the result's axes. */
function sizesOf(label: string, input: Shape, axes: readonly Axis[], outputSize: unknown): readonly number[] {
  const lead = input.length - axes.length;
  const usual = axes.map(
    ({ kernel, stride, padding }, d) => (input[lead + d]! - 1) * stride + kernel - 2 * padding,
  );
  const fail = (text: string): Corr2dError => new Corr2dError("INVALID_ARGUMENT", `${label}: ${text}`);
  if (outputSize === undefined || outputSize === null) {
    if (usual.every((size) => size > 0)) return usual;
    throw fail(`the padding leaves nothing: the output would be ${formatShape(usual)}`);
  }
  // Also the shape of an unbatched input, which PyTorch does not take.
  const lengths = [axes.length, axes.length + 2, input.length];
  if (!isList(outputSize) || !lengths.includes(outputSize.length)) {
    const got = isList(outputSize) ? `it has a length of '${outputSize.length}'` : "it is none";
    throw fail(
      `output_size should be a sequence containing ${axes.length} or ${axes.length + 2} elements, but ${got}`,
    );
  }
  const sizes = Array.from(outputSize.slice(-axes.length) as readonly number[]);
  for (const [d, { stride }] of axes.entries()) {
    const [low, high] = [usual[d]! - stride, usual[d]! + stride];
    if (Number.isInteger(sizes[d]) && sizes[d]! > Math.max(low, 0) && sizes[d]! < high) continue;
    throw fail(`invalid output_size "${formatShape(sizes)}" (dim ${d} must be between ${low} and ${high})`);
  }
  return sizes;
}

/** @throws SHAPE_MISMATCH, DTYPE_MISMATCH, DTYPE_UNSUPPORTED, with PyTorch's messages. */
function checkInputs(label: string, x: Tensor, indices: Tensor, planeAxes: number): void {
  checkTensors(label, [x, indices]);
  checkFloating(label, x);
  const shape = x.ownShape;
  const [low, high] = [planeAxes + 1, planeAxes + 2];
  if (shape.length !== low && shape.length !== high) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${label}: Input to max_unpooling${planeAxes}d should be a ${low}d or ${high}d Tensor, but got a tensor with ` +
        `${shape.length} dimensions.`,
    );
  }
  if (indices.dtype !== "int32") {
    throw new Corr2dError(
      "DTYPE_MISMATCH",
      `${label}: elements in indices should be type int32 but got: ${indices.dtype}`,
    );
  }
  if (!sameShape(shape, indices.ownShape)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${label}: Expected shape of indices to be same as that of the input tensor (${formatShape(shape)}) but got indices ` +
        `tensor with shape: ${formatShape(indices.ownShape)}`,
    );
  }
  const empty = shape.slice(-low).indexOf(0);
  if (empty >= 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `${label}: Expected input to have non-zero size for non-batch dimensions, but got ${formatShape(shape)} with ` +
        `dimension ${shape.length - low + empty} being empty.`,
    );
  }
}

/** Of indices that the program gave as numbers; of others the backend judges. */
function checkCells(label: string, indices: Tensor, plane: Shape): void {
  const { bounds } = indices.storage;
  if (bounds === null || !bounds.attained || indices.ownSize === 0) return;
  const cells = sizeOf(plane);
  const wrong = bounds.min < 0 ? bounds.min : bounds.max;
  if (wrong >= 0 && wrong < cells) return;
  throw new Corr2dError(
    "INDEX_OUT_OF_RANGE",
    `${label}: Found an invalid max index: ${wrong} (output volumes are of size ${plane.join("x")})`,
    { index: wrong, length: cells },
  );
}

function unpool(
  label: string,
  x: Tensor,
  indices: Tensor,
  axes: readonly Axis[],
  outputSize: unknown,
): Tensor {
  checkInputs(label, x, indices, axes.length);
  const lead = x.ownShape.slice(0, -axes.length);
  const plane = sizesOf(label, x.ownShape, axes, outputSize);
  const shape = [...lead, ...plane];
  checkRoom(label, x.ownBackend, shape, x.dtype);
  checkCells(label, indices, plane);
  const table = [sizeOf(lead), sizeOf(plane)] as const;
  return apply(MAX_UNPOOL, [x, indices], { shape, table });
}

/** @throws INVALID_ARGUMENT for a negative one. */
function checkPadding(label: string, padding: readonly number[]): void {
  if (padding.every((n) => n >= 0)) return;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `${label}: negative padding is not supported: got ${formatShape(padding)}`,
  );
}

/**
 * The values of a maximum pool in the cells that they came from, and zeros elsewhere.
 *
 * Indices that name a cell several times, as those of overlapping windows do, should name it with one value: of different ones it
 * gets the mean, where PyTorch's result is not defined. The gradient goes to each.
 *
 * @param x [N, C, H, W] or [C, H, W]: what `maxPool2dWithIndices` gave as values.
 * @param indices int32, x's shape: positions in each plane of the result.
 * @param kernelSize the pool's window.
 * @returns the same leading axes and outputSize: (H − 1) · stride − 2 · padding + kernelSize, where none is given.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_MISMATCH, DTYPE_UNSUPPORTED, INDEX_OUT_OF_RANGE (of indices that a backend
 *   computed late: when the result is read), with PyTorch's messages.
 */
export function maxUnpool2d(
  x: Tensor,
  indices: Tensor,
  kernelSize: Pair,
  options: MaxUnpoolOptions = {},
): Tensor {
  const label = "maxUnpool2d";
  checkOptions(label, options, OPTIONS, "{ stride: 2 }");
  const kernel = toPair("kernelSize", kernelSize, `${label}: `);
  checkKernel(`${label}: `, kernel);
  const stride = toStride(`${label}: `, options.stride ?? kernel);
  const padding = toPair("padding", options.padding ?? 0, `${label}: `);
  checkPadding(label, padding);
  const axes = ([0, 1] as const).map((d) => ({ kernel: kernel[d], stride: stride[d], padding: padding[d] }));
  return unpool(label, x, indices, axes, options.outputSize);
}

/**
 * `maxUnpool2d` over one axis.
 *
 * @param x [N, C, L] or [C, L]: what `maxPool1dWithIndices` gave as values.
 * @throws as maxUnpool2d.
 */
export function maxUnpool1d(
  x: Tensor,
  indices: Tensor,
  kernelSize: Single,
  options: MaxUnpool1dOptions = {},
): Tensor {
  const label = "maxUnpool1d";
  checkOptions(label, options, OPTIONS, "{ stride: 2 }");
  const kernel = toSingle("kernelSize", kernelSize);
  checkKernel(`${label}: `, [1, kernel]);
  const [, stride] = toStride(`${label}: `, [1, toSingle("stride", options.stride ?? kernel)]);
  const padding = toSingle("padding", options.padding ?? 0);
  checkPadding(label, [padding]);
  return unpool(label, x, indices, [{ kernel, stride, padding }], options.outputSize);
}
