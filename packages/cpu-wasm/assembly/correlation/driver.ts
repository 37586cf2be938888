/**
 * The correlation triple: asks the plan which algorithm a geometry gets, and runs it.
 */
import { WINDOW } from "../common/window";
import { allFinite, convDirect, convDirectInput, convDirectKernel, DirectSlot } from "./direct/kernels";
import { BAND_FLOATS } from "../common/budgets";
import { kernelGradientDot } from "./dot/driver";
import { correlateGemm, kernelGradientGemm } from "./gemm/driver";
import { correlateImages } from "./images/driver";
import { inputGradientPhases } from "./phases/driver";
import { correlateRows } from "./rows/driver";
import {
  C,
  columnPhases,
  depth,
  needsPadding,
  reachX,
  reachY,
  rowPhases,
  setForward,
  setInputPhase,
  Y,
} from "./correlation";
import { correlateDepthwise3, mayReadBeyond } from "./depthwise/driver";
import { bytes, run, set } from "../common/host";
import { CorrelationPlan, InputPlan, isDirect, planCorrelation, planInput, prefersDot } from "./plan";
import { correlateWinograd } from "./winograd/driver";

const w = WINDOW;

/** Members of the triple: F(x, k), T(g, k), G(x, g). */
const enum Member {
  OUTPUT,
  INPUT,
  KERNEL,
}

/**
 * A member of the triple; `a` and `b` are its operands, `bias` a pointer or 0. JavaScript has written the
 * window.
 */
export function correlation(member: Member, a: usize, b: usize, bias: usize, out: usize): void {
  // A single window does not move, and a single tap is not apart from another.
  if (w.outputHeight == 1) w.strideHeight = 1;
  if (w.outputWidth == 1) w.strideWidth = 1;
  if (w.kernelHeight == 1) w.dilationHeight = 1;
  if (w.kernelWidth == 1) w.dilationWidth = 1;
  if (isDirect(w)) direct(member, a, b, bias, out, false);
  else if (member == Member.OUTPUT) {
    setForward(w);
    correlate(a, b, bias, out);
  } else if (member == Member.INPUT) inputGradient(a, b, out);
  else kernelGradient(a, b, out);
}

/** By the scalar kernels. `repairs`: only what is not finite in a kernel gradient. */
function direct(member: Member, a: usize, b: usize, bias: usize, out: usize, repairs: bool): void {
  set(DirectSlot.A, a);
  set(DirectSlot.B, b);
  set(DirectSlot.BIAS, bias);
  set(DirectSlot.OUT, out);
  set(DirectSlot.REPAIRS, i32(repairs));
  const work = 16 * w.macs;
  if (member == Member.OUTPUT) run(convDirect, w.batch * w.outChannels, work);
  else if (member == Member.INPUT) run(convDirectInput, w.batch * w.inChannels, work);
  else run(convDirectKernel, w.outChannels * (w.inChannels / w.groups), work);
}

/** The correlation that was set, by the algorithm of the plan. */
function correlate(x: usize, kernel: usize, bias: usize, out: usize): void {
  switch (planCorrelation()) {
    case CorrelationPlan.DEPTHWISE3:
      if (mayReadBeyond(x)) correlateDepthwise3(x, kernel, bias, out);
      else correlateRows(x, kernel, bias, out);
      break;
    case CorrelationPlan.WINOGRAD2:
      correlateWinograd(x, kernel, bias, out, 2);
      break;
    case CorrelationPlan.WINOGRAD4:
      correlateWinograd(x, kernel, bias, out, 4);
      break;
    case CorrelationPlan.IMAGES:
      correlateImages(null, x, kernel, bias, out);
      break;
    case CorrelationPlan.ROWS:
      correlateRows(x, kernel, bias, out);
      break;
    default:
      correlateBands(x, kernel, bias, out);
  }
}

/** Rows of a band are a multiple of this, so that bands consist of whole tiles. */
const BAND_STEP = 4;

/** On the matrix kernels; a padded copy that would be large is made band by band of output rows. */
function correlateBands(x: usize, kernel: usize, bias: usize, out: usize): void {
  const rows = Y.output,
    pad = Y.pad,
    base = C.outBase;
  let band = rows;
  const perRow = C.groups * C.inChannels * reachX();
  if (needsPadding(0) && <f64>perRow * reachY() > BAND_FLOATS) {
    const fit = (BAND_FLOATS / perRow - (Y.taps - 1) * Y.dilation - 1) / Y.stride;
    band = max(BAND_STEP, (fit / BAND_STEP) * BAND_STEP);
  }
  for (let first = 0; first < rows; first += band) {
    Y.output = min(band, rows - first);
    Y.pad = pad - first * Y.stride;
    C.outBase = base + first * C.outY;
    correlateGemm(x, kernel, bias, out);
  }
}

/** Whether a tap reaches every pixel of the input gradient. */
function allReached(): bool {
  for (let row = 0; row < rowPhases(w); row++) {
    for (let column = 0; column < columnPhases(w); column++) {
      setInputPhase(w, row, column);
      if (depth() == 0) return false;
    }
  }
  return true;
}

function inputGradient(g: usize, kernel: usize, out: usize): void {
  switch (planInput(w)) {
    case InputPlan.IMAGES:
      correlateImages(w, g, kernel, 0, out);
      return;
    case InputPlan.PHASES:
      inputGradientPhases(w, g, kernel, out);
      return;
    default:
  }
  if (!allReached()) memory.fill(out, 0, bytes(w.batch * w.inChannels * w.inputHeight * w.inputWidth));
  const rows = rowPhases(w),
    columns = columnPhases(w);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      setInputPhase(w, row, column);
      if (depth() > 0) correlate(g, kernel, 0, out);
    }
  }
}

/**
 * Then sums those values anew that are not finite, without the padding: fast kernels multiply it with g, and
 * 0 · ∞ is NaN.
 */
function kernelGradient(x: usize, g: usize, out: usize): void {
  setForward(w);
  const dot = prefersDot();
  if (dot) kernelGradientDot(x, g, out);
  else kernelGradientGemm(x, g, out);
  if (!dot && !needsPadding(0)) return;
  const values = w.outChannels * depth(),
    gradients = w.batch * w.outChannels * C.outPlane;
  // Where only g can have done it, the smaller of the two is looked at.
  const looksAtG = !dot && gradients < values;
  if (!allFinite(looksAtG ? g : out, looksAtG ? gradients : values))
    direct(Member.KERNEL, x, g, 0, out, true);
}
