/** New tensors: from data, filled, counted, or drawn. */
import { checkTensor, isTensor } from "./autograd.ts";
import type { Backend, DType, TypedArray } from "./backend.ts";
import { checkBackend, getBackend } from "./current-backend.ts";
import {
  drawBernoulli,
  drawIntegers,
  drawNormal,
  drawPermutation,
  drawUniform,
  type FloatDType,
} from "./draws.ts";
import { arrayOf, dtypeOf, isFloating } from "./dtype.ts";
import { Corr2dError } from "./errors.ts";
import { checkInteger, checkLength, fromNested, type NestedArray, upload } from "./ops/data.ts";
import { fill } from "./ops/fill.ts";
import { checkDtype } from "./ops/operands.ts";
import { defaultGenerator, type Generator } from "./random.ts";
import { checkRank, checkShape, type Shape, sameShape, sizeOf } from "./shape.ts";
import type { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";

export interface TensorOptions {
  /** Default float32. */
  readonly dtype?: DType | undefined;
  /** Default: the one given to `setBackend`. */
  readonly backend?: Backend | undefined;
  /** Whether `backward` shall give this tensor a `.grad` (default false). Floating dtypes only. */
  readonly requiresGrad?: boolean | undefined;
}

export interface DataOptions extends TensorOptions {
  /** The shape of flat data. */
  readonly shape?: Shape | undefined;
}

export interface RandomOptions extends TensorOptions {
  /** Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator | undefined;
}

function chooseBackend(options: TensorOptions): Backend {
  return options.backend === undefined ? getBackend() : checkBackend(options.backend);
}

function finish(storage: Storage, shape: Shape, options: TensorOptions): Tensor {
  // The class itself, not `makeTensor`: a bundle that creates any tensor thereby contains the class.
  const result = new Tensor(storage, shape, null);
  if (options.requiresGrad) result.requiresGrad = true;
  return result;
}

function make(data: TypedArray, shape: Shape, dtype: DType, options: TensorOptions): Tensor {
  const backend = chooseBackend(options);
  checkDtype(backend, dtype);
  return finish(upload(backend, data, dtype), shape, options);
}

/**
 * A tensor of a copy of `data`: a number, nested arrays, or a flat typed array with `shape`.
 *
 * The dtype is float32 unless given; an Int32Array or Float64Array keeps its own. NaN and ±Infinity are kept.
 * @throws SHAPE_MISMATCH on ragged data or a shape that does not fit, INVALID_ARGUMENT, DTYPE_UNSUPPORTED,
 *   BACKEND_MISSING.
 */
export function tensor(data: NestedArray | FlatData, options: DataOptions = {}): Tensor {
  if (isTensor(data)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      "tensor: the data is a tensor already; use x.detach() or x.type(dtype)",
    );
  }
  const flat = ArrayBuffer.isView(data);
  const dtype = options.dtype ?? (flat ? dtypeOf(data) : null) ?? "float32";
  const given = flat ? { values: withDtype(data, dtype), shape: [data.length] } : fromNested(data, dtype);
  const shape = options.shape === undefined ? given.shape : [...checkShape(options.shape)];
  checkLength(given.values.length, shape);
  return make(given.values, shape, dtype, options);
}

type FlatData = TypedArray | Uint8Array | Uint8ClampedArray;

/** The numbers as an array of `dtype`: themselves where they are one. */
function withDtype(data: FlatData, dtype: DType): TypedArray {
  if (dtypeOf(data) === dtype) return data as TypedArray;
  if (!isFloating(dtype)) checkInteger(data);
  const values = arrayOf(dtype, data.length);
  values.set(data);
  return values;
}

/** `value` everywhere. */
export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  checkRank(checkShape(shape));
  const dtype = options.dtype ?? "float32";
  const backend = chooseBackend(options);
  checkDtype(backend, dtype);
  if (!isFloating(dtype)) checkInteger([value]);
  return finish(fill(backend, value, sizeOf(shape), dtype), [...shape], options);
}

export const zeros = (shape: Shape, options: TensorOptions = {}): Tensor => full(shape, 0, options);
export const ones = (shape: Shape, options: TensorOptions = {}): Tensor => full(shape, 1, options);

/**
 * start, start + step, … up to but without end; with one number, 0, 1, … up to but without it.
 * @throws INVALID_ARGUMENT for a zero step, or one of the wrong sign.
 */
export function arange(end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, step?: number, options?: TensorOptions): Tensor;
export function arange(
  first: number,
  second: number | TensorOptions = {},
  step: number = 1,
  rest: TensorOptions = {},
): Tensor {
  const [from, to, options] = typeof second === "number" ? [first, second, rest] : [0, first, second];
  if (step === 0) throw new Corr2dError("INVALID_ARGUMENT", "step must be nonzero");
  if (![from, to, step].every(Number.isFinite)) {
    throw new Corr2dError("INVALID_ARGUMENT", `unsupported range: ${from} -> ${to} by ${step}`);
  }
  if ((to - from) * step < 0) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `upper bound and lower bound inconsistent with step sign: ${from} -> ${to} by ${step}`,
    );
  }
  const dtype = options.dtype ?? "float32";
  const values = arrayOf(dtype, Math.ceil((to - from) / step));
  for (let i = 0; i < values.length; i++) values[i] = from + i * step;
  return make(values, [values.length], dtype, options);
}

/** `count` numbers from start to end, both included, evenly spaced. */
export function linspace(start: number, end: number, count: number, options: TensorOptions = {}): Tensor {
  checkShape([count]);
  const dtype = options.dtype ?? "float32";
  const values = arrayOf(dtype, count);
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  // From both ends, so that the last value is exactly `end` and the middle is symmetric.
  for (let i = 0; i < count; i++) values[i] = i < count / 2 ? start + i * step : end - (count - 1 - i) * step;
  return make(values, [count], dtype, options);
}

/** Ones on the main diagonal. */
export function eye(rows: number, columns: number = rows, options: TensorOptions = {}): Tensor {
  checkShape([rows, columns]);
  const dtype = options.dtype ?? "float32";
  const values = arrayOf(dtype, rows * columns);
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1;
  return make(values, [rows, columns], dtype, options);
}

function floatingDtype(op: string, options: TensorOptions): FloatDType {
  const dtype = options.dtype ?? "float32";
  if (isFloating(dtype)) return dtype as FloatDType;
  throw new Corr2dError("DTYPE_UNSUPPORTED", `${op} is not implemented for ${dtype}; use randint`);
}

const generatorOf = (options: RandomOptions): Generator => options.generator ?? defaultGenerator;

/** Uniform on [0, 1), the same numbers as PyTorch's for the same seed. */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  const dtype = floatingDtype("rand", options);
  const values = drawUniform(generatorOf(options), sizeOf(checkShape(shape)), dtype);
  return make(values, [...shape], dtype, options);
}

/** Standard normal, PyTorch's numbers for the same seed (to 1.2e-7). */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  const dtype = floatingDtype("randn", options);
  const values = drawNormal(generatorOf(options), sizeOf(checkShape(shape)), dtype);
  return make(values, [...shape], dtype, options);
}

/** int32, uniform on low … high − 1; PyTorch's numbers. */
export function randint(low: number, high: number, shape: Shape, options: RandomOptions = {}): Tensor {
  const values = drawIntegers(generatorOf(options), sizeOf(checkShape(shape)), low, high);
  return integers(values, shape, options);
}

/** int32, 0 … n − 1 in random order; PyTorch's numbers. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  checkShape([n]);
  return integers(drawPermutation(generatorOf(options), n), [n], options);
}

/**
 * 1 with probability p and 0 otherwise; PyTorch's numbers: of `bernoulli_(p)` for one probability, of
 * `torch.bernoulli(p)` for a flat array of one for each element.
 * @throws INVALID_ARGUMENT unless every probability is in [0, 1], and there are as many as elements.
 */
export function bernoulli(shape: Shape, p: number | ArrayLike<number>, options: RandomOptions = {}): Tensor {
  const dtype = floatingDtype("bernoulli", options);
  const values = drawBernoulli(generatorOf(options), sizeOf(checkShape(shape)), dtype, p);
  return make(values, [...shape], dtype, options);
}

function integers(values: Int32Array, shape: Shape, options: TensorOptions): Tensor {
  const dtype = options.dtype ?? "int32";
  return make(withDtype(values, dtype), [...shape], dtype, options);
}

/** Whether two tensors have the same shape, dtype and values (NaN equals nothing); reads both. */
export async function equal(a: Tensor, b: Tensor): Promise<boolean> {
  checkTensor("equal", a);
  checkTensor("equal", b);
  if (!sameShape(a.shape, b.shape) || a.dtype !== b.dtype) return false;
  const [left, right] = await Promise.all([a.data(), b.data()]);
  return left.every((value, i) => value === right[i]);
}

/** Whether |a − b| ≤ atol + rtol · |b| everywhere; reads both. */
export async function allclose(
  a: Tensor,
  b: Tensor,
  options: { readonly rtol?: number; readonly atol?: number; readonly equalNaN?: boolean } = {},
): Promise<boolean> {
  checkTensor("allclose", a);
  checkTensor("allclose", b);
  if (!sameShape(a.shape, b.shape)) return false;
  const { rtol = 1e-5, atol = 1e-8, equalNaN = false } = options;
  const [left, right] = await Promise.all([a.data(), b.data()]);
  return left.every((value, i) => {
    const other = right[i]!;
    if (value === other) return true;
    if (Number.isNaN(value) && Number.isNaN(other)) return equalNaN;
    return Math.abs(value - other) <= atol + rtol * Math.abs(other) && Number.isFinite(other);
  });
}
