/** The public names of `@corr2d/data`. */
export type { ArrayField, NumberArray } from "./array-column.ts";
export { ArrayDataset } from "./array-dataset.ts";
export { type Collated, defaultCollate } from "./collate.ts";
export { DataLoader } from "./data-loader.ts";
export type { Dataset, SampleOf } from "./dataset.ts";
export type {
  BlobLike,
  FileSource,
  ReadFileOptions,
  ReadProgress,
  ResponseLike,
  StreamLike,
} from "./file-source.ts";
export { readIdx, writeIdx } from "./idx.ts";
export { type ImageDataset, type ImageDatasetOptions, imageDataset } from "./image-dataset.ts";
export {
  type ImageLayout,
  type ImageToTensorOptions,
  imageToTensor,
  type NdarrayLike,
  type RgbaImage,
  tensorToImage,
} from "./images.ts";
export type { CollateFn } from "./load-batch.ts";
export type { DataLoaderOptions } from "./loader-options.ts";
export type { EpochState, LoaderState } from "./loader-state.ts";
export type { Draw, OrderState } from "./order.ts";
export type { WorkerLike } from "./prefetch/remote-worker.ts";
export { type PortLike, type ServeOptions, serve } from "./prefetch/serve.ts";
export {
  BatchSampler,
  RandomSampler,
  type RandomSamplerOptions,
  type Sampler,
  SequentialSampler,
  type Sized,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from "./samplers.ts";
export { ConcatDataset, MapDataset, randomSplit, Subset } from "./subsets.ts";
export { TensorDataset } from "./tensor-dataset.ts";
export * as transforms from "./transforms.ts";
