/** One typed array of an `ArrayDataset`: what its numbers become, and how samples are copied from it. */
import {
  arrayOf,
  Corr2dError,
  checkOptions,
  DTYPE_NAMES,
  type DType,
  describeValue,
  dtypeOf,
  getDefaultDtype,
  isFloating,
  isList,
  isNumeric,
  type NumericArray,
  type OptionTypes,
  type Shape,
  sizeOf,
  type TypedArray,
} from "@corr2d/core";
import { invalid } from "./arguments.ts";

/** Numbers in a typed array with the sizes of its axes, row-major: what `readIdx` gives. */
export interface NumberArray {
  readonly data: NumericArray;
  readonly shape: Shape;
}

/** Samples along the first axis of an array, and what their numbers become in a batch. */
export interface ArrayField extends NumberArray {
  /** Default: as `tensor` has it, that of the array where it has one, and else the default dtype. */
  readonly dtype?: DType | undefined;
  /** Numbers are divided by it first: 255 for bytes, as PyTorch's `ToTensor` does. */
  readonly divisor?: number | undefined;
  /** Subtracted after that: one number, or one for each channel (axis 1), as in `Normalize(mean, std)`. */
  readonly mean?: number | readonly number[] | undefined;
  /** Divided by after that, like `mean`. */
  readonly std?: number | readonly number[] | undefined;
}

const FIELD_OPTIONS: OptionTypes = {
  data: "any",
  shape: "any",
  dtype: DTYPE_NAMES,
  divisor: "number",
  mean: "any",
  std: "any",
};

/** What one number becomes, by channel. */
type Convert = (value: number, channel: number) => number;

export interface Column {
  readonly dtype: DType;
  /** Of one sample. */
  readonly shape: Shape;
  /** Elements of one sample. */
  readonly size: number;
  /** Writes a sample into `out` from `at` on. */
  copy(sample: number, out: TypedArray, at: number): void;
}

const LARGEST_INT32 = 2 ** 31;

/** @throws INVALID_ARGUMENT for numbers that an integral dtype would change. */
function checkIntegers(data: NumericArray): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (Number.isInteger(value) && value >= -LARGEST_INT32 && value < LARGEST_INT32) continue;
    throw invalid(`ArrayDataset: ${value} at position ${i} is not an int32; use dtype 'float32'`);
  }
}

function perChannel(name: string, value: ArrayField["mean"], usual: number, channels: number): number[] {
  const list: readonly number[] = isList(value) ? value : [value ?? usual];
  const fits = list.length === 1 || list.length === channels;
  if (fits && list.every((n) => typeof n === "number" && Number.isFinite(n))) return [...list];
  const got = isList(value) ? `[${value.map(describeValue).join(", ")}]` : describeValue(value);
  throw invalid(
    `ArrayDataset: '${name}' is a number, or one for each of ${channels} channels, but got ${got}`,
  );
}

/** PyTorch's arithmetic, ToTensor and then Normalize, each step rounded to the dtype; null where nothing changes. */
function conversionOf(
  { divisor = 1, mean, std }: ArrayField,
  dtype: DType,
  channels: number,
): { convert: Convert; channels: number } | null {
  if (divisor === 1 && mean === undefined && std === undefined) return null;
  if (!isFloating(dtype)) {
    throw new Corr2dError(
      "DTYPE_UNSUPPORTED",
      `ArrayDataset: 'divisor', 'mean' and 'std' make fractions, which ${dtype} cannot hold`,
    );
  }
  const round = dtype === "float32" ? Math.fround : (value: number): number => value;
  const means = perChannel("mean", mean, 0, channels).map(round);
  const stds = perChannel("std", std, 1, channels).map(round);
  if (divisor === 0 || !Number.isFinite(divisor) || stds.includes(0)) {
    throw invalid("ArrayDataset: 'divisor' and 'std' are divided by: neither can be 0, NaN or infinite");
  }
  const different = Math.max(means.length, stds.length);
  const [meanOf, stdOf] = [means, stds].map(
    (list) => (channel: number) => list[list.length === 1 ? 0 : channel]!,
  ) as [(channel: number) => number, (channel: number) => number];
  const convert: Convert = (value, channel) =>
    round(round(round(round(value) / divisor) - meanOf(channel)) / stdOf(channel));
  return { convert, channels: different };
}

/** What each of the 256 bytes becomes. */
function byteTable(dtype: DType, signed: boolean, convert: Convert, channel: number): TypedArray {
  const table = arrayOf(dtype, 256);
  for (let byte = 0; byte < 256; byte++)
    table[byte] = convert(signed && byte > 127 ? byte - 256 : byte, channel);
  return table;
}

/** The copy of a sample, number by number, whose channels follow each other. */
function converting(
  data: NumericArray,
  size: number,
  dtype: DType,
  channels: number,
  convert: Convert,
): Column["copy"] {
  const plane = channels === 0 ? 0 : size / channels;
  if (data.BYTES_PER_ELEMENT === 1) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
    const signed = data[Symbol.toStringTag] === "Int8Array";
    const tables = Array.from({ length: channels }, (_, c) => byteTable(dtype, signed, convert, c));
    return (sample, out, at) => {
      let from = sample * size;
      let to = at;
      for (const table of tables) {
        for (const end = to + plane; to < end; to++) out[to] = table[bytes[from++]!]!;
      }
    };
  }
  return (sample, out, at) => {
    let from = sample * size;
    let to = at;
    for (let channel = 0; channel < channels; channel++) {
      for (const end = to + plane; to < end; to++) out[to] = convert(data[from++]!, channel);
    }
  };
}

/** @throws SHAPE_MISMATCH, INVALID_ARGUMENT, DTYPE_UNSUPPORTED. */
export function columnOf(field: ArrayField): Column {
  checkOptions("ArrayDataset", field ?? null, FIELD_OPTIONS, "{ data, shape }");
  const { data, shape } = field;
  if (!ArrayBuffer.isView(data) || !isNumeric(data)) {
    throw invalid(`ArrayDataset: 'data' is a typed array of numbers, but got ${describeValue(data)}`);
  }
  if (!isList(shape) || shape.length === 0 || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw invalid(
      `ArrayDataset: 'shape' is an array of sizes, the number of samples first, but got ${describeValue(shape)}`,
    );
  }
  if (sizeOf(shape) !== data.length) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `ArrayDataset: shape '[${shape.join(", ")}]' is invalid for data of ${data.length} numbers`,
    );
  }
  const rest = Object.freeze(shape.slice(1));
  const size = sizeOf(rest);
  const dtype = field.dtype ?? dtypeOf(data) ?? getDefaultDtype();
  if (!isFloating(dtype) && dtypeOf(data) !== dtype) checkIntegers(data);
  // Of [N, H, W] axis 1 is no channel.
  const conversion = conversionOf(field, dtype, rest.length === 1 || rest.length > 2 ? rest[0]! : 1);
  const copy: Column["copy"] =
    conversion === null
      ? (sample, out, at) => out.set(data.subarray(sample * size, (sample + 1) * size), at)
      : converting(data, size, dtype, conversion.channels, conversion.convert);
  return { dtype, shape: rest, size, copy };
}
