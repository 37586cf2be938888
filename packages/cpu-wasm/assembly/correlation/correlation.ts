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
import { ceilDiv } from "../common/host";
import { behind } from "../common/structs";
import { Window, WindowAxis } from "../common/window";

/** What a correlation does along one axis. */
@unmanaged
export class CorrelationAxis {
  input: i32;
  output: i32;
  taps: i32;
  stride: i32;
  dilation: i32;
  /** Zeros before the input; negative crops. */
  pad: i32;
  /**
   * The first tap in the kernel, and the distance of its successors, which is negative where the kernel is
   * flipped.
   */
  firstTap: i32;
  tapStep: i32;

  /** The cells that the windows read, first to last. */
  get reach(): i32 {
    return this.reachOf(this.output);
  }

  /** The cells that the first `output` windows read. */
  reachOf(output: i32): i32 {
    return (output - 1) * this.stride + (this.taps - 1) * this.dilation + 1;
  }
}

/** [batch, groups · inChannels, H, W] with taps addressed by steps, into outputs addressed by steps. */
@unmanaged
export class Correlation {
  batch: i32;
  groups: i32;
  /** Channels per group. */
  inChannels: i32;
  outChannels: i32;
  kernelBase: i32;
  kernelGroup: i32;
  kernelOut: i32;
  kernelIn: i32;
  kernelY: i32;
  kernelX: i32;
  outBase: i32;
  /** Floats of an output plane (which a phase fills only in part). */
  outPlane: i32;
  outY: i32;
  outX: i32;

  /** The axes lie behind: vertical, then horizontal. */
  @inline
  get y(): CorrelationAxis {
    return changetype<CorrelationAxis>(behind(this));
  }

  @inline
  get x(): CorrelationAxis {
    return changetype<CorrelationAxis>(behind(this) + offsetof<CorrelationAxis>());
  }

  /** Taps of a group that make one output. */
  get depth(): i32 {
    return this.inChannels * this.y.taps * this.x.taps;
  }

  /** Input floats of an image. */
  get imageIn(): i32 {
    return this.groups * this.inChannels * this.y.input * this.x.input;
  }

  /** Output floats of an image. */
  get imageOut(): i32 {
    return this.groups * this.outChannels * this.outPlane;
  }

  /** Multiply-adds, those on padding included. */
  get macs(): f64 {
    return <f64>this.batch * this.y.output * this.x.output * this.groups * this.outChannels * this.depth;
  }

  /** Whether the outputs fill their planes, row by row. */
  get isWholePlane(): bool {
    return this.outX == 1 && this.outPlane == this.y.output * this.x.output;
  }

  /** Whether a window reads beyond the input, or would with `extraColumns` more output columns. */
  needsPadding(extraColumns: i32): bool {
    const y = this.y;
    const x = this.x;
    return (
      y.pad > 0 ||
      x.pad > 0 ||
      y.reach - y.pad > y.input ||
      x.reach + extraColumns * x.stride - x.pad > x.input
    );
  }

  /** Makes it what `other` is. */
  copyFrom(other: Correlation): Correlation {
    memory.copy(changetype<usize>(this), changetype<usize>(other), CORRELATION_BYTES);
    return this;
  }
}

/** Bytes of a correlation with its axes: drivers keep theirs in the module's data. */
export const CORRELATION_BYTES: i32 = <i32>(offsetof<Correlation>() + 2 * offsetof<CorrelationAxis>());

/** Makes `c` F(x, k). */
export function setForward(w: Window, c: Correlation): void {
  const taps = w.y.kernel * w.x.kernel;
  c.batch = w.batch;
  c.groups = w.groups;
  c.inChannels = w.inChannels / w.groups;
  c.outChannels = w.outChannels / w.groups;
  c.kernelBase = 0;
  c.kernelGroup = c.outChannels * c.inChannels * taps;
  c.kernelOut = c.inChannels * taps;
  c.kernelIn = taps;
  c.kernelY = w.x.kernel;
  c.kernelX = 1;
  c.outBase = 0;
  c.outPlane = w.y.output * w.x.output;
  c.outY = w.x.output;
  c.outX = 1;
  setForwardAxis(w.y, c.y);
  setForwardAxis(w.x, c.x);
}

function setForwardAxis(from: WindowAxis, to: CorrelationAxis): void {
  to.input = from.input;
  to.output = from.output;
  to.taps = from.kernel;
  to.stride = from.stride;
  to.dilation = from.dilation;
  to.pad = from.before;
  to.firstTap = 0;
  to.tapStep = 1;
}

/** Phases along each axis. */
export const rowPhases = (w: Window): i32 => min(w.y.stride, w.y.input);
export const columnPhases = (w: Window): i32 => min(w.x.stride, w.x.input);

function gcd(a: i32, b: i32): i32 {
  return b == 0 ? a : gcd(b, a % b);
}

/**
 * The phase of pixels p = first + i · stride: they get g[(p + pad − k · dilation) / stride] · tap[k] for
 * every k that divides evenly; those k are lowest, lowest + stride / gcd, … Without any, it has no taps.
 */
function setPhaseAxis(first: i32, from: WindowAxis, to: CorrelationAxis): void {
  const stride = from.stride;
  const dilation = from.dilation;
  const shared = gcd(stride, dilation);
  const step = stride / shared;
  const reach = dilation / shared;
  const start = first + from.before;
  let lowest = 0;
  const tries = min(step, from.kernel);
  while (lowest < tries && (start - lowest * dilation) % stride != 0) lowest++;
  const count = lowest < tries ? ceilDiv(from.kernel - lowest, step) : 0;
  const offset = count == 0 ? 0 : (start - lowest * dilation) / stride;
  to.input = from.output;
  to.output = ceilDiv(from.input - first, stride);
  to.taps = count;
  to.stride = 1;
  to.dilation = reach;
  to.pad = (count - 1) * reach - offset;
  to.firstTap = lowest + (count - 1) * step;
  to.tapStep = -step;
}

/** Makes `c` phase (row, column) of T(g, k), a forward correlation of g. */
export function setInputPhase(w: Window, row: i32, column: i32, c: Correlation): void {
  const taps = w.y.kernel * w.x.kernel;
  c.batch = w.batch;
  c.groups = w.groups;
  c.inChannels = w.outChannels / w.groups;
  c.outChannels = w.inChannels / w.groups;
  setPhaseAxis(row, w.y, c.y);
  setPhaseAxis(column, w.x, c.x);
  c.kernelBase = c.y.firstTap * w.x.kernel + c.x.firstTap;
  c.kernelGroup = c.outChannels * c.inChannels * taps;
  c.kernelOut = taps;
  c.kernelIn = c.outChannels * taps;
  c.kernelY = c.y.tapStep * w.x.kernel;
  c.kernelX = c.x.tapStep;
  c.outBase = row * w.x.input + column;
  c.outPlane = w.y.input * w.x.input;
  c.outY = w.y.stride * w.x.input;
  c.outX = w.x.stride;
}
