/**
 * The dtypes of safetensors files as a table: their sizes, and what they become here. A dtype without a home has none that
 * keeps its values; other tensors of its file can be read.
 */
import type { TensorDType, TypedArray } from "@corr2d/core";

export interface FileDType {
  /** Of an element. */
  readonly bits: number;
  /** What its tensors are here. */
  readonly home?: TensorDType;
  /**
   * The values, from bytes that begin their buffer (so that any array may look at them); null where one of them does not fit
   * into the home.
   */
  readonly decode?: (bytes: Uint8Array) => TypedArray | null;
}

/** int32 of every element, from an array whose numbers fit. */
const widened =
  (View: new (buffer: ArrayBufferLike) => ArrayLike<number>) =>
  ({ buffer }: Uint8Array): Int32Array =>
    Int32Array.from(new View(buffer));

/** int32 from 64-bit integers, as pairs of words. */
const narrowed =
  (signed: boolean) =>
  ({ buffer }: Uint8Array): Int32Array | null => {
    const words = new Int32Array(buffer);
    const out = new Int32Array(words.length / 2);
    for (let i = 0; i < out.length; i++) {
      const low = words[2 * i]!;
      const high = words[2 * i + 1]!;
      if (high !== low >> 31 || (!signed && high !== 0)) return null;
      out[i] = low;
    }
    return out;
  };

/** float32 from bfloat16, which is its upper half. */
function fromBfloat16({ buffer }: Uint8Array): Float32Array {
  const halves = new Uint16Array(buffer);
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < words.length; i++) words[i] = halves[i]! << 16;
  return new Float32Array(words.buffer);
}

/** float32 from IEEE 754's binary16, bits to bits, so that NaNs keep theirs. */
function fromFloat16({ buffer }: Uint8Array): Float32Array {
  const halves = new Uint16Array(buffer);
  const out = new Float32Array(halves.length);
  const words = new Uint32Array(out.buffer);
  for (let i = 0; i < out.length; i++) {
    const half = halves[i]!;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) out[i] = (sign === 0 ? 1 : -1) * fraction * 2 ** -24;
    else words[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  }
  return out;
}

/** In the order in which files have their tensors, last to first: the wider an element, the earlier. */
export const FILE_DTYPES: Readonly<Record<string, FileDType>> = {
  BOOL: {
    bits: 8,
    home: "bool",
    decode: (bytes) => Int32Array.from(bytes, (byte) => (byte === 0 ? 0 : 1)),
  },
  F4: { bits: 4 },
  F6_E2M3: { bits: 6 },
  F6_E3M2: { bits: 6 },
  U8: { bits: 8, home: "int32", decode: widened(Uint8Array) },
  I8: { bits: 8, home: "int32", decode: widened(Int8Array) },
  F8_E5M2: { bits: 8 },
  F8_E4M3: { bits: 8 },
  F8_E8M0: { bits: 8 },
  F8_E4M3FNUZ: { bits: 8 },
  F8_E5M2FNUZ: { bits: 8 },
  I16: { bits: 16, home: "int32", decode: widened(Int16Array) },
  U16: { bits: 16, home: "int32", decode: widened(Uint16Array) },
  F16: { bits: 16, home: "float32", decode: fromFloat16 },
  BF16: { bits: 16, home: "float32", decode: fromBfloat16 },
  I32: { bits: 32, home: "int32", decode: ({ buffer }) => new Int32Array(buffer) },
  U32: {
    bits: 32,
    home: "int32",
    decode: ({ buffer }) => {
      const words = new Int32Array(buffer);
      return words.every((word) => word >= 0) ? words : null;
    },
  },
  F32: { bits: 32, home: "float32", decode: ({ buffer }) => new Float32Array(buffer) },
  C64: { bits: 64 },
  F64: { bits: 64, home: "float64", decode: ({ buffer }) => new Float64Array(buffer) },
  I64: { bits: 64, home: "int32", decode: narrowed(true) },
  U64: { bits: 64, home: "int32", decode: narrowed(false) },
};

/** What a file calls a dtype of ours. */
export const FILE_DTYPE_OF: { readonly [dtype in TensorDType]: string } = {
  float32: "F32",
  float64: "F64",
  int32: "I32",
  bool: "BOOL",
};

/** int32 as 64-bit integers: PyTorch's own. */
export function toInt64(values: Int32Array): Uint8Array {
  const words = new Int32Array(2 * values.length);
  for (let i = 0; i < values.length; i++) {
    words[2 * i] = values[i]!;
    words[2 * i + 1] = values[i]! >> 31;
  }
  return new Uint8Array(words.buffer);
}
