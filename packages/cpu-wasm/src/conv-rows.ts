/**
 * Correlations with few output channels on lanes along the output rows (`assembly/conv-rows.ts`).
 */
import { FLOAT, imagesAtOnce, needsPadding, Scratch } from "./conv-layout.ts";
import { type Correlation, macsOf, reachOf } from "./conv-problem.ts";
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
  const residues = c.x.stride;
  const copied = residues > 1 || needsPadding(c);
  const paddedRows = reachOf(c.y);
  const residueColumns = Math.ceil(reachOf(c.x) / residues);
  const row = copied ? residues * residueColumns : c.x.input;
  const plane = copied ? paddedRows * row : c.y.input * row;
  const base = copied ? 0 : -c.y.pad * row - c.x.pad;
  const channels = c.groups * c.inChannels;
  const batch = copied ? imagesAtOnce(c.batch, bytes(channels * plane), PADDED_BUDGET) : c.batch;
  const taps = c.inChannels * c.y.taps * c.x.taps;

  const scratch = new Scratch();
  const tapTable = scratch.reserve(bytes(taps));
  const kernelTable = scratch.reserve(bytes(taps));
  const packed = scratch.reserve(bytes(c.groups * packedTaps(c.outChannels, taps)));
  const copy = copied ? scratch.reserve(bytes(batch * channels * plane)) : 0;
  scratch.allocate(rt);

  const table = rt.call.fillTable;
  const stepY = bytes(c.y.dilation * row);
  if (residues === 1) {
    const stepX = bytes(c.x.dilation);
    table(scratch.at(tapTable), c.inChannels, bytes(plane), c.y.taps, stepY, c.x.taps, stepX);
  } else {
    const offsets = rt.i32;
    let i = scratch.at(tapTable) / 4;
    for (let ic = 0; ic < c.inChannels; ic++) {
      for (let ky = 0; ky < c.y.taps; ky++) {
        for (let kx = 0; kx < c.x.taps; kx++) {
          const column = kx * c.x.dilation;
          const residue = column % residues;
          offsets[i++] =
            bytes(ic * plane + residue * residueColumns + (column - residue) / residues) + ky * stepY;
        }
      }
    }
  }
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
    if (copied) {
      const kernelName = residues === 1 ? "padPlanes" : "splitPlanes";
      const args = [
        source,
        scratch.at(copy),
        c.y.input,
        c.x.input,
        paddedRows,
        row,
        c.y.pad,
        c.x.pad,
        residues,
        residueColumns,
      ];
      rt.run(kernelName, args, count * channels, 2 * count * channels * plane);
    }
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
