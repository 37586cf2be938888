/**
 * Typed arrays as a data set: they stay as they are (60,000 images are 47 MB of bytes, and would be 188 MB of float32), and a
 * batch is gathered from them, converted on the way, and uploaded once.
 */
import {
  arrayOf,
  type Backend,
  Corr2dError,
  getBackend,
  type Shape,
  type Tensor,
  type TypedArray,
  tensor,
} from "@corr2d/core";
import { invalid } from "./arguments.ts";
import { type ArrayField, type Column, columnOf } from "./array-column.ts";
import { type Dataset, positionsOf } from "./dataset.ts";

/** A tensor for each field. */
type Tensors<F extends readonly ArrayField[]> = { -readonly [K in keyof F]: Tensor };

/** Samples of typed arrays whose first axes have one length: a sample is an array with a tensor of each. */
export class ArrayDataset<F extends readonly ArrayField[] = readonly ArrayField[]>
  implements Dataset<Tensors<F>>
{
  /** The arrays, as they were given. */
  readonly fields: F;
  readonly length: number;
  readonly #columns: readonly Column[];
  /** Where the batches of each column are gathered: uploading copies. */
  readonly #gathered: TypedArray[];

  /**
   * @param fields such as `{ data: bytes, shape: [60000, 1, 28, 28], divisor: 255 }` and
   *   `{ data: labels, shape: [60000], dtype: "int32" }`.
   * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_UNSUPPORTED.
   */
  constructor(...fields: F) {
    if (fields.length === 0) throw invalid("ArrayDataset takes at least one array: { data, shape }");
    this.#columns = fields.map(columnOf);
    this.#gathered = this.#columns.map(({ dtype }) => arrayOf(dtype, 0));
    const lengths = fields.map(({ shape }) => shape[0]!);
    if (lengths.some((length) => length !== lengths[0])) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `ArrayDataset: the arrays have different numbers of samples: ${lengths.join(", ")}`,
      );
    }
    this.fields = fields;
    this.length = lengths[0]!;
  }

  /** A tensor of each array, without the first axis. */
  at(index: number): Tensors<F> {
    return this.#tensors([index], getBackend(), (shape) => shape);
  }

  /** A tensor of each array, with the samples at `indices` along the first axis. */
  batch(indices: readonly number[], backend: Backend = getBackend()): Tensors<F> {
    return this.#tensors(indices, backend, (shape, count) => [count, ...shape]);
  }

  #tensors(
    indices: readonly number[],
    backend: Backend,
    shapeOf: (sample: Shape, count: number) => Shape,
  ): Tensors<F> {
    const rows = positionsOf("ArrayDataset", indices, this.length);
    return this.#columns.map(({ dtype, shape, size, copy }, i) => {
      const needed = rows.length * size;
      if (this.#gathered[i]!.length < needed) this.#gathered[i] = arrayOf(dtype, needed);
      const out = this.#gathered[i]!.subarray(0, needed);
      for (let row = 0; row < rows.length; row++) copy(rows[row]!, out, row * size);
      return tensor(out, { shape: shapeOf(shape, rows.length), dtype, backend });
    }) as Tensors<F>;
  }
}
