/**
 * `@corr2d/data/node`: what needs Node's files.
 *
 * @module @corr2d/data-node
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Corr2dError, checkOptions, describeValue } from "@corr2d/core";
import {
  type ImageDataset,
  type ImageDatasetOptions,
  imageDataset,
  type NumberArray,
  type ReadFileOptions,
  readIdx,
} from "@corr2d/data";

/** A path, or a URL of the scheme file:, as `new URL("train.idx", import.meta.url)` gives. */
export type FilePath = string | { readonly href: string };

/** @throws INVALID_ARGUMENT */
function pathOf(owner: string, path: FilePath): string {
  if (typeof path === "string") return path;
  if (path instanceof URL && path.protocol === "file:") return fileURLToPath(path);
  throw new Corr2dError("INVALID_ARGUMENT", `${owner} takes a path, but got ${describeValue(path)}`);
}

/**
 * Reads an IDX file, also a gzipped one, like `readIdx`.
 *
 * @throws FILE_INVALID where the file is damaged, or there is none; INVALID_ARGUMENT.
 */
export async function readIdxFile(path: FilePath, options: ReadFileOptions = {}): Promise<NumberArray> {
  const file = pathOf("readIdxFile", path);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new Corr2dError("FILE_INVALID", `readIdxFile: ${(cause as Error).message}`, {}, { cause });
  }
  try {
    return await readIdx(bytes, options);
  } catch (error) {
    if (!Corr2dError.isInstance(error) || error.code !== "FILE_INVALID") throw error;
    throw new Corr2dError("FILE_INVALID", `${error.message} (${file})`, {}, { cause: error });
  }
}

/** Options of `mnist`. */
export interface MnistOptions extends ImageDatasetOptions {
  /** Whether the 60,000 images to train with are read, or the 10,000 to test with (default true). */
  readonly train?: boolean | undefined;
}

/** MNIST's names, which Fashion-MNIST and others took over: `train-images-idx3-ubyte`, also `train-images.idx3-ubyte`. */
const part = (train: boolean, what: "images-idx3" | "labels-idx1"): string =>
  `${train ? "train" : "t10k"}-${what}-ubyte`;

const isNamed = (file: string, name: string): boolean =>
  file.replace(/\.gz$/, "").replace(".idx", "-idx") === name;

/**
 * MNIST, Fashion-MNIST or another data set in four files of MNIST's names, gzipped or not:
 * `await mnist("/usr/share/datasets/fashion-mnist")`, where Debian's package `dataset-fashion-mnist` puts it.
 *
 * @returns a data set of [image, class]: float32 [1, 28, 28] from 0 to 1 (then normalised by `mean` and `std`), and int32.
 * @throws FILE_INVALID where files are missing or damaged; INVALID_ARGUMENT.
 */
export async function mnist(folder: FilePath, options: MnistOptions = {}): Promise<ImageDataset> {
  checkOptions("mnist", options, { train: "boolean", mean: "any", std: "any" }, "{ train: false }");
  const { train = true, mean, std } = options;
  const home = pathOf("mnist", folder);
  const files = await readdir(home).catch((cause) => {
    throw new Corr2dError("FILE_INVALID", `mnist: ${(cause as Error).message}`, {}, { cause });
  });
  const [images, classes] = await Promise.all(
    (["images-idx3", "labels-idx1"] as const).map((what) => {
      const name = part(train, what);
      // What is not gzipped comes first.
      const file = files.filter((each) => isNamed(each, name)).sort()[0];
      if (file !== undefined) return readIdxFile(join(home, file));
      throw new Corr2dError("FILE_INVALID", `mnist: there is no ${name} (or ${name}.gz) in ${home}`);
    }),
  );
  return imageDataset(images!, classes!, { mean, std });
}
