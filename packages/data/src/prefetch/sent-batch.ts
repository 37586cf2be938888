/** Batches between threads: tensors go as their numbers, whose memory is transferred. */
import {
  type Backend,
  isList,
  isTensor,
  type Shape,
  type Tensor,
  type TensorDType,
  type TypedArray,
  tensor,
} from "@corr2d/core";

interface SentTensor {
  readonly data: TypedArray;
  readonly shape: Shape;
  readonly dtype: TensorDType;
}

/** A batch with a place instead of each tensor. */
export interface SentBatch {
  readonly form: unknown;
  readonly tensors: readonly SentTensor[];
}

/** In the form, the tensor of that number. */
const PLACE = "@corr2d/data tensor";

/** Arrays and records, however deep, with `change` for what else they hold. */
function mapped(value: unknown, change: (item: unknown) => unknown): unknown {
  if (isList(value)) return value.map((item) => mapped(item, change));
  const isRecord = Object.prototype.toString.call(value) === "[object Object]" && !isTensor(value);
  if (!isRecord || PLACE in (value as object)) return change(value);
  return Object.fromEntries(
    Object.entries(value as object).map(([name, item]) => [name, mapped(item, change)]),
  );
}

/** A batch as it can be posted, and the memory to transfer with it. */
export async function packed(batch: unknown): Promise<{ sent: SentBatch; transfer: ArrayBuffer[] }> {
  const found: Tensor[] = [];
  const form = mapped(batch, (item) => (isTensor(item) ? { [PLACE]: found.push(item) - 1 } : item));
  const tensors = await Promise.all(
    found.map(async (x) => ({ data: await x.data(), shape: [...x.shape], dtype: x.dtype })),
  );
  const transfer = [...new Set(tensors.map(({ data }) => data.buffer as ArrayBuffer))];
  return { sent: { form, tensors }, transfer };
}

/** The batch again, with tensors on `backend`. */
export function unpacked({ form, tensors }: SentBatch, backend: Backend | undefined): unknown {
  return mapped(form, (item) => {
    const place =
      typeof item === "object" && item !== null ? (item as { [PLACE]?: number })[PLACE] : undefined;
    if (place === undefined) return item;
    const { data, shape, dtype } = tensors[place]!;
    return tensor(data, { shape, dtype, backend });
  });
}
