/** One pixel of the result, computed as the book computes it: the window under the kernel, the products, their sum. */
import { type Backend, type Tensor, tensor } from "@corr2d/core";
import { toGray } from "../../chapter/filter-image.ts";
import type { Matrix } from "../../chapter/filter-kernels.ts";

/** Of one kernel of the filter. */
export interface Products {
  readonly products: Matrix;
  readonly sum: number;
}

export interface PixelSum {
  readonly window: Matrix;
  /** For each kernel. */
  readonly kernels: readonly Products[];
  /** The sum; of two kernels the length of both. */
  readonly result: number;
}

const nested = async (x: Tensor): Promise<Matrix> => (await x.toArray()) as number[][];

/** A patch of red, green and blue [3, h, w] as the one plane that the kernel lies on: grey (null), or a channel. */
export function planeOf(backend: Backend, patch: number[][][], channel: number | null): Tensor {
  const colours = tensor(patch, { backend });
  return channel === null ? toGray(colours).slice(0) : colours.slice(channel);
}

/** @param patch of the kernels' size */
export async function sumPixel(
  backend: Backend,
  patch: number[][][],
  channel: number | null,
  matrices: readonly Matrix[],
): Promise<PixelSum> {
  const window = planeOf(backend, patch, channel);
  const kernels = await Promise.all(
    matrices.map(async (matrix) => {
      const products = window.mul(tensor(matrix, { backend }));
      return { products: await nested(products), sum: await products.sum().item() };
    }),
  );
  const sums = kernels.map(({ sum }) => sum);
  return {
    window: await nested(window),
    kernels,
    result: sums.length === 1 ? sums[0]! : Math.hypot(...sums),
  };
}
