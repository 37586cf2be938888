/**
 * Memory: handles, and the pool that freed ones return to.
 *
 * Allocation is the hidden cost of an array library: a fresh typed array of 6 MB takes about 14 ms of page faults,
 * a fresh one of 168 bytes about 1 µs, either a fraction of that when memory is reused. So small arrays are cut
 * from slabs, and freed memory of every size waits in buckets for the next request. Sizes are rounded up to a
 * "capacity": the next multiple of a power of two that is at most an eighth of the size (16 bytes at least). The capacities
 * are numbered, smallest first: 16 of them up to 256 bytes, then 8 for each power of two.
 *
 * Memory from the pool is not zeroed. What core drops without freeing is ordinary garbage.
 */
import { Corr2dError, DTYPES, type DType, type DTypeRow, type TypedArray } from "@corr2d/core";

/** What core holds on to: the elements, exactly as many as the tensor has. Freed, it holds none. */
export interface Handle {
  data: TypedArray;
}

/** Freed memory of one capacity. */
interface Bucket {
  readonly capacity: number;
  readonly arrays: TypedArray[];
  /** Whether something was taken out since the pool last ran full. */
  useful: boolean;
}

const FREED: TypedArray = new Float32Array(0);
const SMALL = 1024;
const SLAB = 1 << 16;

/** The number of the capacity for so many bytes. */
function classOf(bytes: number): number {
  let step = 16;
  let first = 0;
  while (step * 16 < bytes) {
    step *= 2;
    first += 8;
  }
  return first + Math.ceil(bytes / step);
}

/** A bucket for each capacity up to 2⁵⁶ bytes, which are 2⁵³ elements of 8. */
function makeBuckets(): Bucket[] {
  const buckets: Bucket[] = [{ capacity: 0, arrays: [], useful: true }];
  let step = 16;
  while (step < 2 ** 53) {
    buckets.push({ capacity: buckets.at(-1)!.capacity + step, arrays: [], useful: true });
    if (buckets.at(-1)!.capacity === 16 * step) step *= 2;
  }
  return buckets;
}

/** Whether `array` is what a request for `size` elements of a dtype needs: then even its view is reused. */
function fits(array: TypedArray, dtype: DTypeRow, size: number): boolean {
  return array.length === size && array.constructor === dtype.array;
}

function outOfMemory(operation: string, size: number, bytes: number, cause: unknown): Corr2dError {
  return new Corr2dError(
    "OUT_OF_MEMORY",
    `${operation}: cpu-js has no room for ${size} elements (${bytes} bytes)`,
    { size, bytes },
    { cause },
  );
}

export class BufferPool {
  readonly #limit: number;
  readonly #buckets = makeBuckets();
  #pooledBytes = 0;
  #liveHandles = 0;
  #liveBytes = 0;
  #slab: ArrayBuffer | null = null;
  #slabUsed = 0;
  #closed = false;
  /** The one at work. */
  #operation = "";
  /** The dtype last asked for, and what it is: to look up one name is quick, to look up now this and now that takes 15 ns. */
  #dtype: DType = "float32";
  #row: DTypeRow = DTYPES.float32;

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
    if (dtype !== this.#dtype) {
      this.#dtype = dtype;
      this.#row = DTYPES[dtype];
    }
    return this.#take(this.#row, size);
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
    if (into !== undefined) {
      into.set(data);
      return into;
    }
    try {
      return data.slice();
    } catch (error) {
      throw outOfMemory("read", data.length, data.byteLength, error);
    }
  }

  /** Working memory of a kernel, to be given back: float64, whatever the operands are, so that inner loops see one type. */
  borrow(size: number): Float64Array {
    return this.#take(DTYPES.float64, size) as Float64Array;
  }

  /** Like `borrow`, for tables of addresses. */
  borrowTable(size: number): Int32Array {
    return this.#take(DTYPES.int32, size) as Int32Array;
  }

  giveBack(...borrowed: readonly TypedArray[]): void {
    for (const array of borrowed) this.#give(array);
  }

  close(): void {
    this.#closed = true;
    for (const bucket of this.#buckets) this.#empty(bucket);
    this.#slab = null;
    this.#liveHandles = 0;
    this.#liveBytes = 0;
  }

  /** @throws BACKEND_CLOSED */
  checkOpen(operation: string): void {
    if (!this.#closed) return;
    throw new Corr2dError("BACKEND_CLOSED", `${operation}: the backend cpu-js was closed; create a new one`);
  }

  #take(dtype: DTypeRow, size: number): TypedArray {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new Corr2dError("INTERNAL", `${this.#operation}: cpu-js was asked for ${size} elements`);
    }
    const bucket = this.#buckets[classOf(size * dtype.bytes)]!;
    const array = bucket.arrays.pop();
    if (array === undefined) return this.#make(dtype, size, bucket.capacity);
    bucket.useful = true;
    this.#pooledBytes -= bucket.capacity;
    return fits(array, dtype, size) ? array : new dtype.array(array.buffer, array.byteOffset, size);
  }

  /** New memory. @throws OUT_OF_MEMORY, where JavaScript has a RangeError */
  #make(dtype: DTypeRow, size: number, capacity: number): TypedArray {
    if (capacity > SMALL) {
      try {
        return new dtype.array(new ArrayBuffer(capacity), 0, size);
      } catch (error) {
        throw outOfMemory(this.#operation, size, size * dtype.bytes, error);
      }
    }
    if (this.#slab === null || this.#slabUsed + capacity > SLAB) {
      this.#slab = new ArrayBuffer(SLAB);
      this.#slabUsed = 0;
    }
    const array = new dtype.array(this.#slab, this.#slabUsed, size);
    this.#slabUsed += capacity;
    return array;
  }

  #give(array: TypedArray): void {
    if (array.length === 0) return;
    const bucket = this.#buckets[classOf(array.byteLength)]!;
    if (this.#pooledBytes + bucket.capacity > this.#limit) this.#dropUnused();
    if (this.#pooledBytes + bucket.capacity > this.#limit) return;
    bucket.arrays.push(array);
    this.#pooledBytes += bucket.capacity;
  }

  /** The pool is full: forget the sizes that nobody has asked for since it last was. */
  #dropUnused(): void {
    for (const bucket of this.#buckets) {
      if (!bucket.useful) this.#empty(bucket);
      bucket.useful = false;
    }
  }

  #empty(bucket: Bucket): void {
    this.#pooledBytes -= bucket.arrays.length * bucket.capacity;
    bucket.arrays.length = 0;
  }
}
