/**
 * 3×3 kernels on one input channel each (`assembly/depthwise.ts`): depthwise, with any number of outputs per channel, and
 * single-channel images.
 */
import { FLOAT, Scratch } from "./conv-layout.ts";
import { type Correlation, macsOf, reachOf, wholePlane } from "./conv-problem.ts";
import { CHUNKS } from "./gemm.ts";
import type { Runtime } from "./runtime.ts";

const TAPS = 9;
/** Rows of a walk down the columns: beyond that, its pages leave the translation buffer. */
const LONGEST_WALK = 64;

/** With stride 1, `rows` is as fast on rows that fill a page, or meet in one place of the first-level cache. */
const WIDE = 1024;
const HALF_PAGE = 512;

/** Columns of padding that the last window meets. */
function padRight({ x }: Correlation): number {
  return reachOf(x) - x.pad - x.input;
}

/** Whether these kernels can do it, and do it well. */
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
    (stride === 2 || (x.input < WIDE && x.input % HALF_PAGE !== 0)) &&
    (x.pad === 0 || x.pad === 1) &&
    padRight(c) <= 1 &&
    x.output >= 8 &&
    wholePlane(c)
  );
}

/**
 * Rows, `pitch` bytes apart, that a walk down a few columns finds again in the first-level cache, when it goes down the
 * next ones: such a cache has at least eight lines for addresses that are equal modulo 4096.
 */
function rowsInCache(pitch: number): number {
  let places = LONGEST_WALK / 8;
  while (places > 1 && (pitch * places) % 8192 === 0) places /= 2;
  return 8 * places;
}

/** Whether a float lies behind the input: these kernels read it, and use it not. */
export function mayReadBeyond(rt: Runtime, c: Correlation, x: number): boolean {
  return x / FLOAT + c.batch * c.groups * c.y.input * c.x.input < rt.f32.length;
}

/** x ⋆ kernel where `isDepthwise3` and `mayReadBeyond`. `bias`: pointer, or 0. */
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
  const most = Math.min(rowsInCache(c.x.input * FLOAT), c.y.output);
  const least = Math.ceil(CHUNKS / Math.min(planes, CHUNKS));
  const slice = Math.ceil(c.y.output / Math.max(least, Math.ceil(c.y.output / most)));
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
