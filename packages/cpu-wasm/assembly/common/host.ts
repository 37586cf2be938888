/**
 * What drivers have of the main thread's JavaScript: the settings of the backend, scratch memory, and the
 * threads that share a kernel's chunks. Drivers lay out an operation: they choose kernels, cut the work into
 * chunks, fill tables and argument blocks. They run on the main thread only; kernels run on all.
 */
import { Winograd } from "../correlation/operations";
import { ARGUMENTS, DIMENSIONS, SETTINGS as SETTINGS_AT } from "./layout";

/** Element `index` of the shapes that JavaScript wrote. */
@inline
export function dim(index: i32): i32 {
  return load<i32>(DIMENSIONS + ((<usize>index) << 2));
}

@inline
export function setDim(index: i32, value: i32): void {
  store<i32>(DIMENSIONS + ((<usize>index) << 2), value);
}

/** The settings of the backend, in the memory like all that JavaScript gives: it does so once. */
@unmanaged
export class Settings {
  leastShared: f64;
  winograd: Winograd;
  /** Threads that share chunks, this one included. */
  threads: i32;
  /** Whether multiply-adds are fused (relaxed SIMD). */
  relaxed: bool;
}

export const SETTINGS = changetype<Settings>(SETTINGS_AT);

/** Writes the settings. `leastShared`: from so much work on, threads share chunks. */
export function configure(winograd: Winograd, relaxed: bool, threads: i32, leastShared: f64): void {
  SETTINGS.winograd = winograd;
  SETTINGS.relaxed = relaxed;
  SETTINGS.threads = threads;
  SETTINGS.leastShared = leastShared;
}

@external("env", "scratch")
declare function allocateScratch(bytes: f64): usize;
@external("env", "share")
declare function shareChunks(kernel: i32, chunks: i32): void;

/** A kernel: works on the chunks [begin, end) of its grid, by its argument block. */
type Kernel = (args: usize, begin: i32, end: i32) => void;

function runChunks(kernel: Kernel, chunks: i32, work: f64): void {
  if (chunks == 0) return;
  if (work < SETTINGS.leastShared) kernel(ARGUMENTS, 0, chunks);
  else shareChunks(kernel.index, chunks);
}

/**
 * Runs all of a kernel's chunks, which is about `work` operations; returns when they are done. There may be
 * none. The argument block of `T` is filled.
 */
@inline
export function run<T>(kernel: (args: T, begin: i32, end: i32) => void, chunks: i32, work: f64): void {
  runChunks(changetype<Kernel>(kernel), chunks, work);
}

/**
 * Scratch memory of an operation: pieces are reserved one after the other, and then all got at once. A
 * piece's offset is turned into an address by adding what `allocate` gives.
 */
@unmanaged
export class Scratch {
  bytes: f64;

  /**
   * Asks for a piece; gives its offset. Pieces begin at multiples of 64 bytes, and kernels may read, never
   * use, a vector beyond their end.
   */
  reserve(bytes: f64): usize {
    const offset = <usize>this.bytes;
    this.bytes += ceil((bytes + 16) / 64) * 64;
    return offset;
  }

  /**
   * Gets all that was reserved, from JavaScript, which throws when there is not so much; gives where it
   * begins.
   */
  allocate(): usize {
    return allocateScratch(this.bytes);
  }
}

const SCRATCH = changetype<Scratch>(memory.data(8));

/** Begins an operation's scratch memory; before it is allocated, no other may begin. */
export function newScratch(): Scratch {
  SCRATCH.bytes = 0;
  return SCRATCH;
}

/** ⌈a / b⌉ for a ≥ 0 and b > 0, whose sum may be beyond 31 bits. */
@inline
export function ceilDiv(a: i32, b: i32): i32 {
  return <i32>((<u32>a + <u32>b - 1) / <u32>b);
}

@inline
export function bytes(floats: i32): i32 {
  return floats << 2;
}
