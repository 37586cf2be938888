/**
 * What a mutant is: a correct backend with one deliberate bug, and the case that must catch it.
 *
 * A suite that was never seen red proves nothing. A mutant replaces a few members of a backend; `killedBy` names
 * the case (not just any case) that has to fail.
 */
import type { Backend, DType, TypedArray } from "@corr2d/core";

type Members = Partial<Backend>;

export interface Mutant {
  readonly name: string;
  readonly killedBy: string;
  readonly mutate: (right: Backend) => Members;
}

/** Elements of a handle, copied. */
export const elements = (right: Backend, handle: unknown, size: number, dtype: DType): TypedArray =>
  right.readSync!(handle, size, dtype);

/** Where cpu-js keeps a handle's elements: for bugs that write where they must not. */
export const memory = (handle: unknown): TypedArray => (handle as { data: TypedArray }).data;
