/**
 * Layer 1: data of sizes at which memory is handed over, mapped or cut into pieces instead of copied (§2.2, §2.3, §2.8):
 * what the caller and the reader do with their arrays must still not be seen.
 */
import { arrayOf, type Backend, type DType, type TypedArray } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { check, expectBits } from "../compare.ts";
import { allSizesFor } from "./sizes.ts";
import { DTYPES } from "./support.ts";

/** From some 16 KiB to 1 MiB, and to 4 MiB for float32; each a little past a power of two. */
const LARGE = [4099, 16_385, 65_537, 262_147];
const LARGEST = 1_048_579;

/** The validated run keeps and compares every value: it does with less. */
function sizesFor({ validated }: Context, dtype: DType): readonly number[] {
  if (validated) return LARGE.slice(0, 3);
  return dtype === "float32" ? [...LARGE, LARGEST] : LARGE;
}

/** 0, 1, 2, … in an array of its own. */
function counting(dtype: DType, size: number): TypedArray {
  const out = arrayOf(dtype, size);
  for (let i = 0; i < size; i++) out[i] = i;
  return out;
}

function expectCounting(what: string, data: ArrayLike<number>, size: number): void {
  check(data.length === size, `${what}: ${data.length} elements, expected ${size}`);
  for (let i = 0; i < size; i++) {
    if (data[i] !== i) throw new Error(`${what}[${i}] of ${size}: got ${data[i]}, expected ${i}`);
  }
}

function storageCases(dtype: DType): Case[] {
  const uploading = { ...requiring(dtype), covers: { member: "upload", dtype } } as const;
  const reading = { ...requiring(dtype), covers: { member: "read", dtype } } as const;
  return [
    {
      id: `upload/${dtype}/sizes`,
      clause: "§2.3",
      ...uploading,
      async run(context) {
        const { backend } = context;
        for (const size of allSizesFor(context, dtype)) {
          const handle = backend.upload(counting(dtype, size));
          expectCounting("read", await backend.read(handle, size, dtype), size);
          backend.free(handle);
        }
      },
    },
    {
      id: `upload/${dtype}/large-copies`,
      clause: "§2.2",
      ...uploading,
      async run(context) {
        const { backend } = context;
        for (const size of sizesFor(context, dtype)) {
          const data = counting(dtype, size);
          const handle = backend.upload(data);
          data.fill(-1); // at once: nothing may still look at it
          const negative = backend.unary("neg", handle, size, dtype);
          data.fill(-2);
          const read = await backend.read(handle, size, dtype);
          data.fill(-3);
          expectCounting("after the caller wrote into its array", read, size);
          const computed = (await backend.read(negative, size, dtype)).map((value) => -value);
          expectCounting("what was computed from it, negated", computed, size);
          backend.free(handle);
          backend.free(negative);
        }
      },
    },
    {
      id: `upload/${dtype}/large-parts-of-a-buffer`,
      clause: "§2.2",
      ...uploading,
      async run(context) {
        const { backend } = context;
        for (const size of sizesFor(context, dtype)) {
          const whole = arrayOf(dtype, size + 12).fill(-1);
          const part = whole.subarray(3, size + 3);
          part.set(counting(dtype, size));
          const handle = backend.upload(part);
          whole.fill(-2);
          expectCounting("a part of a buffer", await backend.read(handle, size, dtype), size);
          check(part.length === size && part[0] === -2, "upload took the caller's buffer away");
          backend.free(handle);
        }
      },
    },
    {
      id: `read/${dtype}/large-copies`,
      clause: "§2.3",
      ...reading,
      run: (context) =>
        readCase(context, dtype, (backend, handle, size) => backend.read(handle, size, dtype)),
    },
    {
      id: `readSync/${dtype}/large-copies`,
      clause: "§2.8",
      requires: ["syncRead", ...(requiring(dtype).requires ?? [])],
      run: (context) =>
        readCase(context, dtype, (backend, handle, size) => backend.readSync!(handle, size, dtype)),
    },
  ];
}

/** Each read's array is the reader's own: written into, kept past `free`, given away. */
async function readCase(
  context: Context,
  dtype: DType,
  read: (backend: Backend, handle: unknown, size: number) => TypedArray | Promise<TypedArray>,
): Promise<void> {
  const { backend } = context;
  for (const size of sizesFor(context, dtype)) {
    const handle = backend.upload(counting(dtype, size));
    const [first, second] = [await read(backend, handle, size), await read(backend, handle, size)];
    first.fill(-1);
    expectCounting("a second read, after the first's array was written into", second, size);
    expectCounting("a third", await read(backend, handle, size), size);
    if (second.buffer instanceof ArrayBuffer && second.byteLength === second.buffer.byteLength) {
      structuredClone(second.buffer, { transfer: [second.buffer] }); // given away, as to a worker
    }
    const kept = await read(backend, handle, size);
    backend.free(handle);
    const other = backend.upload(arrayOf(dtype, size).fill(-5)); // may take the memory just freed
    const negative = backend.unary("neg", other, size, dtype);
    expectCounting("a read kept past free", kept, size);
    kept.fill(-6);
    expectBits("what took the memory", (await read(backend, negative, size)).subarray(size - 1), [5]);
    backend.free(other);
    backend.free(negative);
  }
}

/** Many large reads at once, of one value and of several, all freed before they are there. */
const pendingReads: Case = {
  id: "read/large-pending-reads",
  clause: "§10.4",
  async run({ backend }) {
    const reads: Promise<TypedArray>[] = [];
    for (let i = 0; i < 6; i++) {
      const x = backend.upload(new Float32Array(70_001).fill(i));
      reads.push(backend.read(x, 70_001, "float32"), backend.read(x, 70_001, "float32"));
      backend.free(x);
    }
    const arrays = await Promise.all(reads);
    for (const [i, data] of arrays.entries()) {
      const value = Math.floor(i / 2);
      check(
        data.length === 70_001 && data.every((x) => x === value),
        `read ${i} does not hold ${value} throughout`,
      );
      data.fill(-1);
    }
  },
};

export const cases: readonly Case[] = [...DTYPES.flatMap(storageCases), pendingReads];
