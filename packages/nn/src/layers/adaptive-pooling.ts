/** Pools whose output size is given. Sources: He et al. 2015, "Spatial pyramid pooling"; Lin et al. 2014, "Network in network". */
import {
  type AdaptiveSize,
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  describeValue,
  isList,
  type Tensor,
} from "@corr2d/core";
import { invalid } from "../arguments.ts";
import { Module } from "../module.ts";
import { pythonText } from "../python-text.ts";
import { ownerOf } from "./layer-options.ts";

/**
 * A layer's own copy of an output size.
 * @throws INVALID_ARGUMENT unless it is positive integers, or null.
 */
function ownSize(owner: string, outputSize: AdaptiveSize): AdaptiveSize {
  const isArray = isList(outputSize);
  const parts: readonly unknown[] = isArray ? Array.from(outputSize) : [outputSize];
  const isSize = (part: unknown): boolean =>
    part === null || (Number.isInteger(part) && (part as number) > 0);
  if ((isArray && parts.length !== 2) || !parts.every(isSize)) {
    throw invalid(
      `${owner}: output_size is a positive integer, or two of them, or null for the input's, but got ${
        isArray ? `[${parts.map(describeValue).join(", ")}]` : describeValue(outputSize)
      }`,
    );
  }
  return isArray ? (Object.freeze(parts) as AdaptiveSize) : outputSize;
}

abstract class AdaptivePooling extends Module {
  /** Size of the planes of the output. */
  readonly outputSize: AdaptiveSize;

  constructor(outputSize: AdaptiveSize) {
    super();
    this.outputSize = ownSize(ownerOf(this), outputSize);
  }

  override extraRepr(): string {
    return `output_size=${pythonText(this.outputSize)}`;
  }
}

/**
 * `new AdaptiveAvgPool2D(outputSize)`: the means of as many bins as the output has cells, whatever the input's size.
 *
 * Input [N, C, H, W] or [C, H, W]; output the same with outputSize: a number, or [height, width], where null keeps the input's.
 * @throws INVALID_ARGUMENT from the constructor; from `forward`: SHAPE_MISMATCH.
 */
export class AdaptiveAvgPool2D extends AdaptivePooling {
  static override readonly typeName: string = "AdaptiveAvgPool2d";

  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/** `new AdaptiveMaxPool2D(outputSize)`: as AdaptiveAvgPool2D, the largest values. */
export class AdaptiveMaxPool2D extends AdaptivePooling {
  static override readonly typeName: string = "AdaptiveMaxPool2d";

  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }
}
