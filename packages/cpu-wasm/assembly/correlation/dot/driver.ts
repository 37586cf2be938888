/**
 * The kernel gradient as dot products along the rows (`kernels.ts`): for few output channels per group.
 */
import { COPY_BYTES, UNIT_POSITIONS } from "../../common/budgets";
import { bytes, ceilDiv, newScratch, run } from "../../common/host";
import { argumentsOf } from "../../common/structs";
import { fillTable } from "../../common/tables";
import { CHUNKS } from "../../matmul/gemm-driver";
import { Correlation } from "../correlation";
import { copyPlanes, imagesAtOnce, padCopy, Planes, PLANES_BYTES, setRowPlanes, tapOffsets } from "../planes";
import { convDot, DotArguments, dotFinish, PAIR_BYTES, SINGLE_BYTES, SumArguments } from "./kernels";

const planes = changetype<Planes>(memory.data(PLANES_BYTES));

/** G(x, g) of the forward pass. Padding may be multiplied with g: what is not finite must be summed anew. */
export function kernelGradientDot(c: Correlation, x: usize, g: usize, out: usize): void {
  const columns = (c.x.output + 3) & -4;
  const ragged = columns != c.x.output;
  const p = planes;
  setRowPlanes(c, p, columns - c.x.output);
  const taps = c.depth;
  const channels = c.groups * c.inChannels,
    outChannels = c.groups * c.outChannels;
  const gPlane = c.y.output * columns;
  const copyX = p.copied ? bytes(channels * p.plane) : 0;
  const copyG = ragged ? bytes(outChannels * gPlane) : 0;
  const batch = imagesAtOnce(c.batch, copyX + copyG, COPY_BYTES);

  const rows = min(c.y.output, max(1, UNIT_POSITIONS / columns));
  const perImage = ceilDiv(c.y.output, rows);
  const chunks = min(CHUNKS, batch * perImage);
  const groupSums =
    (c.outChannels >> 1) * ceilDiv(taps, 4) * PAIR_BYTES +
    (c.outChannels & 1) * ceilDiv(taps, 5) * SINGLE_BYTES;
  const chunkSums = c.groups * groupSums;
  const slices = ceilDiv(c.batch, batch);

  const scratch = newScratch();
  const tapTable = scratch.reserve(bytes(taps));
  const vectorTable = scratch.reserve(rows * columns);
  const sums = scratch.reserve(<f64>slices * chunks * chunkSums);
  const roomX = scratch.reserve(<f64>batch * copyX);
  const roomG = scratch.reserve(<f64>batch * copyG);
  const base = scratch.allocate();
  const rowStep = bytes(c.y.stride * p.row);
  tapOffsets(c, p, base + tapTable);
  fillTable(base + vectorTable, 1, 0, rows, rowStep, columns >> 2, 16);

  let to = base + sums;
  for (let first = 0; first < c.batch; first += batch) {
    const count = min(batch, c.batch - first);
    let source = x + bytes(first * c.imageIn);
    let gradient = g + bytes(first * outChannels * c.outPlane);
    if (copyX) {
      copyPlanes(c, p, source, base + roomX, count * channels);
      source = base + roomX;
    }
    if (copyG) {
      padCopy(gradient, base + roomG, c.y.output, c.x.output, c.y.output, columns, 0, 0, count * outChannels);
      gradient = base + roomG;
    }
    const args = argumentsOf<DotArguments>();
    args.x = source + bytes(p.base);
    args.g = gradient;
    args.sums = to;
    args.tapTable = base + tapTable;
    args.taps = taps;
    args.vectorTable = base + vectorTable;
    args.vectors = (rows * columns) >> 2;
    args.lastVectors = ((c.y.output - (perImage - 1) * rows) * columns) >> 2;
    args.perImage = perImage;
    args.units = count * perImage;
    args.chunks = chunks;
    args.groups = c.groups;
    args.channels = c.outChannels;
    args.unitX = rows * rowStep;
    args.imageX = bytes(channels * p.plane);
    args.groupX = bytes(c.inChannels * p.plane);
    args.unitG = bytes(rows * columns);
    args.imageG = bytes(outChannels * gPlane);
    args.channelG = bytes(gPlane);
    args.chunkSums = chunkSums;
    args.groupSums = groupSums;
    run<DotArguments>(convDot, chunks, ((2 * c.macs) / c.batch) * count);
    to += chunks * chunkSums;
  }
  const sumArgs = argumentsOf<SumArguments>();
  sumArgs.sums = base + sums;
  sumArgs.out = out;
  sumArgs.chunks = slices * chunks;
  sumArgs.chunkSums = chunkSums;
  sumArgs.groupSums = groupSums;
  sumArgs.taps = taps;
  sumArgs.channels = c.outChannels;
  run<SumArguments>(dotFinish, c.groups, 8 * <f64>slices * chunks * outChannels * taps);
}
