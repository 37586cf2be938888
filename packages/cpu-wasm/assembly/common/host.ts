/**
 * What drivers have of the main thread's JavaScript: the settings of the backend, scratch memory, and the
 * threads that share a kernel's chunks. Drivers lay out an operation: they choose kernels, cut the work into
 * chunks, fill tables and argument blocks. They run on the main thread only; kernels run on all.
 */

/** A kernel that works on the chunks [begin, end) of its grid; `args` points to its argument block. */
export type Kernel = (args: usize, begin: i32, end: i32) => void;

/** The argument block of the kernel that runs, up to 256 slots; src/layout.ts says what lies beside it. */
export const ARGUMENTS: usize = 1024;

/** Where JavaScript writes the shapes that a driver reads, and drivers keep lists of axes: integers. */
const DIMENSIONS: usize = 2048;

@inline
export function dim(index: i32): i32 {
  return load<i32>(DIMENSIONS + ((<usize>index) << 2));
}

@inline
export function setDim(index: i32, value: i32): void {
  store<i32>(DIMENSIONS + ((<usize>index) << 2), value);
}

/** Index of the first dimension that is the drivers'. */
export const LIST = 128;

/** The backend's option `winograd`. */
export const enum Winograd {
  OFF,
  DEFAULT,
  LARGE,
}

export let winograd: Winograd = Winograd.DEFAULT;
/** Whether multiply-adds are fused (relaxed SIMD). */
export let relaxed: bool = false;
/** Threads that share chunks, this one included. */
export let threads: i32 = 1;
/** From so much work on they do. */
let leastShared: f64 = Infinity;

export function configure(
  winogradOption: Winograd,
  isRelaxed: bool,
  threadCount: i32,
  leastSharedWork: f64,
): void {
  winograd = winogradOption;
  relaxed = isRelaxed;
  threads = threadCount;
  leastShared = leastSharedWork;
}

@external("env", "scratch")
declare function allocateScratch(bytes: f64): usize;
@external("env", "share")
declare function shareChunks(kernel: i32, chunks: i32): void;

/** Writes a slot of the argument block: an integer or a pointer. */
@inline
export function set<T>(slot: i32, value: T): void {
  store<T>(ARGUMENTS + ((<usize>slot) << 2), value);
}

/**
 * Runs all of a kernel's chunks, which is about `work` operations; returns when they are done. There may be
 * none.
 */
export function run(kernel: Kernel, chunks: i32, work: f64): void {
  if (chunks == 0) return;
  if (work < leastShared) kernel(ARGUMENTS, 0, chunks);
  else shareChunks(kernel.index, chunks);
}

/** How much scratch memory the operation has asked for, and where it lies. */
let reserved: f64 = 0;
let base: usize = 0;

/**
 * Asks for scratch memory; gives its offset, which `at` turns into a pointer after `allocate`. Pieces begin
 * at multiples of 64 bytes, and kernels may read, never use, a vector beyond their end.
 */
export function reserve(bytes: f64): usize {
  const offset = <usize>reserved;
  reserved += ceil((bytes + 16) / 64) * 64;
  return offset;
}

/** Gets all that was reserved, from JavaScript, which throws when there is not so much. */
export function allocate(): void {
  const bytes = reserved;
  reserved = 0;
  base = allocateScratch(bytes);
}

export function at(offset: usize): usize {
  return base + offset;
}

/** ⌈a / b⌉ of positive numbers. */
@inline
export function ceilDiv(a: i32, b: i32): i32 {
  return (a + b - 1) / b;
}

@inline
export function bytes(floats: i32): i32 {
  return floats << 2;
}
