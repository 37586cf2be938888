/**
 * The input gradient of a horizontally strided correlation with few input channels per group
 * (`assembly/conv-phases.ts`): all column phases of a row at once, so that rows are written in one piece.
 */
import { COPY_BYTES } from "./conv-budgets.ts";
import { FLOAT, imagesAtOnce, Scratch } from "./conv-layout.ts";
import { type Correlation, macsOf } from "./conv-problem.ts";
import { packedTaps } from "./conv-rows.ts";
import { CHUNKS } from "./gemm.ts";
import type { Runtime } from "./runtime.ts";

/**
 * T(g, k) from all its phases (`inputCorrelations`, row phases outermost) of an input of
 * `height` × `width`.
 */
export function inputGradientPhases(
  rt: Runtime,
  phases: readonly Correlation[],
  g: number,
  kernel: number,
  out: number,
  height: number,
  width: number,
): void {
  const bytes = (floats: number): number => floats * FLOAT;
  const c = phases[0]!;
  const columnPhases = phases.filter((p) => p.outBase < width).length;
  // One padded copy serves all phases: their windows begin at most `top` rows and `left` columns before g.
  const used = phases.filter((p) => p.y.taps > 0 && p.x.taps > 0);
  const top = Math.max(0, ...used.map((p) => p.y.pad));
  const left = Math.max(0, ...used.map((p) => p.x.pad));
  const end = (axis: Correlation["x"]): number => axis.output + (axis.taps - 1) * axis.dilation - axis.pad;
  const rows = top + Math.max(1, ...used.map((p) => end(p.y)));
  const row = left + Math.max(1, ...used.map((p) => end(p.x)));
  const plane = rows * row;
  const channels = c.groups * c.inChannels;
  const batch = imagesAtOnce(c.batch, bytes(channels * plane), COPY_BYTES);
  const pitch = bytes(Math.max(8, ...phases.map((p) => p.x.output)) + 4);
  const most = Math.max(...phases.map((p) => p.inChannels * p.y.taps * p.x.taps));
  const slices = Math.ceil(CHUNKS / (c.groups * Math.min(batch, CHUNKS)));
  const groupWeights = bytes(packedTaps(c.outChannels, most));

  const scratch = new Scratch();
  const copy = scratch.reserve(bytes(batch * channels * plane + 8));
  const tables = scratch.reserve(columnPhases * bytes(most));
  const kernelTable = scratch.reserve(bytes(most));
  const weights = scratch.reserve(columnPhases * c.groups * groupWeights);
  const descriptors = scratch.reserve(columnPhases * 6 * FLOAT);
  const buffers = scratch.reserve(batch * c.groups * slices * 2 * columnPhases * pitch);
  scratch.allocate(rt);

  const describe = (p: Correlation, column: number): number[] => {
    const taps = p.inChannels * p.y.taps * p.x.taps;
    const table = scratch.at(tables) + column * bytes(most);
    const packed = scratch.at(weights) + column * c.groups * groupWeights;
    if (taps > 0) {
      const steps = [bytes(plane), bytes(p.y.dilation * row), bytes(p.x.dilation)] as const;
      rt.call.fillTable(table, p.inChannels, steps[0], p.y.taps, steps[1], p.x.taps, steps[2]);
      const kernelSteps = [bytes(p.kernelIn), bytes(p.kernelY), bytes(p.kernelX)] as const;
      const source = scratch.at(kernelTable);
      rt.call.fillTable(
        source,
        p.inChannels,
        kernelSteps[0],
        p.y.taps,
        kernelSteps[1],
        p.x.taps,
        kernelSteps[2],
      );
      const packing = [kernel + bytes(p.kernelBase), 0, packed, source, taps, p.outChannels];
      const groupSteps = [bytes(p.kernelOut), bytes(p.kernelGroup), groupWeights];
      rt.run("packTaps", [...packing, ...groupSteps], c.groups, 2 * c.groups * p.outChannels * taps);
    }
    return [table, taps, packed, groupWeights, bytes((top - p.y.pad) * row + left - p.x.pad), p.x.output];
  };

  const outImage = c.groups * c.outChannels * height * width;
  for (let first = 0; first < c.batch; first += batch) {
    const count = Math.min(batch, c.batch - first);
    const source = g + bytes(first * channels * c.y.input * c.x.input);
    const padding = [source, scratch.at(copy), c.y.input, c.x.input, rows, row, top, left];
    rt.run("padPlanes", padding, count * channels, 2 * count * channels * plane);
    for (let phase = 0; phase < phases.length; phase += columnPhases) {
      const group = phases.slice(phase, phase + columnPhases);
      const about = group.flatMap(describe);
      rt.i32.set(about, scratch.at(descriptors) / 4);
      const rowPhase = group[0]!;
      const sliceRows = Math.ceil(rowPhase.y.output / slices);
      const usedSlices = Math.ceil(rowPhase.y.output / sliceRows);
      rt.run(
        "convRowPhases",
        [
          scratch.at(copy),
          out + bytes(first * outImage + rowPhase.outBase),
          scratch.at(descriptors),
          columnPhases,
          c.outChannels,
          rowPhase.y.output,
          width,
          sliceRows,
          usedSlices,
          c.groups,
          bytes(row),
          bytes(c.inChannels * plane),
          bytes(channels * plane),
          bytes(rowPhase.outY),
          bytes(height * width),
          bytes(outImage),
          scratch.at(buffers),
          pitch,
        ],
        count * c.groups * usedSlices,
        group.reduce((sum, p) => sum + (2 * macsOf(p) * count) / p.batch, 0),
      );
    }
  }
}
