/**
 * Layer 1: what comes back by each way out (§2.3, §2.8): read and readSync, into an array of their own or the caller's, bit
 * by bit, at sizes for which a backend may have ways of its own.
 */
import { arrayOf, type CompleteBackend, type DType, type TypedArray } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { check, expectBits } from "../compare.ts";
import { awaitedLater } from "../rejections.ts";
import { allSizesFor } from "./sizes.ts";
import { DTYPES } from "./support.ts";
import { anyBits, DELICATE } from "./values.ts";

/** What stands around the part of a buffer that is read into. */
const GUARD = 7;

/** An array of `size` in the middle of a larger buffer, which is full of guards. */
function guarded(dtype: DType, size: number): { readonly into: TypedArray; readonly whole: TypedArray } {
  const whole = arrayOf(dtype, size + 5).fill(GUARD);
  return { whole, into: whole.subarray(2, size + 2) };
}

function expectGuards(what: string, whole: TypedArray): void {
  const guards = [...whole.subarray(0, 2), ...whole.subarray(-3)];
  check(
    guards.every((value) => value === GUARD),
    `${what}: what lies around the array was written into`,
  );
}

type Read = (
  backend: CompleteBackend,
  handle: unknown,
  size: number,
  dtype: DType,
  into?: TypedArray,
) => Promise<TypedArray> | TypedArray;

const WAYS: Readonly<Record<"read" | "readSync", Read>> = {
  read: (backend, ...args) => backend.read(...args),
  readSync: (backend, ...args) => backend.readSync!(...args),
};

/** From a few elements to 280 and 560 KiB; a case tries delicate values at each. */
const SIZES = [DELICATE.float64.length, 64, 257, 4099, 70_001];

function wayCases(way: keyof typeof WAYS, dtype: DType): Case[] {
  const read = WAYS[way];
  const common = {
    clause: way === "read" ? "§2.3" : "§2.8",
    requires: [...(way === "readSync" ? ["syncRead"] : []), ...(requiring(dtype).requires ?? [])],
    covers: { member: "read", dtype },
  } as const;
  return [
    {
      id: `${way}/${dtype}/bits`,
      ...common,
      async run({ backend, random }) {
        for (const size of SIZES) {
          const data = anyBits(random, dtype, size);
          const handle = backend.upload(data);
          expectBits(`${size} elements`, await read(backend, handle, size, dtype), data);
          backend.free(handle);
        }
      },
    },
    {
      id: `${way}/${dtype}/into,bits`,
      ...common,
      async run({ backend, random }) {
        for (const size of SIZES) {
          const data = anyBits(random, dtype, size);
          const handle = backend.upload(data);
          const { into, whole } = guarded(dtype, size);
          check(
            (await read(backend, handle, size, dtype, into)) === into,
            `${way} gave another array than the one to read into`,
          );
          expectBits(`${size} elements read into an array`, into, data);
          expectGuards(`${size} elements`, whole);
          backend.free(handle);
        }
      },
    },
    {
      id: `${way}/${dtype}/sizes`,
      ...common,
      plainOnly: true,
      async run(context) {
        const { backend } = context;
        for (const size of allSizesFor(context, dtype)) {
          const data = arrayOf(dtype, size).map((_, i) => i) as TypedArray;
          const handle = backend.upload(data);
          const { into, whole } = guarded(dtype, size);
          expectBits(`${size} elements`, await read(backend, handle, size, dtype), data);
          await read(backend, handle, size, dtype, into);
          expectBits(`${size} elements read into an array`, into, data);
          expectGuards(`${size} elements`, whole);
          backend.free(handle);
        }
      },
    },
  ];
}

const LATER = 5; // milliseconds, in which what is late may still come

/** Many reads into arrays at once, their handles freed; the arrays are the reader's own as soon as they are filled. */
async function pendingInto({ backend, random }: Context, dtype: DType): Promise<void> {
  const pending = [13, 70_001, 300, 4099, 13].map((size) => {
    const data = anyBits(random, dtype, size);
    const handle = backend.upload(data);
    const into = arrayOf(dtype, size);
    const read = backend.read(handle, size, dtype, into);
    const plain = backend.read(handle, size, dtype);
    backend.free(handle);
    backend.free(backend.upload(arrayOf(dtype, size).fill(77)));
    return { data, into, both: awaitedLater(Promise.all([read, plain])) };
  });
  const all = await Promise.all(pending.map(({ both }) => both));
  for (const [i, { data, into }] of pending.entries()) {
    check(all[i]![0] === into, `read ${i} gave another array than the one to read into`);
    expectBits(`read ${i}, into an array`, into, data);
    expectBits(`read ${i}, into none`, all[i]![1], data);
    into.fill(GUARD);
  }
  const other = backend.upload(arrayOf(dtype, 70_001).fill(3));
  await backend.read(other, 70_001, dtype);
  await new Promise((resolve) => setTimeout(resolve, LATER));
  for (const [i, { into }] of pending.entries()) {
    check(
      into.every((value) => value === GUARD),
      `read ${i} touched its array after it had been filled`,
    );
  }
}

export const cases: readonly Case[] = DTYPES.flatMap((dtype) => [
  ...wayCases("read", dtype),
  ...wayCases("readSync", dtype),
  {
    id: `read/${dtype}/into,pending`,
    clause: "§2.3",
    ...requiring(dtype),
    covers: { member: "read", dtype },
    run: (context) => pendingInto(context, dtype),
  } satisfies Case,
]);
