/** Sizes of tensors: compared, and as PyTorch's messages print them. */
import type { Shape, Tensor } from "@corr2d/core";

export const sameSizes = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((n, axis) => n === b[axis]);

/** `[2, 3]`. */
export const sizesText = (shape: Shape): string => `[${shape.join(", ")}]`;

/** `torch.Size([2, 3])`. */
export const torchSize = ({ shape }: Tensor): string => `torch.Size(${sizesText(shape)})`;
