/** A constant: the storage that empty results, scalars and `full` are made of. */
import type { Backend, DType } from "../backend.ts";
import { arrayOf, isFloating } from "../dtype.ts";
import { Storage } from "../storage.ts";

/** `size` copies of `value`. */
export function fill(backend: Backend, value: number, size: number, dtype: DType): Storage {
  const handle =
    backend.fill === undefined ? repeated(backend, value, size, dtype) : backend.fill(value, size, dtype);
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
