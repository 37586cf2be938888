/** Bugs in the correlations and pools. */
import type { Backend, DType, Window2d } from "@corr2d/core";
import { elements, type Mutant, memory, spoilEach, type WindowChange, withAxes } from "./mutant.ts";

/** The correlation `member` computed for a wrong window. */
const misread = (
  member: "corr2d" | "corr2dInput" | "corr2dKernel",
  change: (w: Window2d) => WindowChange,
): Mutant["mutate"] => {
  return (right) =>
    ({
      [member]: (a: unknown, b: unknown, w: Window2d, dtype: DType) =>
        right[member](a, b, withAxes(w, change(w)), dtype),
    }) as Partial<Backend>;
};

export const WINDOW_MUTANTS: readonly Mutant[] = [
  {
    name: "a trace where nothing is summed",
    killedBy: "corr2dInput/masked,causal",
    mutate: spoilEach("corr2dInput", (value) => value || 1e-9),
  },
  {
    name: "padding off by one",
    killedBy: "corr2d/x=1x1x5x5,k=1x1x3x3,pad=1",
    mutate: misread("corr2d", (w) => [{ before: w.axes[0].before + 1 }, {}]),
  },
  {
    name: "top and bottom padding swapped",
    killedBy: "corr2d/x=1x1x4x5,k=1x1x3x3,pad=0+2+1+3",
    mutate: misread("corr2d", (w) => [{ before: w.axes[0].after, after: w.axes[0].before }, {}]),
  },
  {
    name: "left and right padding swapped in the input gradient",
    killedBy: "corr2dInput/x=1x1x4x5,k=1x1x3x3,pad=0+2+1+3",
    mutate: misread("corr2dInput", (w) => [{}, { before: w.axes[1].after, after: w.axes[1].before }]),
  },
  {
    name: "dilation ignored",
    killedBy: "corr2d/x=1x1x9x9,k=1x1x3x3,dilation=2",
    mutate: misread("corr2d", () => [{ dilation: 1 }, { dilation: 1 }]),
  },
  {
    name: "stride ignored in the input gradient",
    killedBy: "corr2dInput/x=1x1x9x11,k=1x1x2x2,stride=3+4",
    mutate: misread("corr2dInput", () => [{ stride: 1 }, { stride: 1 }]),
  },
  {
    name: "vertical and horizontal stride swapped",
    killedBy: "corr2d/x=1x1x10x11,k=1x1x3x3,stride=4+3",
    mutate: misread("corr2d", (w) => [{ stride: w.axes[1].stride }, { stride: w.axes[0].stride }]),
  },
  {
    name: "dilation ignored in the kernel gradient",
    killedBy: "trilinear/x=1x1x9x9,k=1x1x3x3,dilation=2",
    mutate: misread("corr2dKernel", () => [{ dilation: 1 }, { dilation: 1 }]),
  },
  {
    name: "kernel flipped",
    killedBy: "corr2d/golden/the-kernel-is-not-flipped",
    mutate: (right) => ({
      corr2d(x, kernel, w, dtype) {
        const size = (w.outChannels * w.inChannels * w.axes[0].kernel * w.axes[1].kernel) / w.groups;
        const view = { shape: [size], strides: [-1], offset: size - 1, sourceSize: size };
        const flipped = right.strided(kernel, view, dtype);
        const out = right.corr2d(x, flipped, w, dtype);
        right.free(flipped);
        return out;
      },
    }),
  },
  {
    name: "groups ignored: all read the first group's channels",
    killedBy: "corr2d/x=2x4x9x9,k=6x2x3x3,stride=2,pad=1,groups=2",
    mutate: (right) => ({
      corr2d(x, kernel, w, dtype) {
        const plane = w.axes[0].input * w.axes[1].input;
        const channels = w.inChannels / w.groups;
        const view = {
          shape: [w.batch, w.groups, channels * plane],
          strides: [w.inChannels * plane, 0, 1],
          offset: 0,
          sourceSize: w.batch * w.inChannels * plane,
        };
        const first = right.strided(x, view, dtype);
        const out = right.corr2d(first, kernel, w, dtype);
        right.free(first);
        return out;
      },
    }),
  },
  {
    name: "kernel gradient scaled",
    killedBy: "corr2dKernel/x=1x1x3x3,k=1x1x2x2",
    mutate: (right) => ({
      corr2dKernel(x, g, w, dtype) {
        const once = right.corr2dKernel(x, g, w, dtype);
        const size = (w.outChannels * w.inChannels * w.axes[0].kernel * w.axes[1].kernel) / w.groups;
        const twice = right.addScaled(once, 2, once, 0, size, dtype);
        right.free(once);
        return twice;
      },
    }),
  },
  {
    name: "remainder of a tile of 8 channels left out",
    killedBy: "corr2d/x=1x3x5x4,k=9x3x3x3,pad=1",
    mutate: (right) => ({
      corr2d(x, kernel, w, dtype) {
        const out = right.corr2d(x, kernel, w, dtype);
        const done = w.outChannels - (w.outChannels % 8);
        if (done > 0) memory(out).fill(0, done * w.axes[0].output * w.axes[1].output);
        return out;
      },
    }),
  },
  {
    name: "an infinity spreads over the whole output",
    killedBy: "corr2d/non-finite,x=1x16x8x8,k=16x16x3x3,pad=1",
    mutate: (right) => ({
      corr2d(x, kernel, w, dtype) {
        const out = right.corr2d(x, kernel, w, dtype);
        const size = w.batch * w.inChannels * w.axes[0].input * w.axes[1].input;
        if (elements(right, x, size, dtype).some((value) => !Number.isFinite(value)))
          memory(out).fill(Number.NaN);
        return out;
      },
    }),
  },
  {
    name: "bias added along the wrong axis",
    killedBy: "corr2dBias/x=2x3x5x6,k=4x3x3x3",
    mutate: (right) => ({
      corr2dBias(x, kernel, bias, w, dtype) {
        const out = right.corr2d(x, kernel, w, dtype);
        const offsets = elements(right, bias, w.outChannels, dtype);
        const values = memory(out);
        for (let i = 0; i < values.length; i++) values[i]! += offsets[i % w.outChannels]!;
        return out;
      },
    }),
  },
  {
    name: "the last of several maxima wins a pool",
    killedBy: "maxPool2d/float32/x=2x3x8x8,kernel=2",
    mutate: (right) => ({
      maxPool2d(x, w, dtype) {
        const [values, indices] = right.maxPool2d(x, w, dtype);
        const input = elements(right, x, w.batch * w.inChannels * w.axes[0].input * w.axes[1].input, dtype);
        const [best, found] = [memory(values), memory(indices)];
        const plane = w.axes[0].input * w.axes[1].input;
        for (let i = 0; i < found.length; i++) {
          const start = Math.floor(i / (w.axes[0].output * w.axes[1].output)) * plane;
          const next = found[i]! + 1;
          const inside = w.axes[1].kernel > 1 && (next % w.axes[1].input) % w.axes[1].stride === 1;
          if (inside && input[start + next] === best[i]) found[i] = next;
        }
        return [values, indices];
      },
    }),
  },
  {
    name: "padding counted in an average that excludes it",
    killedBy: "avgPool2d/float32/exclude,x=1x1x4x4,kernel=3,padding=1,stride=2",
    mutate: (right) => ({
      avgPool2d: (x, w, average, dtype) =>
        right.avgPool2d(x, w, { ...average, countIncludePad: true }, dtype),
    }),
  },
];
