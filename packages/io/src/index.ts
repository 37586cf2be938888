/** The public names of `@corr2d/io`, for every host. `@corr2d/io/node` has the same, and takes paths too. */
export { checkpointOrigin, type LoadCheckpointOptions, loadCheckpoint } from "./checkpoint/load.ts";
export type { BackendOrigin, CheckpointOrigin } from "./checkpoint/origin.ts";
export { checkpointToBlob, saveCheckpoint } from "./checkpoint/save.ts";
export {
  type GetOptions,
  openSafetensors,
  type ReadSafetensorsOptions,
  readSafetensors,
  type SafetensorsFile,
  type TensorInfo,
} from "./safetensors/read.ts";
export { saveSafetensors, type WriteSafetensorsOptions, writeSafetensors } from "./safetensors/write.ts";
export type { BlobLike, FileHandleLike, ResponseLike, Source, StreamLike } from "./source.ts";
export type { BlobOfHost } from "./target.ts";
