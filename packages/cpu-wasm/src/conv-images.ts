/**
 * Correlations of many small maps on lanes of 16 images (`assembly/conv-images.ts`).
 */
import { COPY_BYTES } from "./conv-budgets.ts";
import { FLOAT, Scratch } from "./conv-layout.ts";
import { type Correlation, macsOf } from "./conv-problem.ts";
import { packedTaps } from "./conv-rows.ts";
import type { Runtime } from "./runtime.ts";

/** Images of one lane block. */
const LANES = 16;

/**
 * x ⋆ kernel for every part, all reading `x` and filling parts of one output; `outFloats`: floats of an output image. One
 * group. `bias`: pointer, or 0.
 */
export function correlateImages(
  rt: Runtime,
  parts: readonly Correlation[],
  x: number,
  kernel: number,
  bias: number,
  out: number,
  outFloats: number,
): void {
  const bytes = (floats: number): number => floats * FLOAT;
  const whole = parts[0]!;
  const inFloats = whole.inChannels * whole.y.input * whole.x.input;
  const perBlock = bytes(LANES * (inFloats + outFloats));
  const batch = Math.min(whole.batch, Math.max(1, Math.floor(COPY_BYTES / perBlock)) * LANES);
  const blocks = Math.ceil(batch / LANES);
  const most = Math.max(...parts.map((c) => c.inChannels * c.y.taps * c.x.taps));

  const scratch = new Scratch();
  const input = scratch.reserve(blocks * bytes(LANES * inFloats));
  const output = scratch.reserve(blocks * bytes(LANES * outFloats));
  const tapTable = scratch.reserve(bytes(most));
  const kernelTable = scratch.reserve(bytes(most));
  const packed = scratch.reserve(bytes(packedTaps(whole.outChannels, most)));
  scratch.allocate(rt);

  const transposeChunks = (images: number, floats: number): number =>
    Math.ceil(images / LANES) * Math.ceil(floats / 256);
  for (let first = 0; first < whole.batch; first += batch) {
    const count = Math.min(batch, whole.batch - first);
    rt.run(
      "imagesToLanes",
      [x + bytes(first * inFloats), scratch.at(input), count, inFloats],
      transposeChunks(count, inFloats),
      8 * count * inFloats,
    );
    for (const c of parts) {
      const taps = c.inChannels * c.y.taps * c.x.taps;
      const lane = bytes(LANES);
      const plane = c.y.input * c.x.input * lane;
      const table = rt.call.fillTable;
      const tableSteps = [c.y.dilation * c.x.input * lane, c.x.dilation * lane, plane] as const;
      table(
        scratch.at(tapTable),
        c.y.taps,
        tableSteps[0],
        c.x.taps,
        tableSteps[1],
        c.inChannels,
        tableSteps[2],
      );
      const steps = [bytes(c.kernelY), bytes(c.kernelX), bytes(c.kernelIn)] as const;
      table(scratch.at(kernelTable), c.y.taps, steps[0], c.x.taps, steps[1], c.inChannels, steps[2]);
      const kernelSource = kernel + bytes(c.kernelBase);
      const packing = [kernelSource, bias, scratch.at(packed), scratch.at(kernelTable), taps, c.outChannels];
      rt.run("packTaps", [...packing, bytes(c.kernelOut), 0, 0], 1, 2 * c.outChannels * taps);
      rt.run(
        "convImages",
        [
          scratch.at(input),
          scratch.at(output) + c.outBase * lane,
          scratch.at(packed),
          scratch.at(tapTable),
          c.inChannels,
          c.outChannels,
          c.y.output,
          c.x.output,
          c.y.stride,
          c.y.pad,
          c.y.dilation,
          c.y.taps,
          c.y.input,
          c.x.stride,
          c.x.pad,
          c.x.dilation,
          c.x.taps,
          c.x.input,
          inFloats * lane,
          outFloats * lane,
          c.outY * lane,
          c.outX * lane,
          c.outPlane * lane,
        ],
        Math.ceil(count / LANES) * c.y.output,
        (2 * macsOf(c) * count) / c.batch,
      );
    }
    rt.run(
      "lanesToImages",
      [out + bytes(first * outFloats), scratch.at(output), count, outFloats],
      transposeChunks(count, outFloats),
      8 * count * outFloats,
    );
  }
}
