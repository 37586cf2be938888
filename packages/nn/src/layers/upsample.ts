/** Planes resized, as layers. */
import {
  type InterpolateMode,
  type InterpolateOptions,
  interpolate,
  isList,
  type Tensor,
} from "@corr2d/core";
import { checkGiven, invalid, optionsOf, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
import { floatText, pythonText } from "../python-text.ts";
import { ownerOf } from "./layer-options.ts";

/** Those of `interpolate`, without `antialias`. */
export type UpsampleOptions = Omit<InterpolateOptions, "antialias">;

const SIGNATURE: Signature = {
  options: {
    size: "any",
    scaleFactor: "any",
    mode: ["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "area"],
    alignCorners: "any",
    recomputeScaleFactor: "any",
  },
  positional: { number: ["size", "scaleFactor"], string: ["mode"] },
};

/** A layer's own copy of a number or several. */
function own(
  owner: string,
  name: string,
  value: number | readonly number[] | null | undefined,
): number | readonly number[] | null {
  if (value === undefined || value === null) return null;
  const list: readonly unknown[] = isList(value) ? Array.from(value as readonly number[]) : [value];
  if (list.length > 0 && list.every((n) => typeof n === "number" && n > 0 && n < Infinity)) {
    return isList(value) ? (Object.freeze(list) as readonly number[]) : value;
  }
  throw invalid(`${owner}: '${name}' is a positive number, or an array of them`);
}

/**
 * `new Upsample({ size, scaleFactor, mode, alignCorners })`: `interpolate` as a layer.
 *
 * Input [N, C, L] or [N, C, H, W].
 * @throws INVALID_ARGUMENT from the constructor; from `forward`: INVALID_ARGUMENT, SHAPE_MISMATCH, with PyTorch's messages.
 */
export class Upsample extends Module {
  static override readonly typeName: string = "Upsample";

  /** Channels, or sizes, that the layer works over. */
  readonly size: number | readonly number[] | null;
  /** By how much planes grow; null where `size` is given. */
  readonly scaleFactor: number | readonly number[] | null;
  /** How values between cells are found. */
  readonly mode: InterpolateMode;
  /** Whether the corner cells of input and output are at the same place. */
  readonly alignCorners: boolean | null;
  /** Whether the factor is computed again from the sizes. */
  readonly recomputeScaleFactor: boolean | null;

  constructor(options: UpsampleOptions, ...surplus: never[]) {
    super();
    const owner = ownerOf(this);
    checkGiven(owner, SIGNATURE, options, surplus);
    const { mode = "nearest", alignCorners = null, recomputeScaleFactor = null } = optionsOf(options);
    this.size = own(owner, "size", options?.size);
    this.scaleFactor = own(owner, "scaleFactor", options?.scaleFactor);
    this.mode = mode;
    this.alignCorners = alignCorners;
    this.recomputeScaleFactor = recomputeScaleFactor;
  }

  override forward(x: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    return interpolate(x, { size, scaleFactor, mode, alignCorners, recomputeScaleFactor });
  }

  override extraRepr(): string {
    const { size, scaleFactor, mode } = this;
    if (scaleFactor === null) return `size=${pythonText(size)}, mode='${mode}'`;
    const factors = isList(scaleFactor)
      ? `(${(scaleFactor as readonly number[]).map(floatText).join(", ")})`
      : floatText(scaleFactor as number);
    return `scale_factor=${factors}, mode='${mode}'`;
  }
}

type Sizes = Pick<UpsampleOptions, "size" | "scaleFactor">;

const SIZES: Signature = {
  options: { size: "any", scaleFactor: "any" },
  positional: { number: ["size", "scaleFactor"] },
};

/** `new UpsamplingNearest2D({ size, scaleFactor })`: Upsample by the nearest cell. */
export class UpsamplingNearest2D extends Upsample {
  static override readonly typeName: string = "UpsamplingNearest2d";

  constructor(options: Sizes, ...surplus: never[]) {
    checkGiven("UpsamplingNearest2D", SIZES, options, surplus);
    super({ ...options, mode: "nearest" });
  }
}

/** `new UpsamplingBilinear2D({ size, scaleFactor })`: Upsample, bilinear, with corners aligned. */
export class UpsamplingBilinear2D extends Upsample {
  static override readonly typeName: string = "UpsamplingBilinear2d";

  constructor(options: Sizes, ...surplus: never[]) {
    checkGiven("UpsamplingBilinear2D", SIZES, options, surplus);
    super({ ...options, mode: "bilinear", alignCorners: true });
  }
}
