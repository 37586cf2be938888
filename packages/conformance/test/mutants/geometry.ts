/** Bugs in the correlations that only show past some size, in some padding, or in the bias. */
import type { Window2d, WindowAxis } from "@corr2d/core";
import { detour, type Mutant, memory, misled, spoil, type WindowChange, withAxes } from "./mutant.ts";

type Correlation = "corr2d" | "corr2dInput" | "corr2dKernel";

const windowOf = (args: readonly unknown[]): Window2d => args.at(-2) as Window2d;
const plane = (w: Window2d): number => w.axes[0].output * w.axes[1].output;
const taps = (w: Window2d): number => w.axes[0].kernel * w.axes[1].kernel;

/** Input channel (within its group), and column, of a kernel's element. */
const channelOf = (at: number, w: Window2d): number => Math.floor(at / taps(w)) % (w.inChannels / w.groups);
const columnOf = (at: number, w: Window2d): number => at % w.axes[1].kernel;

/** The correlation for a window that is misread where `applies` says so. */
const misread = (
  member: Correlation,
  applies: (w: Window2d) => boolean,
  change: (w: Window2d) => WindowChange,
): Mutant["mutate"] =>
  misled(member, (a, b, w, dtype) => [a, b, applies(w) ? withAxes(w, change(w)) : w, dtype]);

const evenWidth = (w: Window2d): boolean => w.axes[1].kernel % 2 === 0;
const swapped = ({ before, after }: WindowAxis): Partial<WindowAxis> => ({ before: after, after: before });
const swapColumns = (w: Window2d): WindowChange => [{}, swapped(w.axes[1])];
const evenHeight = (w: Window2d): boolean => w.axes[0].kernel % 2 === 0;
const swapRows = (w: Window2d): WindowChange => [swapped(w.axes[0]), {}];
const pointwise = (w: Window2d): boolean => taps(w) === 1;
const dense = (): WindowChange => [{ stride: 1 }, { stride: 1 }];

/** corr2dBias as corr2d with the bias of channel `pick(channel, image, window)` added; null adds none. */
const biased =
  (pick: (channel: number, image: number, w: Window2d) => number | null): Mutant["mutate"] =>
  (right) => ({
    corr2dBias(x, kernel, bias, w, dtype) {
      const out = right.corr2d(x, kernel, w, dtype);
      const [values, offsets] = [memory(out), memory(bias)];
      for (let i = 0; i < values.length; i++) {
        const channel = Math.floor(i / plane(w)) % w.outChannels;
        const from = pick(channel, Math.floor(i / plane(w) / w.outChannels), w);
        if (from !== null) values[i]! += offsets[from]!;
      }
      return out;
    },
  });

export const GEOMETRY_MUTANTS: readonly Mutant[] = [
  {
    name: "input channels past 64 not summed",
    killedBy: "corr2d/x=1x65x5x6,k=3x65x3x3,pad=1",
    mutate: detour("corr2d", [1], (value, at, args) => (channelOf(at, windowOf(args)) < 64 ? value : 0)),
  },
  {
    name: "output channels past 64 not computed",
    killedBy: "corr2d/x=1x3x5x6,k=67x3x3x3,pad=1",
    mutate: spoil("corr2d", (result, args) => {
      const w = windowOf(args);
      if (w.outChannels > 64 && w.batch === 1) result.fill(0, 64 * plane(w));
    }),
  },
  {
    name: "images past 64 not summed in the kernel's gradient",
    killedBy: "corr2dKernel/x=65x2x4x5,k=3x2x3x3,pad=1",
    mutate: detour("corr2dKernel", [0], (value, at, args) => {
      const w = windowOf(args);
      return at < 64 * w.inChannels * w.axes[0].input * w.axes[1].input ? value : 0;
    }),
  },
  {
    name: "groups past 33 not computed in the input's gradient",
    killedBy: "corr2dInput/x=1x34x5x6,k=34x1x3x3,pad=1,groups=34",
    mutate: detour("corr2dInput", [1], (value, at, args) => {
      const w = windowOf(args);
      return at < 33 * (w.outChannels / w.groups) * (w.inChannels / w.groups) * taps(w) ? value : 0;
    }),
  },
  {
    name: "kernel columns past 8 not read",
    killedBy: "corr2d/x=1x2x10x11,k=3x2x9x9,pad=4",
    mutate: detour("corr2d", [1], (value, at, args) => (columnOf(at, windowOf(args)) < 8 ? value : 0)),
  },
  {
    name: "kernel rows past 7 not read in the input's gradient",
    killedBy: "corr2dInput/x=1x1x12x11,k=2x1x8x8",
    mutate: detour("corr2dInput", [1], (value, at, args) => {
      const w = windowOf(args);
      return Math.floor(at / w.axes[1].kernel) % w.axes[0].kernel < 7 ? value : 0;
    }),
  },
  {
    name: "columns past 130 not computed",
    killedBy: "corr2d/x=1x2x4x131,k=3x2x3x3,pad=1",
    mutate: spoil("corr2d", (result, args) => {
      const width = windowOf(args).axes[1].output;
      for (let i = 0; i < result.length; i++) if (i % width >= 130) result[i] = 0;
    }),
  },
  {
    name: "columns past 130 not summed in a depthwise kernel's gradient",
    killedBy: "corr2dKernel/x=1x3x4x132,k=3x1x3x3,pad=1,groups=3",
    mutate: detour("corr2dKernel", [1], (value, at, args) =>
      windowOf(args).groups === 3 && at % windowOf(args).axes[1].output >= 130 ? 0 : value,
    ),
  },
  {
    name: "an even kernel's padding swapped in the input's gradient, top and bottom",
    killedBy: "corr2dInput/x=1x2x5x6,k=3x2x2x3,pad=same",
    mutate: misread("corr2dInput", evenHeight, swapRows),
  },
  {
    name: "an even kernel's padding swapped in the kernel's gradient, left and right",
    killedBy: "corr2dKernel/x=1x1x4x9,k=2x1x1x4,pad=same",
    mutate: misread("corr2dKernel", evenWidth, swapColumns),
  },
  {
    name: "an even kernel's padding swapped, in groups",
    killedBy: "corr2d/x=2x4x6x6,k=4x2x2x2,pad=same,groups=2",
    mutate: misread("corr2d", (w) => evenWidth(w) && w.groups > 1, swapColumns),
  },
  {
    name: "an even kernel's padding swapped where it is dilated",
    killedBy: "trilinear/x=1x2x9x8,k=2x2x2x4,pad=same,dilation=3+1",
    mutate: misread("corr2dKernel", (w) => evenHeight(w) && w.axes[0].dilation > 1, swapRows),
  },
  {
    name: "a 1 × 1 kernel forgets its stride",
    killedBy: "corr2d/x=1x3x7x9,k=5x3x1x1,stride=2+3",
    mutate: misread("corr2d", pointwise, dense),
  },
  {
    name: "a 1 × 1 kernel forgets its stride in the input's gradient",
    killedBy: "corr2dInput/x=2x4x7x8,k=6x4x1x1,stride=2",
    mutate: misread("corr2dInput", pointwise, dense),
  },
  {
    name: "a 1 × 1 kernel forgets its stride in the kernel's gradient",
    killedBy: "corr2dKernel/x=2x6x7x7,k=4x3x1x1,stride=2,groups=2",
    mutate: misread("corr2dKernel", pointwise, dense),
  },
  {
    name: "a 1 × 1 kernel forgets its padding",
    killedBy: "corr2d/x=2x3x5x6,k=4x3x1x1,pad=1",
    mutate: misread("corr2d", pointwise, () => [{ before: 0 }, { before: 0 }]),
  },
  {
    name: "the bias of a channel's place in its group",
    killedBy: "corr2dBias/x=2x4x9x9,k=6x2x3x3,stride=2,pad=1,groups=2",
    mutate: biased((channel, _, w) => channel % (w.outChannels / w.groups)),
  },
  {
    name: "the bias of a depthwise channel's group taken for its own",
    killedBy: "corr2dBias/x=2x3x6x7,k=6x1x3x2,stride=1+2,groups=3",
    mutate: biased((channel, _, w) => Math.floor(channel / (w.outChannels / w.groups))),
  },
  {
    name: "the bias reaches the first image alone",
    killedBy: "corr2dBias/x=3x1x5x6,k=1x1x2x3",
    mutate: biased((channel, image) => (image === 0 ? channel : null)),
  },
  {
    name: "the bias lost where a kernel is dilated",
    killedBy: "corr2dBias/x=1x1x9x10,k=1x1x2x3,dilation=5+3",
    mutate: biased((channel, _, w) => (w.axes[1].dilation > 1 ? null : channel)),
  },
  {
    name: "the bias of channels past 16 lost",
    killedBy: "corr2dBias/x=1x3x5x4,k=17x3x3x3,pad=1",
    mutate: biased((channel) => (channel < 16 ? channel : null)),
  },
  {
    name: "the bias of a strided 1 × 1 kernel lost",
    killedBy: "corr2dBias/x=1x5x6x7,k=5x1x1x1,stride=2,groups=5",
    mutate: biased((channel, _, w) => (pointwise(w) && w.axes[1].stride > 1 ? null : channel)),
  },
];
