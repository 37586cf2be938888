/**
 * Where things lie in the first 64 KiB of the WebAssembly memory; the heap begins after them.
 *
 * 0 is never handed out, so that 0 can mean "no operand". The kernels' own constants begin at 4096
 * (`--memoryBase` in scripts/build-wasm.mjs).
 */

/** The window of a correlation or a pool (assembly/common/window.ts). */
export const WINDOW: number = 64;

/** The argument block of the kernel that runs: i32 slots, floats bit-cast. */
export const ARGUMENTS: number = 1024;

/** Where shapes are written for a driver to read (assembly/common/host.ts): integers. */
export const DIMENSIONS: number = 2048;

/** The threads' control block (`team.ts`). */
export const CONTROL: number = 3072;

/** The first byte of the heap. */
export const HEAP_START: number = 65536;

/** Bytes of a WebAssembly page. */
export const PAGE: number = 65536;
