/**
 * Planes resized, axis by axis: each cell of the result is a weighted sum of a few cells of the input, of which the mode says which
 * and how much. The positions and weights are PyTorch's, in its precision.
 *
 * Source of the cubic: Keys 1981, "Cubic convolution interpolation for digital image processing", with a = −3/4 (with antialias −1/2).
 */
import { checkTensor } from "../autograd.ts";
import { DTYPES, type FloatDType } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, describeValue, isList, type OptionTypes } from "../options.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { gatherSum, type Taps } from "./gather-sum.ts";
import { checkFloating, checkRoom } from "./operands.ts";
import { adaptiveAvgPool2d } from "./pool.ts";

/** How values between cells are found. */
export type InterpolateMode = "nearest" | "nearest-exact" | "linear" | "bilinear" | "bicubic" | "area";

/** Options of `interpolate`. */
export interface InterpolateOptions {
  /** The result's plane: one number for all its axes, or one each. Either this or `scaleFactor`. */
  readonly size?: number | readonly number[] | null | undefined;
  /** How much larger: one number for all axes, or one each. Sizes are rounded down. */
  readonly scaleFactor?: number | readonly number[] | null | undefined;
  /** Default 'nearest'. */
  readonly mode?: InterpolateMode | undefined;
  /** Whether the corners' centres stay where they are, not the corners' edges (default false; linear and cubic modes only). */
  readonly alignCorners?: boolean | null | undefined;
  /** Whether positions follow from the sizes, not from `scaleFactor` itself. */
  readonly recomputeScaleFactor?: boolean | null | undefined;
  /** Whether a reduced image is smoothed first (default false; 'bilinear' and 'bicubic' only). */
  readonly antialias?: boolean | undefined;
}

const OPTIONS: OptionTypes = {
  size: "any",
  scaleFactor: "any",
  mode: "any",
  alignCorners: "any",
  recomputeScaleFactor: "any",
  antialias: "boolean",
};

/** For each mode the number of axes of an input that it takes, or 0 for any. */
const RANKS: Readonly<Record<InterpolateMode, number>> = {
  nearest: 0,
  "nearest-exact": 0,
  area: 0,
  linear: 3,
  bilinear: 4,
  bicubic: 4,
};

const fail = (message: string): Corr2dError => new Corr2dError("INVALID_ARGUMENT", message);

/** How an axis is resized. */
interface Resize {
  readonly input: number;
  readonly output: number;
  /** Cells of the input for one of the output. */
  readonly scale: number;
  readonly alignCorners: boolean;
  /** To the precision in which PyTorch finds positions. */
  readonly round: (x: number) => number;
}

/** Where the centre of cell i lies in the input. */
function sourceOf({ scale, alignCorners, round }: Resize, i: number): number {
  return alignCorners ? round(scale * i) : round(round(scale * (i + 0.5)) - 0.5);
}

function nearestTaps({ input, output, scale, round }: Resize, shift: number): Taps {
  const cells = Int32Array.from({ length: output }, (_, i) =>
    Math.min(Math.floor(round((i + shift) * scale)), input - 1),
  );
  return { taps: 1, cells, weights: cells.map(() => 1) };
}

function linearTaps(resize: Resize): Taps {
  const { input, output, round } = resize;
  const cells: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < output; i++) {
    const at = Math.max(0, sourceOf(resize, i));
    const first = Math.min(Math.floor(at), input - 1);
    const share = round(at - first);
    cells.push(first, Math.min(first + 1, input - 1));
    weights.push(round(1 - share), share);
  }
  return { taps: 2, cells, weights };
}

/** Keys' cubic at distance d from its middle. */
function cubic(d: number, a: number): number {
  const x = Math.abs(d);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0;
}

function cubicTaps(resize: Resize): Taps {
  const { input, output, round } = resize;
  const cells: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < output; i++) {
    const at = sourceOf(resize, i);
    const first = Math.floor(at);
    const share = round(at - first);
    for (let k = -1; k <= 2; k++) {
      cells.push(Math.min(Math.max(first + k, 0), input - 1));
      weights.push(cubic(share - k, -0.75));
    }
  }
  return { taps: 4, cells, weights };
}

/** The filter widened to the cells that one of the result covers, where those are more than one. */
function antialiasedTaps({ input, output, scale }: Resize, mode: "bilinear" | "bicubic"): Taps {
  const radius = mode === "bilinear" ? 1 : 2;
  const filter =
    mode === "bilinear" ? (d: number) => Math.max(0, 1 - Math.abs(d)) : (d: number) => cubic(d, -0.5);
  const width = Math.max(1, scale);
  const support = radius * width;
  const count = Math.min(input, Math.ceil(support) * 2 + 1);
  const cells: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < output; i++) {
    const centre = scale * (i + 0.5);
    const first = Math.max(Math.trunc(centre - support + 0.5), 0);
    const end = Math.min(Math.trunc(centre + support + 0.5), input);
    const own = Array.from({ length: count }, (_, k) =>
      first + k < end ? filter((first + k - centre + 0.5) / width) : 0,
    );
    const total = own.reduce((a, b) => a + b, 0);
    for (let k = 0; k < count; k++) {
      cells.push(first + k < end ? first + k : -1);
      weights.push(own[k]! / total);
    }
  }
  return { taps: count, cells, weights };
}

function tapsOf(mode: InterpolateMode, antialias: boolean, resize: Resize): Taps {
  switch (mode) {
    case "nearest":
      return nearestTaps(resize, 0);
    case "nearest-exact":
      return nearestTaps(resize, 0.5);
    case "linear":
      return linearTaps(resize);
    case "bilinear":
      return antialias ? antialiasedTaps(resize, mode) : linearTaps(resize);
    default:
      return antialias ? antialiasedTaps(resize, "bicubic") : cubicTaps(resize);
  }
}

/** One number per axis of the plane. */
function perAxis(name: string, value: number | readonly number[], axes: number): readonly number[] {
  const list = isList(value) ? (value as readonly number[]) : undefined;
  if (list !== undefined && list.length !== axes) {
    throw fail(
      `Input and output must have the same number of spatial dimensions, but got input with ${axes} spatial dimensions and ` +
        `${name} of ${formatShape(list)}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and ${name} in ` +
        "(d1, d2, ...,dK) format.",
    );
  }
  const own = Array.from({ length: axes }, (_, i) => (list === undefined ? (value as number) : list[i]!));
  for (const n of own) {
    if (
      typeof n === "number" &&
      n > 0 &&
      (name === "scale_factor" ? Number.isFinite(n) : Number.isInteger(n))
    )
      continue;
    throw fail(`interpolate: ${name} must be positive, but got ${describeValue(n)}`);
  }
  return own;
}

/**
 * x in another size.
 *
 * @param x [N, C, L] or [N, C, H, W]
 * @returns [N, C, …] and the size asked for.
 * @throws INVALID_ARGUMENT, SHAPE_MISMATCH, DTYPE_UNSUPPORTED, with PyTorch's messages.
 */
export function interpolate(x: Tensor, options: InterpolateOptions = {}): Tensor {
  checkTensor("interpolate", x);
  checkOptions("interpolate", options, OPTIONS, "{ scaleFactor: 2 }");
  checkFloating("interpolate", x);
  const { size = null, scaleFactor = null, mode = "nearest", antialias = false } = options;
  const isSmooth = mode === "linear" || mode === "bilinear" || mode === "bicubic";
  const alignCorners = options?.alignCorners ?? null;
  const rank = x.ownShape.length;
  if (typeof mode !== "string" || !Object.hasOwn(RANKS, mode) || rank < 3 || rank > 4) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Input Error: Only 3D and 4D input Tensors supported (got ${rank}D) for the modes: nearest | linear | bilinear | bicubic | ` +
        `area | nearest-exact (got ${typeof mode === "string" ? mode : describeValue(mode)})`,
    );
  }
  if (alignCorners !== null && !isSmooth) {
    throw fail(
      "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear",
    );
  }
  if (RANKS[mode] !== 0 && RANKS[mode] !== rank) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Got ${rank}D input, but ${mode} mode needs ${RANKS[mode]}D input`,
    );
  }
  if (antialias && mode !== "bilinear" && mode !== "bicubic") {
    throw fail(
      "Anti-alias option is restricted to bilinear and bicubic modes and requires a 4-D tensor as input",
    );
  }
  if (size !== null && scaleFactor !== null) {
    throw fail("only one of size or scale_factor should be defined");
  }
  if (size === null && scaleFactor === null) throw fail("either size or scale_factor should be defined");

  const plane = x.ownShape.slice(2);
  const factors = scaleFactor === null ? null : perAxis("scale_factor", scaleFactor, plane.length);
  const sizes =
    factors === null
      ? perAxis("output size", size!, plane.length)
      : plane.map((n, axis) => Math.floor(n * factors[axis]!));
  if (plane.includes(0) || sizes.includes(0)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Input and output sizes should be greater than 0, but got input ${formatShape(plane)} output ${formatShape(sizes)}`,
    );
  }
  checkRoom("interpolate", x.backend, [...x.ownShape.slice(0, 2), ...sizes], x.dtype);
  if (mode === "area") {
    return rank === 4
      ? adaptiveAvgPool2d(x, sizes as [number, number])
      : adaptiveAvgPool2d(x.unsqueeze(2), [1, sizes[0]!]).squeeze(2);
  }
  const { round } = DTYPES[x.dtype as FloatDType];
  const given = options.recomputeScaleFactor ? null : factors;
  let out = x;
  // Rows first where they become fewer: those left have columns.
  const order = plane.length === 2 && sizes[0]! < plane[0]! ? [0, 1] : [...plane.keys()].reverse();
  for (const i of order) {
    const input = plane[i]!;
    const output = sizes[i]!;
    const corners = isSmooth && alignCorners === true;
    const scale = corners
      ? output > 1
        ? (input - 1) / (output - 1)
        : 0
      : given === null
        ? input / output
        : 1 / given[i]!;
    if (output === input && scale === 1) continue;
    const resize: Resize = { input, output, scale: round(scale), alignCorners: corners, round };
    out = gatherSum(out, i + 2, tapsOf(mode, antialias, resize));
  }
  return out === x ? x.alias() : out;
}
