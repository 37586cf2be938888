/**
 * The pool, giving nothing but fresh memory that is filled with a pattern, in a buffer of its own with bands on both sides.
 * A test puts it in the pool's place: `vi.mock(import("../src/buffers.ts"), …)`.
 */
import type { DType, TypedArray } from "@corr2d/core";
import type { BufferPool } from "../src/buffers.ts";

const BAND_BYTES = 64;

export interface PatternedPool extends BufferPool {
  /** Forgets what was given. @throws Error when the bands around it were written to. */
  renew(): void;
}

/** The next pool's pattern, and the last pool that was made. */
export const pools: { pattern: number; latest?: PatternedPool } = { pattern: 0 };

/** The pool's class, made so. */
export function patterned(Original: typeof BufferPool): typeof BufferPool {
  return class extends Original implements PatternedPool {
    readonly #pattern = pools.pattern;
    readonly #given: TypedArray[] = [];

    constructor() {
      super(0);
      pools.latest = this;
    }

    override take(operation: string, dtype: DType, size: number): TypedArray {
      return this.#banded(super.take(operation, dtype, size));
    }

    override borrow(size: number): Float64Array {
      return this.#banded(super.borrow(size));
    }

    override borrowTable(size: number): Int32Array {
      return this.#banded(super.borrowTable(size));
    }

    renew(): void {
      for (const { buffer, byteOffset, byteLength } of this.#given.splice(0)) {
        for (const start of [0, byteOffset + byteLength]) {
          const band = new Int32Array(buffer, start, BAND_BYTES >> 2);
          if (band.every((word) => word === this.#pattern)) continue;
          throw new Error(
            `something was written ${start === 0 ? "before" : "behind"} an array that the pool gave`,
          );
        }
      }
    }

    #banded<Given extends TypedArray>(array: Given): Given {
      const buffer = new ArrayBuffer(BAND_BYTES + array.byteLength + BAND_BYTES);
      new Int32Array(buffer).fill(this.#pattern);
      const kind = array.constructor as new (...args: [ArrayBuffer, number, number]) => Given;
      const given = new kind(buffer, BAND_BYTES, array.length);
      this.#given.push(given);
      return given;
    }
  };
}
