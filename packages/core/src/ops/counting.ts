/**
 * Counts, and what is found by comparing or by reading. Those whose result's size depends on the values are asynchronous: they alone
 * read, `unique`, `bincount`, `nonzero` and `maskedSelect`.
 */
import { checkTensor, checkTensors, noGrad } from "../autograd.ts";
import { isBool, isFloating, KINDS, TENSOR_DTYPES } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, describeValue, type OptionTypes } from "../options.ts";
import { broadcastShapes, formatShape, type Shape, sameShape, sizeOf, stridesOf, toSizes } from "../shape.ts";
import { runScoped } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { fromArray } from "./data.ts";
import { addByIndex, gather, indexSelect } from "./indexing.ts";
import { expand, flatten, reshape } from "./movement.ts";
import { checkFloating } from "./operands.ts";
import { where } from "./where.ts";

const invalid = (message: string): Corr2dError => new Corr2dError("INVALID_ARGUMENT", message);

const int32 = (x: Tensor, values: ArrayLike<number>, shape: Shape): Tensor =>
  x.fromArray(Int32Array.from(values), shape);

/**
 * How many elements lie in each of `bins` equal parts of [min, max]; without bounds, of the least to the greatest element. What lies
 * outside, and NaN, is not counted.
 * @throws INVALID_ARGUMENT, DTYPE_UNSUPPORTED.
 */
export function histc(x: Tensor, bins = 100, min = 0, max = 0): Tensor {
  checkTensor("histc", x);
  checkFloating("histc", x);
  if (!Number.isInteger(bins) || bins < 1)
    throw invalid(`histc: bins must be > 0, but got ${describeValue(bins)}`);
  if (!Number.isFinite(min) || !Number.isFinite(max)) {
    throw invalid(`histc: range of [${describeValue(min)}, ${describeValue(max)}] is not finite`);
  }
  if (max < min) throw invalid(`histc: max must be larger than min, but got min=${min} and max=${max}`);
  return noGrad(() =>
    runScoped(() => {
      const flat = flatten(x.detach());
      const given = min !== max;
      const empty = flat.numel() === 0;
      const [least, most] =
        given || empty ? [flat.scalarLike(min), flat.scalarLike(max)] : [flat.amin(), flat.amax()];
      // One number alone lies in the middle of a range of 2.
      const alone = least.eq(most).type(x.ownDtype);
      const [low, high] = [least.sub(alone), most.add(alone)];
      const inside = flat.ge(low).int().mul(flat.le(high).int());
      const place = flat
        .sub(low)
        .mul(bins)
        .div(high.sub(low))
        .floor()
        .clamp(0, bins - 1);
      const at = where(inside.ne(0), place, bins).int();
      return addByIndex(flat.onesLike(), at, [bins + 1], 0).narrow(0, 0, bins);
    }),
  );
}

export interface SearchOptions {
  /** Whether a value that equals a boundary comes after it (default false: before). */
  readonly right?: boolean | undefined;
}

const SEARCH_OPTIONS: OptionTypes = { right: "boolean" };

/** How many of the sorted numbers along the last axis of `sequence` come before each value: by halves, all values at once. */
function positions(sequence: Tensor, values: Tensor, right: boolean): Tensor {
  const length = sequence.ownShape.at(-1)!;
  const axis = sequence.ownShape.length - 1;
  let found = values.zerosLike().type("int32");
  if (length === 0) return found;
  for (let step = 2 ** Math.floor(Math.log2(length)); step >= 1; step /= 2) {
    const next = found.add(step);
    const boundary = gather(sequence, axis, next.sub(1).clamp(0, length - 1));
    // A NaN comes after everything.
    const isBefore = right ? boundary.gt(values).eq(0) : boundary.lt(values);
    const beyond = values.ne(values).int().mul(boundary.eq(boundary).int());
    const goes = isBefore.int().maximum(beyond).mul(next.le(length).int());
    found = where(goes.ne(0), next, found);
  }
  return found;
}

/**
 * Where each value would be inserted into sorted numbers to keep them sorted: int32. Of two dtypes both are promoted, as PyTorch's are.
 *
 * @param sortedSequence one axis, for all values; or of x's shape but for the last axis, a row for each row.
 * @throws SHAPE_MISMATCH, BACKEND_MISMATCH, INVALID_ARGUMENT.
 */
export function searchsorted(sortedSequence: Tensor, x: Tensor, options: SearchOptions = {}): Tensor {
  checkOptions("searchsorted", options, SEARCH_OPTIONS, "{ right: true }");
  checkTensors("searchsorted", [sortedSequence, x]);
  const [sequence, values] = [sortedSequence.ownShape, x.ownShape];
  if (
    sequence.length !== 1 &&
    (sequence.length === 0 || !sameShape(sequence.slice(0, -1), values.slice(0, -1)))
  ) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      "searchsorted: boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value " +
        `tensor must match, but we got boundaries tensor ${formatShape(sequence)} and input value tensor ${formatShape(values)}`,
    );
  }
  return noGrad(() =>
    runScoped(() => {
      const flat = sequence.length === 1 ? flatten(x.detach()) : x.detach();
      return reshape(positions(sortedSequence.detach(), flat, options.right ?? false), values);
    }),
  );
}

/** Which of the parts between sorted boundaries each element is in: int32. @throws as `searchsorted`. */
export function bucketize(x: Tensor, boundaries: Tensor, options: SearchOptions = {}): Tensor {
  checkOptions("bucketize", options, SEARCH_OPTIONS, "{ right: true }");
  checkTensors("bucketize", [x, boundaries]);
  if (boundaries.ownShape.length !== 1) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `bucketize: boundaries tensor must be 1 dimension, but got dim(${boundaries.ownShape.length})`,
    );
  }
  return searchsorted(boundaries, x, options);
}

export interface BincountOptions {
  /** What each element counts, instead of 1. */
  readonly weights?: Tensor | undefined;
  /** The least number of counts (default 0). */
  readonly minlength?: number | undefined;
}

/**
 * How often each of 0, 1, 2, … occurs, up to the greatest element. Reads that one.
 * @throws INVALID_ARGUMENT for what is no vector of integers from 0 on; SHAPE_MISMATCH.
 */
export async function bincount(x: Tensor, options: BincountOptions = {}): Promise<Tensor> {
  checkTensor("bincount", x);
  checkOptions("bincount", options, { weights: "any", minlength: "number" }, "{ minlength: 10 }");
  const { weights, minlength = 0 } = options;
  toSizes([minlength], "bincount: minlength");
  if (TENSOR_DTYPES[x.ownDtype].kind !== KINDS.integer || x.ownShape.length !== 1) {
    throw invalid(
      `bincount only supports 1-d non-negative integral inputs, but got ${x.ownDtype} of shape ${formatShape(x.ownShape)}`,
    );
  }
  if (weights !== undefined) {
    checkTensors("bincount", [x, weights]);
    if (!sameShape(weights.ownShape, x.ownShape)) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `bincount: weights should have the same shape as input: ${formatShape(weights.ownShape)} and ${formatShape(x.ownShape)}`,
      );
    }
  }
  const values = await x.data();
  let most = -1;
  for (const value of values) {
    if (value < 0) throw invalid(`bincount only supports 1-d non-negative integral inputs, but got ${value}`);
    if (value > most) most = value;
  }
  const length = Math.max(most + 1, minlength);
  return runScoped(() => {
    const counted = weights ?? x.onesLike();
    return addByIndex(isBool(counted.dtype) ? counted.int() : counted, x, [length], 0);
  });
}

/** The positions of the elements that are not 0, a row each: int32, [n, axes]. Reads x. */
export async function nonzero(x: Tensor): Promise<Tensor> {
  checkTensor("nonzero", x);
  const found: number[] = [];
  (await x.data()).forEach((value, i) => {
    if (value !== 0) found.push(i);
  });
  const shape = x.ownShape;
  const rows = found.flatMap((i) =>
    stridesOf(shape).map((stride, axis) => Math.floor(i / stride) % shape[axis]!),
  );
  return int32(x, rows, [found.length, shape.length]);
}

/**
 * The elements under a mask, in a row; x and mask broadcast. Reads the mask; recorded.
 * @throws DTYPE_MISMATCH, SHAPE_MISMATCH, BACKEND_MISMATCH.
 */
export async function maskedSelect(x: Tensor, mask: Tensor): Promise<Tensor> {
  checkTensors("maskedSelect", [x, mask]);
  if (isFloating(mask.ownDtype)) {
    throw new Corr2dError(
      "DTYPE_MISMATCH",
      `maskedSelect: expected a mask of what comparisons give, but got ${mask.ownDtype}: write for example x.ne(0)`,
    );
  }
  const shape = broadcastShapes(x.ownShape, mask.ownShape, "maskedSelect");
  const picks: number[] = [];
  (await expand(mask, shape).data()).forEach((value, i) => {
    if (value !== 0) picks.push(i);
  });
  return indexSelect(reshape(expand(x, shape), [sizeOf(shape)]), 0, int32(x, picks, [picks.length]));
}

export interface UniqueOptions {
  /** Whether the result is sorted. It always is. */
  readonly sorted?: boolean | undefined;
  /** Also where each element of x is in the result (default false). */
  readonly returnInverse?: boolean | undefined;
  /** Also how often each occurs (default false). */
  readonly returnCounts?: boolean | undefined;
}

const UNIQUE_OPTIONS: OptionTypes = { sorted: "boolean", returnInverse: "boolean", returnCounts: "boolean" };

/**
 * The different elements, sorted; NaN differs from itself. With `returnInverse` or `returnCounts` an array: those elements, and what
 * is asked for, in PyTorch's order. Reads x.
 * @throws INVALID_ARGUMENT.
 */
export async function unique(x: Tensor): Promise<Tensor>;
export async function unique(
  x: Tensor,
  options: UniqueOptions & ({ readonly returnInverse: true } | { readonly returnCounts: true }),
): Promise<Tensor[]>;
export async function unique(x: Tensor, options?: UniqueOptions): Promise<Tensor | Tensor[]>;
export async function unique(x: Tensor, options: UniqueOptions = {}): Promise<Tensor | Tensor[]> {
  checkTensor("unique", x);
  checkOptions("unique", options, UNIQUE_OPTIONS, "{ returnCounts: true }");
  const data = await x.data();
  const order = Array.from(data, (_, i) => i).sort((a, b) => {
    const [left, right] = [data[a]!, data[b]!];
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || a - b;
    return left - right || a - b;
  });
  const found: number[] = [];
  const counts: number[] = [];
  const inverse = new Int32Array(data.length);
  for (const i of order) {
    if (found.length === 0 || data[i] !== found.at(-1)) {
      found.push(data[i]!);
      counts.push(0);
    }
    counts[counts.length - 1]!++;
    inverse[i] = found.length - 1;
  }
  const values = data.slice(0, found.length);
  values.set(found);
  const output = fromArray(x.backend, values, [found.length], x.dtype);
  if (!options.returnInverse && !options.returnCounts) return output;
  return [
    output,
    ...(options.returnInverse ? [x.fromArray(inverse, x.ownShape)] : []),
    ...(options.returnCounts ? [int32(x, counts, [counts.length])] : []),
  ];
}
