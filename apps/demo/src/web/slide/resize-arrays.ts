/** Arrays at other sizes: what fits stays, new cells follow a plain pattern. */
import type { Plane, Planes } from "./arrays.ts";

function resizePlane(
  plane: Plane,
  height: number,
  width: number,
  fill: (row: number, column: number) => number,
) {
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => plane[row]?.[column] ?? fill(row, column)),
  );
}

function resizePlanes(
  planes: Planes,
  [channels, height, width]: readonly [number, number, number],
  fill: (channel: number, row: number, column: number) => number,
): Planes {
  return Array.from({ length: channels }, (_, channel) =>
    resizePlane(planes[channel] ?? [], height, width, (row, column) => fill(channel, row, column)),
  );
}

/** An input at another size. */
export function resizeInput(input: Planes, shape: readonly [number, number, number]): Planes {
  return resizePlanes(input, shape, (c, row, column) => ((row * shape[2] + column) % 10) + c);
}

/** A kernel at another size, [blocks, channels of each, h, w]. */
export function resizeKernel(
  kernel: readonly Planes[],
  [blocks, ...shape]: readonly [number, number, number, number],
): readonly Planes[] {
  return Array.from({ length: blocks }, (_, block) =>
    resizePlanes(kernel[block] ?? [], shape, (c, row, column) => ((row + column + c + block) % 3) - 1),
  );
}
