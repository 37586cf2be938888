/**
 * The correlation triple: asks the plan which algorithm a geometry gets, and runs it.
 */
import { BAND_FLOATS } from "../common/budgets";
import { bytes, run } from "../common/host";
import { MOVING_WINDOW } from "../common/layout";
import { argumentsOf } from "../common/structs";
import { Window, WINDOW, WindowAxis } from "../common/window";
import {
  columnPhases,
  Correlation,
  CORRELATION_BYTES,
  rowPhases,
  setForward,
  setInputPhase,
} from "./correlation";
import { correlateDepthwise3, mayReadBeyond } from "./depthwise/driver";
import { allFinite, convDirect, convDirectInput, convDirectKernel, DirectArguments } from "./direct/kernels";
import { kernelGradientDot } from "./dot/driver";
import { correlateGemm, kernelGradientGemm } from "./gemm/driver";
import { correlateImages } from "./images/driver";
import { inputGradientPhases } from "./phases/driver";
import {
  CorrelationPlan,
  imagesTogether,
  InputPlan,
  isDirect,
  KernelPlan,
  planCorrelation,
  planInput,
  planKernel,
} from "./plan";
import { Member } from "./operations";
import { exchangeAxes, isColumn, reduced } from "./reduced";
import { correlateRows } from "./rows/driver";
import { correlateWinograd } from "./winograd/driver";
import { kernelGradientWinograd } from "./winograd/gradient-driver";
import { lacksTap } from "./winograd/taps";

/* Where the steps below write what they pass on. */
const moving = changetype<Window>(MOVING_WINDOW);
const forward = changetype<Correlation>(memory.data(CORRELATION_BYTES));
const phase = changetype<Correlation>(memory.data(CORRELATION_BYTES));
const band = changetype<Correlation>(memory.data(CORRELATION_BYTES));
const smaller = changetype<Correlation>(memory.data(CORRELATION_BYTES));

/** Whether there is no step that nothing takes. */
@inline
function isPlain(axis: WindowAxis): bool {
  return (axis.output != 1 || axis.stride == 1) && (axis.kernel != 1 || axis.dilation == 1);
}

function copyMoving(from: WindowAxis, to: WindowAxis): void {
  to.input = from.input;
  to.kernel = from.kernel;
  to.output = from.output;
  to.stride = from.output == 1 ? 1 : from.stride;
  to.before = from.before;
  to.after = from.after;
  to.dilation = from.kernel == 1 ? 1 : from.dilation;
}

/** A single window does not move, and a single tap is not apart from another: their steps are 1. */
function movingWindow(w: Window): Window {
  if (isPlain(w.y) && isPlain(w.x)) return w;
  moving.batch = w.batch;
  moving.inChannels = w.inChannels;
  moving.outChannels = w.outChannels;
  moving.groups = w.groups;
  copyMoving(w.y, moving.y);
  copyMoving(w.x, moving.x);
  return moving;
}

/** A member of the triple; `a` and `b` are its operands, `bias` a pointer or 0. JavaScript has written the window. */
export function correlation(member: Member, a: usize, b: usize, bias: usize, out: usize): void {
  const w = movingWindow(WINDOW);
  if (isDirect(w)) direct(w, member, a, b, bias, out, false);
  else if (member == Member.OUTPUT) {
    setForward(w, forward);
    correlate(forward, a, b, bias, out);
  } else if (member == Member.INPUT) inputGradient(w, a, b, out);
  else kernelGradient(w, a, b, out);
}

/** By the scalar kernels. `repairs`: only what is not finite in a kernel gradient. */
function direct(w: Window, member: Member, a: usize, b: usize, bias: usize, out: usize, repairs: bool): void {
  const args = argumentsOf<DirectArguments>();
  args.window = w;
  args.a = a;
  args.b = b;
  args.bias = bias;
  args.out = out;
  args.repairs = repairs;
  const work = 16 * w.macs;
  if (member == Member.OUTPUT) run<DirectArguments>(convDirect, w.batch * w.outChannels, work);
  else if (member == Member.INPUT) run<DirectArguments>(convDirectInput, w.batch * w.inChannels, work);
  else run<DirectArguments>(convDirectKernel, w.outChannels * (w.inChannels / w.groups), work);
}

/** A correlation by the algorithm of the plan. */
function correlate(whole: Correlation, x: usize, kernel: usize, bias: usize, out: usize): void {
  const c = reduced(whole, smaller);
  let plan = planCorrelation(c, true);
  const transforms = plan == CorrelationPlan.WINOGRAD2 || plan == CorrelationPlan.WINOGRAD4;
  if (transforms && lacksTap(c, kernel)) plan = planCorrelation(c, false);
  switch (plan) {
    case CorrelationPlan.DEPTHWISE3:
      if (mayReadBeyond(c, x)) correlateDepthwise3(c, x, kernel, bias, out);
      else correlateRows(c, x, kernel, bias, out);
      break;
    case CorrelationPlan.WINOGRAD2:
      correlateWinograd(c, x, kernel, bias, out, 2);
      break;
    case CorrelationPlan.WINOGRAD4:
      correlateWinograd(c, x, kernel, bias, out, 4);
      break;
    case CorrelationPlan.IMAGES: {
      const batch = c.batch;
      c.batch = imagesTogether(c);
      correlateImages(c, null, x, kernel, bias, out);
      const at = c.batch;
      c.batch = batch - at;
      if (c.batch > 0) correlate(c, x + bytes(at * c.imageIn), kernel, bias, out + bytes(at * c.imageOut));
      c.batch = batch;
      break;
    }
    case CorrelationPlan.ROWS:
      correlateRows(c, x, kernel, bias, out);
      break;
    default:
      correlateBands(c, x, kernel, bias, out);
  }
}

/** Rows of a band are a multiple of this, so that bands consist of whole tiles. */
const BAND_STEP = 4;

/** On the matrix kernels; a padded copy that would be large is made band by band of output rows. */
function correlateBands(c: Correlation, x: usize, kernel: usize, bias: usize, out: usize): void {
  const perRow = c.groups * c.inChannels * c.x.reach;
  if (!c.needsPadding(0) || <f64>perRow * c.y.reach <= BAND_FLOATS) {
    correlateGemm(c, x, kernel, bias, out);
    return;
  }
  const fit = (BAND_FLOATS / perRow - (c.y.taps - 1) * c.y.dilation - 1) / c.y.stride;
  const rows = max(BAND_STEP, (fit / BAND_STEP) * BAND_STEP);
  band.copyFrom(c);
  for (let first = 0; first < c.y.output; first += rows) {
    band.y.output = min(rows, c.y.output - first);
    band.y.pad = c.y.pad - first * c.y.stride;
    band.outBase = c.outBase + first * c.outY;
    correlateGemm(band, x, kernel, bias, out);
  }
}

/** Whether a tap reaches every pixel of the input gradient. */
function allReached(w: Window): bool {
  for (let row = 0; row < rowPhases(w); row++) {
    for (let column = 0; column < columnPhases(w); column++) {
      setInputPhase(w, row, column, phase);
      if (phase.depth == 0) return false;
    }
  }
  return true;
}

function inputGradient(w: Window, g: usize, kernel: usize, out: usize): void {
  switch (planInput(w, phase)) {
    case InputPlan.IMAGES:
      correlateImages(phase, w, g, kernel, 0, out);
      return;
    case InputPlan.PHASES:
      inputGradientPhases(w, phase, g, kernel, out);
      return;
    default:
  }
  if (!allReached(w)) memory.fill(out, 0, bytes(w.batch * w.inChannels * w.y.input * w.x.input));
  const rows = rowPhases(w);
  const columns = columnPhases(w);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      setInputPhase(w, row, column, phase);
      if (phase.depth > 0) correlate(phase, g, kernel, 0, out);
    }
  }
}

/**
 * Then sums those values anew that are not finite, without the padding: fast kernels multiply it with g, and
 * 0 · ∞ is NaN. A transform spreads what is not finite over all taps, and may overflow itself.
 */
function kernelGradient(w: Window, x: usize, g: usize, out: usize): void {
  const c = forward;
  setForward(w, c);
  if (isColumn(c)) exchangeAxes(c);
  const plan = planKernel(c);
  let isFinite = false;
  if (plan == KernelPlan.WINOGRAD2) isFinite = kernelGradientWinograd(c, x, g, out);
  else {
    const dot = plan == KernelPlan.DOT;
    if (dot) kernelGradientDot(c, x, g, out);
    else kernelGradientGemm(c, x, g, out);
    if (!dot && !c.needsPadding(0)) return;
    const values = w.outChannels * c.depth;
    const gradients = w.batch * w.outChannels * c.outPlane;
    // Where only g can have done it, the smaller of the two is looked at.
    const looksAtG = !dot && gradients < values;
    isFinite = allFinite(looksAtG ? g : out, looksAtG ? gradients : values);
  }
  if (!isFinite) direct(w, Member.KERNEL, x, g, 0, out, true);
}
