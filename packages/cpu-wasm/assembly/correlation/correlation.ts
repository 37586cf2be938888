/**
 * One shape of work for both ways through a correlation: the forward pass, and the input gradient seen as
 * forward passes over the output's gradient.
 *
 * With stride S the input gradient falls apart into S × S *phases*, the input pixels of one residue (y + pad)
 * mod S; each meets only every S-th tap and is a stride-1 correlation of g with those taps, flipped, whose
 * results land S pixels apart. Steps are in floats.
 *
 * Source: Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", chapter 4.
 */
import { Window } from "../common/window";
import { ceilDiv } from "../common/host";

/**
 * The correlation that is laid out: [batch, groups · inChannels, H, W] with taps addressed by steps, into
 * outputs addressed by steps. There is one at a time; static fields are globals, which take a third of the
 * code of fields in memory.
 */
export class C {
  static batch: i32 = 0;
  static groups: i32 = 0;
  /** Channels per group. */
  static inChannels: i32 = 0;
  static outChannels: i32 = 0;
  static kernelBase: i32 = 0;
  static kernelGroup: i32 = 0;
  static kernelOut: i32 = 0;
  static kernelIn: i32 = 0;
  static kernelY: i32 = 0;
  static kernelX: i32 = 0;
  static outBase: i32 = 0;
  /** Floats of an output plane (which a phase fills only in part). */
  static outPlane: i32 = 0;
  static outY: i32 = 0;
  static outX: i32 = 0;
}

/** Its vertical axis, */
export class Y {
  static input: i32 = 0;
  static output: i32 = 0;
  static taps: i32 = 0;
  static stride: i32 = 0;
  static dilation: i32 = 0;
  /** Zeros before the input; negative crops. */
  static pad: i32 = 0;
}

/** and its horizontal one. */
export class X {
  static input: i32 = 0;
  static output: i32 = 0;
  static taps: i32 = 0;
  static stride: i32 = 0;
  static dilation: i32 = 0;
  static pad: i32 = 0;
}

/** The cells that `output` windows read along an axis, first to last. */
export function reachOf(output: i32, taps: i32, stride: i32, dilation: i32): i32 {
  return (output - 1) * stride + (taps - 1) * dilation + 1;
}

export function reachY(): i32 {
  return reachOf(Y.output, Y.taps, Y.stride, Y.dilation);
}

export function reachX(): i32 {
  return reachOf(X.output, X.taps, X.stride, X.dilation);
}

/** Taps of a group that make one output. */
export function depth(): i32 {
  return C.inChannels * Y.taps * X.taps;
}

/** Input and output floats of an image. */
export function imageIn(): i32 {
  return C.groups * C.inChannels * Y.input * X.input;
}

export function imageOut(): i32 {
  return C.groups * C.outChannels * C.outPlane;
}

/** Whether a window reads beyond the input, or would with `extraColumns` more output columns. */
export function needsPadding(extraColumns: i32): bool {
  return (
    Y.pad > 0 ||
    X.pad > 0 ||
    reachY() - Y.pad > Y.input ||
    reachX() + extraColumns * X.stride - X.pad > X.input
  );
}

/** Whether the outputs fill their planes, row by row. */
export function isWholePlane(): bool {
  return C.outX == 1 && C.outPlane == Y.output * X.output;
}

/** Multiply-adds, those on padding included. */
export function macs(): f64 {
  return <f64>C.batch * Y.output * X.output * C.groups * C.outChannels * depth();
}

/** Makes it F(x, k). */
export function setForward(w: Window): void {
  const taps = w.kernelHeight * w.kernelWidth;
  C.batch = w.batch;
  C.groups = w.groups;
  C.inChannels = w.inChannels / w.groups;
  C.outChannels = w.outChannels / w.groups;
  C.kernelBase = 0;
  C.kernelGroup = C.outChannels * C.inChannels * taps;
  C.kernelOut = C.inChannels * taps;
  C.kernelIn = taps;
  C.kernelY = w.kernelWidth;
  C.kernelX = 1;
  C.outBase = 0;
  C.outPlane = w.outputHeight * w.outputWidth;
  C.outY = w.outputWidth;
  C.outX = 1;
  Y.input = w.inputHeight;
  Y.output = w.outputHeight;
  Y.taps = w.kernelHeight;
  Y.stride = w.strideHeight;
  Y.dilation = w.dilationHeight;
  Y.pad = w.padTop;
  X.input = w.inputWidth;
  X.output = w.outputWidth;
  X.taps = w.kernelWidth;
  X.stride = w.strideWidth;
  X.dilation = w.dilationWidth;
  X.pad = w.padLeft;
}

/** Phases along each axis. */
export const rowPhases = (w: Window): i32 => min(w.strideHeight, w.inputHeight);
export const columnPhases = (w: Window): i32 => min(w.strideWidth, w.inputWidth);

function gcd(a: i32, b: i32): i32 {
  return b == 0 ? a : gcd(b, a % b);
}

/** A phase along an axis. */
class Phase {
  static output: i32 = 0;
  static taps: i32 = 0;
  static dilation: i32 = 0;
  static pad: i32 = 0;
  /** The first tap in flipped order, and the (negative) distance of its successors. */
  static firstTap: i32 = 0;
  static tapStep: i32 = 0;
}

/**
 * The phase of pixels p = first + i · stride: they get g[(p + pad − k · dilation) / stride] · tap[k] for
 * every k that divides evenly; those k are lowest, lowest + stride / gcd, … Without any, it has no taps.
 */
function setPhase(first: i32, input: i32, taps: i32, stride: i32, dilation: i32, pad: i32): void {
  const shared = gcd(stride, dilation);
  const step = stride / shared,
    reach = dilation / shared;
  let lowest = 0;
  while (lowest < step && (first + pad - lowest * dilation) % stride != 0) lowest++;
  const count = lowest < step && lowest < taps ? ceilDiv(taps - lowest, step) : 0;
  const offset = count == 0 ? 0 : (first + pad - lowest * dilation) / stride;
  Phase.output = ceilDiv(input - first, stride);
  Phase.taps = count;
  Phase.dilation = reach;
  Phase.pad = (count - 1) * reach - offset;
  Phase.firstTap = lowest + (count - 1) * step;
  Phase.tapStep = -step;
}

/** Makes it phase (row, column) of T(g, k), a forward correlation of g. */
export function setInputPhase(w: Window, row: i32, column: i32): void {
  const taps = w.kernelHeight * w.kernelWidth;
  C.batch = w.batch;
  C.groups = w.groups;
  C.inChannels = w.outChannels / w.groups;
  C.outChannels = w.inChannels / w.groups;
  C.kernelGroup = C.outChannels * C.inChannels * taps;
  C.kernelOut = taps;
  C.kernelIn = C.outChannels * taps;
  C.outBase = row * w.inputWidth + column;
  C.outPlane = w.inputHeight * w.inputWidth;
  C.outY = w.strideHeight * w.inputWidth;
  C.outX = w.strideWidth;
  setPhase(row, w.inputHeight, w.kernelHeight, w.strideHeight, w.dilationHeight, w.padTop);
  Y.input = w.outputHeight;
  Y.output = Phase.output;
  Y.taps = Phase.taps;
  Y.stride = 1;
  Y.dilation = Phase.dilation;
  Y.pad = Phase.pad;
  C.kernelBase = Phase.firstTap * w.kernelWidth;
  C.kernelY = Phase.tapStep * w.kernelWidth;
  setPhase(column, w.inputWidth, w.kernelWidth, w.strideWidth, w.dilationWidth, w.padLeft);
  X.input = w.outputWidth;
  X.output = Phase.output;
  X.taps = Phase.taps;
  X.stride = 1;
  X.dilation = Phase.dilation;
  X.pad = Phase.pad;
  C.kernelBase += Phase.firstTap;
  C.kernelX = Phase.tapStep;
}

/** From here on, a row takes whole tiles of 16 columns but for a few. */
const LONG_ROW = 96;
/** A longer row leaves the caches before all output channels have seen it. */
const LONGEST_ROW = 400;

/** A kernel of one tap sees no rows: how many of them are as good as one long row. */
export function rowsTogether(): i32 {
  const oneTap = Y.taps + X.taps == 2 && Y.stride == 1 && X.stride == 1 && (Y.pad | X.pad) == 0;
  if (!oneTap || Y.input != Y.output || X.input != X.output || !isWholePlane()) return 1;
  let together = 1;
  while (together < Y.output && (together * X.output < LONG_ROW || Y.output % together != 0)) together++;
  return X.output * together > LONGEST_ROW ? 1 : together;
}

/** Makes rows of so many. */
export function joinRows(): void {
  const together = rowsTogether();
  if (together == 1) return;
  Y.input = Y.output = Y.output / together;
  X.input = X.output = C.outY = X.output * together;
}
