/**
 * 3×3 kernels on one input channel each (`assembly/depthwise.ts`): depthwise, with any number of outputs per channel, and
 * single-channel images.
 */
import { FLOAT, Scratch } from "./conv-layout.ts";
import { type Correlation, macsOf, reachOf, wholePlane } from "./conv-problem.ts";
import { CHUNKS } from "./gemm.ts";
import type { Runtime } from "./runtime.ts";

const TAPS = 9;

/** Columns of padding that the last window meets. */
function padRight({ x }: Correlation): number {
  return reachOf(x) - x.pad - x.input;
}

/** Whether these kernels can do it. */
export function isDepthwise3(c: Correlation): boolean {
  const { x, y } = c;
  const stride = x.stride;
  return (
    c.inChannels === 1 &&
    x.taps === 3 &&
    y.taps === 3 &&
    x.dilation === 1 &&
    y.dilation === 1 &&
    (stride === 1 || stride === 2) &&
    y.stride === stride &&
    (x.pad === 0 || x.pad === 1) &&
    padRight(c) <= 1 &&
    x.output >= 8 &&
    wholePlane(c)
  );
}

/** x ⋆ kernel where `isDepthwise3`. `bias`: pointer, or 0. */
export function correlateDepthwise3(
  rt: Runtime,
  c: Correlation,
  x: number,
  kernel: number,
  bias: number,
  out: number,
): void {
  const outChannels = c.groups * c.outChannels;
  const scratch = new Scratch();
  const table = scratch.reserve(TAPS * FLOAT);
  const weights = scratch.reserve(outChannels * (TAPS + 1) * FLOAT);
  const zeroRow = c.x.input + 8;
  const zeros = scratch.reserve(zeroRow * FLOAT);
  scratch.allocate(rt);

  rt.call.fillTable(scratch.at(table), 1, 0, 3, c.kernelY * FLOAT, 3, c.kernelX * FLOAT);
  const first = scratch.at(zeros) / FLOAT;
  rt.f32.fill(0, first, first + zeroRow);
  const packing = [kernel + c.kernelBase * FLOAT, bias, scratch.at(weights), scratch.at(table), TAPS, 1, 0];
  const kernelStep = (c.kernelGroup / c.outChannels) * FLOAT;
  rt.run("packTaps", [...packing, kernelStep, (TAPS + 1) * FLOAT], outChannels, outChannels * TAPS);

  const planes = c.batch * outChannels;
  const slice = Math.ceil(c.y.output / Math.ceil(CHUNKS / Math.min(planes, CHUNKS)));
  const slices = Math.ceil(c.y.output / slice);
  const args = [
    x,
    out,
    scratch.at(weights),
    scratch.at(zeros),
    c.y.input,
    c.x.input,
    c.y.output,
    c.x.output,
    c.x.stride,
    c.y.pad,
    c.x.pad,
    padRight(c) > 0 ? 1 : 0,
    c.groups,
    outChannels,
    c.outChannels,
    slice,
    slices,
  ];
  rt.run("depthwise3", args, planes * slices, 2 * macsOf(c));
}
