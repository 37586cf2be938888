/** Operations that fail: an index out of range is the one mistake that data alone can make (§5.6). */
import { arrayOf, type Backend, type DType } from "@corr2d/core";

/** The code of the error that `run` ends in, thrown or rejected. */
export async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
  return "no error";
}

/** A gather that gives `size` elements but for its last index, which is out of its axis of 3. */
export function failingGather(backend: Backend, size: number, dtype: DType): unknown {
  const x = backend.upload(arrayOf(dtype, 3).fill(1));
  const index = new Int32Array(size);
  index[size - 1] = 9;
  return backend.gather(x, backend.upload(index), { outer: 1, length: 3, inner: 1, count: size }, dtype);
}

/** A scatterAdd into `size` elements whose first index is out of range. */
export function failingScatterAdd(backend: Backend, size: number, dtype: DType): unknown {
  const x = backend.upload(arrayOf(dtype, 2).fill(1));
  const index = backend.upload(Int32Array.of(-1, 0));
  return backend.scatterAdd(x, index, { outer: 1, length: size, inner: 1, count: 2 }, dtype);
}

/** What `run` gives, or null where it throws. */
export function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch {
    return null;
  }
}
