/**
 * How much memory and work a command line may ask for. What sizes and options come to is reckoned before anything is
 * made, so that a slip of the keyboard is answered at once, and not by a process that the system ends.
 */
import { totalmem } from "node:os";
import { type FilterOptions, paddingSides } from "../chapter/filter-image.ts";
import type { FilterKernel } from "../chapter/filter-kernels.ts";
import type { SizeProblem } from "../chapter/output-size.ts";
import { MOST_PIXELS, MOST_SIDE } from "./image-fault.ts";
import type { OpenImage } from "./image-file.ts";
import { CommandError, UsageError } from "./usage-error.ts";

/** Of memory. A colour photo of 60 megapixels through a pair of kernels takes about as much. */
const MOST_BYTES = 8e9;
/** Products of a weight and a pixel: a minute or two on one core. */
const MOST_PRODUCTS = 1e11;
/** Bytes of a number in a tensor. */
const FLOAT = 4;

/** The memory that this process may take. */
function machineBytes(): number {
  // 0, or more than there is, where no limit was set.
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function amount(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(1).replace(/\.0$/, "");
}

/**
 * @param what needs it: the message's first words.
 * @param remedy what would need less.
 * @throws CommandError when it is more than there is, or than anything here should need.
 */
export function checkMemory(
  what: string,
  bytes: number,
  remedy: string,
  machine: number = machineBytes(),
): void {
  const most = Math.min(MOST_BYTES, machine);
  if (bytes <= most) return;
  const limit = machine < MOST_BYTES ? "this machine has" : "the limit is";
  throw new CommandError(
    `${what} would take about ${amount(bytes / 1e9)} GB of memory, and ${limit} ${amount(most / 1e9)} GB; ${remedy}`,
  );
}

/** @throws CommandError when the multiplications are more than one would wait for. */
function checkWork(what: string, products: number, remedy: string): void {
  if (products <= MOST_PRODUCTS) return;
  const [asked, most] = [amount(products / 1e9), amount(MOST_PRODUCTS / 1e9)];
  throw new CommandError(
    `${what} would take ${asked} billion multiplications, and the limit is ${most} billion; ${remedy}`,
  );
}

/**
 * Whether an image through a kernel gives one that can be written, and there is room for the way there.
 * @throws CommandError when not.
 */
export function checkFiltering(
  image: Pick<OpenImage, "width" | "height" | "channels" | "decodingBytes">,
  kernel: FilterKernel,
  options: FilterOptions,
  machine: number = machineBytes(),
): void {
  const { width, height, channels, decodingBytes } = image;
  const { stride = 1, padding = 0, gray = false } = options;
  const matrix = kernel.matrices[0]!;
  const [rows, columns] = [matrix.length, matrix[0]!.length];
  const [top, bottom, left, right] = paddingSides(padding, matrix);
  const padded = { width: width + left + right, height: height + top + bottom };
  // 0 where the kernel does not fit: the library says so.
  const places = (room: number, reach: number): number =>
    Math.max(0, Math.floor((room - reach) / stride) + 1);
  const out = { width: places(padded.width, columns), height: places(padded.height, rows) };
  const result = `the result of ${out.width}×${out.height} pixels`;
  const remedy = "choose less --padding, a larger --stride or a smaller image";
  if (out.width > MOST_SIDE || out.height > MOST_SIDE || out.width * out.height > MOST_PIXELS) {
    throw new CommandError(
      `${result} is too large: at most 100 million are written, and ${MOST_SIDE} on a side; ${remedy}`,
    );
  }

  const [inputs, planes] = [width * height, gray ? 1 : channels];
  const outputs = planes * out.width * out.height;
  // Colour while it becomes grey; then one channel as a tensor, padded, and its result; of a pair of kernels, which is the
  // most, two squares, their sum and its root.
  const mixing = gray ? (channels + 1) * inputs : 0;
  const results = (kernel.matrices.length > 1 ? 4 : 1) * out.width * out.height;
  const tensors = FLOAT * Math.max(mixing, inputs + padded.width * padded.height + results);
  const filtering = FLOAT * (channels * inputs + outputs) + tensors;
  // As bytes, as pixels of the file, and as its rows before and after compression.
  const writing = 5 * outputs;
  checkMemory(result, Math.max(decodingBytes + 4 * FLOAT * inputs, filtering + writing), remedy, machine);
  checkWork(result, outputs * rows * columns * kernel.matrices.length, `${remedy}, or a smaller --kernel`);
}

/**
 * Whether the kernel fits, and the output can really be computed.
 * @throws UsageError, CommandError when not.
 */
export function checkSizeProblem({ image, kernel, stride, padding, dilation }: SizeProblem): void {
  const [room, reach] = [image + 2 * padding, dilation * (kernel - 1) + 1];
  if (reach > room) {
    throw new UsageError(`a kernel that reaches over ${reach} cells does not fit into ${room}`);
  }
  const side = Math.floor((room - reach) / stride) + 1;
  const output = `an output of ${side}×${side}`;
  const remedy = "choose a larger --stride or smaller sizes";
  checkMemory(output, FLOAT * (image ** 2 + room ** 2 + kernel ** 2 + side ** 2), remedy);
  checkWork(output, side ** 2 * kernel ** 2, remedy);
}
