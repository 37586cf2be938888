/** Values that are drawn or computed at once, put into a tensor: what all initialisers end with. */
import {
  Corr2dError,
  defaultGenerator,
  describeValue,
  type drawUniform,
  Generator,
  isFloating,
  isInstance,
  noGrad,
  scope,
  sizeOf,
  type Tensor,
  tensor,
} from "@corr2d/core";
import { checkTensor, invalid, named, type Signature } from "../arguments.ts";

/** Where the random numbers come from. */
export interface DrawOptions {
  /** Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator | undefined;
}

export const DRAW: Signature = { options: { generator: "any" } };

/** The dtypes that random values have. */
export type DrawnDType = Parameters<typeof drawUniform>[2];
/** An array of one of them. */
export type Drawn = ReturnType<typeof drawUniform>;

function generatorOf(owner: string, { generator = defaultGenerator }: DrawOptions): Generator {
  if (isInstance(generator, Generator)) return generator;
  throw invalid(`${owner}: 'generator' is a Generator, but got ${describeValue(generator)}`);
}

/** Gives a tensor other values, in its order. Returns the tensor. */
export function assignValues<T extends Tensor>(target: T, values: Drawn): T {
  const { dtype, shape, backend } = target;
  noGrad(() => scope(() => target.assign(tensor(values, { shape, dtype, backend }))));
  return target;
}

/**
 * Gives a tensor the values that `draw` makes. Returns the tensor.
 * @throws INVALID_ARGUMENT, DTYPE_UNSUPPORTED for a tensor of integers.
 */
export function assignDrawn<T extends Tensor>(
  owner: string,
  target: T,
  options: DrawOptions,
  draw: (generator: Generator, n: number, dtype: DrawnDType) => Drawn,
): T {
  checkTensor(owner, target);
  const generator = generatorOf(owner, options);
  const { dtype, shape } = target;
  if (!isFloating(dtype)) {
    throw new Corr2dError(
      "DTYPE_UNSUPPORTED",
      `init: random values are floating, but the tensor is ${dtype}; use a float32 tensor`,
    );
  }
  return assignValues(
    target,
    named(owner, () => draw(generator, sizeOf(shape), dtype as DrawnDType)),
  );
}

/** @throws SHAPE_MISMATCH, with PyTorch's message, unless the number of axes is one that is supported. */
export function checkRank(owner: string, target: Tensor, isSupported: boolean, supported: string): void {
  if (isSupported) return;
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    `${owner}: Only tensors with ${supported} dimensions are supported, but got shape [${target.shape.join(", ")}]`,
  );
}
