/**
 * Correlations with few output channels on lanes along the output rows (`assembly/conv-rows.ts`).
 */
import { copyRows, FLOAT, imagesAtOnce, rowPlanes, Scratch, tapOffsets } from "./conv-layout.ts";
import { type Correlation, macsOf } from "./conv-problem.ts";
import { CHUNKS } from "./gemm.ts";
import type { Runtime } from "./runtime.ts";

/** A padded copy is made of so many images at a time that it stays in the second-level cache, or nearly. */
const PADDED_BUDGET = 1 << 20;

/** Floats of `packTaps` for one group. */
export function packedTaps(channels: number, taps: number): number {
  return channels * (taps + 1);
}

/** x ⋆ kernel; output rows must be contiguous and at least 8 wide. `bias`: pointer, or 0. */
export function correlateRows(
  rt: Runtime,
  c: Correlation,
  x: number,
  kernel: number,
  bias: number,
  out: number,
): void {
  const bytes = (floats: number): number => floats * FLOAT;
  const planes = rowPlanes(c);
  const { copied, base, row, plane } = planes;
  const channels = c.groups * c.inChannels;
  const batch = copied ? imagesAtOnce(c.batch, bytes(channels * plane), PADDED_BUDGET) : c.batch;
  const taps = c.inChannels * c.y.taps * c.x.taps;

  const scratch = new Scratch();
  const tapTable = scratch.reserve(bytes(taps));
  const kernelTable = scratch.reserve(bytes(taps));
  const packed = scratch.reserve(bytes(c.groups * packedTaps(c.outChannels, taps)));
  const copy = copied ? scratch.reserve(bytes(batch * channels * plane)) : 0;
  scratch.allocate(rt);

  tapOffsets(rt, c, planes, scratch.at(tapTable));
  const table = rt.call.fillTable;
  const steps = [bytes(c.kernelIn), bytes(c.kernelY), bytes(c.kernelX)] as const;
  table(scratch.at(kernelTable), c.inChannels, steps[0], c.y.taps, steps[1], c.x.taps, steps[2]);
  const groupWeights = bytes(packedTaps(c.outChannels, taps));
  rt.run(
    "packTaps",
    [
      kernel + bytes(c.kernelBase),
      bias,
      scratch.at(packed),
      scratch.at(kernelTable),
      taps,
      c.outChannels,
      bytes(c.kernelOut),
      bytes(c.kernelGroup),
      groupWeights,
    ],
    c.groups,
    2 * c.groups * c.outChannels * taps,
  );

  const outImage = c.groups * c.outChannels * c.outPlane;
  const slices = Math.min(c.y.output, Math.ceil(CHUNKS / (c.groups * Math.min(batch, CHUNKS))));
  const sliceRows = Math.ceil(c.y.output / slices);
  for (let first = 0; first < c.batch; first += batch) {
    const count = Math.min(batch, c.batch - first);
    const source = x + bytes(first * channels * c.y.input * c.x.input);
    if (copied) copyRows(rt, c, planes, source, scratch.at(copy), count * channels);
    const usedSlices = Math.ceil(c.y.output / sliceRows);
    rt.run(
      "convRows",
      [
        (copied ? scratch.at(copy) : source) + bytes(base),
        out + bytes(first * outImage + c.outBase),
        scratch.at(packed),
        scratch.at(tapTable),
        taps,
        c.outChannels,
        c.y.output,
        c.x.output,
        sliceRows,
        usedSlices,
        c.groups,
        bytes(c.y.stride * row),
        bytes(c.inChannels * plane),
        bytes(channels * plane),
        bytes(c.outY),
        bytes(c.outPlane),
        bytes(outImage),
        groupWeights,
      ],
      count * c.groups * usedSlices,
      (2 * macsOf(c) * count) / c.batch,
    );
  }
}
