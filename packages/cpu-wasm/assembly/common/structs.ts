/**
 * Structs in memory: classes that are `@unmanaged` are addresses with names for what lies there. Argument
 * blocks are such structs, since the memory is what threads share.
 */
import { ARGUMENTS } from "./layout";

/** The argument block of the next kernel, for its driver to fill. */
@inline
export function argumentsOf<T>(): T {
  return changetype<T>(ARGUMENTS);
}

/** Bytes of a struct in a list. */
@inline
function sizeOf<T>(): usize {
  return (offsetof<T>() + 3) & ~3;
}

/** Struct `index` of a list. */
@inline
export function item<T>(list: usize, index: i32): T {
  return changetype<T>(list + <usize>index * sizeOf<T>());
}

/** What lies behind a struct: a list, or another struct. */
@inline
export function behind<T>(struct: T): usize {
  return changetype<usize>(struct) + sizeOf<T>();
}
