/**
 * Correlations of many small maps on lanes of 16 images (`kernels.ts`).
 */
import { Window } from "../../common/window";
import { convImages, ImageSlot, imagesToLanes, LaneSlot, lanesToImages } from "./kernels";
import { fillTable } from "../../matmul/gemm-pack";
import { COPY_BYTES } from "../../common/budgets";
import { C, columnPhases, depth, macs, rowPhases, setInputPhase, X, Y } from "../correlation";
import { packedTaps, packWeights } from "../rows/driver";
import { allocate, at, bytes, ceilDiv, Kernel, reserve, run, set } from "../../common/host";

/** Images of one lane block, and bytes of their lanes. */
const LANES = 16;
const LANE_BYTES = 64;

/** Moves `count` images between rows and lanes. */
function transpose(kernel: Kernel, images: usize, lanes: usize, count: i32, floats: i32): void {
  set(LaneSlot.IMAGES, images);
  set(LaneSlot.LANES, lanes);
  set(LaneSlot.COUNT, count);
  set(LaneSlot.FLOATS, floats);
  run(kernel, ceilDiv(count, LANES) * ceilDiv(floats, 256), 8 * <f64>count * floats);
}

/**
 * x ⋆ kernel; or, with a window, all phases of its input gradient, which read one input and fill parts of
 * one output. One group. `bias`: pointer, or 0.
 */
export function correlateImages(w: Window | null, x: usize, kernel: usize, bias: usize, out: usize): void {
  let rows = 1,
    columns = 1,
    most = depth();
  if (w) {
    rows = rowPhases(w);
    columns = columnPhases(w);
    most = w.outChannels * w.kernelHeight * w.kernelWidth;
    setInputPhase(w, 0, 0);
  }
  const inFloats = C.inChannels * Y.input * X.input,
    outFloats = C.outChannels * C.outPlane;
  const blockBytes = <f64>LANE_BYTES * inFloats + <f64>LANE_BYTES * outFloats;
  const batch = min(C.batch, max(1, <i32>(COPY_BYTES / blockBytes)) * LANES);
  const blocks = ceilDiv(batch, LANES);

  const input = reserve(<f64>blocks * LANE_BYTES * inFloats);
  const output = reserve(<f64>blocks * LANE_BYTES * outFloats);
  const tapTable = reserve(bytes(most));
  const kernelTable = reserve(bytes(most));
  const packed = reserve(bytes(packedTaps(C.outChannels, most)));
  allocate();

  for (let first = 0; first < C.batch; first += batch) {
    const count = min(batch, C.batch - first);
    transpose(imagesToLanes, x + bytes(first * inFloats), at(input), count, inFloats);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        if (w) setInputPhase(w, row, column);
        const taps = depth();
        const rowStep = Y.dilation * X.input * LANE_BYTES,
          plane = Y.input * X.input * LANE_BYTES;
        fillTable(at(tapTable), Y.taps, rowStep, X.taps, X.dilation * LANE_BYTES, C.inChannels, plane);
        fillTable(
          at(kernelTable),
          Y.taps,
          bytes(C.kernelY),
          X.taps,
          bytes(C.kernelX),
          C.inChannels,
          bytes(C.kernelIn),
        );
        packWeights(
          kernel + bytes(C.kernelBase),
          bias,
          at(packed),
          at(kernelTable),
          taps,
          C.outChannels,
          bytes(C.kernelOut),
          1,
          0,
          0,
        );
        set(ImageSlot.INPUT, at(input));
        set(ImageSlot.OUT, at(output) + C.outBase * LANE_BYTES);
        set(ImageSlot.WEIGHTS, at(packed));
        set(ImageSlot.TABLE, at(tapTable));
        set(ImageSlot.CHANNELS, C.inChannels);
        set(ImageSlot.OUT_CHANNELS, C.outChannels);
        set(ImageSlot.ROWS, Y.output);
        set(ImageSlot.COLUMNS, X.output);
        set(ImageSlot.STRIDE_Y, Y.stride);
        set(ImageSlot.TOP, Y.pad);
        set(ImageSlot.DILATION_Y, Y.dilation);
        set(ImageSlot.TAPS_Y, Y.taps);
        set(ImageSlot.HEIGHT, Y.input);
        set(ImageSlot.STRIDE_X, X.stride);
        set(ImageSlot.LEFT, X.pad);
        set(ImageSlot.DILATION_X, X.dilation);
        set(ImageSlot.TAPS_X, X.taps);
        set(ImageSlot.WIDTH, X.input);
        set(ImageSlot.BLOCK_IN, inFloats * LANE_BYTES);
        set(ImageSlot.BLOCK_OUT, outFloats * LANE_BYTES);
        set(ImageSlot.ROW_OUT, C.outY * LANE_BYTES);
        set(ImageSlot.COLUMN_OUT, C.outX * LANE_BYTES);
        set(ImageSlot.CHANNEL_OUT, C.outPlane * LANE_BYTES);
        run(convImages, ceilDiv(count, LANES) * Y.output, ((2 * macs()) / C.batch) * count);
      }
    }
    transpose(lanesToImages, out + bytes(first * outFloats), at(output), count, outFloats);
  }
}
