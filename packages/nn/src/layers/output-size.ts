/** Which padding of the output gives a transposed convolution the output size that was asked for. */
import { Corr2dError, isList, type Tensor } from "@corr2d/core";
import { checkTensor, invalid } from "../arguments.ts";
import { sizesText } from "../sizes.ts";
import type { Convolution } from "./convolution.ts";

/**
 * @param outputSize of the axes of the window, or with the leading axes too.
 * @throws INVALID_ARGUMENT, SHAPE_MISMATCH, with PyTorch's messages.
 */
export function outputPaddingFor(layer: Convolution, x: Tensor, outputSize: readonly number[]): number[] {
  checkTensor("forward", x);
  const { kernelSize, stride, dilation } = layer;
  const axes = kernelSize.length;
  const isArray = isList(outputSize) && Array.from(outputSize).every((n) => Number.isInteger(n));
  const lead = x.shape.length - axes;
  if (!isArray || (outputSize.length !== axes && outputSize.length !== x.shape.length)) {
    const count = isArray ? outputSize.length : "none";
    throw invalid(
      `ConvTranspose${axes}D: for ${x.shape.length}D input, output_size must have ${axes} or ${axes + lead} elements (got ${count})`,
    );
  }
  const wanted = outputSize.slice(-axes);
  const input = x.shape.slice(-axes);
  const padding = layer.padding as readonly number[];
  const lowest = input.map((n, axis) => {
    const [before, after] =
      padding.length === 2 * axes
        ? [padding[2 * axis]!, padding[2 * axis + 1]!]
        : [padding[axis]!, padding[axis]!];
    return (n - 1) * stride[axis]! - before - after + dilation[axis]! * (kernelSize[axis]! - 1) + 1;
  });
  const highest = lowest.map((n, axis) => n + stride[axis]! - 1);
  if (wanted.every((n, axis) => n >= lowest[axis]! && n <= highest[axis]!)) {
    return wanted.map((n, axis) => n - lowest[axis]!);
  }
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    `requested an output size of ${sizesText(wanted)}, but valid sizes range from ${sizesText(lowest)} to ${sizesText(highest)} ` +
      `(for an input of torch.Size(${sizesText(input)}))`,
  );
}
