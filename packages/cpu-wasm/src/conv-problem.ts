/**
 * One shape of work for both ways through a correlation: the forward pass, and the input gradient seen as forward
 * passes over the output's gradient.
 *
 * With stride S the input gradient falls apart into S × S *phases*, the input pixels of one residue (y + pad) mod S;
 * each meets only every S-th tap and is a stride-1 correlation of g with those taps, flipped, whose results land
 * S pixels apart. Steps are in floats.
 *
 * Source: Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", chapter 4.
 */
import type { Window2d } from "@corr2d/core";

/** A correlation along one axis. */
export interface Axis {
  readonly input: number;
  readonly output: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the input; negative crops. */
  readonly pad: number;
}

/** A correlation of [batch, groups · inChannels, H, W] with taps addressed by steps, into outputs addressed by steps. */
export interface Correlation {
  readonly batch: number;
  readonly groups: number;
  /** Channels per group. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly y: Axis;
  readonly x: Axis;
  readonly kernelBase: number;
  readonly kernelGroup: number;
  readonly kernelOut: number;
  readonly kernelIn: number;
  readonly kernelY: number;
  readonly kernelX: number;
  readonly outBase: number;
  /** Floats of an output plane (which a phase fills only in part). */
  readonly outPlane: number;
  readonly outY: number;
  readonly outX: number;
}

/** F(x, k). */
export function forwardCorrelation(w: Window2d): Correlation {
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const taps = w.kernelHeight * w.kernelWidth;
  return {
    batch: w.batch,
    groups: w.groups,
    inChannels,
    outChannels,
    y: {
      input: w.inputHeight,
      output: w.outputHeight,
      taps: w.kernelHeight,
      stride: w.strideHeight,
      dilation: w.dilationHeight,
      pad: w.padTop,
    },
    x: {
      input: w.inputWidth,
      output: w.outputWidth,
      taps: w.kernelWidth,
      stride: w.strideWidth,
      dilation: w.dilationWidth,
      pad: w.padLeft,
    },
    kernelBase: 0,
    kernelGroup: outChannels * inChannels * taps,
    kernelOut: inChannels * taps,
    kernelIn: taps,
    kernelY: w.kernelWidth,
    kernelX: 1,
    outBase: 0,
    outPlane: w.outputHeight * w.outputWidth,
    outY: w.outputWidth,
    outX: 1,
  };
}

/** The pixels of one phase along one axis, and the taps that reach them. */
interface Phase {
  readonly axis: Axis;
  /** The first pixel, and the distance of its successors. */
  readonly first: number;
  readonly step: number;
  /** The first tap in flipped order, and the (negative) distance of its successors. */
  readonly tap: number;
  readonly tapStep: number;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/**
 * The phases of an axis: pixel p = first + i · stride gets g[(p + pad − k · dilation) / stride] · tap[k] for every k
 * that divides evenly; those k are lowest, lowest + stride / gcd, …
 */
function phasesOf(
  input: number,
  output: number,
  taps: number,
  stride: number,
  dilation: number,
  pad: number,
): Phase[] {
  const shared = gcd(stride, dilation);
  const tapStep = stride / shared;
  const reach = dilation / shared;
  const phases: Phase[] = [];
  for (let first = 0; first < Math.min(stride, input); first++) {
    let lowest = 0;
    while (lowest < tapStep && (first + pad - lowest * dilation) % stride !== 0) lowest++;
    const count = lowest < tapStep && lowest < taps ? Math.ceil((taps - lowest) / tapStep) : 0;
    const offset = count === 0 ? 0 : (first + pad - lowest * dilation) / stride;
    phases.push({
      axis: {
        input: output,
        output: Math.ceil((input - first) / stride),
        taps: count,
        stride: 1,
        dilation: reach,
        pad: (count - 1) * reach - offset,
      },
      first,
      step: stride,
      tap: lowest + (count - 1) * tapStep,
      tapStep: -tapStep,
    });
  }
  return phases;
}

/** T(g, k) as forward correlations of g; phases that no tap reaches have `taps` 0 and stay zero. */
export function inputCorrelations(w: Window2d): Correlation[] {
  const inChannels = w.inChannels / w.groups;
  const outChannels = w.outChannels / w.groups;
  const taps = w.kernelHeight * w.kernelWidth;
  const rows = phasesOf(
    w.inputHeight,
    w.outputHeight,
    w.kernelHeight,
    w.strideHeight,
    w.dilationHeight,
    w.padTop,
  );
  const columns = phasesOf(
    w.inputWidth,
    w.outputWidth,
    w.kernelWidth,
    w.strideWidth,
    w.dilationWidth,
    w.padLeft,
  );
  return rows.flatMap((row) =>
    columns.map((column) => ({
      batch: w.batch,
      groups: w.groups,
      inChannels: outChannels,
      outChannels: inChannels,
      y: row.axis,
      x: column.axis,
      kernelBase: row.tap * w.kernelWidth + column.tap,
      kernelGroup: outChannels * inChannels * taps,
      kernelOut: taps,
      kernelIn: inChannels * taps,
      kernelY: row.tapStep * w.kernelWidth,
      kernelX: column.tapStep,
      outBase: row.first * w.inputWidth + column.first,
      outPlane: w.inputHeight * w.inputWidth,
      outY: row.step * w.inputWidth,
      outX: column.step,
    })),
  );
}

/** Whether the outputs fill their planes, row by row. */
export function wholePlane(c: Correlation): boolean {
  return c.outX === 1 && c.outPlane === c.y.output * c.x.output;
}

/** From here on, a row takes whole tiles of 16 columns but for a few. */
const LONG_ROW = 96;
/** A longer row leaves the caches before all output channels have seen it. */
const LONGEST_ROW = 400;

/** A kernel of one tap sees no rows, and several of its short rows are as good as one long one. */
export function joinRows(c: Correlation): Correlation {
  const one = (axis: Axis): boolean =>
    axis.taps === 1 && axis.stride === 1 && axis.pad === 0 && axis.input === axis.output;
  if (!one(c.y) || !one(c.x) || !wholePlane(c)) return c;
  const rows = c.y.output;
  let together = 1;
  while (together < rows && (together * c.x.output < LONG_ROW || rows % together !== 0)) together++;
  const columns = c.x.output * together;
  if (columns > LONGEST_ROW) return c;
  const y = { ...c.y, input: rows / together, output: rows / together };
  return { ...c, y, x: { ...c.x, input: columns, output: columns }, outY: columns };
}

/** The cells that windows read along an axis, first to last. */
export function reachOf(axis: Axis): number {
  return (axis.output - 1) * axis.stride + (axis.taps - 1) * axis.dilation + 1;
}

/** Whether a window reads beyond the input. */
export function needsPadding({ y, x }: { readonly y: Axis; readonly x: Axis }): boolean {
  const over = (axis: Axis): boolean => axis.pad > 0 || reachOf(axis) - axis.pad > axis.input;
  return over(y) || over(x);
}

/** Rows of a band are a multiple of this, so that bands consist of whole Winograd tiles. */
const BAND_STEP = 4;

/**
 * The correlation cut into bands of output rows, each of which reads at most about `floats` floats of an image's padded copy:
 * a large image must not be copied whole.
 */
export function bandsOf(c: Correlation, floats: number): Correlation[] {
  const perRow = c.groups * c.inChannels * reachOf(c.x);
  if (perRow * reachOf(c.y) <= floats) return [c];
  const reach = (c.y.taps - 1) * c.y.dilation + 1;
  const fit = Math.floor((floats / perRow - reach) / c.y.stride / BAND_STEP) * BAND_STEP;
  const rows = Math.max(BAND_STEP, fit);
  return Array.from({ length: Math.ceil(c.y.output / rows) }, (_, band) => {
    const first = band * rows;
    const output = Math.min(rows, c.y.output - first);
    const y = { ...c.y, output, pad: c.y.pad - first * c.y.stride };
    return { ...c, y, outBase: c.outBase + first * c.outY };
  });
}

/** Multiply-adds, those on padding included. */
export function macsOf(c: Correlation): number {
  const pixels = c.batch * c.y.output * c.x.output;
  return pixels * c.groups * c.outChannels * c.inChannels * c.y.taps * c.x.taps;
}
