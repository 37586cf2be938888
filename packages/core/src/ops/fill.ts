/** A constant: the storage that empty results, scalars and `full` are made of. */
import type { Backend, DType } from "../backend.ts";
import { arrayOf, isFloating, storedAs, type TensorDType } from "../dtype.ts";
import { Storage } from "../storage.ts";

/** `size` copies of `value`; of truth values 0 or 1. */
export function fill(backend: Backend, value: number, size: number, dtype: TensorDType): Storage {
  const stored = storedAs(dtype);
  const handle =
    backend.fill === undefined ? repeated(backend, value, size, stored) : backend.fill(value, size, stored);
  const bounds = isFloating(dtype) ? null : { min: value, max: value, attained: true };
  return new Storage(backend, handle, size, dtype, bounds);
}

/** The fallback: one element, read as often as it takes. */
function repeated(backend: Backend, value: number, size: number, dtype: DType): unknown {
  const one = backend.upload(arrayOf(dtype, Math.min(size, 1)).fill(value));
  if (size <= 1) return one;
  const all = backend.strided(one, { shape: [size], strides: [0], offset: 0, sourceSize: 1 }, dtype);
  backend.free(one);
  return all;
}
