/**
 * Sizes of heap blocks: every request is rounded up to one of about 190 classes, so that freed blocks are found
 * again by the next request of a similar size.
 *
 * Multiples of 64 bytes (a cache line) up to 1 KiB, then eight classes to each doubling: at most 12.5 % is lost.
 * This is the two-level scheme of Masmano et al. 2004, "TLSF: a New Dynamic Memory Allocator for Real-Time Systems".
 */

/** Granule and alignment of every block, in bytes. */
const GRANULE_BITS = 6;
/** Above 2 ^ 10 bytes the classes are no longer multiples of the granule. */
const LINEAR_BITS = 10;
const LINEAR_CLASSES: number = 1 << (LINEAR_BITS - GRANULE_BITS);
/** 2 ^ 3 classes to a doubling. */
const STEP_BITS = 3;

/** The smallest class that holds `bytes` (0 ≤ bytes ≤ 2 ^ 31). */
export function classOf(bytes: number): number {
  if (bytes <= 64) return 0;
  const last = bytes - 1;
  if (last < 1 << LINEAR_BITS) return last >> GRANULE_BITS;
  const exponent = 31 - Math.clz32(last);
  const step = (last >> (exponent - STEP_BITS)) & ((1 << STEP_BITS) - 1);
  return LINEAR_CLASSES + ((exponent - LINEAR_BITS) << STEP_BITS) + step;
}

/** Bytes of a block of class `index`. */
export function classBytes(index: number): number {
  if (index < LINEAR_CLASSES) return (index + 1) << GRANULE_BITS;
  const doubling = (index - LINEAR_CLASSES) >> STEP_BITS;
  const step = (index - LINEAR_CLASSES) & ((1 << STEP_BITS) - 1);
  return ((1 << STEP_BITS) + step + 1) * 2 ** (doubling + LINEAR_BITS - STEP_BITS);
}

/** The largest class whose blocks fit into `bytes` (a multiple of 64, at least 64). */
export function classWithin(bytes: number): number {
  const index = classOf(bytes);
  return classBytes(index) === bytes ? index : index - 1;
}

/** Number of classes: the last one holds 2 GiB. */
export const CLASSES: number = classOf(2 ** 31) + 1;
