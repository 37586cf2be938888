/**
 * Memory: handles, and the pool that freed ones return to.
 *
 * Allocation is the hidden cost of an array library: a fresh typed array of 6 MB takes about 14 ms of page faults,
 * a fresh one of 168 bytes about 1 µs, either a fraction of that when memory is reused. So small arrays are cut
 * from slabs, and freed memory of every size waits in buckets for the next request. Sizes are rounded up to a
 * "capacity": the next multiple of a power of two that is at most an eighth of the size (16 bytes at least).
 *
 * Memory from the pool is not zeroed. What core drops without freeing is ordinary garbage.
 */
import { Corr2dError, type DType, type TypedArray } from "@corr2d/core";

/** What core holds on to: the elements, exactly as many as the tensor has. Freed, it holds none. */
export interface Handle {
  data: TypedArray;
}

/** Freed memory of one capacity. */
interface Bucket {
  readonly arrays: TypedArray[];
  /** Whether something was taken out since the pool last ran full. */
  useful: boolean;
}

const FREED: TypedArray = new Float32Array(0);
const SMALL = 1024;
const SLAB = 1 << 16;

function capacityOf(bytes: number): number {
  let step = 16;
  while (step * 16 < bytes) step *= 2;
  return Math.ceil(bytes / step) * step;
}

function viewOf(dtype: DType, buffer: ArrayBufferLike, offset: number, size: number): TypedArray {
  if (dtype === "float32") return new Float32Array(buffer, offset, size);
  return dtype === "float64" ? new Float64Array(buffer, offset, size) : new Int32Array(buffer, offset, size);
}

/** Whether `array` is what a request for `size` elements of `dtype` needs: then even its view is reused. */
function fits(array: TypedArray, dtype: DType, size: number): boolean {
  if (array.length !== size) return false;
  if (dtype === "float32") return array instanceof Float32Array;
  return dtype === "float64" ? array instanceof Float64Array : array instanceof Int32Array;
}

export class BufferPool {
  readonly #limit: number;
  readonly #buckets = new Map<number, Bucket>();
  #pooledBytes = 0;
  #liveHandles = 0;
  #liveBytes = 0;
  #slab: ArrayBuffer | null = null;
  #slabUsed = 0;
  #closed = false;

  /** Keeps at most `limit` bytes of freed memory. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get pooledBytes(): number {
    return this.#pooledBytes;
  }

  get liveHandles(): number {
    return this.#liveHandles;
  }

  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** A new handle of `size` elements with arbitrary contents. @throws BACKEND_CLOSED */
  allocate(dtype: DType, size: number): Handle {
    this.checkOpen();
    const data = this.#take(dtype, size);
    this.#liveHandles++;
    this.#liveBytes += data.byteLength;
    return { data };
  }

  /** Takes a handle's memory back. */
  free(handle: Handle): void {
    const data = handle.data;
    if (data === FREED) throw new Corr2dError("INTERNAL", "cpu-js: a handle was freed twice");
    handle.data = FREED;
    if (this.#closed) return;
    this.#liveHandles--;
    this.#liveBytes -= data.byteLength;
    this.#give(data);
  }

  /** The elements behind a handle, for reading. @throws BACKEND_CLOSED */
  elementsOf(handle: Handle): TypedArray {
    this.checkOpen();
    if (handle.data === FREED)
      throw new Corr2dError("INTERNAL", "cpu-js: a handle was read after it was freed");
    return handle.data;
  }

  /** Working memory of a kernel, to be given back: float64, whatever the operands are, so that inner loops see one type. */
  borrow(size: number): Float64Array {
    return this.#take("float64", size) as Float64Array;
  }

  /** Like `borrow`, for tables of addresses. */
  borrowTable(size: number): Int32Array {
    return this.#take("int32", size) as Int32Array;
  }

  giveBack(...borrowed: readonly TypedArray[]): void {
    for (const array of borrowed) this.#give(array);
  }

  close(): void {
    this.#closed = true;
    this.#buckets.clear();
    this.#slab = null;
    this.#pooledBytes = 0;
    this.#liveHandles = 0;
    this.#liveBytes = 0;
  }

  checkOpen(): void {
    if (this.#closed)
      throw new Corr2dError("BACKEND_CLOSED", "cpu-js: the backend was closed; create a new one");
  }

  #take(dtype: DType, size: number): TypedArray {
    const bytes = dtype === "float64" ? size * 8 : size * 4;
    const capacity = capacityOf(bytes);
    const bucket = this.#buckets.get(capacity);
    if (bucket !== undefined && bucket.arrays.length > 0) {
      bucket.useful = true;
      this.#pooledBytes -= capacity;
      const array = bucket.arrays.pop()!;
      return fits(array, dtype, size) ? array : viewOf(dtype, array.buffer, array.byteOffset, size);
    }
    if (capacity > SMALL) return viewOf(dtype, new ArrayBuffer(capacity), 0, size);
    if (this.#slab === null || this.#slabUsed + capacity > SLAB) {
      this.#slab = new ArrayBuffer(SLAB);
      this.#slabUsed = 0;
    }
    const array = viewOf(dtype, this.#slab, this.#slabUsed, size);
    this.#slabUsed += capacity;
    return array;
  }

  #give(array: TypedArray): void {
    if (array.length === 0) return;
    const capacity = capacityOf(array.byteLength);
    if (this.#pooledBytes + capacity > this.#limit) this.#dropUnused();
    if (this.#pooledBytes + capacity > this.#limit) return;
    let bucket = this.#buckets.get(capacity);
    if (bucket === undefined) {
      bucket = { arrays: [], useful: true };
      this.#buckets.set(capacity, bucket);
    }
    bucket.arrays.push(array);
    this.#pooledBytes += capacity;
  }

  /** The pool is full: forget the sizes that nobody has asked for since it last was. */
  #dropUnused(): void {
    for (const [capacity, bucket] of this.#buckets) {
      if (bucket.useful) bucket.useful = false;
      else {
        this.#pooledBytes -= bucket.arrays.length * capacity;
        this.#buckets.delete(capacity);
      }
    }
  }
}
