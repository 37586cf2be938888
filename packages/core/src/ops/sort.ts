/** Elements in order along an axis, and what follows from their order. */
import { apply, checkTensor, isTensor, makeTensor, noGrad, type Op } from "../autograd.ts";
import { isFloating } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, describeValue, type OptionTypes } from "../options.ts";
import { normalizeAxis, type Shape } from "../shape.ts";
import { runScope, runScoped, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { addByIndex, gather } from "./indexing.ts";
import { flip, reshape } from "./movement.ts";
import { pad } from "./pad.ts";
import { mirrored, type ValuesAndIndices } from "./reduce.ts";
import { rowsAlong } from "./rows.ts";
import { narrow } from "./slice.ts";
import { where } from "./where.ts";

export interface SortOptions {
  /** The largest first (default false). */
  readonly descending?: boolean | undefined;
  /** Whether equal elements keep their order. They always do. */
  readonly stable?: boolean | undefined;
}

const SORT_OPTIONS: OptionTypes = { descending: "boolean", stable: "boolean" };

const SORT: Op<{ readonly axis: number; readonly values: Storage }> = {
  name: "SortBackward0",
  forward: ([x], { values }) => makeTensor(values, x!.ownShape),
  savesInputs: [1],
  gradients: [(g, c) => addByIndex(g, c.input(1), c.shape(0), c.attributes.axis), null],
};

/** The rows [outer, length, inner] in order along the middle axis; not recorded, and no axis is empty. */
export function sortedRows(x: Tensor, descending: boolean): ValuesAndIndices {
  const { backend, size, dtype, stored, handle } = x.storage;
  const shape = x.ownShape;
  if (backend.sort === undefined) {
    return runScope(() => {
      const indices = order(x, descending);
      return { values: gather(x, 1, indices), indices };
    }, isTensor);
  }
  const [outer, length, inner] = shape as [number, number, number];
  const [values, indices] = backend.sort(handle, outer, length, inner, descending, stored);
  return {
    values: makeTensor(new Storage(backend, values, size, dtype), shape),
    indices: makeTensor(new Storage(backend, indices, size, "int32"), shape),
  };
}

/** A key, and what decides between equal ones. */
type Ranked = readonly [key: Tensor, rank: Tensor];

/**
 * The fallback: where the elements are that come first, second, …; by Batcher's bitonic network (1968), in which every element is
 * compared with one partner at a time: about log²n / 2 steps, each of a few operations on everything.
 *
 * Keys ascend and are no NaN; ranks are positions, by which equal keys keep their order. NaN is an infinite key, with ranks beyond those
 * of the true infinities.
 */
function order(x: Tensor, descending: boolean): Tensor {
  const length = x.ownShape[1]!;
  const size = 2 ** Math.ceil(Math.log2(length));
  const column = (n: number, of: (i: number) => number): Tensor =>
    x.fromArray(
      Int32Array.from({ length: n }, (_, i) => of(i)),
      [1, n, 1],
    );
  let ranked = runScope<Ranked>(() => {
    const isNumber = x.eq(x);
    const key = descending ? mirrored(x) : x;
    const position = column(length, (i) => i);
    const last = isFloating(x.ownDtype) ? Infinity : 2 ** 31 - 1;
    const filled = isFloating(x.ownDtype) ? where(isNumber, key, descending ? -Infinity : Infinity) : key;
    const [first, second] = [position, position.add(length)];
    const rank = descending ? where(isNumber, second, first) : where(isNumber, first, second);
    const sides = [0, 0, 0, size - length];
    return [pad(filled, sides, { value: last }), pad(rank, sides, { value: 2 * length })];
  }, isTensor);
  for (let block = 2; block <= size; block *= 2) {
    for (let reach = block / 2; reach >= 1; reach /= 2) {
      const before = ranked;
      ranked = runScope(() => exchanged(before, reach, reach === block / 2), isTensor);
      for (const tensor of before) tensor.dispose();
    }
  }
  const rank = narrow(ranked[1], 1, 0, length);
  return where(rank.ge(length), rank.sub(length), rank);
}

/** Each element or its partner, `reach` positions away, or `mirror`ed in its block of 2 · reach: the lesser comes first. */
function exchanged([key, rank]: Ranked, reach: number, mirror: boolean): Ranked {
  const [outer, size, inner] = key.ownShape as [number, number, number];
  const blocks = [outer, size / (2 * reach), 2, reach, inner];
  const partnerOf = (t: Tensor): Tensor => flip(t, mirror ? [2, 3] : 2);
  const [k, r] = [reshape(key, blocks), reshape(rank, blocks)];
  const [otherK, otherR] = [partnerOf(k), partnerOf(r)];
  const isAfter = where(k.eq(otherK), r.gt(otherR), k.gt(otherK));
  const isFirst = key.fromArray(Int32Array.of(1, 0), [1, 1, 2, 1, 1]);
  const change = isAfter.eq(isFirst);
  return [reshape(where(change, otherK, k), key.ownShape), reshape(where(change, otherR, r), key.ownShape)];
}

/** Sorted along an axis; recorded. */
function run(label: string, x: Tensor, dim: number, descending: boolean): ValuesAndIndices {
  checkTensor(label, x);
  const shape: Shape = x.ownShape;
  const axis = normalizeAxis(label, dim, shape.length);
  if (x.numel() === 0) return { values: x.alias(), indices: x.detach().type("int32") };
  const { outer, length, inner } = rowsAlong(shape, axis);
  const { values, indices } = noGrad(() => {
    const sorted = sortedRows(reshape(x.detach(), [outer, length, inner]), descending);
    return { values: sorted.values.storage.retain(), indices: reshape(sorted.indices, shape) };
  });
  return { values: apply(SORT, [x, indices], { axis, values }), indices };
}

/**
 * The elements along an axis (default the last) in order, and where they were: int32. NaN is the greatest; equal elements keep their
 * order.
 * @throws INVALID_ARGUMENT.
 */
export function sort(x: Tensor, dim = -1, options: SortOptions = {}): ValuesAndIndices {
  checkOptions("sort", options, SORT_OPTIONS, "{ descending: true }");
  return run("sort", x, dim, options.descending ?? false);
}

/**
 * Where the elements that come first, second, … along an axis (default the last) are: int32.
 * @throws INVALID_ARGUMENT.
 */
export function argsort(x: Tensor, dim = -1, options: SortOptions = {}): Tensor {
  checkTensor("argsort", x);
  checkOptions("argsort", options, SORT_OPTIONS, "{ descending: true }");
  return runScoped(() => run("argsort", x.detach(), dim, options.descending ?? false).indices);
}

export interface TopkOptions {
  /** The largest (default), or the smallest. */
  readonly largest?: boolean | undefined;
  /** Whether they come in order. They always do. */
  readonly sorted?: boolean | undefined;
}

const TOPK_OPTIONS: OptionTypes = { largest: "boolean", sorted: "boolean" };

/** The `k`-th position of an axis and those before it. */
const foremost = (x: Tensor, axis: number, k: number): Tensor =>
  x.ownShape.length === 0 ? reshape(x, k === 1 ? [] : [0]) : narrow(x, axis, 0, k);

/**
 * The `k` largest or smallest elements along an axis (default the last), in order, and where they are: int32.
 * @throws INVALID_ARGUMENT unless there are as many.
 */
export function topk(x: Tensor, k: number, dim = -1, options: TopkOptions = {}): ValuesAndIndices {
  checkTensor("topk", x);
  checkOptions("topk", options, TOPK_OPTIONS, "{ largest: false }");
  const axis = normalizeAxis("topk", dim, x.ownShape.length);
  const { length } = rowsAlong(x.ownShape, axis);
  if (!Number.isInteger(k) || k < 0 || k > length) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `topk: selected index k out of range: k is ${describeValue(k)}, and dimension ${axis} has ${length} elements`,
    );
  }
  const { values, indices } = run("topk", x, axis, options.largest ?? true);
  return { values: foremost(values, axis, k), indices: foremost(indices, axis, k) };
}
