/** Weights of TensorFlow's layers, and what they are here. Images are [N, H, W, C] there and [N, C, H, W] here. */
import type { Tensor } from "@corr2d/core";

/** Images [N, H, W, C] → [N, C, H, W]. */
export const fromChannelsLast = (images: Tensor): Tensor => images.permute([0, 3, 1, 2]);

/** The kernel of `conv2d` [h, w, in, out] → Conv2D's weight [out, in, h, w]. */
export const convKernel = (kernel: Tensor): Tensor => kernel.permute([3, 2, 0, 1]);

/** The kernel of `conv2dTranspose` [h, w, out, in] → ConvTranspose2D's weight [in, out, h, w]. */
export const transposedKernel = (kernel: Tensor): Tensor => kernel.permute([3, 2, 0, 1]);

/** The kernel of `depthwiseConv2d` [h, w, in, multiplier] → the weight of a Conv2D with `groups: in`. */
export function depthwiseKernel(kernel: Tensor): Tensor {
  const [h, w, channels, multiplier] = kernel.sizes(4);
  return kernel.permute([2, 3, 0, 1]).reshape([channels * multiplier, 1, h, w]);
}

/** The kernel of `dense` [in, out] → Linear's weight [out, in]. */
export const denseKernel = (kernel: Tensor): Tensor => kernel.t();

/**
 * The kernel of the `dense` layer behind a `flatten`, which counted the pixels of an image [h, w, c] with the channels last:
 * here they come first.
 */
export function flattenedKernel(kernel: Tensor, [h, w, c]: readonly [number, number, number]): Tensor {
  const out = kernel.size(1);
  return kernel
    .reshape([h, w, c, out])
    .permute([3, 2, 0, 1])
    .reshape([out, c * h * w]);
}
