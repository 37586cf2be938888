/** Images and their classes, as MNIST's files hold them, as a data set. */
import { Corr2dError, checkOptions, getDefaultDtype, isList } from "@corr2d/core";
import { readFrom } from "./arguments.ts";
import type { ArrayField, NumberArray } from "./array-column.ts";
import { ArrayDataset } from "./array-dataset.ts";

/** Options of `imageDataset`. */
export interface ImageDatasetOptions {
  /** Subtracted from the pixels after they were divided by 255, for all channels or for each. */
  readonly mean?: ArrayField["mean"];
  /** Divided by after that. */
  readonly std?: ArrayField["std"];
}

export const IMAGE_DATASET_OPTIONS: { readonly [name in keyof ImageDatasetOptions]-?: "any" } = {
  mean: "any",
  std: "any",
};

/** Images [C, H, W] and classes int32. */
export type ImageDataset = ArrayDataset<readonly [images: ArrayField, classes: ArrayField]>;

/**
 * A data set of [image, class]: [C, H, W] of the default dtype, and int32. Bytes are divided by 255, and stay bytes in memory.
 *
 * @param images [N, H, W] or [N, C, H, W], such as `await readIdx(…)` gives.
 * @param classes [N]
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT
 */
export function imageDataset(
  images: NumberArray,
  classes: NumberArray,
  options: ImageDatasetOptions = {},
): ImageDataset {
  checkOptions("imageDataset", options, IMAGE_DATASET_OPTIONS, "{ mean, std }");
  const [pixels, labels] = [images, classes].map(
    (array) => readFrom(array, ({ data, shape }) => ({ data, shape })) ?? {},
  ) as [NumberArray, NumberArray];
  const [count, ...rest] = isList(pixels.shape) ? (pixels.shape as number[]) : [];
  const isBytes = ArrayBuffer.isView(pixels.data) && pixels.data.BYTES_PER_ELEMENT === 1;
  const fitting =
    (rest.length === 2 || rest.length === 3) && isList(labels.shape) && labels.shape.length === 1;
  if (!fitting) {
    const text = (shape: unknown): string => (isList(shape) ? `[${shape.join(", ")}]` : "nothing");
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `imageDataset: expected images [N, H, W] or [N, C, H, W] and classes [N], but got ${text(pixels.shape)} and ` +
        text(labels.shape),
    );
  }
  return new ArrayDataset(
    {
      data: pixels.data,
      shape: [count!, ...(rest.length === 2 ? [1] : []), ...rest],
      dtype: getDefaultDtype(),
      divisor: isBytes ? 255 : 1,
      mean: options.mean,
      std: options.std,
    },
    { data: labels.data, shape: labels.shape, dtype: "int32" },
  );
}
