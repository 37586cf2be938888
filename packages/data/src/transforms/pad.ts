/** Rows and columns around images. */
import {
  checkOptions,
  describeValue,
  isList,
  type PadMode,
  pad as padTensor,
  type Tensor,
} from "@corr2d/core";
import { invalid } from "../arguments.ts";
import { type Transform, transform } from "./transform.ts";

/** The same on all sides; [left and right, top and bottom]; or [left, top, right, bottom]. */
export type Padding = number | readonly [number, number] | readonly [number, number, number, number];

/** Options of `pad`. */
export interface PadOptions {
  /** What the new pixels are, with paddingMode 'constant' (default 0). */
  readonly fill?: number | undefined;
  /** Default 'constant'. 'edge' repeats the outermost pixels, 'reflect' mirrors at them. */
  readonly paddingMode?: "constant" | "edge" | "reflect" | undefined;
}

export const PAD_OPTIONS = { fill: "number", paddingMode: ["constant", "edge", "reflect"] } as const;

/** The sides as core's `pad` takes them: left, right, top, bottom. */
type Sides = readonly [left: number, right: number, top: number, bottom: number];

/** @throws INVALID_ARGUMENT */
export function sidesOf(name: string, padding: Padding): Sides {
  const list: readonly unknown[] = isList(padding) ? padding : [padding, padding];
  if (
    (list.length === 2 || list.length === 4) &&
    list.every((n) => Number.isSafeInteger(n) && (n as number) >= 0)
  ) {
    const [left, top, right = left, bottom = top] = list as number[];
    return [left!, right!, top!, bottom!];
  }
  throw invalid(
    `${name}: padding is a number, [left and right, top and bottom] or [left, top, right, bottom], but got ` +
      describeValue(padding),
  );
}

export function padded(
  image: Tensor,
  sides: Sides,
  { fill = 0, paddingMode = "constant" }: PadOptions,
): Tensor {
  if (sides.every((n) => n === 0)) return image;
  const mode: PadMode = paddingMode === "edge" ? "replicate" : paddingMode;
  return padTensor(image, sides, mode === "constant" ? { mode, value: fill } : { mode });
}

/**
 * `torchvision.transforms.Pad`.
 * @throws INVALID_ARGUMENT
 */
export function pad(padding: Padding, options: PadOptions = {}): Transform {
  checkOptions("pad", options, PAD_OPTIONS, "{ fill: 0 }");
  const sides = sidesOf("pad", padding);
  return transform("pad", (image) => padded(image, sides, options));
}
