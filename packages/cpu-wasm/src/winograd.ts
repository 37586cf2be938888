/**
 * Winograd's convolution for 3×3 kernels with stride 1 (`assembly/winograd.ts`): blocks of tiles are transformed, multiplied
 * with the transformed kernel point by point, and transformed back. All of a block's data stays in cache.
 *
 * F(2×2) rounds like direct summation. F(4×4) saves more products; its error relative to the largest output is
 * about ten times that of direct summation.
 */
import { WINOGRAD_BYTES } from "./conv-budgets.ts";
import { FLOAT, Scratch } from "./conv-layout.ts";
import type { Correlation } from "./conv-problem.ts";
import type { Runtime } from "./runtime.ts";

/** Added to the step between points, so that they do not fall on the same cache sets. */
const SKEW = 80;

export type TileSize = 2 | 4;

/** x ⋆ kernel; 3×3 taps, stride and dilation 1, contiguous output rows, at least 8 tiles. `bias`: pointer, or 0. */
export function correlateWinograd(
  rt: Runtime,
  c: Correlation,
  x: number,
  kernel: number,
  bias: number,
  out: number,
  size: TileSize,
): void {
  const bytes = (floats: number): number => floats * FLOAT;
  const points = (size + 2) ** 2;
  const tileColumns = Math.ceil(c.x.output / size);
  const tileRows = Math.ceil(c.y.output / size);
  const rows = tileRows * size + 2;
  const row = tileColumns * size + 2;
  const plane = rows * row;
  const channels = c.inChannels;

  const wanted = Math.max(32, Math.floor(WINOGRAD_BYTES / (points * bytes(channels + c.outChannels))));
  const imageTiles = tileColumns * tileRows;
  const images = Math.max(1, Math.min(c.batch, Math.floor(wanted / imageTiles)));
  const blocks = images > 1 ? 1 : Math.max(1, Math.round(imageTiles / wanted));
  const blockRows = Math.ceil(tileRows / blocks);
  const tiles = images * tileColumns * blockRows;
  const tileStep = (tiles + 6) & ~3;

  // With one block the transformed kernel is used once, a part of its channels at a time; otherwise it is kept.
  const once = images >= c.batch && blockRows >= tileRows;
  const partChannels = once
    ? Math.min(c.outChannels, Math.max(8, Math.floor(WINOGRAD_BYTES / (points * bytes(channels)) / 2) * 2))
    : c.outChannels;
  const partPairs = Math.ceil(partChannels / 2);
  const inputPoint = channels * tileStep + SKEW;
  const kernelPoint = partPairs * channels * 2 + SKEW;
  const productPoint = partPairs * 2 * tileStep + SKEW;

  const scratch = new Scratch();
  const padded = scratch.reserve(bytes(images * channels * plane + 64));
  const transformed = scratch.reserve(bytes(points * inputPoint));
  const kernels = scratch.reserve(bytes(points * kernelPoint));
  const products = scratch.reserve(bytes(points * productPoint));
  const table = scratch.reserve(bytes(channels));
  const zeros = scratch.reserve(8);
  scratch.allocate(rt);
  rt.call.fillTable(scratch.at(table), 1, 0, 1, 0, channels, bytes(tileStep));
  rt.f32.fill(0, scratch.at(zeros) / 4, scratch.at(zeros) / 4 + 2);

  const kernelSteps = [bytes(c.kernelIn), bytes(c.kernelY), bytes(c.kernelX), bytes(c.kernelOut)] as const;
  const outImage = c.groups * c.outChannels * c.outPlane;
  const inImage = c.groups * channels * c.y.input * c.x.input;
  const prepareKernel = (group: number, first: number, count: number): void => {
    const source = kernel + bytes(c.kernelBase + group * c.kernelGroup + first * c.kernelOut);
    const [kernelIn, kernelY, kernelX, kernelOut] = kernelSteps;
    const args = [source, scratch.at(kernels), kernelOut, kernelIn, kernelY, kernelX, channels, count];
    rt.run(
      `winograd${size}Kernel`,
      [...args, bytes(kernelPoint)],
      Math.ceil(count / 2),
      60 * count * channels,
    );
  };

  for (let group = 0; group < c.groups; group++) {
    if (!once) prepareKernel(group, 0, c.outChannels);
    for (let image = 0; image < c.batch; image += images) {
      const count = Math.min(images, c.batch - image);
      for (let i = 0; i < count; i++) {
        const source = x + bytes((image + i) * inImage + group * channels * c.y.input * c.x.input);
        const args = [
          source,
          scratch.at(padded) + bytes(i * channels * plane),
          c.y.input,
          c.x.input,
          rows,
          row,
        ];
        rt.run("padPlanes", [...args, c.y.pad, c.x.pad], channels, 4 * channels * plane);
      }
      for (let tileRow = 0; tileRow < tileRows; tileRow += blockRows) {
        const usedRows = Math.min(blockRows, tileRows - tileRow);
        const used = count * tileColumns * usedRows;
        const input = scratch.at(padded) + bytes(tileRow * size * row);
        rt.run(
          `winograd${size}Input`,
          [
            input,
            scratch.at(transformed),
            bytes(row),
            bytes(plane),
            bytes(channels * plane),
            tileColumns,
            usedRows,
            count,
            bytes(inputPoint),
            bytes(tileStep),
          ],
          channels,
          6 * points * channels * used,
        );
        for (let first = 0; first < c.outChannels; first += partChannels) {
          const part = Math.min(partChannels, c.outChannels - first);
          if (once) prepareKernel(group, first, part);
          const pairs = Math.ceil(part / 2);
          rt.run(
            "winogradProducts",
            [
              scratch.at(transformed),
              scratch.at(kernels),
              scratch.at(products),
              scratch.at(table),
              channels,
              used,
              pairs,
              pairs,
              1,
              bytes(inputPoint),
              bytes(kernelPoint),
              bytes(productPoint),
              bytes(tileStep),
              scratch.at(zeros),
            ],
            points,
            2 * points * channels * part * used,
          );
          const channel = group * c.outChannels + first;
          rt.run(
            `winograd${size}Output`,
            [
              ...kernelSteps,
              scratch.at(products),
              bytes(productPoint),
              bytes(tileStep),
              out + bytes(image * outImage + channel * c.outPlane + c.outBase + tileRow * size * c.outY),
              bytes(c.outY),
              bytes(c.outPlane),
              bytes(outImage),
              c.y.output - tileRow * size,
              c.x.output,
              tileColumns,
              usedRows,
              count,
              bias === 0 ? 0 : bias + bytes(channel),
              input,
              bytes(row),
              bytes(plane),
              bytes(channels * plane),
              channels,
              kernel + bytes(c.kernelBase + group * c.kernelGroup + first * c.kernelOut),
            ],
            part,
            6 * points * part * used,
          );
        }
      }
    }
  }
}
