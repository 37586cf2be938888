/** Elements by their rank: what `sort` puts in the middle, or k-th. Functions alone, so that applications shed them. */
import { checkTensor } from "../autograd.ts";
import { Corr2dError } from "../errors.ts";
import { describeValue } from "../options.ts";
import { formatShape, normalizeAxis, reducedShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { gather } from "./indexing.ts";
import { flatten, reshape } from "./movement.ts";
import { type KeepDim, toOptions, type ValuesAndIndices } from "./reduce.ts";
import { sort } from "./sort.ts";

/** The elements at `position` (along the axis, of size 1 there) of the sorted tensor. */
function ranked(x: Tensor, axis: number, position: Tensor, keepdim: boolean): ValuesAndIndices {
  const { values, indices } = sort(x, axis);
  const shape = reducedShape(x.ownShape, [axis], keepdim);
  return {
    values: reshape(gather(values, axis, position), shape),
    indices: reshape(gather(indices, axis, position), shape),
  };
}

/** Where the median is among the sorted, of those along the axis; NaNs are last. */
function middle(x: Tensor, axis: number, ignoreNaN: boolean): Tensor {
  const length = x.ownShape[axis]!;
  const strangers = x.ne(x).int().sum(axis, { keepdim: true });
  if (ignoreNaN)
    return strangers
      .neg()
      .add(length - 1)
      .clamp(0)
      .div(2, { roundingMode: "floor" });
  const first = strangers.neg().add(length);
  const lower = (length - 1) >> 1;
  return first
    .minimum(lower)
    .maximum(first.mul(strangers.gt(0).int()))
    .int();
}

function medianOf(
  label: string,
  x: Tensor,
  dim: number | undefined,
  options: KeepDim,
  ignoreNaN: boolean,
): Tensor | ValuesAndIndices {
  checkTensor(label, x);
  if (dim === undefined) {
    const all = flatten(x);
    // Of nothing it is NaN, as PyTorch has it.
    if (all.numel() === 0) return all.sum().add(Number.NaN);
    return ranked(all, 0, middle(all, 0, ignoreNaN), false).values;
  }
  const { keepdim = false } = toOptions(label, options);
  const axis = normalizeAxis(label, dim, x.ownShape.length);
  const whole = x.ownShape.length === 0 ? reshape(x, [1]) : x;
  if (whole.ownShape[axis] === 0) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${label}(): Expected reduction dim ${axis} to have non-zero size (shape ${formatShape(x.ownShape)})`,
    );
  }
  return ranked(whole, axis, middle(whole, axis, ignoreNaN), keepdim && x.ownShape.length > 0);
}

/**
 * The lower of the two middle elements, of all or along `dim`; NaN where there is a NaN.
 * @throws INVALID_ARGUMENT for an axis of size 0.
 */
export function median(x: Tensor): Tensor;
export function median(x: Tensor, dim: number, options?: KeepDim): ValuesAndIndices;
export function median(x: Tensor, dim?: number, options: KeepDim = {}): Tensor | ValuesAndIndices {
  return medianOf("median", x, dim, options, false);
}

/** `median` of the elements that are no NaN. @throws INVALID_ARGUMENT for an axis of size 0. */
export function nanmedian(x: Tensor): Tensor;
export function nanmedian(x: Tensor, dim: number, options?: KeepDim): ValuesAndIndices;
export function nanmedian(x: Tensor, dim?: number, options: KeepDim = {}): Tensor | ValuesAndIndices {
  return medianOf("nanmedian", x, dim, options, true);
}

/**
 * The `k`-th smallest element along `dim` (default the last), from 1 on, and where it is.
 * @throws INVALID_ARGUMENT unless there are as many.
 */
export function kthvalue(x: Tensor, k: number, dim = -1, options: KeepDim = {}): ValuesAndIndices {
  checkTensor("kthvalue", x);
  const { keepdim = false } = toOptions("kthvalue", options);
  const axis = normalizeAxis("kthvalue", dim, x.ownShape.length);
  const whole = x.ownShape.length === 0 ? reshape(x, [1]) : x;
  if (!Number.isInteger(k) || k < 1 || k > whole.ownShape[axis]!) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `kthvalue(): selected number k out of range for dimension ${axis}: k is ${describeValue(k)}, of ${whole.ownShape[axis]}`,
    );
  }
  const { values, indices } = sort(whole, axis);
  const shape = reducedShape(whole.ownShape, [axis], keepdim && x.ownShape.length > 0);
  const at = (t: Tensor): Tensor => reshape(t.narrow(axis, k - 1, 1), shape);
  return { values: at(values), indices: at(indices) };
}
