/**
 * The input gradient of a horizontally strided correlation with few input channels per group
 * (`kernels.ts`): all column phases of a row at once, so that rows are written in one piece.
 */
import { Window } from "../../common/window";
import { padPlanes } from "../pad";
import { ColumnPhase, convRowPhases, PhaseSlot } from "./kernels";
import { fillTable } from "../../matmul/gemm-pack";
import { COPY_BYTES } from "../../common/budgets";
import { C, columnPhases, depth, macs, reachX, reachY, rowPhases, setInputPhase, X, Y } from "../correlation";
import { packedTaps, packWeights } from "../rows/driver";
import { CHUNKS } from "../../matmul/gemm-driver";
import { allocate, at, bytes, ceilDiv, reserve, run, set } from "../../common/host";
import { imagesAtOnce, kernelOffsets, padCopy } from "../planes";

/** T(g, k) from all its phases. */
export function inputGradientPhases(w: Window, g: usize, kernel: usize, out: usize): void {
  const width = w.inputWidth,
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
      setInputPhase(w, row, column);
      most = max(most, depth());
      widest = max(widest, X.output);
      if (depth() == 0) continue;
      top = max(top, Y.pad);
      left = max(left, X.pad);
      bottom = max(bottom, reachY() - Y.pad);
      right = max(right, reachX() - X.pad);
    }
  }
  const rows = top + bottom,
    row = left + right,
    plane = rows * row;
  const channels = C.groups * C.inChannels;
  const batch = imagesAtOnce(C.batch, bytes(channels * plane), COPY_BYTES);
  const pitch = bytes(widest + 4);
  const slices = ceilDiv(CHUNKS, min(CHUNKS, C.groups * min(batch, CHUNKS)));
  const groupWeights = bytes(packedTaps(C.outChannels, most));

  const copy = reserve(<f64>batch * bytes(channels * plane) + 32);
  const tables = reserve(<f64>columns * bytes(most));
  const kernelTable = reserve(bytes(most));
  const weights = reserve(<f64>columns * C.groups * groupWeights);
  const about = reserve(columns * bytes(ColumnPhase.SLOTS));
  const buffers = reserve(<f64>batch * C.groups * slices * 2 * columns * pitch);
  allocate();

  const outPlane = w.inputHeight * width,
    outImage = C.groups * C.outChannels * outPlane;
  for (let first = 0; first < w.batch; first += batch) {
    const count = min(batch, w.batch - first);
    const source = g + bytes(first * channels * w.outputHeight * w.outputWidth);
    padCopy(
      padPlanes,
      source,
      at(copy),
      w.outputHeight,
      w.outputWidth,
      rows,
      row,
      top,
      left,
      count * channels,
    );
    for (let phase = 0; phase < rowPhases(w); phase++) {
      let work: f64 = 0;
      for (let column = 0; column < columns; column++) {
        setInputPhase(w, phase, column);
        work += 2 * macs();
        const taps = depth();
        const table = at(tables) + column * bytes(most),
          packed = at(weights) + column * C.groups * groupWeights;
        if (taps > 0) {
          const rowStep = bytes(Y.dilation * row);
          fillTable(table, C.inChannels, bytes(plane), Y.taps, rowStep, X.taps, bytes(X.dilation));
          kernelOffsets(at(kernelTable));
          packWeights(
            kernel + bytes(C.kernelBase),
            0,
            packed,
            at(kernelTable),
            taps,
            C.outChannels,
            bytes(C.kernelOut),
            C.groups,
            bytes(C.kernelGroup),
            groupWeights,
          );
        }
        const to = at(about) + bytes(column * ColumnPhase.SLOTS);
        store<i32>(to, table, 4 * ColumnPhase.TABLE);
        store<i32>(to, taps, 4 * ColumnPhase.TAPS);
        store<i32>(to, packed, 4 * ColumnPhase.WEIGHTS);
        store<i32>(to, groupWeights, 4 * ColumnPhase.GROUP_WEIGHTS);
        store<i32>(to, bytes((top - Y.pad) * row + left - X.pad), 4 * ColumnPhase.OFFSET);
        store<i32>(to, X.output, 4 * ColumnPhase.COLUMNS);
      }
      const sliceRows = ceilDiv(Y.output, slices),
        usedSlices = ceilDiv(Y.output, sliceRows);
      set(PhaseSlot.INPUT, at(copy));
      set(PhaseSlot.OUT, out + bytes(first * outImage + phase * width));
      set(PhaseSlot.ABOUT, at(about));
      set(PhaseSlot.PHASES, columns);
      set(PhaseSlot.CHANNELS, C.outChannels);
      set(PhaseSlot.ROWS, Y.output);
      set(PhaseSlot.WIDTH, width);
      set(PhaseSlot.SLICE, sliceRows);
      set(PhaseSlot.SLICES, usedSlices);
      set(PhaseSlot.GROUPS, C.groups);
      set(PhaseSlot.ROW_IN, bytes(row));
      set(PhaseSlot.GROUP_IN, bytes(C.inChannels * plane));
      set(PhaseSlot.IMAGE_IN, bytes(channels * plane));
      set(PhaseSlot.ROW_OUT, bytes(C.outY));
      set(PhaseSlot.CHANNEL_OUT, bytes(outPlane));
      set(PhaseSlot.IMAGE_OUT, bytes(outImage));
      set(PhaseSlot.BUFFERS, at(buffers));
      set(PhaseSlot.PITCH, pitch);
      run(convRowPhases, count * C.groups * usedSlices, (work / w.batch) * count);
    }
  }
}
