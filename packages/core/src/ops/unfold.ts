/**
 * The patches that a window meets, as columns (im2col), and columns added back to planes (col2im). Each is the other's adjoint:
 * one reads a padded plane through strides, the other adds into it.
 */
import { checkTensor } from "../autograd.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, type OptionTypes } from "../options.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Pair, toPair } from "../window.ts";
import { embed, read, reshape } from "./movement.ts";
import { pad } from "./pad.ts";

/** Options of `unfold` and `fold`. */
export interface UnfoldOptions {
  /** Distance between neighbouring cells of the window (default 1). */
  readonly dilation?: Pair | undefined;
  /** Cells around the input (default 0). */
  readonly padding?: Pair | undefined;
  /** Cells the window moves by (default 1). */
  readonly stride?: Pair | undefined;
}

const OPTIONS: OptionTypes = { dilation: "any", padding: "any", stride: "any" };

type Two = readonly [number, number];

interface Grid {
  readonly kernel: Two;
  readonly padding: Two;
  readonly stride: Two;
  readonly dilation: Two;
  /** Of the padded plane. */
  readonly padded: Two;
  /** How many places the window has in each direction. */
  readonly places: Two;
}

function positive(name: string, [height, width]: Two): void {
  if (height > 0 && width > 0) return;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `${name} should be greater than zero, but got ${name}_height: ${height} ${name}_width: ${width}`,
  );
}

function gridOf(label: string, plane: Two, kernelSize: Pair, options: UnfoldOptions): Grid {
  checkOptions(label, options, OPTIONS, "{ stride: 2 }");
  const kernel = toPair("kernel_size", kernelSize);
  const padding = toPair("padding", options.padding ?? 0);
  const stride = toPair("stride", options.stride ?? 1);
  const dilation = toPair("dilation", options.dilation ?? 1);
  positive("kernel", kernel);
  positive("stride", stride);
  positive("dilation", dilation);
  if (padding[0] < 0 || padding[1] < 0) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `padding should be non-negative, but got padding_height: ${padding[0]} padding_width: ${padding[1]}`,
    );
  }
  const perAxis = (size: (axis: 0 | 1) => number): Two => [size(0), size(1)];
  const padded = perAxis((axis) => plane[axis] + 2 * padding[axis]);
  const places = perAxis(
    (axis) => Math.floor((padded[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis]) + 1,
  );
  return { kernel, padding, stride, dilation, padded, places };
}

/** The padded planes seen as [planes, kH, kW, rows, columns]. */
const patchesOf = (planes: number, { kernel, stride, dilation, padded, places }: Grid) => ({
  shape: [planes, ...kernel, ...places],
  strides: [padded[0] * padded[1], dilation[0] * padded[1], dilation[1], stride[0] * padded[1], stride[1]],
  offset: 0,
});

/**
 * The patches of x as columns.
 *
 * @param x [N, C, H, W] or [C, H, W]
 * @returns [N, C · kH · kW, L] or [C · kH · kW, L], where L is the number of places that the window has.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT.
 */
export function unfold(x: Tensor, kernelSize: Pair, options: UnfoldOptions = {}): Tensor {
  checkTensor("unfold", x);
  const { ownShape } = x;
  if (ownShape.length !== 3 && ownShape.length !== 4) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ` +
        formatShape(ownShape),
    );
  }
  const [height, width] = ownShape.slice(-2) as [number, number];
  const grid = gridOf("unfold", [height, width], kernelSize, options);
  const [rows, columns] = grid.places;
  if (rows <= 0 || columns <= 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Given input with spatial size (${height}, ${width}), kernel_size=(${grid.kernel.join(", ")}), ` +
        `dilation=(${grid.dilation.join(", ")}), padding=(${grid.padding.join(", ")}), calculated shape of the array of ` +
        `sliding blocks as (${rows}, ${columns}), but its components must be at least one.`,
    );
  }
  const [vertical, horizontal] = grid.padding;
  const around =
    vertical === 0 && horizontal === 0 ? x : pad(x, [horizontal, horizontal, vertical, vertical]);
  const channels = ownShape.at(-3)!;
  const batch = ownShape.length === 4 ? [ownShape[0]!] : [];
  const planes = channels * (batch[0] ?? 1);
  const patches = read(around, "Im2ColBackward0", patchesOf(planes, grid));
  return reshape(patches, [...batch, channels * grid.kernel[0] * grid.kernel[1], rows * columns]);
}

/**
 * Columns added back to the planes that `unfold` with the same options would take them from: where patches overlap, they add up.
 *
 * @param x [N, C · kH · kW, L] or [C · kH · kW, L]
 * @param outputSize [H, W] of the result.
 * @returns [N, C, H, W] or [C, H, W]
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, with PyTorch's messages.
 */
export function fold(x: Tensor, outputSize: Pair, kernelSize: Pair, options: UnfoldOptions = {}): Tensor {
  checkTensor("fold", x);
  const { ownShape } = x;
  if (ownShape.length !== 2 && ownShape.length !== 3) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but ` +
        `got: ${formatShape(ownShape)}`,
    );
  }
  const plane = toPair("output_size", outputSize);
  positive("output_size", plane);
  const grid = gridOf("fold", plane, kernelSize, options);
  const [kernelHeight, kernelWidth] = grid.kernel;
  const [rows, length] = ownShape.slice(-2) as [number, number];
  if (rows % (kernelHeight * kernelWidth) !== 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got " +
        `input.size(1)=${rows} and kernel_size=(${grid.kernel.join(", ")}).`,
    );
  }
  const places = Math.max(0, grid.places[0]) * Math.max(0, grid.places[1]);
  if (length !== places) {
    const texts = [plane, grid.kernel, grid.dilation, grid.padding, grid.stride].map(
      (pair) => `(${pair.join(", ")})`,
    );
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Given output_size=${texts[0]}, kernel_size=${texts[1]}, dilation=${texts[2]}, padding=${texts[3]}, stride=${texts[4]}, ` +
        `expected size of input's dimension 2 to match the calculated number of sliding blocks ${grid.places.join(" * ")} = ` +
        `${places}, but got input.size(2)=${length}.`,
    );
  }
  const channels = rows / (kernelHeight * kernelWidth);
  const batch = ownShape.length === 3 ? [ownShape[0]!] : [];
  const planes = channels * (batch[0] ?? 1);
  const view = patchesOf(planes, grid);
  const around = embed(reshape(x, view.shape), [planes, ...grid.padded], view);
  const [vertical, horizontal] = grid.padding;
  const cut =
    vertical === 0 && horizontal === 0
      ? around
      : pad(around, [-horizontal, -horizontal, -vertical, -vertical]);
  return reshape(cut, [...batch, channels, ...plane]);
}
