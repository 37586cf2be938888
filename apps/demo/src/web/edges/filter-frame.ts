/**
 * One frame through the kernel: pixels to planes, corr2d, planes to pixels.
 *
 * The same steps as src/chapter/filter-image.ts, for sixty frames a second: a scope frees the frame's tensors
 * at once, and what does not change is done once.
 */
import { type Backend, corr2d, scope, type Tensor, type TypedArray, tensor } from "@corr2d/core";
import { toGray } from "../../chapter/filter-image.ts";
import type { FilterKernel, Finish } from "../../chapter/filter-kernels.ts";

export interface FrameSettings {
  readonly kernel: FilterKernel;
  readonly finish: Finish;
  /** Mix the colours into grey first. */
  readonly gray: boolean;
}

export interface FilteredFrame {
  readonly image: ImageData;
  /** Of the backend alone: upload, correlation, reading. */
  readonly milliseconds: number;
}

const planesOf = new WeakMap<ImageData, Float32Array>();

/** Red, green and blue one plane after the other, 0 … 255. Of pixels that were seen before: the same planes. */
function toPlanes(pixels: ImageData): Float32Array {
  const known = planesOf.get(pixels);
  if (known !== undefined) return known;
  const { data, width, height } = pixels;
  const size = width * height;
  const planes = new Float32Array(3 * size);
  for (let i = 0, at = 0; i < size; i++, at += 4) {
    planes[i] = data[at]!;
    planes[size + i] = data[at + 1]!;
    planes[2 * size + i] = data[at + 2]!;
  }
  planesOf.set(pixels, planes);
  return planes;
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

/** Opaque pixels from words of 0xAABBGGRR: every browser's host is little-endian. */
const OPAQUE = 0xff000000;

/** Brightness of one or three planes as pixels. */
function toPixels(values: TypedArray, channels: number, width: number, height: number): ImageData {
  const bytes = new Uint8ClampedArray(values); // rounds, and cuts off below 0 and above 255
  const image = new ImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  const size = words.length;
  if (channels === 1) {
    for (let i = 0; i < size; i++) words[i] = OPAQUE | (bytes[i]! * 0x010101);
  } else {
    for (let i = 0; i < size; i++) {
      words[i] = OPAQUE | (bytes[2 * size + i]! << 16) | (bytes[size + i]! << 8) | bytes[i]!;
    }
  }
  return image;
}

/** @throws SHAPE_MISMATCH when the kernel is larger than the image. */
export async function filterFrame(
  backend: Backend,
  pixels: ImageData,
  { kernel, finish, gray }: FrameSettings,
): Promise<FilteredFrame> {
  const { width, height } = pixels;
  const input = toPlanes(pixels);
  const begin = performance.now();
  const y = scope(() => {
    const colour = tensor(input, { backend, shape: [3, height, width] });
    return FINISHERS[finish](filter(gray ? toGray(colour) : colour, kernel));
  });
  const values: TypedArray = await y.data();
  const [channels, h, w] = y.shape as [number, number, number];
  y.dispose();
  const milliseconds = performance.now() - begin;
  return { image: toPixels(values, channels, w, h), milliseconds };
}
