/** Numbers given by the caller, checked and laid out row-major. */
import { makeTensor } from "../autograd.ts";
import type { Backend, TypedArray } from "../backend.ts";
import { arrayOf, dtypeOf, isBool, isFloating, TENSOR_DTYPES, type TensorDType } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { describeValue, isList } from "../options.ts";
import { checkRank, formatShape, type Shape, sizeOf } from "../shape.ts";
import { type Bounds, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";

/** Numbers or booleans, which count as 0 and 1 among numbers, nested to the tensor's rank. The innermost arrays may be typed. */
export type NestedArray = number | boolean | NumericArray | readonly NestedArray[];

/** A typed array of numbers. */
export type NumericArray =
  | TypedArray
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Uint32Array;

const NUMERIC = /^(Int8|Uint8|Uint8Clamped|Int16|Uint16|Int32|Uint32|Float16|Float32|Float64)Array$/;

/** Whether a view of memory holds numbers: no DataView, no BigInts. Also of another realm. */
export function isNumeric(view: ArrayBufferView): view is NumericArray {
  return NUMERIC.test((view as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? "");
}

/** Whether `data` holds more levels: an array, or a typed one. */
const isLevel = (data: unknown): data is ArrayLike<NestedArray> =>
  isList(data) || (ArrayBuffer.isView(data) && isNumeric(data));

/**
 * Refuses an array whose memory was given away (`postMessage` and `structuredClone` transfer it): it is empty now, without a word.
 * @throws INVALID_ARGUMENT
 */
export function checkAttached(data: ArrayBufferView): void {
  if (data.byteLength > 0) return;
  try {
    data.buffer.slice(0, 0); // throws, and no bundler holds it for pure
  } catch {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `tensor: the memory of ${describeValue(data)} was transferred (by postMessage or structuredClone), and its numbers with it: ` +
        "make the tensor before, or transfer a copy",
    );
  }
}

/** A copy of `data` on `backend`. */
export function upload(backend: Backend, data: TypedArray, dtype: TensorDType): Storage {
  const bounds = isFloating(dtype) || data.length === 0 ? null : boundsOf(data);
  // An array of another realm (a frame, a vm context) is of another class: backends get this realm's.
  const own = data instanceof TENSOR_DTYPES[dtype].array ? data : new TENSOR_DTYPES[dtype].array(data.length);
  if (own !== data) own.set(data);
  return new Storage(backend, backend.upload(own), own.length, dtype, bounds);
}

function boundsOf(data: TypedArray): Bounds {
  let min = data[0]!;
  let max = min;
  for (let i = 1; i < data.length; i++) {
    const value = data[i]!;
    if (value < min) min = value;
    else if (value > max) max = value;
  }
  return { min, max, attained: true };
}

/** A tensor over a copy of `data`, on `backend`. */
export function fromArray(backend: Backend, data: TypedArray, shape: Shape, dtype: TensorDType): Tensor {
  return makeTensor(upload(backend, data, dtype), shape);
}

/** The shape of nested arrays, by the first of each level; `flattenInto` finds the ragged ones. */
function nestedShape(data: NestedArray): number[] {
  const shape: number[] = [];
  for (let level: unknown = data; isLevel(level); level = level[0]) {
    if (ArrayBuffer.isView(level)) checkAttached(level);
    shape.push(level.length);
    checkRank("tensor", shape); // An array may hold itself.
    if (level.length === 0) break;
  }
  return shape;
}

function flattenInto(data: NestedArray, shape: Shape, depth: number, out: TypedArray, at: number): number {
  if (depth === shape.length) {
    if (typeof data !== "number" && typeof data !== "boolean") {
      const got = isLevel(data) ? `a sequence of length ${data.length}` : describeValue(data);
      throw new Corr2dError("INVALID_ARGUMENT", `tensor: expected a number at dim ${depth}, but got ${got}`);
    }
    out[at] = Number(data);
    return at + 1;
  }
  const length = isLevel(data) ? data.length : undefined;
  if (length !== shape[depth]) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `tensor: expected sequence of length ${shape[depth]} at dim ${depth} (got ${length ?? describeValue(data)})`,
    );
  }
  if (!isList(data) && depth === shape.length - 1) {
    out.set(data as NumericArray, at);
    return at + shape[depth]!;
  }
  let next = at;
  for (const item of data as readonly NestedArray[]) next = flattenInto(item, shape, depth + 1, out, next);
  return next;
}

export function checkInteger(data: ArrayLike<number>): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31) continue;
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `tensor: ${describeValue(value)} at position ${i} is not an int32; round it first, or use dtype 'float32'`,
    );
  }
}

/** The numbers as an array of `dtype`: themselves where they are one. Of truth values, whether they are not 0. */
export function withDtype(data: NumericArray, dtype: TensorDType): TypedArray {
  if (dtypeOf(data) === dtype) return data as TypedArray;
  const values = arrayOf(dtype, data.length);
  if (isBool(dtype)) {
    for (let i = 0; i < data.length; i++) values[i] = Number(data[i] !== 0);
    return values;
  }
  if (!isFloating(dtype)) checkInteger(data);
  values.set(data);
  return values;
}

/** Whether the data are truth values and nothing else, of which there is at least one. */
export function isTruths(data: NestedArray): boolean {
  const areTruths = (level: NestedArray, depth: number): boolean =>
    depth === 0
      ? typeof level === "boolean"
      : isList(level) && level.every((item) => areTruths(item, depth - 1));
  const shape = nestedShape(data);
  return sizeOf(shape) > 0 && areTruths(data, shape.length);
}

export function checkLength(size: number, shape: Shape): void {
  if (sizeOf(shape) === size) return;
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    `tensor: shape '${formatShape(shape)}' is invalid for input of size ${size}`,
  );
}

/**
 * Nested numbers as a flat array of `dtype` and its shape.
 * @throws SHAPE_MISMATCH on ragged data, INVALID_ARGUMENT on anything but numbers.
 */
export function fromNested(data: NestedArray, dtype: TensorDType): { values: TypedArray; shape: number[] } {
  const shape = nestedShape(data);
  checkRank("tensor", shape);
  const size = sizeOf(shape);
  if (isFloating(dtype)) {
    const values = arrayOf(dtype, size);
    flattenInto(data, shape, 0, values, 0);
    return { values, shape };
  }
  // Through float64, so that fractions and overflow are seen before they are cut off.
  const exact = new Float64Array(size);
  flattenInto(data, shape, 0, exact, 0);
  return { values: withDtype(exact, dtype), shape };
}
