/** Weights that let their input through. */
import { Corr2dError, describeValue, type Tensor } from "@corr2d/core";
import { checkGiven, checkTensor, type Signature } from "../arguments.ts";
import { assignValues, checkRank } from "./draw.ts";

/** Options of `dirac`. */
export interface DiracOptions {
  /** The groups of the convolution, each of which lets its channels through (default 1). */
  readonly groups?: number | undefined;
}

const DIRAC: Signature = { options: { groups: "number" }, positional: { number: ["groups"] } };

/**
 * The identity matrix, for the weight of a linear layer. Returns the tensor.
 * @throws SHAPE_MISMATCH unless it has two axes.
 */
export function eye<T extends Tensor>(tensor: T): T {
  checkTensor("init.eye", tensor);
  checkRank("init.eye", tensor, tensor.shape.length === 2, "2");
  const [rows, columns] = tensor.shape as [number, number];
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1;
  return assignValues(tensor, values);
}

/**
 * The kernel that gives back its input, for the weight [out, in/groups, …] of a convolution: 1 in the middle of each window of a
 * channel with itself. Returns the tensor.
 * @throws SHAPE_MISMATCH unless it has three to five axes; INVALID_ARGUMENT for groups that do not divide it.
 */
export function dirac<T extends Tensor>(tensor: T, options: DiracOptions = {}): T {
  checkTensor("init.dirac", tensor);
  checkGiven("init.dirac", DIRAC, options);
  const { groups = 1 } = options;
  const { shape } = tensor;
  checkRank("init.dirac", tensor, shape.length >= 3 && shape.length <= 5, "3, 4, or 5");
  const [out, inputs, ...window] = shape as readonly [number, number, ...number[]];
  if (!Number.isInteger(groups) || groups < 1 || out % groups !== 0) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `dim 0 must be divisible by groups, but got ${out} and groups=${describeValue(groups)}`,
    );
  }
  const area = window.reduce((product, size) => product * size, 1);
  const middle = window.reduce((at, size) => at * size + Math.floor(size / 2), 0);
  const perGroup = out / groups;
  const values = new Float64Array(out * inputs * area);
  for (let group = 0; group < groups; group++) {
    for (let channel = 0; channel < Math.min(perGroup, inputs); channel++) {
      const row = group * perGroup + channel;
      values[(row * inputs + channel) * area + middle] = 1;
    }
  }
  return assignValues(tensor, values);
}
