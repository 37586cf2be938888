/** Typed arrays in checkpoints, as a table: the class of each, and the dtype that keeps its bits in a file. */

export type AnyArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

interface ArrayRow {
  readonly dtype: string;
  readonly over: (buffer: ArrayBufferLike) => AnyArray;
}

const ARRAYS: Readonly<Record<string, ArrayRow>> = {
  Int8Array: { dtype: "I8", over: (buffer) => new Int8Array(buffer) },
  Uint8Array: { dtype: "U8", over: (buffer) => new Uint8Array(buffer) },
  Uint8ClampedArray: { dtype: "U8", over: (buffer) => new Uint8ClampedArray(buffer) },
  Int16Array: { dtype: "I16", over: (buffer) => new Int16Array(buffer) },
  Uint16Array: { dtype: "U16", over: (buffer) => new Uint16Array(buffer) },
  Int32Array: { dtype: "I32", over: (buffer) => new Int32Array(buffer) },
  Uint32Array: { dtype: "U32", over: (buffer) => new Uint32Array(buffer) },
  Float32Array: { dtype: "F32", over: (buffer) => new Float32Array(buffer) },
  Float64Array: { dtype: "F64", over: (buffer) => new Float64Array(buffer) },
  BigInt64Array: { dtype: "I64", over: (buffer) => new BigInt64Array(buffer) },
  BigUint64Array: { dtype: "U64", over: (buffer) => new BigUint64Array(buffer) },
};

/** The row of a class by its name; null for one that is not known. */
export const rowOf = (name: unknown): ArrayRow | null =>
  typeof name === "string" && Object.hasOwn(ARRAYS, name) ? ARRAYS[name]! : null;

/** The name of a typed array's class, also of another realm (a Buffer is a Uint8Array); null for what is none of the table. */
export function arrayNameOf(value: unknown): string | null {
  if (!ArrayBuffer.isView(value)) return null;
  const name = (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag];
  return rowOf(name) === null ? null : (name as string);
}
