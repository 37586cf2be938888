/**
 * 3×3 kernels on one input channel each (`kernels.ts`): depthwise, with any number of outputs per
 * channel, and single-channel images.
 */
import { depthwise3, DepthwiseSlot } from "./kernels";
import { fillTable } from "../../matmul/gemm-pack";
import { packWeights } from "../rows/driver";
import { C, imageIn, isWholePlane, macs, reachX, X, Y } from "../correlation";
import { CHUNKS } from "../../matmul/gemm-driver";
import { allocate, at, bytes, ceilDiv, reserve, run, set } from "../../common/host";

const TAPS = 9;
/** Rows of a walk down the columns: beyond that, its pages leave the translation buffer. */
const LONGEST_WALK = 64;

/**
 * With stride 1, `rows` is as fast on rows that fill a page, or meet in one place of the first-level cache.
 */
const WIDE = 1024;
const HALF_PAGE = 512;

/** Columns of padding that the last window meets. */
function padRight(): i32 {
  return reachX() - X.pad - X.input;
}

/** Whether these kernels can do it, and do it well. */
export function isDepthwise3(): bool {
  const stride = X.stride;
  return (
    C.inChannels == 1 &&
    X.taps == 3 &&
    Y.taps == 3 &&
    X.dilation == 1 &&
    Y.dilation == 1 &&
    (stride == 1 || stride == 2) &&
    Y.stride == stride &&
    (stride == 2 || (X.input < WIDE && X.input % HALF_PAGE != 0)) &&
    <u32>X.pad <= 1 &&
    padRight() <= 1 &&
    X.output >= 8 &&
    isWholePlane()
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
export function mayReadBeyond(x: usize): bool {
  return x + bytes(C.batch * imageIn()) < (<usize>memory.size()) << 16;
}

/** x ⋆ kernel where `isDepthwise3` and `mayReadBeyond`. `bias`: pointer, or 0. */
export function correlateDepthwise3(x: usize, kernel: usize, bias: usize, out: usize): void {
  const outChannels = C.groups * C.outChannels;
  const packedBytes = bytes(TAPS + 1),
    zeroBytes = bytes(X.input + 8);
  const table = reserve(bytes(TAPS));
  const weights = reserve(<f64>outChannels * packedBytes);
  const zeros = reserve(zeroBytes);
  allocate();

  fillTable(at(table), 1, 0, 3, bytes(C.kernelY), 3, bytes(C.kernelX));
  memory.fill(at(zeros), 0, zeroBytes);
  packWeights(
    kernel + bytes(C.kernelBase),
    bias,
    at(weights),
    at(table),
    TAPS,
    1,
    0,
    outChannels,
    bytes(C.kernelGroup / C.outChannels),
    packedBytes,
  );

  const planes = C.batch * outChannels;
  const most = min(rowsInCache(bytes(X.input)), Y.output);
  const least = ceilDiv(CHUNKS, min(planes, CHUNKS));
  const slice = ceilDiv(Y.output, max(least, ceilDiv(Y.output, most)));
  const slices = ceilDiv(Y.output, slice);
  set(DepthwiseSlot.INPUT, x);
  set(DepthwiseSlot.OUT, out);
  set(DepthwiseSlot.WEIGHTS, at(weights));
  set(DepthwiseSlot.ZEROS, at(zeros));
  set(DepthwiseSlot.HEIGHT, Y.input);
  set(DepthwiseSlot.WIDTH, X.input);
  set(DepthwiseSlot.ROWS, Y.output);
  set(DepthwiseSlot.COLUMNS, X.output);
  set(DepthwiseSlot.STRIDE, X.stride);
  set(DepthwiseSlot.TOP, Y.pad);
  set(DepthwiseSlot.LEFT, X.pad);
  set(DepthwiseSlot.RIGHT, i32(padRight() > 0));
  set(DepthwiseSlot.CHANNELS, C.groups);
  set(DepthwiseSlot.OUT_CHANNELS, outChannels);
  set(DepthwiseSlot.PER_CHANNEL, C.outChannels);
  set(DepthwiseSlot.SLICE, slice);
  set(DepthwiseSlot.SLICES, slices);
  run(depthwise3, planes * slices, 2 * macs());
}
