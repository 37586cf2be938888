/**
 * The dtypes as a table: everything that depends on what a dtype is reads it here, so that a new one is a row (and
 * the kernels of the backends that declare it).
 *
 * `DTYPES` are those of the contract. Tensors have one more, `bool`, which backends never hear of: core keeps it in int32
 * handles, as 0 and 1.
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

/** What the elements of a tensor can be. */
export type TensorDType = DType | "bool";

/** What kinds of elements there are. Of two, promotion takes the higher. */
export const KINDS = { bool: 0, integer: 1, floating: 2 } as const;

/** What there is to know of a dtype. */
export interface DTypeRow {
  /** The array class that `upload` takes and `read` gives. */
  readonly array: TypedArrayClass;
  /** Bytes per element. */
  readonly bytes: number;
  /** The kind of its elements, one of `KINDS`. Those that are floating hold fractions, and so gradients. */
  readonly kind: (typeof KINDS)[keyof typeof KINDS];
  /** What it is to a backend. */
  readonly storedAs: DType;
  /** As PyTorch prints it. */
  readonly torchName: string;
  /** As PyTorch calls it in messages, and the tensor method that casts to it. */
  readonly torchShort: string;
}

/** The row of a dtype that holds fractions. */
export interface FloatRow extends DTypeRow {
  readonly kind: typeof KINDS.floating;
  /** The distance from 1 to the next number. */
  readonly epsilon: number;
  /** The largest finite number. */
  readonly largest: number;
  /** The nearest number of the dtype. */
  readonly round: (value: number) => number;
}

/** The row of a dtype of whole numbers. */
export interface IntegerRow extends DTypeRow {
  readonly kind: typeof KINDS.integer;
}

/** The row of truth values. */
export interface BoolRow extends DTypeRow {
  readonly kind: typeof KINDS.bool;
}

/** The dtypes of the contract, each with what there is to know of it. */
export const DTYPES: {
  readonly float32: FloatRow;
  readonly float64: FloatRow;
  readonly int32: IntegerRow;
} = {
  float32: {
    array: Float32Array,
    bytes: 4,
    kind: KINDS.floating,
    storedAs: "float32",
    epsilon: 2 ** -23,
    largest: (2 - 2 ** -23) * 2 ** 127,
    round: Math.fround,
    torchName: "torch.float32",
    torchShort: "float",
  },
  float64: {
    array: Float64Array,
    bytes: 8,
    kind: KINDS.floating,
    storedAs: "float64",
    epsilon: Number.EPSILON,
    largest: Number.MAX_VALUE,
    round: (value) => value,
    torchName: "torch.float64",
    torchShort: "double",
  },
  int32: {
    array: Int32Array,
    bytes: 4,
    kind: KINDS.integer,
    storedAs: "int32",
    torchName: "torch.int32",
    torchShort: "int",
  },
};

/** The dtypes of tensors. */
export const TENSOR_DTYPES: typeof DTYPES & { readonly bool: BoolRow } = {
  ...DTYPES,
  bool: {
    array: Int32Array,
    bytes: 4,
    kind: KINDS.bool,
    storedAs: "int32",
    torchName: "torch.bool",
    torchShort: "bool",
  },
};

/** The dtypes that hold fractions. */
export type FloatDType = {
  [D in DType]: (typeof DTYPES)[D] extends FloatRow ? D : never;
}[DType];

/** Every dtype of the contract. */
export const DTYPE_NAMES: readonly DType[] = /* @__PURE__ */ Object.keys(DTYPES) as DType[];

/** Whether elements of the dtype can be fractions (and tensors of it have gradients). */
export function isFloating(dtype: TensorDType): dtype is FloatDType {
  return TENSOR_DTYPES[dtype].kind === KINDS.floating;
}

/** Whether elements of the dtype are truth values. (Asked several times per operation: no look-up by name.) */
export function isBool(dtype: TensorDType): dtype is "bool" {
  return dtype === "bool";
}

/** The dtype as backends have it. */
export function storedAs(dtype: TensorDType): DType {
  return isBool(dtype) ? TENSOR_DTYPES[dtype].storedAs : dtype;
}

/** The dtype that holds both: of the higher kind, and of one kind the larger. */
export function widerDtype(a: TensorDType, b: TensorDType): TensorDType {
  const [left, right] = [TENSOR_DTYPES[a], TENSOR_DTYPES[b]];
  if (left.kind !== right.kind) return left.kind > right.kind ? a : b;
  return left.bytes < right.bytes ? b : a;
}

/** Bytes per element. */
export function bytesOf(dtype: TensorDType): number {
  return TENSOR_DTYPES[dtype].bytes;
}

/**
 * A new array for `size` elements.
 * @throws OUT_OF_MEMORY where the host has no room for it.
 */
export function arrayOf(dtype: TensorDType, size: number): TypedArray {
  try {
    return new TENSOR_DTYPES[dtype].array(size);
  } catch (cause) {
    throw new Corr2dError(
      "OUT_OF_MEMORY",
      `the host has no room for ${size} elements of ${dtype} (${size * TENSOR_DTYPES[dtype].bytes} bytes)`,
      {},
      { cause },
    );
  }
}

/** Each dtype of the contract by its array class' name. */
const BY_CLASS: Readonly<Record<string, DType>> = /* @__PURE__ */ Object.fromEntries(
  DTYPE_NAMES.map((dtype) => [DTYPES[dtype].array.name, dtype]),
);

/** The dtype whose array class this is, also of another realm (a frame, a vm context); null where there is none. */
export function dtypeOf(data: ArrayBufferView): DType | null {
  return BY_CLASS[(data as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? ""] ?? null;
}
