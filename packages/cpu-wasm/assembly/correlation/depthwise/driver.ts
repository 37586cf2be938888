/**
 * 3×3 kernels on one input channel each (`kernels.ts`): depthwise, with any number of outputs per
 * channel, and single-channel images.
 */
import { bytes, ceilDiv, newScratch, run } from "../../common/host";
import { argumentsOf } from "../../common/structs";
import { fillTable } from "../../common/tables";
import { CHUNKS } from "../../matmul/gemm-driver";
import { Correlation } from "../correlation";
import { packWeights } from "../rows/weights-driver";
import { DepthwiseArguments, depthwise3 } from "./kernels";

const TAPS = 9;
/** Rows of a walk down the columns: beyond that, its pages leave the translation buffer. */
const LONGEST_WALK = 64;

/**
 * With stride 1, `rows` is as fast on rows that fill a page, or meet in one place of the first-level cache.
 */
const WIDE = 1024;
const HALF_PAGE = 512;

/** Columns of padding that the last window meets. */
function padRight(c: Correlation): i32 {
  return c.x.reach - c.x.pad - c.x.input;
}

/** Whether these kernels can do it, and do it well. */
export function isDepthwise3(c: Correlation): bool {
  const stride = c.x.stride;
  return (
    c.inChannels == 1 &&
    c.x.taps == 3 &&
    c.y.taps == 3 &&
    c.x.dilation == 1 &&
    c.y.dilation == 1 &&
    (stride == 1 || stride == 2) &&
    c.y.stride == stride &&
    (stride == 2 || (c.x.input < WIDE && c.x.input % HALF_PAGE != 0)) &&
    <u32>c.x.pad <= 1 &&
    padRight(c) <= 1 &&
    c.x.output >= 4 &&
    c.isWholePlane
  );
}

/**
 * Rows, `pitch` bytes apart, that a walk down a few columns finds again in the first-level cache, when it
 * goes down the next ones: such a cache has at least eight lines for addresses that are equal modulo 4096.
 */
function rowsInCache(pitch: i32): i32 {
  let places = LONGEST_WALK / 8;
  while (places > 1 && (pitch * places) % 8192 == 0) places >>= 1;
  return 8 * places;
}

/** Whether a float lies behind the input: these kernels read it, and use it not. */
export function mayReadBeyond(c: Correlation, x: usize): bool {
  return x + bytes(c.batch * c.imageIn) < (<usize>memory.size()) << 16;
}

/** x ⋆ kernel where `isDepthwise3` and `mayReadBeyond`. `bias`: pointer, or 0. */
export function correlateDepthwise3(c: Correlation, x: usize, kernel: usize, bias: usize, out: usize): void {
  const outChannels = c.groups * c.outChannels;
  const packedBytes = bytes(TAPS + 1),
    zeroBytes = bytes(c.x.input + 8);
  const scratch = newScratch();
  const table = scratch.reserve(bytes(TAPS));
  const weights = scratch.reserve(<f64>outChannels * packedBytes);
  const zeros = scratch.reserve(zeroBytes);
  const base = scratch.allocate();

  fillTable(base + table, 1, 0, 3, bytes(c.kernelY), 3, bytes(c.kernelX));
  memory.fill(base + zeros, 0, zeroBytes);
  packWeights(
    kernel + bytes(c.kernelBase),
    bias,
    base + weights,
    base + table,
    TAPS,
    1,
    0,
    outChannels,
    bytes(c.kernelGroup / c.outChannels),
    packedBytes,
  );

  const planes = c.batch * outChannels;
  const most = min(rowsInCache(bytes(c.x.input)), c.y.output);
  const least = ceilDiv(CHUNKS, min(planes, CHUNKS));
  const slice = ceilDiv(c.y.output, max(least, ceilDiv(c.y.output, most)));
  const slices = ceilDiv(c.y.output, slice);
  const args = argumentsOf<DepthwiseArguments>();
  args.input = x;
  args.out = out;
  args.weights = base + weights;
  args.zeros = base + zeros;
  args.height = c.y.input;
  args.width = c.x.input;
  args.rows = c.y.output;
  args.columns = c.x.output;
  args.stride = c.x.stride;
  args.top = c.y.pad;
  args.left = c.x.pad > 0;
  args.right = padRight(c) > 0;
  args.channels = c.groups;
  args.outChannels = outChannels;
  args.perChannel = c.outChannels;
  args.slice = slice;
  args.slices = slices;
  run<DepthwiseArguments>(depthwise3, planes * slices, 2 * c.macs);
}
