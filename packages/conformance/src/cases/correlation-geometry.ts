/**
 * The geometries that the correlation triple is tried on, each with the text that stands for it in ids.
 *
 * The grid holds every corner that implementations get wrong on its own and combined; the sweeps walk channels
 * and widths across the edges of SIMD tiles.
 */
import { type Corr2dOptions, corr2dWindow, type Window2d } from "@corr2d/core";
import { createRandom, type Random, seedOf } from "../random.ts";
import { formatSizes } from "./support.ts";

type Sizes = readonly [number, number, number, number];

export interface Geometry {
  /** `x=1x1x3x3,k=1x1x2x2,stride=2`: sizes, then what differs from the defaults. */
  readonly text: string;
  readonly window: Window2d;
}

/** Input `[N, C, H, W]` met by kernel `[O, C/groups, kH, kW]`. */
export function geometry(x: Sizes, k: Sizes, options: Corr2dOptions = {}): Geometry {
  const parts = [`x=${formatSizes(x)}`, `k=${formatSizes(k)}`];
  const names = { stride: "stride", padding: "pad", dilation: "dilation", groups: "groups" } as const;
  for (const option of ["stride", "padding", "dilation", "groups"] as const) {
    const value = options[option];
    if (value !== undefined) parts.push(`${names[option]}=${Array.isArray(value) ? value.join("+") : value}`);
  }
  return { text: parts.join(","), window: corr2dWindow(x, k, options) };
}

export const GRID: readonly Geometry[] = [
  geometry([1, 1, 1, 1], [1, 1, 1, 1]),
  geometry([1, 1, 3, 3], [1, 1, 2, 2]),
  geometry([1, 1, 6, 8], [1, 1, 1, 2]),
  geometry([1, 1, 5, 4], [1, 1, 5, 4]), // the kernel covers the input
  geometry([1, 1, 7, 1], [1, 1, 3, 1]),
  geometry([1, 1, 1, 9], [1, 1, 1, 4]),
  geometry([1, 1, 6, 7], [1, 1, 4, 2]), // even kernel
  geometry([1, 1, 5, 5], [1, 1, 3, 3], { padding: 1 }),
  geometry([1, 1, 4, 5], [1, 1, 3, 3], { padding: [0, 2, 1, 3] }), // four different sides
  geometry([1, 1, 4, 5], [1, 1, 3, 2], { padding: [3, 0, 2, 0] }),
  geometry([1, 1, 3, 3], [1, 1, 2, 2], { padding: 4 }), // padding beyond the kernel
  geometry([1, 1, 1, 1], [1, 1, 3, 3], { padding: 1 }),
  geometry([1, 1, 2, 2], [1, 1, 5, 5], { padding: [4, 4, 4, 4] }), // the kernel is larger than the input
  geometry([1, 1, 8, 8], [1, 1, 3, 3], { padding: 1, stride: 2 }),
  geometry([1, 1, 9, 11], [1, 1, 2, 2], { stride: [3, 4] }), // stride beyond the kernel
  geometry([1, 1, 10, 11], [1, 1, 3, 3], { stride: [4, 3] }), // rows and columns that no window covers
  geometry([1, 1, 7, 8], [1, 1, 1, 1], { stride: 2 }),
  geometry([1, 1, 9, 9], [1, 1, 3, 3], { dilation: 2 }),
  geometry([1, 1, 9, 10], [1, 1, 2, 3], { dilation: [5, 3] }),
  geometry([1, 1, 8, 9], [1, 1, 3, 2], { dilation: [2, 3], padding: [1, 2, 3, 0], stride: [2, 1] }),
  geometry([3, 1, 5, 6], [1, 1, 2, 3]),
  geometry([2, 3, 5, 6], [4, 3, 3, 3]),
  geometry([1, 2, 3, 3], [3, 2, 2, 2]),
  geometry([2, 4, 6, 6], [6, 4, 1, 1]), // pointwise
  geometry([2, 4, 9, 9], [6, 2, 3, 3], { stride: 2, padding: 1, groups: 2 }),
  geometry([2, 6, 5, 5], [9, 2, 3, 3], { groups: 3, padding: 1 }),
  geometry([1, 4, 6, 7], [4, 1, 3, 3], { groups: 4, padding: 1 }), // depthwise
  geometry([2, 3, 6, 7], [6, 1, 3, 2], { groups: 3, stride: [1, 2] }), // depthwise with a multiplier
  geometry([1, 4, 10, 10], [4, 1, 3, 3], { groups: 4, dilation: 2, padding: 2, stride: 2 }),
  geometry([2, 4, 11, 13], [6, 2, 3, 2], {
    stride: [2, 3],
    padding: [1, 2, 0, 3],
    dilation: [2, 3],
    groups: 2,
  }), // everything at once
  geometry([2, 2, 10, 12], [2, 2, 4, 5], { stride: [3, 2], padding: [2, 0, 1, 4], dilation: [1, 2] }),
  geometry([1, 1, 28, 28], [6, 1, 5, 5], { padding: 2 }), // LeNet
  geometry([2, 6, 14, 14], [16, 6, 5, 5]),
  geometry([2, 16, 5, 5], [20, 16, 5, 5]),
];

/** The edges of tiles: 1 … 17, then two steps further. */
const TILE_EDGES = [...Array.from({ length: 17 }, (_, i) => i + 1), 24, 33];

export const SWEEPS: readonly Geometry[] = TILE_EDGES.flatMap((n) => [
  geometry([1, n, 4, 5], [3, n, 3, 3], { padding: 1 }),
  geometry([1, 3, 5, 4], [n, 3, 3, 3], { padding: 1 }),
  geometry([1, 2, 3, n], [3, 2, 3, 3], { padding: 1 }),
  geometry([1, 1, 4, n + 4], [1, 1, 5, 5], { padding: [2, 2, 0, 0] }),
  geometry([2, n, 3, 4], [n, 1, 3, 3], { padding: 1, groups: n }),
]);

/** Large enough for blocked, packed, transformed and threaded paths. */
export const LARGE: readonly Geometry[] = [
  geometry([1, 32, 16, 16], [32, 32, 3, 3], { padding: 1 }),
  geometry([2, 16, 14, 15], [24, 16, 3, 3], { padding: 1 }),
  geometry([1, 64, 7, 7], [40, 64, 3, 3], { padding: 1 }),
  geometry([1, 24, 18, 18], [32, 24, 3, 3], { padding: 1, stride: 2 }),
  geometry([2, 48, 10, 10], [40, 48, 1, 1]),
  geometry([1, 32, 30, 31], [32, 1, 3, 3], { padding: 1, groups: 32 }),
  geometry([1, 3, 32, 32], [16, 3, 7, 7], { padding: 3, stride: 2 }),
  geometry([16, 1, 28, 28], [6, 1, 5, 5], { padding: 2 }),
  geometry([8, 6, 14, 14], [16, 6, 5, 5]),
  geometry([1, 16, 20, 20], [16, 8, 3, 3], { padding: 2, dilation: 2, groups: 2 }),
  geometry([1, 1, 96, 130], [1, 1, 3, 3], { padding: 1 }),
];

/** Batch, channels, groups, kernels and rows past what small caches, tiles and tables of them hold. */
export const PAST: readonly Geometry[] = [
  geometry([65, 2, 4, 5], [3, 2, 3, 3], { padding: 1 }),
  geometry([67, 3, 3, 3], [2, 3, 1, 1]),
  geometry([66, 4, 4, 4], [4, 2, 2, 3], { groups: 2, stride: 2, padding: 1 }),
  geometry([1, 65, 5, 6], [3, 65, 3, 3], { padding: 1 }),
  geometry([1, 3, 5, 6], [67, 3, 3, 3], { padding: 1 }),
  geometry([1, 66, 6, 6], [67, 66, 3, 3], { padding: 1 }),
  geometry([2, 70, 5, 5], [33, 70, 1, 1]),
  geometry([1, 33, 5, 5], [70, 33, 1, 1]),
  geometry([1, 68, 6, 5], [66, 68, 2, 2], { stride: 2 }),
  geometry([1, 34, 5, 6], [34, 1, 3, 3], { groups: 34, padding: 1 }),
  geometry([1, 70, 4, 5], [70, 2, 3, 3], { groups: 35 }),
  geometry([2, 37, 5, 5], [74, 1, 3, 3], { groups: 37, padding: 1 }),
  geometry([1, 66, 7, 7], [66, 1, 3, 3], { groups: 66, stride: 2, padding: 1 }),
  geometry([1, 1, 12, 11], [2, 1, 8, 8]),
  geometry([1, 2, 10, 11], [3, 2, 9, 9], { padding: 4 }),
  geometry([1, 2, 12, 9], [2, 2, 11, 2], { padding: [5, 5, 0, 1] }),
  geometry([1, 1, 5, 20], [2, 1, 2, 13], { stride: [1, 2] }),
  geometry([2, 1, 20, 3], [2, 1, 15, 1], { padding: [7, 7, 0, 0] }),
  geometry([1, 3, 18, 19], [3, 1, 8, 9], { groups: 3, padding: [4, 3, 4, 4] }),
  geometry([1, 2, 4, 131], [3, 2, 3, 3], { padding: 1 }),
  geometry([1, 1, 5, 133], [2, 1, 5, 5], { padding: 2 }),
  geometry([1, 2, 3, 257], [2, 2, 3, 3], { padding: 1, stride: 2 }),
  geometry([1, 2, 131, 3], [3, 2, 3, 3], { padding: 1 }),
  geometry([1, 3, 4, 132], [3, 1, 3, 3], { groups: 3, padding: 1 }),
  geometry([1, 2, 3, 140], [2, 2, 2, 4], { dilation: [1, 5] }),
  geometry([2, 8, 2, 131], [8, 8, 1, 1]),
];

/** Strides, dilations and paddings past them; channels, images and planes past them together. */
export const BLOCKS: readonly Geometry[] = [
  geometry([1, 2, 6, 203], [2, 2, 2, 3], { stride: [1, 67] }),
  geometry([1, 1, 200, 5], [2, 1, 3, 3], { stride: [66, 1], padding: 1 }),
  geometry([1, 2, 5, 140], [2, 2, 2, 3], { dilation: [1, 65] }),
  geometry([1, 1, 140, 4], [2, 1, 3, 2], { dilation: [66, 1], padding: 1 }),
  geometry([1, 2, 3, 5], [2, 2, 2, 3], { padding: [1, 70] }),
  geometry([1, 1, 5, 4], [1, 1, 3, 3], { padding: [66, 1, 0, 67] }),
  geometry([1, 65, 3, 67], [66, 65, 1, 1]),
  geometry([66, 33, 3, 3], [9, 33, 2, 2]),
  geometry([1, 65, 5, 67], [65, 1, 3, 3], { groups: 65, padding: 1 }),
];

/** 1 × 1 kernels are a matrix product; with strides, padding or groups they are not the plain one. */
export const POINTWISE: readonly Geometry[] = [
  geometry([2, 4, 7, 8], [6, 4, 1, 1], { stride: 2 }),
  geometry([1, 3, 7, 9], [5, 3, 1, 1], { stride: [2, 3] }),
  geometry([1, 3, 7, 9], [5, 3, 1, 1], { stride: [1, 2] }),
  geometry([2, 3, 5, 6], [4, 3, 1, 1], { padding: 1 }),
  geometry([1, 3, 8, 9], [5, 3, 1, 1], { stride: 3, padding: 2 }),
  geometry([1, 2, 5, 6], [3, 2, 1, 1], { padding: [0, 1, 2, 0], dilation: 3 }),
  geometry([2, 6, 7, 7], [4, 3, 1, 1], { stride: 2, groups: 2 }),
  geometry([1, 5, 6, 7], [5, 1, 1, 1], { stride: 2, groups: 5 }),
  geometry([1, 48, 9, 9], [40, 48, 1, 1], { stride: 2 }),
  geometry([2, 16, 8, 8], [20, 16, 1, 1], { stride: 2, padding: 1 }),
];

/** Even kernels' 'same' padding has one more row and column behind than before. */
export const SAME: readonly Geometry[] = [
  geometry([1, 1, 3, 3], [1, 1, 2, 2], { padding: "same" }),
  geometry([1, 1, 5, 6], [1, 1, 4, 4], { padding: "same" }),
  geometry([1, 2, 5, 6], [3, 2, 2, 3], { padding: "same" }),
  geometry([2, 2, 6, 5], [2, 2, 3, 4], { padding: "same" }),
  geometry([1, 3, 7, 4], [2, 3, 6, 2], { padding: "same" }),
  geometry([1, 1, 4, 9], [2, 1, 1, 4], { padding: "same" }),
  geometry([2, 4, 6, 6], [4, 2, 2, 2], { padding: "same", groups: 2 }),
  geometry([1, 4, 6, 7], [4, 1, 4, 2], { padding: "same", groups: 4 }),
  geometry([1, 2, 9, 8], [2, 2, 2, 4], { padding: "same", dilation: [3, 1] }),
  geometry([1, 2, 3, 2], [2, 2, 4, 6], { padding: "same" }), // larger than the input
  geometry([1, 16, 12, 12], [16, 16, 4, 4], { padding: "same" }),
  geometry([2, 16, 9, 10], [24, 16, 2, 2], { padding: "same" }),
];

/** An integer from `low` to `high`. */
const between = (random: Random, low: number, high: number): number =>
  low + Math.floor(random.next() * (high - low + 1));

/** A geometry that nobody thought of. */
function randomGeometry(random: Random): Geometry {
  const draw = (low: number, high: number): number => between(random, low, high);
  const groups = draw(1, 3);
  const channels = draw(1, 5);
  const kernel = [draw(1, 5), draw(1, 5)] as const;
  const dilation = [draw(1, 3), draw(1, 3)] as const;
  const padding = [draw(0, 4), draw(0, 4), draw(0, 4), draw(0, 4)] as const;
  // At least as large as what of the kernel the padding does not cover.
  const size = (axis: 0 | 1): number => {
    const reach = dilation[axis] * (kernel[axis] - 1) + 1 - padding[2 * axis]! - padding[2 * axis + 1]!;
    return Math.max(reach, 1) + draw(0, 9);
  };
  return geometry(
    [draw(1, 3), channels * groups, size(0), size(1)],
    [draw(1, 5) * groups, channels, ...kernel],
    { stride: [draw(1, 4), draw(1, 4)], padding, dilation, groups },
  );
}

const fuzz = createRandom(seedOf("correlation geometries"));

/** Drawn once and for all, so that ids are stable. */
export const RANDOM: readonly Geometry[] = Array.from({ length: 60 }, () => randomGeometry(fuzz));
