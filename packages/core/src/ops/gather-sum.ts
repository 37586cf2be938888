/** Weighted sums of a few cells along one axis, of which a table says which: resizing, and means of bins. */
import { apply, makeTensor, type Op } from "../autograd.ts";
import type { GatherSize } from "../backend.ts";
import { arrayOf } from "../dtype.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { runScoped, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { fill } from "./fill.ts";
import { indexSelect } from "./indexing.ts";
import { reshape } from "./movement.ts";
import { rowsAlong } from "./rows.ts";
import { where } from "./where.ts";

/** For each cell of the result `taps` cells of the operand with their weights; −1 ends a shorter list. */
export interface Taps {
  readonly taps: number;
  readonly cells: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

interface Attributes extends Taps {
  readonly axis: number;
  /** Of the result. */
  readonly shape: Shape;
}

const GATHER_SUM: Op<Attributes> = {
  name: "GatherSumBackward0",
  forward: ([x], attributes) => forward(x!, attributes),
  gradients: [
    (g, c) =>
      apply(GATHER_SUM, [g], {
        ...transposed(c.attributes, c.shape(0)[c.attributes.axis]!),
        axis: c.attributes.axis,
        shape: c.shape(0),
      }),
  ],
};

function forward(x: Tensor, { axis, shape, taps, cells, weights }: Attributes): Tensor {
  const { backend, stored, handle } = x.storage;
  const size = { ...rowsAlong(x.ownShape, axis), count: shape[axis]! };
  if (x.ownSize === 0) return makeTensor(fill(backend, 0, sizeOf(shape), stored), shape);
  return runScoped(() => {
    const table = [size.count, taps];
    const index = x.fromArray(Int32Array.from(cells), table);
    const values = arrayOf(stored, weights.length);
    values.set(weights);
    const factors = x.fromArray(values, table);
    if (backend.gatherSum === undefined) return reshape(composedGatherSum(x, index, factors, size), shape);
    const sums = backend.gatherSum(handle, index.storage.handle, factors.storage.handle, size, taps, stored);
    return makeTensor(new Storage(backend, sums, sizeOf(shape), stored), shape);
  });
}

/** The fallback. `where` after the product: what no cell is must not leak. */
export function composedGatherSum(x: Tensor, index: Tensor, weights: Tensor, size: GatherSize): Tensor {
  const { outer, length, inner, count } = size;
  const taps = index.ownShape[1]!;
  const none = reshape(index.lt(0), [count, taps, 1]);
  const cells = reshape(index.maximum(0), [index.ownSize]);
  const picked = indexSelect(reshape(x, [outer, length, inner]), 1, cells);
  const terms = reshape(picked, [outer, count, taps, inner]).mul(reshape(weights, [count, taps, 1]));
  return where(none, 0, terms).sum(2);
}

/** The table of the adjoint: for each of `length` cells those of the result that it counts in. */
function transposed({ taps, cells, weights }: Taps, length: number): Taps {
  const places: number[][] = Array.from({ length }, () => []);
  for (let at = 0; at < cells.length; at++) if (cells[at]! >= 0) places[cells[at]!]!.push(at);
  const most = places.reduce((longest, own) => Math.max(longest, own.length), 1);
  const outCells = new Int32Array(length * most).fill(-1);
  const outWeights = new Float64Array(length * most);
  for (const [cell, own] of places.entries()) {
    for (const [i, at] of own.entries()) {
      outCells[cell * most + i] = Math.floor(at / taps);
      outWeights[cell * most + i] = weights[at]!;
    }
  }
  return { taps: most, cells: outCells, weights: outWeights };
}

/** x with `axis` made of weighted sums of its cells. */
export function gatherSum(x: Tensor, axis: number, table: Taps): Tensor {
  const count = table.cells.length / table.taps;
  const shape = x.ownShape.map((size, a) => (a === axis ? count : size));
  return apply(GATHER_SUM, [x], { ...table, axis, shape });
}
