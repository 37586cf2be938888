/**
 * The tensors' memory: one WebAssembly memory, used as a bounded cache over garbage-collected memory.
 *
 * Cells (`cell.ts`) say where values are. When the heap is full, the least recently used move out into ordinary
 * arrays, which the collector counts and frees, and come back when they are used. It is full at a soft limit, which
 * doubles when much of it comes back: only then was it too small. What a handle that nobody keeps
 * has left in the heap goes the same way or, if it is large, when the FinalizationRegistry reports the handle.
 * Small results begin in the nursery (`nursery.ts`).
 *
 * An operation is everything between `begin` and `end`. What it touches carries its number and is not moved out.
 */
import { Corr2dError, type DType, isFloating, type TypedArray } from "@corr2d/core";
import { Allocator } from "./allocator.ts";
import { type Cell, copyOut, IN_NURSERY, TensorHandle } from "./cell.ts";
import { EvictionQueue } from "./eviction-queue.ts";
import { HEAP_START, PAGE } from "./layout.ts";
import { NURSERY_BYTES, Nursery, SMALL_BYTES } from "./nursery.ts";
import { classBytes, classOf } from "./size-classes.ts";

/** Below this a registration costs more than the memory is worth. */
const REGISTERED_BYTES = 16384;
/** Registrations that may be outstanding: in a loop without turns of the event loop they only pile up. */
const MAX_REGISTRATIONS = 65536;
/** Slots and serial numbers share one integer token, which keeps nothing alive. */
const TOKEN_SLOTS = 2 ** 26;
/** An eviction frees at least this part of the heap. */
const EVICTION_SHARE = 1 / 64;
/** How large the heap grows before it moves tensors out; it doubles as needed. */
const FIRST_SOFT_BYTES = 64 * 2 ** 20;
/** It doubles when so much of it has come back since it last did, and for a block that is larger than this part of it. */
const RESTORED_SHARE = 1 / 4;
const BLOCK_SHARE = 1 / 8;
/** The heap grows by at least this part of its size. */
const GROWTH_SHARE = 1 / 4;
const MIN_GROWTH_PAGES = 16;

export interface HeapStats {
  /** Handles whose values are in the heap, and their bytes. */
  readonly liveHandles: number;
  readonly liveBytes: number;
  /** Size of the heap now, and the size it may grow to. */
  readonly heapBytes: number;
  readonly heapLimitBytes: number;
  /** Bytes moved out of the heap and back since the backend was made: the heap is too small when they keep growing. */
  readonly evictedBytes: number;
  readonly restoredBytes: number;
  /** The largest scratch space of one operation. */
  readonly scratchPeakBytes: number;
}

const ALLOCATOR_START = HEAP_START + NURSERY_BYTES;
/** Stays free at the end of the memory, since kernels load whole vectors at the ends of rows. */
const END_BYTES = 64;

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

export class Heap {
  memory: WebAssembly.Memory;
  /** Views of the whole memory, replaced when it grows. */
  f32!: Float32Array;
  i32!: Int32Array;

  readonly #nursery = new Nursery(HEAP_START);
  readonly #allocator = new Allocator();
  readonly #limit: number;
  /** What the heap fills before it moves cells out: what a program needs, not what it may have. */
  #softLimit: number;
  /** `#restoredBytes` when the soft limit last changed. */
  #restoredBefore = 0;
  #size: number;
  /** Cells in the heap, by slot. */
  #cells: (Cell | undefined)[] = [];
  #freeSlots: number[] = [];
  #serial = 0;
  #queue = new EvictionQueue();

  #refusal: (() => Corr2dError) | null = null;
  #closed = false;
  #operation = 1;
  /** Results of the operation that runs: they are nobody's if it fails. */
  readonly #results: TensorHandle[] = [];
  /** Pointer and size of each scratch block of the operation that runs. */
  readonly #scratch: number[] = [];
  #scratchBytes = 0;

  readonly #registry: FinalizationRegistry<number>;
  #registrations = 0;

  #liveHandles = 0;
  #liveBytes = 0;
  #evictedBytes = 0;
  #restoredBytes = 0;
  #scratchPeak = 0;

  /** A heap over `memory`, which may grow to `limit` bytes. */
  constructor(memory: WebAssembly.Memory, limit: number) {
    this.memory = memory;
    this.#limit = limit;
    this.#softLimit = Math.min(FIRST_SOFT_BYTES, limit);
    this.#size = memory.buffer.byteLength;
    this.#allocator.extend(ALLOCATOR_START, this.#size - ALLOCATOR_START - END_BYTES);
    this.#registry = new FinalizationRegistry((token) => this.#collected(token));
    this.#refreshViews();
  }

  /** The largest value that there can ever be room for. */
  get maxBytes(): number {
    return this.#limit - ALLOCATOR_START - END_BYTES;
  }

  /**
   * Starts an operation, cleaning up after the last one if it failed.
   * @throws what `refuse` was given; OUT_OF_MEMORY.
   */
  begin(): void {
    if (this.#refusal !== null) throw this.#refusal();
    if (this.#results.length > 0 || this.#scratch.length > 0) this.#abandon();
    if (this.#nursery.isFull) for (const cell of this.#nursery.turn(this.i32)) this.#countOut(cell);
  }

  /** Ends an operation: its scratch space is free, its results are the caller's. */
  end(): void {
    this.#operation++;
    while (this.#results.length > 0) this.#results.pop(); // faster than setting the length of a short array
    if (this.#scratch.length > 0) this.#releaseScratch();
  }

  /** The address of an operand's values, which stay there until the operation ends. */
  pointer(handle: TensorHandle): number {
    const cell = handle.cell;
    cell.lastUse = this.#operation;
    return cell.pointer === 0 ? this.#restore(handle) : cell.pointer;
  }

  /**
   * A fresh handle for a result of `bytes` bytes of undefined contents.
   * @throws OUT_OF_MEMORY
   */
  result(bytes: number): TensorHandle {
    const cell = {
      pointer: 0,
      bytes,
      lastUse: this.#operation,
      slot: 0,
      serial: 0,
      copy: null,
      copyOffset: 0,
    };
    const handle = new TensorHandle(cell);
    if (bytes <= SMALL_BYTES && this.#nursery.place(cell)) this.#countIn(cell);
    else this.#place(handle);
    this.#results.push(handle);
    return handle;
  }

  /**
   * Memory for the operation that runs.
   * @throws OUT_OF_MEMORY
   */
  scratch(bytes: number): number {
    const pointer = this.#reserve(bytes);
    this.#scratch.push(pointer, bytes);
    this.#scratchBytes += bytes;
    if (this.#scratchBytes > this.#scratchPeak) this.#scratchPeak = this.#scratchBytes;
    return pointer;
  }

  free(handle: TensorHandle): void {
    const cell = handle.cell;
    if (this.#closed) return;
    if (cell.pointer !== 0) this.#remove(cell);
    cell.copy = null;
  }

  /**
   * The first `size` elements of a handle's values: in `into`, an array of `size` elements of the dtype, or a new one.
   * @throws BACKEND_CLOSED, OUT_OF_MEMORY; what was computed before a worker was lost can still be read.
   */
  read(handle: TensorHandle, size: number, dtype: DType, into?: TypedArray): TypedArray {
    if (this.#closed) throw this.#refusal!();
    const { pointer, copy, copyOffset } = handle.cell;
    const isInt = !isFloating(dtype);
    let values = isInt ? this.i32 : this.f32;
    let start = pointer >> 2;
    if (copy !== null) {
      values = isInt ? copy : new Float32Array(copy.buffer);
      start = copyOffset;
    }
    if (into === undefined) return copyOut(values, start, start + size);
    into.set(values.subarray(start, start + size));
    return into;
  }

  /** From now on no operation can begin: each gets this error, unless the heap was closed before. */
  refuse(error: () => Corr2dError): void {
    if (!this.#closed) this.#refusal = error;
  }

  /** Forgets everything, so that the collector can have the memory; operations and reads get this error. */
  close(error: () => Corr2dError): void {
    this.refuse(error);
    this.#closed = true;
    this.#cells = [];
    this.#freeSlots = [];
    this.#queue = new EvictionQueue();
    this.#results.length = 0;
    this.#scratch.length = 0;
    this.#liveHandles = 0;
    this.#liveBytes = 0;
    this.memory = new WebAssembly.Memory({ initial: 0 });
    this.#refreshViews();
  }

  stats(): HeapStats {
    if (this.#results.length > 0 || this.#scratch.length > 0) this.#abandon();
    return {
      liveHandles: this.#liveHandles,
      liveBytes: this.#liveBytes,
      heapBytes: this.#size,
      heapLimitBytes: this.#limit,
      evictedBytes: this.#evictedBytes,
      restoredBytes: this.#restoredBytes,
      scratchPeakBytes: this.#scratchPeak,
    };
  }

  /** Finds room for a cell and lists it in the table. */
  #place(handle: TensorHandle): number {
    const cell = handle.cell;
    cell.pointer = this.#reserve(cell.bytes);
    cell.slot = this.#freeSlots.pop() ?? this.#cells.length;
    this.#cells[cell.slot] = cell;
    this.#countIn(cell);
    if (cell.bytes >= REGISTERED_BYTES) this.#register(handle);
    return cell.pointer;
  }

  /** Gives back a cell's room and its place in the books. */
  #remove(cell: Cell): void {
    if (cell.slot !== IN_NURSERY) {
      this.#allocator.release(cell.pointer, cell.bytes);
      this.#cells[cell.slot] = undefined;
      this.#freeSlots.push(cell.slot);
    }
    cell.pointer = 0;
    this.#countOut(cell);
  }

  #countIn(cell: Cell): void {
    this.#liveHandles++;
    this.#liveBytes += cell.bytes;
  }

  #countOut(cell: Cell): void {
    this.#liveHandles--;
    this.#liveBytes -= cell.bytes;
  }

  /** Brings a cell that was moved out back into the heap. */
  #restore(handle: TensorHandle): number {
    const cell = handle.cell;
    const copy = cell.copy;
    if (copy === null) throw new Corr2dError("INTERNAL", "a handle was used after it was freed");
    const pointer = this.#place(handle);
    const values = copy.subarray(cell.copyOffset, cell.copyOffset + (cell.bytes >> 2));
    this.i32.set(values, pointer >> 2);
    cell.copy = null;
    cell.copyOffset = 0;
    this.#restoredBytes += cell.bytes;
    if (this.#restoredBytes - this.#restoredBefore > this.#softLimit * RESTORED_SHARE) this.#raiseSoftLimit();
    return pointer;
  }

  #reserve(bytes: number): number {
    if (bytes > this.maxBytes) throw this.#outOfMemory(bytes);
    for (;;) {
      const pointer = this.#allocator.allocate(bytes);
      if (pointer !== 0) return pointer;
      while (bytes > this.#softLimit * BLOCK_SHARE && this.#raiseSoftLimit());
      if (this.#grow(bytes) || this.#evict(bytes) || this.#raiseSoftLimit()) continue;
      throw this.#outOfMemory(bytes);
    }
  }

  /** Doubles the soft limit; false where it is the limit. */
  #raiseSoftLimit(): boolean {
    if (this.#softLimit === this.#limit) return false;
    this.#softLimit = Math.min(2 * this.#softLimit, this.#limit);
    this.#restoredBefore = this.#restoredBytes;
    return true;
  }

  /** Grows the memory by at least `bytes`, if it may and the host has that much; false when it did not grow. */
  #grow(bytes: number): boolean {
    const room = (this.#softLimit - this.#size) / PAGE;
    const needed = Math.ceil(classBytes(classOf(bytes)) / PAGE);
    const wanted = Math.max(needed, Math.ceil((this.#size * GROWTH_SHARE) / PAGE), MIN_GROWTH_PAGES);
    for (const pages of [Math.min(wanted, room), Math.min(needed, room)]) {
      if (pages <= 0) return false;
      try {
        this.memory.grow(pages);
      } catch {
        continue; // The host has less: what there is must do.
      }
      this.#allocator.extend(this.#size - END_BYTES, pages * PAGE);
      this.#size += pages * PAGE;
      this.#refreshViews();
      return true;
    }
    return false;
  }

  /** Moves the least recently used cells out; false when every cell is in use. */
  #evict(bytes: number): boolean {
    const goal = Math.max(bytes, this.#size * EVICTION_SHARE);
    let moved = 0;
    while (moved < goal) {
      const cell = this.#queue.next(this.#cells, this.#operation);
      if (cell === undefined) break;
      cell.copy = copyOut(this.i32, cell.pointer >> 2, (cell.pointer + cell.bytes) >> 2);
      this.#remove(cell);
      moved += cell.bytes;
    }
    this.#evictedBytes += moved;
    return moved > 0;
  }

  #outOfMemory(bytes: number): Corr2dError {
    const refused = this.#size < this.#limit ? ", and the host gave no more than that" : "";
    return new Corr2dError(
      "OUT_OF_MEMORY",
      `one operation needs ${mebibytes(bytes)} beside its operands, and the heap of ${mebibytes(this.#limit)} cannot ` +
        `hold that (it has ${mebibytes(this.#size)} now${refused}). Give the backend a larger heapMiB, or compute in ` +
        "smaller batches.",
      { bytes, heapBytes: this.#size, heapLimitBytes: this.#limit },
    );
  }

  #refreshViews(): void {
    this.f32 = new Float32Array(this.memory.buffer);
    this.i32 = new Int32Array(this.memory.buffer);
  }

  #releaseScratch(): void {
    for (let i = 0; i < this.#scratch.length; i += 2) {
      this.#allocator.release(this.#scratch[i]!, this.#scratch[i + 1]!);
    }
    this.#scratch.length = 0;
    this.#scratchBytes = 0;
  }

  /** Cleans up after an operation that failed. */
  #abandon(): void {
    for (const handle of this.#results) this.free(handle);
    this.end();
  }

  #register(handle: TensorHandle): void {
    if (this.#registrations >= MAX_REGISTRATIONS) return;
    this.#registrations++;
    handle.cell.serial = this.#serial = (this.#serial + 1) % TOKEN_SLOTS;
    this.#registry.register(handle, handle.cell.slot + handle.cell.serial * TOKEN_SLOTS);
  }

  /** A registered handle was collected: its room is free, unless it was given back before. */
  #collected(token: number): void {
    this.#registrations--;
    const cell = this.#cells[token % TOKEN_SLOTS];
    if (cell !== undefined && cell.serial === Math.floor(token / TOKEN_SLOTS)) this.#remove(cell);
  }
}
