/** Tensors as a data set: sample i is the i-th position of their first axis. */
import { type Backend, Corr2dError, checkTensor, scope, type Tensor, tensor } from "@corr2d/core";
import { invalid } from "./arguments.ts";
import { type Dataset, positionOf, positionsOf } from "./dataset.ts";

/** A tensor for each of the given ones. */
type Each<T extends readonly Tensor[]> = { -readonly [K in keyof T]: Tensor };

/** The samples of tensors whose first axes have one length: `torch.utils.data.TensorDataset`. */
export class TensorDataset<T extends readonly Tensor[] = readonly Tensor[]> implements Dataset<Each<T>> {
  /** Tensors of one length, of which a sample takes one row each. */
  readonly tensors: T;
  readonly length: number;

  /** @throws SHAPE_MISMATCH unless all have a first axis of one length; INVALID_ARGUMENT for no tensor. */
  constructor(...tensors: T) {
    if (tensors.length === 0) throw invalid("TensorDataset takes at least one tensor");
    for (const x of tensors) checkTensor("TensorDataset", x);
    const lengths = tensors.map(({ shape }) => shape[0]);
    if (lengths.some((length) => length === undefined || length !== lengths[0])) {
      const shapes = tensors.map(({ shape }) => `[${shape.join(", ")}]`).join(", ");
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `TensorDataset: Size mismatch between tensors: the first axes have one length, but the shapes are ${shapes}`,
      );
    }
    this.tensors = tensors;
    this.length = lengths[0]!;
  }

  /** [x[index], y[index], …] */
  at(index: number): Each<T> {
    const position = positionOf("TensorDataset", index, this.length);
    return this.tensors.map((x) => x.slice(position)) as Each<T>;
  }

  /** The rows of each tensor, by one gather, on the tensors' own backend. */
  batch(indices: readonly number[], _backend?: Backend): Each<T> {
    const rows = Int32Array.from(positionsOf("TensorDataset", indices, this.length));
    return scope(() =>
      this.tensors.map((x) => x.indexSelect(0, tensor(rows, { backend: x.backend }))),
    ) as Each<T>;
  }
}
