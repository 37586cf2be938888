/**
 * The dtypes as a table: everything that depends on what a dtype is reads it here, so that a new one is a row (and
 * the kernels of the backends that declare it).
 */
import type { DType, TypedArray } from "./backend.ts";
import { Corr2dError } from "./errors.ts";

/** What a dtype's array class can do. */
export interface TypedArrayClass {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (size: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, size?: number): TypedArray;
}

export interface DTypeRow {
  /** The array class that `upload` takes and `read` gives. */
  readonly array: TypedArrayClass;
  /** Bytes per element. */
  readonly bytes: number;
  /** Whether it holds fractions, and so gradients. */
  readonly floating: boolean;
  /** As PyTorch prints it. */
  readonly torchName: string;
  /** As PyTorch calls it in messages, and the tensor method that casts to it. */
  readonly torchShort: string;
}

/** The row of a dtype that holds fractions. */
export interface FloatRow extends DTypeRow {
  readonly floating: true;
  /** The distance from 1 to the next number. */
  readonly epsilon: number;
  /** The nearest number of the dtype. */
  readonly round: (value: number) => number;
}

/** The row of a dtype of whole numbers. */
export interface IntegerRow extends DTypeRow {
  readonly floating: false;
}

export const DTYPES: {
  readonly float32: FloatRow;
  readonly float64: FloatRow;
  readonly int32: IntegerRow;
} = {
  float32: {
    array: Float32Array,
    bytes: 4,
    floating: true,
    epsilon: 2 ** -23,
    round: Math.fround,
    torchName: "torch.float32",
    torchShort: "float",
  },
  float64: {
    array: Float64Array,
    bytes: 8,
    floating: true,
    epsilon: Number.EPSILON,
    round: (value) => value,
    torchName: "torch.float64",
    torchShort: "double",
  },
  int32: { array: Int32Array, bytes: 4, floating: false, torchName: "torch.int32", torchShort: "int" },
};

/** The dtypes that hold fractions. */
export type FloatDType = {
  [D in DType]: (typeof DTYPES)[D]["floating"] extends true ? D : never;
}[DType];

/** Every dtype. */
export const DTYPE_NAMES: readonly DType[] = /* @__PURE__ */ Object.keys(DTYPES) as DType[];

/** Whether elements of the dtype can be fractions (and tensors of it have gradients). */
export function isFloating(dtype: DType): dtype is FloatDType {
  return DTYPES[dtype].floating;
}

/** Bytes per element. */
export function bytesOf(dtype: DType): number {
  return DTYPES[dtype].bytes;
}

/**
 * A new array for `size` elements.
 * @throws OUT_OF_MEMORY where the host has no room for it.
 */
export function arrayOf(dtype: DType, size: number): TypedArray {
  try {
    return new DTYPES[dtype].array(size);
  } catch (cause) {
    throw new Corr2dError(
      "OUT_OF_MEMORY",
      `the host has no room for ${size} elements of ${dtype} (${size * DTYPES[dtype].bytes} bytes)`,
      {},
      { cause },
    );
  }
}

/** Each dtype by its array class' name. */
const BY_CLASS: Readonly<Record<string, DType>> = /* @__PURE__ */ Object.fromEntries(
  DTYPE_NAMES.map((dtype) => [DTYPES[dtype].array.name, dtype]),
);

/** The dtype whose array class this is, also of another realm (a frame, a vm context); null where there is none. */
export function dtypeOf(data: ArrayBufferView): DType | null {
  return BY_CLASS[(data as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? ""] ?? null;
}
