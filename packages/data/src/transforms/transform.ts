/** What transforms have in common: a function from an image, or a batch of them, to another. */
import {
  Corr2dError,
  checkTensor,
  describeValue,
  isFloating,
  isList,
  scope,
  type Tensor,
} from "@corr2d/core";
import { invalid } from "../arguments.ts";

/** A function of images [C, H, W], or of a batch of them, [N, C, H, W], which are then treated alike. */
export type Transform = (image: Tensor) => Tensor;

/**
 * A transform that checks what it gets, and frees what it makes on the way.
 * @param name what messages call it.
 */
export function transform(name: string, run: Transform): Transform {
  return (image) => {
    checkTensor(name, image);
    const rank = image.shape.length;
    if (rank !== 3 && rank !== 4) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `${name}: expected an image [C, H, W] or a batch [N, C, H, W], but got [${image.shape.join(", ")}]`,
      );
    }
    return scope(() => run(image));
  };
}

/** @throws DTYPE_UNSUPPORTED for images of integers. */
export function checkFractions(name: string, image: Tensor): void {
  if (isFloating(image.dtype)) return;
  throw new Corr2dError(
    "DTYPE_UNSUPPORTED",
    `${name}: expected an image of fractions from 0 to 1, but its dtype is ${image.dtype}; write x.float().div(255)`,
  );
}

/** Channels, height and width. */
export function sizesOf(image: Tensor): [channels: number, height: number, width: number] {
  return image.shape.slice(-3) as [number, number, number];
}

/** The part of an image from row `top` and column `left` on. */
export function cropAt(image: Tensor, top: number, left: number, height: number, width: number): Tensor {
  const [, h, w] = sizesOf(image);
  if (top === 0 && left === 0 && height === h && width === w) return image;
  return image.narrow(-2, top, height).narrow(-1, left, width);
}

/**
 * A height and width, given as one number or as both.
 * @throws INVALID_ARGUMENT
 */
export function pairOf(
  name: string,
  size: number | readonly [height: number, width: number],
): [number, number] {
  const pair: readonly unknown[] = isList(size) ? size : [size, size];
  if (pair.length === 2 && pair.every((n) => Number.isSafeInteger(n) && (n as number) > 0)) {
    return [...pair] as [number, number];
  }
  throw invalid(`${name}: a size is a positive integer, or [height, width], but got ${describeValue(size)}`);
}

/** @throws INVALID_ARGUMENT unless p is a probability. */
export function checkProbability(name: string, p: number): void {
  if (typeof p === "number" && p >= 0 && p <= 1) return;
  throw invalid(`${name}: p is a probability from 0 to 1, but got ${describeValue(p)}`);
}

/** @throws INVALID_ARGUMENT unless it is [low, high] within the bounds. */
export function checkRange(
  name: string,
  option: string,
  range: readonly [number, number],
  least: number,
  most: number,
): void {
  const fits =
    isList(range) &&
    range.length === 2 &&
    range.every((n) => typeof n === "number") &&
    range[0] >= least &&
    range[0] <= range[1] &&
    range[1] <= most;
  if (fits) return;
  const got = isList(range) ? `[${range.map(describeValue).join(", ")}]` : describeValue(range);
  const bounds = most === Infinity ? `above ${least}` : `from ${least} to ${most}`;
  throw invalid(`${name}: '${option}' is [low, high], ${bounds}, but got ${got}`);
}

/** Python's `round`: halves go to the even neighbour. */
export function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}
