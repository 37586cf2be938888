/**
 * One frame through the kernel: planes in, corr2d, brightness out.
 *
 * The same steps as src/chapter/filter-image.ts, for sixty frames a second: a scope frees the frame's tensors at once,
 * and no large buffer is made anew.
 */
import { type Backend, corr2d, scope, type Tensor, type TypedArray, tensor } from "@corr2d/core";
import { toGray } from "../../chapter/filter-image.ts";
import type { FilterKernel, Finish } from "../../chapter/filter-kernels.ts";
import type { Frame } from "./frame-source.ts";

export interface FrameSettings {
  readonly kernel: FilterKernel;
  readonly finish: Finish;
  /** Mix the colours into grey first. */
  readonly gray: boolean;
}

export interface FilteredFrame {
  /** 1 (grey) or 3. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** [channels, height, width], at the beginning of the buffer that was given. */
  readonly bytes: Uint8ClampedArray;
}

/** [C, H, W] → [C, H − h + 1, W − w + 1]; a pair of kernels gives the length of its two results. */
function filter(image: Tensor, { matrices }: FilterKernel): Tensor {
  const channels = image.shape[0]!;
  const results = matrices.map((matrix) => {
    const one = tensor(matrix, { backend: image.backend });
    return corr2d(image, one.expand([channels, 1, ...one.shape]), { groups: channels });
  });
  const [first, second] = results as [Tensor, Tensor?];
  return second === undefined ? first : first.square().add(second.square()).sqrt();
}

/** How sums become brightness: what finishImage of the chapter does, on the backend. */
const FINISHERS: Readonly<Record<Finish, (y: Tensor) => Tensor>> = {
  clip: (y) => y,
  absolute: (y) => y.abs(),
  offset: (y) => y.add(128),
  stretch(y) {
    const low = y.amin();
    return y.sub(low).mul(255).div(y.amax().sub(low).add(1e-6));
  },
};

/** Values read at a time: half a megabyte, of which browsers keep some; larger buffers come from the system. */
const PART = 1 << 17;

/** Frees a copy now, not at the next collection (ES2024's transfer), so that the next one gets the same memory. */
function giveBack(values: TypedArray): void {
  (values.buffer as ArrayBuffer & { transfer?(length: number): ArrayBuffer }).transfer?.(0);
}

/** The values of y as bytes: rounded, and cut off below 0 and above 255. */
async function readBytes(y: Tensor, bytes: Uint8ClampedArray): Promise<void> {
  const flat = y.reshape([y.numel()]);
  for (let start = 0; start < y.numel(); start += PART) {
    const part = flat.narrow(0, start, Math.min(PART, y.numel() - start));
    const values = await part.data();
    part.dispose();
    bytes.set(values, start);
    giveBack(values);
  }
  flat.dispose();
}

/**
 * @param bytes at least as long as the frame's planes
 * @throws SHAPE_MISMATCH when the kernel is larger than the image.
 */
export async function filterFrame(
  backend: Backend,
  { planes, size }: Frame,
  { kernel, finish, gray }: FrameSettings,
  bytes: Uint8ClampedArray,
): Promise<FilteredFrame> {
  const y = scope(() => {
    const colour = tensor(planes, { backend, shape: [3, size.height, size.width] });
    return FINISHERS[finish](filter(gray ? toGray(colour) : colour, kernel));
  });
  await readBytes(y, bytes);
  const [channels, height, width] = y.shape as [number, number, number];
  y.dispose();
  return { channels, height, width, bytes };
}
