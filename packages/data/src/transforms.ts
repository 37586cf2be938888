/**
 * torchvision's transforms of tensors, as functions that make functions: `randomCrop(28, { padding: 4 })(image)`. They draw from
 * the generator that `manualSeed` seeds, in torchvision's order. On a batch [N, C, H, W] all images are treated alike.
 */
export { type ColorJitterOptions, colorJitter, grayscale } from "./transforms/color.ts";
export { compose } from "./transforms/compose.ts";
export {
  centerCrop,
  type RandomCropOptions,
  type RandomResizedCropOptions,
  randomCrop,
  randomResizedCrop,
} from "./transforms/crops.ts";
export { type RandomErasingOptions, randomErasing } from "./transforms/erasing.ts";
export { randomHorizontalFlip, randomVerticalFlip } from "./transforms/flips.ts";
export { normalize } from "./transforms/normalize.ts";
export { type Padding, type PadOptions, pad } from "./transforms/pad.ts";
export { type ResizeOptions, resize } from "./transforms/resize.ts";
export type { Transform } from "./transforms/transform.ts";
