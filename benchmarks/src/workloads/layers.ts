/** What networks for images have besides correlations, as data: activations, pools, interpolations, normalisations, softmax. */
import { sizeOf } from "./workload.ts";

export type Layer =
  | { readonly function: "gelu" | "gelu-tanh" | "silu" }
  /** Along the last axis. */
  | { readonly function: "softmax" | "log-softmax" }
  /** The mean over rows of logits [rows, classes]. */
  | { readonly function: "cross-entropy" }
  /** The book's normalisations with scale and shift: of [N, C, H, W], and `layer-norm` and `rms-norm` of the last axis. */
  | { readonly function: "batch-norm" | "instance-norm" | "layer-norm" | "rms-norm" }
  | { readonly function: "group-norm"; readonly groups: number }
  /** Square windows over planes; an average counts the padding. */
  | {
      readonly function: "max-pool" | "avg-pool";
      readonly window: number;
      readonly stride: number;
      readonly padding: number;
    }
  | { readonly function: "adaptive-avg-pool"; readonly size: number }
  /** Planes of another size, corners not aligned. */
  | {
      readonly function: "interpolate";
      readonly mode: "nearest" | "bilinear" | "bicubic" | "area";
      readonly size: number;
    };

/** The values, or the gradients towards x and the parameters from dY, which go through the forward pass. */
export interface LayerTask {
  readonly kind: "layer" | "layer-gradient";
  readonly layer: Layer;
  /** Of x. */
  readonly shape: readonly number[];
}

/** Added to variances and mean squares. */
export const EPSILON = 1e-5;

export const isActivation = ({ function: name }: Layer): boolean =>
  name === "gelu" || name === "gelu-tanh" || name === "silu";

/** Sizes of the plane of the result of a layer that changes it. */
function planeOf(layer: Layer, [height, width]: readonly number[]): readonly number[] | null {
  if ("size" in layer) return [layer.size, layer.size];
  if (!("window" in layer)) return null;
  const along = (size: number): number =>
    Math.floor((size + 2 * layer.padding - layer.window) / layer.stride) + 1;
  return [along(height!), along(width!)];
}

export function outputShapeOf({ layer, shape }: LayerTask): readonly number[] {
  if (layer.function === "cross-entropy") return [];
  const plane = planeOf(layer, shape.slice(-2));
  return plane === null ? shape : [...shape.slice(0, -2), ...plane];
}

/** Shapes of what is learnt: a scale, and a shift. */
export function parameterShapesOf({ layer, shape }: LayerTask): readonly (readonly number[])[] {
  switch (layer.function) {
    case "batch-norm":
    case "instance-norm":
    case "group-norm":
      return [[shape[1]!], [shape[1]!]];
    case "layer-norm":
      return [shape.slice(-1), shape.slice(-1)];
    case "rms-norm":
      return [shape.slice(-1)];
    default:
      return [];
  }
}

/** Terms of the longest sum behind one result: over-estimated by the elements of x that one parameter meets. */
export function layerTermsOf({ layer, shape }: LayerTask): number {
  // Exponentials and error functions are approximations, each with an error of its own.
  if (isActivation(layer)) return 16;
  // Positions are found in float32: off by 2⁻²⁴ of an axis, and so are shares.
  if (layer.function === "interpolate") return Math.max(64, shape.at(-1)! ** 2);
  const parameters = parameterShapesOf({ kind: "layer", layer, shape });
  if (parameters.length > 0) return sizeOf(shape) / parameters[0]![0]!;
  return 64;
}
