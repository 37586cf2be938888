/**
 * The kernel gradient as dot products along the rows (`assembly/conv-dot.ts`): for few output channels per group.
 */

import type { Window2d } from "@corr2d/core";
import { COPY_BYTES, UNIT_POSITIONS } from "./conv-budgets.ts";
import { copyRows, FLOAT, imagesAtOnce, rowPlanes, Scratch, tapOffsets } from "./conv-layout.ts";
import { forwardCorrelation } from "./conv-problem.ts";
import { CHUNKS } from "./gemm.ts";
import type { Runtime } from "./runtime.ts";

/** G(x, g). Padding may be multiplied with g: `repairKernelGradient` must follow. */
export function kernelGradientDot(rt: Runtime, x: number, g: number, out: number, w: Window2d): void {
  const c = forwardCorrelation(w);
  const bytes = (floats: number): number => floats * FLOAT;
  const columns = Math.ceil(c.x.output / 4) * 4;
  const ragged = columns !== c.x.output;
  const planes = rowPlanes(c, columns - c.x.output);
  const taps = c.inChannels * c.y.taps * c.x.taps;
  const channels = w.inChannels;
  const gPlane = c.y.output * columns;
  const imageBytes = bytes(
    (planes.copied ? channels * planes.plane : 0) + (ragged ? w.outChannels * gPlane : 0),
  );
  const batch = imageBytes > 0 ? imagesAtOnce(c.batch, imageBytes, COPY_BYTES) : c.batch;

  const rows = Math.min(c.y.output, Math.max(1, Math.floor(UNIT_POSITIONS / columns)));
  const perImage = Math.ceil(c.y.output / rows);
  const chunks = Math.min(CHUNKS, batch * perImage);
  const pairs = Math.floor(c.outChannels / 2);
  const groupSums = pairs * Math.ceil(taps / 4) * 128 + (c.outChannels % 2) * Math.ceil(taps / 5) * 80;
  const chunkSums = c.groups * groupSums;
  const slices = Math.ceil(c.batch / batch);

  const scratch = new Scratch();
  const tapTable = scratch.reserve(bytes(taps));
  const vectorTable = scratch.reserve(bytes((rows * columns) / 4));
  const sums = scratch.reserve(slices * chunks * chunkSums);
  const copyX = planes.copied ? scratch.reserve(bytes(batch * channels * planes.plane)) : 0;
  const copyG = ragged ? scratch.reserve(bytes(batch * w.outChannels * gPlane)) : 0;
  scratch.allocate(rt);
  tapOffsets(rt, c, planes, scratch.at(tapTable));
  const rowStep = bytes(c.y.stride * planes.row);
  rt.call.fillTable(scratch.at(vectorTable), 1, 0, rows, rowStep, columns / 4, 16);

  for (let first = 0, slice = 0; first < c.batch; first += batch, slice++) {
    const count = Math.min(batch, c.batch - first);
    let source = x + bytes(first * channels * c.y.input * c.x.input);
    let gradient = g + bytes(first * w.outChannels * c.outPlane);
    if (planes.copied) {
      copyRows(rt, c, planes, source, scratch.at(copyX), count * channels);
      source = scratch.at(copyX);
    }
    if (ragged) {
      const args = [gradient, scratch.at(copyG), c.y.output, c.x.output, c.y.output, columns, 0, 0];
      rt.run("padPlanes", args, count * w.outChannels, 2 * count * w.outChannels * gPlane);
      gradient = scratch.at(copyG);
    }
    rt.run(
      "convDot",
      [
        source + bytes(planes.base),
        gradient,
        scratch.at(sums) + slice * chunks * chunkSums,
        scratch.at(tapTable),
        taps,
        scratch.at(vectorTable),
        (rows * columns) / 4,
        ((c.y.output - (perImage - 1) * rows) * columns) / 4,
        perImage,
        count * perImage,
        chunks,
        c.groups,
        c.outChannels,
        rows * rowStep,
        bytes(channels * planes.plane),
        bytes(c.inChannels * planes.plane),
        bytes(rows * columns),
        bytes(w.outChannels * gPlane),
        bytes(gPlane),
        chunkSums,
        groupSums,
      ],
      chunks,
      2 * count * c.outPlane * w.outChannels * taps,
    );
  }
  const finish = [scratch.at(sums), out, slices * chunks, chunkSums, groupSums, taps, c.outChannels];
  rt.run("dotFinish", finish, c.groups, 8 * slices * chunks * w.outChannels * taps);
}
