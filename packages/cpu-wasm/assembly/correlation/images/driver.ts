/**
 * Correlations of many small maps on lanes of 16 images (`kernels.ts`).
 */
import { COPY_BYTES } from "../../common/budgets";
import { bytes, ceilDiv, newScratch, run } from "../../common/host";
import { argumentsOf } from "../../common/structs";
import { fillTable } from "../../common/tables";
import { Window } from "../../common/window";
import { columnPhases, Correlation, rowPhases, setInputPhase } from "../correlation";
import { packedTaps, packWeights } from "../rows/weights-driver";
import { convImages, ImageArguments, imagesToLanes, LaneArguments, lanesToImages } from "./kernels";

/** Images of one lane block, and bytes of their lanes. */
const LANES = 16;
const LANE_BYTES = 64;

type LaneKernel = (args: LaneArguments, begin: i32, end: i32) => void;

/** Moves `count` images between rows and lanes. */
function transpose(kernel: LaneKernel, images: usize, lanes: usize, count: i32, floats: i32): void {
  const args = argumentsOf<LaneArguments>();
  args.images = images;
  args.lanes = lanes;
  args.count = count;
  args.floats = floats;
  run<LaneArguments>(kernel, ceilDiv(count, LANES) * ceilDiv(floats, 256), 8 * <f64>count * floats);
}

/**
 * x ⋆ kernel; or, with a window, all phases of its input gradient, which read one input and fill parts of
 * one output, and each of which `c` is in turn. One group. `bias`: pointer, or 0.
 */
export function correlateImages(
  c: Correlation,
  w: Window | null,
  x: usize,
  kernel: usize,
  bias: usize,
  out: usize,
): void {
  let rows = 1,
    columns = 1,
    most = c.depth;
  if (w) {
    rows = rowPhases(w);
    columns = columnPhases(w);
    most = w.outChannels * w.y.kernel * w.x.kernel;
    setInputPhase(w, 0, 0, c);
  }
  const inFloats = c.inChannels * c.y.input * c.x.input,
    outFloats = c.outChannels * c.outPlane;
  const blockBytes = <f64>LANE_BYTES * inFloats + <f64>LANE_BYTES * outFloats;
  const batch = min(c.batch, max(1, <i32>(COPY_BYTES / blockBytes)) * LANES);
  const blocks = ceilDiv(batch, LANES);

  const scratch = newScratch();
  const input = scratch.reserve(<f64>blocks * LANE_BYTES * inFloats);
  const output = scratch.reserve(<f64>blocks * LANE_BYTES * outFloats);
  const tapTable = scratch.reserve(bytes(most));
  const kernelTable = scratch.reserve(bytes(most));
  const packed = scratch.reserve(bytes(packedTaps(c.outChannels, most)));
  const base = scratch.allocate();

  for (let first = 0; first < c.batch; first += batch) {
    const count = min(batch, c.batch - first);
    transpose(imagesToLanes, x + bytes(first * inFloats), base + input, count, inFloats);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        if (w) setInputPhase(w, row, column, c);
        const taps = c.depth;
        const rowStep = c.y.dilation * c.x.input * LANE_BYTES,
          plane = c.y.input * c.x.input * LANE_BYTES;
        fillTable(
          base + tapTable,
          c.y.taps,
          rowStep,
          c.x.taps,
          c.x.dilation * LANE_BYTES,
          c.inChannels,
          plane,
        );
        fillTable(
          base + kernelTable,
          c.y.taps,
          bytes(c.kernelY),
          c.x.taps,
          bytes(c.kernelX),
          c.inChannels,
          bytes(c.kernelIn),
        );
        packWeights(
          kernel + bytes(c.kernelBase),
          bias,
          base + packed,
          base + kernelTable,
          taps,
          c.outChannels,
          bytes(c.kernelOut),
          1,
          0,
          0,
        );
        const args = argumentsOf<ImageArguments>();
        args.input = base + input;
        args.out = base + output + c.outBase * LANE_BYTES;
        args.weights = base + packed;
        args.table = base + tapTable;
        args.channels = c.inChannels;
        args.outChannels = c.outChannels;
        args.rows = c.y.output;
        args.columns = c.x.output;
        args.strideY = c.y.stride;
        args.top = c.y.pad;
        args.dilationY = c.y.dilation;
        args.tapsY = c.y.taps;
        args.height = c.y.input;
        args.strideX = c.x.stride;
        args.left = c.x.pad;
        args.dilationX = c.x.dilation;
        args.tapsX = c.x.taps;
        args.width = c.x.input;
        args.blockIn = inFloats * LANE_BYTES;
        args.blockOut = outFloats * LANE_BYTES;
        args.rowOut = c.outY * LANE_BYTES;
        args.columnOut = c.outX * LANE_BYTES;
        args.channelOut = c.outPlane * LANE_BYTES;
        run<ImageArguments>(convImages, ceilDiv(count, LANES) * c.y.output, ((2 * c.macs) / c.batch) * count);
      }
    }
    transpose(lanesToImages, out + bytes(first * outFloats), base + output, count, outFloats);
  }
}
