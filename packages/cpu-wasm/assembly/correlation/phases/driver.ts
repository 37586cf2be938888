/**
 * The input gradient of a horizontally strided correlation with few input channels per group
 * (`kernels.ts`): all column phases of a row at once, so that rows are written in one piece.
 */
import { COPY_BYTES, PHASE_FLOATS } from "../../common/budgets";
import { bytes, ceilDiv, newScratch, run, SETTINGS } from "../../common/host";
import { argumentsOf, item } from "../../common/structs";
import { fillTable } from "../../common/tables";
import { Window } from "../../common/window";
import { CHUNKS } from "../../matmul/gemm-driver";
import { columnPhases, Correlation, rowPhases, setInputPhase } from "../correlation";
import { imagesAtOnce, kernelOffsets, padCopy } from "../planes";
import { packedTaps, packWeights } from "../rows/weights-driver";
import { ColumnPhase, convRowPhases, PhaseArguments } from "./kernels";

/** T(g, k) from all its phases, each of which `c` is in turn. */
export function inputGradientPhases(w: Window, c: Correlation, g: usize, kernel: usize, out: usize): void {
  const width = w.x.input,
    columns = columnPhases(w);
  // One padded copy serves all phases: their windows begin at most `top` rows and `left` columns before g.
  let top = 0,
    left = 0,
    bottom = 1,
    right = 1,
    most = 0,
    widest = 8;
  for (let row = 0; row < rowPhases(w); row++) {
    for (let column = 0; column < columns; column++) {
      setInputPhase(w, row, column, c);
      most = max(most, c.depth);
      widest = max(widest, c.x.output);
      if (c.depth == 0) continue;
      top = max(top, c.y.pad);
      left = max(left, c.x.pad);
      bottom = max(bottom, c.y.reach - c.y.pad);
      right = max(right, c.x.reach - c.x.pad);
    }
  }
  const rows = top + bottom,
    row = left + right,
    plane = rows * row;
  const channels = c.groups * c.inChannels;
  const batch = imagesAtOnce(c.batch, bytes(channels * plane), COPY_BYTES);
  const together = max(1, PHASE_FLOATS / row);
  const pitch = bytes((together - 1) * row + widest + 4);
  const slices = ceilDiv(CHUNKS, min(CHUNKS, c.groups * min(batch, CHUNKS)));
  const groupWeights = bytes(packedTaps(c.outChannels, most));

  const scratch = newScratch();
  const copy = scratch.reserve(<f64>batch * bytes(channels * plane) + 32);
  const tables = scratch.reserve(<f64>columns * bytes(most));
  const kernelTable = scratch.reserve(bytes(most));
  const weights = scratch.reserve(<f64>columns * c.groups * groupWeights);
  const about = scratch.reserve(columns * offsetof<ColumnPhase>());
  const buffers = scratch.reserve(<f64>SETTINGS.threads * 2 * columns * pitch);
  const base = scratch.allocate();

  const outPlane = w.y.input * width,
    outImage = c.groups * c.outChannels * outPlane;
  for (let first = 0; first < w.batch; first += batch) {
    const count = min(batch, w.batch - first);
    const source = g + bytes(first * channels * w.y.output * w.x.output);
    padCopy(source, base + copy, w.y.output, w.x.output, rows, row, top, left, count * channels);
    for (let phase = 0; phase < rowPhases(w); phase++) {
      let work: f64 = 0;
      for (let column = 0; column < columns; column++) {
        setInputPhase(w, phase, column, c);
        work += 2 * c.macs;
        const taps = c.depth;
        const table = base + tables + column * bytes(most),
          packed = base + weights + column * c.groups * groupWeights;
        if (taps > 0) {
          const rowStep = bytes(c.y.dilation * row);
          fillTable(table, c.inChannels, bytes(plane), c.y.taps, rowStep, c.x.taps, bytes(c.x.dilation));
          kernelOffsets(c, base + kernelTable);
          packWeights(
            kernel + bytes(c.kernelBase),
            0,
            packed,
            base + kernelTable,
            taps,
            c.outChannels,
            bytes(c.kernelOut),
            c.groups,
            bytes(c.kernelGroup),
            groupWeights,
          );
        }
        const to = item<ColumnPhase>(base + about, column);
        to.table = table;
        to.taps = taps;
        to.weights = packed;
        to.groupWeights = groupWeights;
        to.offset = bytes((top - c.y.pad) * row + left - c.x.pad);
        to.columns = c.x.output;
      }
      const sliceRows = ceilDiv(c.y.output, slices),
        usedSlices = ceilDiv(c.y.output, sliceRows);
      const args = argumentsOf<PhaseArguments>();
      args.input = base + copy;
      args.out = out + bytes(first * outImage + phase * width);
      args.about = base + about;
      args.phases = columns;
      args.channels = c.outChannels;
      args.rows = c.y.output;
      args.width = width;
      args.slice = sliceRows;
      args.slices = usedSlices;
      args.groups = c.groups;
      args.rowIn = bytes(row);
      args.groupIn = bytes(c.inChannels * plane);
      args.imageIn = bytes(channels * plane);
      args.rowOut = bytes(c.outY);
      args.channelOut = bytes(outPlane);
      args.imageOut = bytes(outImage);
      args.together = together;
      args.buffers = base + buffers;
      args.pitch = pitch;
      run<PhaseArguments>(convRowPhases, count * c.groups * usedSlices, (work / w.batch) * count);
    }
  }
}
