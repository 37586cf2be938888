/**
 * The kernel gradient as dot products along the rows (`kernels.ts`): for few output channels per group.
 */
import { convDot, dotFinish, DotSlot, SumSlot } from "./kernels";
import { padPlanes } from "../pad";
import { fillTable } from "../../matmul/gemm-pack";
import { COPY_BYTES, UNIT_POSITIONS } from "../../common/budgets";
import { C, depth, imageIn, macs, X, Y } from "../correlation";
import { CHUNKS } from "../../matmul/gemm-driver";
import { allocate, at, bytes, ceilDiv, reserve, run, set } from "../../common/host";
import { copyPlanes, imagesAtOnce, P, padCopy, setRowPlanes, tapOffsets } from "../planes";

/** G(x, g) of the forward pass. Padding may be multiplied with g: `repairKernelGradient` must follow. */
export function kernelGradientDot(x: usize, g: usize, out: usize): void {
  const columns = (X.output + 3) & -4;
  const ragged = columns != X.output;
  setRowPlanes(columns - X.output);
  const taps = depth();
  const channels = C.groups * C.inChannels,
    outChannels = C.groups * C.outChannels;
  const gPlane = Y.output * columns;
  const copyX = P.copied ? bytes(channels * P.plane) : 0;
  const copyG = ragged ? bytes(outChannels * gPlane) : 0;
  const batch = imagesAtOnce(C.batch, copyX + copyG, COPY_BYTES);

  const rows = min(Y.output, max(1, UNIT_POSITIONS / columns));
  const perImage = ceilDiv(Y.output, rows);
  const chunks = min(CHUNKS, batch * perImage);
  const groupSums =
    (C.outChannels >> 1) * ceilDiv(taps, 4) * 128 + (C.outChannels & 1) * ceilDiv(taps, 5) * 80;
  const chunkSums = C.groups * groupSums;
  const slices = ceilDiv(C.batch, batch);

  const tapTable = reserve(bytes(taps));
  const vectorTable = reserve(rows * columns);
  const sums = reserve(<f64>slices * chunks * chunkSums);
  const roomX = reserve(<f64>batch * copyX);
  const roomG = reserve(<f64>batch * copyG);
  allocate();
  const rowStep = bytes(Y.stride * P.row);
  tapOffsets(at(tapTable));
  fillTable(at(vectorTable), 1, 0, rows, rowStep, columns >> 2, 16);

  let to = at(sums);
  for (let first = 0; first < C.batch; first += batch) {
    const count = min(batch, C.batch - first);
    let source = x + bytes(first * imageIn());
    let gradient = g + bytes(first * outChannels * C.outPlane);
    if (copyX) {
      copyPlanes(source, at(roomX), count * channels);
      source = at(roomX);
    }
    if (copyG) {
      padCopy(
        padPlanes,
        gradient,
        at(roomG),
        Y.output,
        X.output,
        Y.output,
        columns,
        0,
        0,
        count * outChannels,
      );
      gradient = at(roomG);
    }
    set(DotSlot.X, source + bytes(P.base));
    set(DotSlot.G, gradient);
    set(DotSlot.SUMS, to);
    set(DotSlot.TAP_TABLE, at(tapTable));
    set(DotSlot.TAPS, taps);
    set(DotSlot.VECTOR_TABLE, at(vectorTable));
    set(DotSlot.VECTORS, (rows * columns) >> 2);
    set(DotSlot.LAST_VECTORS, ((Y.output - (perImage - 1) * rows) * columns) >> 2);
    set(DotSlot.PER_IMAGE, perImage);
    set(DotSlot.UNITS, count * perImage);
    set(DotSlot.CHUNKS, chunks);
    set(DotSlot.GROUPS, C.groups);
    set(DotSlot.CHANNELS, C.outChannels);
    set(DotSlot.UNIT_X, rows * rowStep);
    set(DotSlot.IMAGE_X, bytes(channels * P.plane));
    set(DotSlot.GROUP_X, bytes(C.inChannels * P.plane));
    set(DotSlot.UNIT_G, bytes(rows * columns));
    set(DotSlot.IMAGE_G, bytes(outChannels * gPlane));
    set(DotSlot.CHANNEL_G, bytes(gPlane));
    set(DotSlot.CHUNK_SUMS, chunkSums);
    set(DotSlot.GROUP_SUMS, groupSums);
    run(convDot, chunks, ((2 * macs()) / C.batch) * count);
    to += chunks * chunkSums;
  }
  set(SumSlot.SUMS, at(sums));
  set(SumSlot.OUT, out);
  set(SumSlot.CHUNKS, slices * chunks);
  set(SumSlot.CHUNK_SUMS, chunkSums);
  set(SumSlot.GROUP_SUMS, groupSums);
  set(SumSlot.TAPS, taps);
  set(SumSlot.CHANNELS, C.outChannels);
  run(dotFinish, C.groups, 8 * <f64>slices * chunks * outChannels * taps);
}
