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
import { bytesOf, Corr2dError, DTYPES, type DType, type TypedArray } from "@corr2d/core";

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
  return new DTYPES[dtype].array(buffer, offset, size);
}

/** Whether `array` is what a request for `size` elements of `dtype` needs: then even its view is reused. */
function fits(array: TypedArray, dtype: DType, size: number): boolean {
  return array.length === size && array.constructor === DTYPES[dtype].array;
}

/** Allocates. @throws OUT_OF_MEMORY, where JavaScript has a RangeError */
function orOutOfMemory(
  operation: string,
  size: number,
  bytesEach: number,
  allocate: () => TypedArray,
): TypedArray {
  try {
    return allocate();
  } catch (error) {
    const bytes = size * bytesEach;
    throw new Corr2dError(
      "OUT_OF_MEMORY",
      `${operation}: cpu-js has no room for ${size} elements of ${bytesEach} bytes (${bytes} bytes)`,
      { size, bytes },
      { cause: error },
    );
  }
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
  /** The one at work. */
  #operation = "";

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

  /**
   * Memory with arbitrary contents for the result of an operation, which becomes a handle by `own` when it is there: what
   * a failing operation took counts nowhere and is ordinary garbage.
   *
   * @param operation what messages call it, also those about the working memory that it borrows
   * @throws BACKEND_CLOSED, OUT_OF_MEMORY
   */
  take(operation: string, dtype: DType, size: number): TypedArray {
    this.checkOpen(operation);
    this.#operation = operation;
    return this.#take(dtype, size);
  }

  /** A handle on memory that was taken. */
  own(data: TypedArray): Handle {
    this.#liveHandles++;
    this.#liveBytes += data.byteLength;
    return { data };
  }

  /** Takes a handle's memory back. */
  free(handle: Handle): void {
    if (this.#closed) return;
    const data = handle.data;
    if (data === FREED) throw new Corr2dError("INTERNAL", "free: a handle of cpu-js was freed twice");
    handle.data = FREED;
    this.#liveHandles--;
    this.#liveBytes -= data.byteLength;
    this.#give(data);
  }

  /** A copy of the elements behind a handle. @throws BACKEND_CLOSED, OUT_OF_MEMORY */
  read(handle: Handle, into?: TypedArray): TypedArray {
    this.checkOpen("read");
    const { data } = handle;
    if (data === FREED)
      throw new Corr2dError("INTERNAL", "read: a handle of cpu-js was read after it was freed");
    if (into === undefined)
      return orOutOfMemory("read", data.length, data.BYTES_PER_ELEMENT, () => data.slice());
    into.set(data);
    return into;
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

  /** @throws BACKEND_CLOSED */
  checkOpen(operation: string): void {
    if (!this.#closed) return;
    throw new Corr2dError("BACKEND_CLOSED", `${operation}: the backend cpu-js was closed; create a new one`);
  }

  #take(dtype: DType, size: number): TypedArray {
    if (!Number.isInteger(size) || size < 0) {
      throw new Corr2dError(
        "INTERNAL",
        `${this.#operation}: cpu-js was asked for ${size} elements of ${dtype}`,
      );
    }
    const capacity = capacityOf(size * bytesOf(dtype));
    const bucket = this.#buckets.get(capacity);
    if (bucket !== undefined && bucket.arrays.length > 0) {
      bucket.useful = true;
      this.#pooledBytes -= capacity;
      const array = bucket.arrays.pop()!;
      return fits(array, dtype, size) ? array : viewOf(dtype, array.buffer, array.byteOffset, size);
    }
    if (capacity > SMALL) {
      return orOutOfMemory(this.#operation, size, bytesOf(dtype), () =>
        viewOf(dtype, new ArrayBuffer(capacity), 0, size),
      );
    }
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
