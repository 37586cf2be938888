/**
 * Tensors in buckets: flat arrays that a collective works on, each of one dtype, filled from tensors and read back into them. Their
 * memory is reused from step to step.
 *
 * Source: Li et al. 2020, "PyTorch Distributed: experiences on accelerating data parallel training", section 3.2.
 */
import { type DType, type Tensor, tensor } from "@corr2d/core";
import { ARRAYS } from "./arguments.ts";
import type { CollectiveArray } from "./collective.ts";

/** A tensor's place. */
export interface Place {
  readonly name: string;
  readonly tensor: Tensor;
  readonly offset: number;
  readonly size: number;
}

/** Tensors of one dtype side by side, and `extra` numbers behind them. */
export interface Bucket {
  readonly dtype: DType;
  readonly places: readonly Place[];
  readonly values: CollectiveArray;
  /** The part of `values` behind the tensors. */
  readonly extra: CollectiveArray;
}

/** What backends keep a tensor's elements as: truth values as int32. */
const storedAs = ({ dtype }: Tensor): DType => (dtype === "bool" ? "int32" : dtype);

/**
 * Puts tensors into buckets of at most so many bytes, in their order; a larger one has one to itself.
 * @param extraPerTensor how many numbers each bucket has beside each tensor.
 */
export function makeBuckets(
  tensors: readonly (readonly [name: string, tensor: Tensor])[],
  mostBytes: number,
  extraPerTensor: number,
): Bucket[] {
  const open = new Map<DType, { places: Place[]; size: number }>();
  const closed: { readonly dtype: DType; readonly places: Place[]; readonly size: number }[] = [];
  for (const [name, one] of tensors) {
    const dtype = storedAs(one);
    const size = one.numel();
    let into = open.get(dtype) ?? { places: [], size: 0 };
    const isFull = (into.size + size) * ARRAYS[dtype].BYTES_PER_ELEMENT > mostBytes;
    if (isFull && into.places.length > 0) {
      closed.push({ dtype, ...into });
      into = { places: [], size: 0 };
    }
    into.places.push({ name, tensor: one, offset: into.size, size });
    into.size += size;
    open.set(dtype, into);
  }
  for (const [dtype, rest] of open) closed.push({ dtype, ...rest });
  return closed.map(({ dtype, places, size }) => {
    const values = new ARRAYS[dtype](size + extraPerTensor * places.length);
    return { dtype, places, values, extra: values.subarray(size) };
  });
}

/** The part of a bucket that is a tensor's. */
export const partOf = ({ values }: Bucket, { offset, size }: Place): CollectiveArray =>
  values.subarray(offset, offset + size);

/** A tensor of what stands in a tensor's part, of its dtype, shape and backend. */
export function tensorAt(bucket: Bucket, place: Place): Tensor {
  const { backend, dtype, shape } = place.tensor;
  return tensor(partOf(bucket, place), { shape, dtype, backend });
}

/** Copies the values of all tensors of a bucket into it. */
export async function fillBucket(bucket: Bucket): Promise<void> {
  await Promise.all(bucket.places.map((place) => place.tensor.data({ into: partOf(bucket, place) })));
}
