/** New tensors: from data, filled, counted, or drawn. */
import { checkTensor, isTensor } from "./autograd.ts";
import type { TypedArray } from "./backend.ts";
import { getDefaultDtype } from "./default-dtype.ts";
import { drawBernoulli, drawIntegers, drawNormal, drawPermutation, drawUniform } from "./draws.ts";
import { arrayOf, dtypeOf, type FloatDType, isFloating } from "./dtype.ts";
import { Corr2dError } from "./errors.ts";
import {
  checkAttached,
  checkInteger,
  checkLength,
  fromNested,
  isNumeric,
  isTruths,
  type NestedArray,
  upload,
  withDtype,
} from "./ops/data.ts";
import { checkNumbers } from "./ops/operands.ts";
import {
  constant,
  marked,
  type Place,
  place,
  type Sizes,
  shapeAndOptions,
  TENSOR_OPTIONS,
  type TensorOptions,
} from "./ops/place.ts";
import { checkOptions, describeValue, type OptionTypes } from "./options.ts";
import { checkGenerator, defaultGenerator, type Generator } from "./random.ts";
import { type Shape, sameShape, sizeOf } from "./shape.ts";
import type { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";

/** Options of `tensor`. */
export interface DataOptions extends TensorOptions {
  /** The shape of flat data. */
  readonly shape?: Shape | undefined;
}

/** Options of drawn tensors. */
export interface RandomOptions extends TensorOptions {
  /** Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator | undefined;
}

const DATA_OPTIONS: OptionTypes = { ...TENSOR_OPTIONS, shape: "any" };
export const RANDOM_OPTIONS: OptionTypes = { ...TENSOR_OPTIONS, generator: "any" };

/** The class itself, not `makeTensor`: a bundle that creates any tensor thereby contains the class. */
const finish = (storage: Storage, at: Place): Tensor => marked(new Tensor(storage, at.shape, null), at);

const make = (data: TypedArray, at: Place): Tensor => finish(upload(at.backend, data, at.dtype), at);

/**
 * A tensor of a copy of `data`: a number, nested arrays (the innermost may be typed), or a flat typed array with `shape`.
 *
 * The dtype is the default one unless given; an Int32Array or Float64Array keeps its own, and booleans are bool. NaN and
 * ±Infinity are kept.
 * @throws SHAPE_MISMATCH on ragged data or a shape that does not fit, INVALID_ARGUMENT, DTYPE_UNSUPPORTED,
 *   BACKEND_MISSING.
 */
export function tensor(data: NestedArray, options: DataOptions = {}): Tensor {
  checkOptions("tensor", options, DATA_OPTIONS, "{ shape: [2, 3] }");
  if (isTensor(data)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      "tensor: the data is a tensor already; use x.detach() or x.type(dtype)",
    );
  }
  const flat = ArrayBuffer.isView(data);
  if (flat && !isNumeric(data)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `tensor: the data must be numbers, arrays of them, or a typed array of numbers, but got ${describeValue(data)}`,
    );
  }
  if (flat) checkAttached(data);
  const usual = (flat ? dtypeOf(data) : isTruths(data) ? "bool" : null) ?? getDefaultDtype();
  const { dtype } = place("tensor", [], options, usual);
  const given = flat ? { values: withDtype(data, dtype), shape: [data.length] } : fromNested(data, dtype);
  const at = place("tensor", options.shape ?? given.shape, options, usual);
  checkLength(given.values.length, at.shape);
  return make(given.values, at);
}

/**
 * `fillValue` everywhere; a truth value makes a bool tensor.
 * @throws INVALID_ARGUMENT, DTYPE_UNSUPPORTED, BACKEND_MISSING, OUT_OF_MEMORY.
 */
export function full(shape: Shape, fillValue: number | boolean, options: TensorOptions = {}): Tensor {
  checkOptions("full", options, TENSOR_OPTIONS);
  return filled("full", shape, fillValue, options);
}

function filled(op: string, shape: unknown, value: number | boolean, options: TensorOptions): Tensor {
  const at = place(op, shape, options, typeof value === "boolean" ? "bool" : undefined);
  return finish(constant(op, value, at), at);
}

/** Zeros: `zeros([2, 3], options)`, or `zeros(2, 3)`. */
export function zeros(...args: Sizes<TensorOptions>): Tensor {
  const [shape, options] = shapeAndOptions("zeros", args, TENSOR_OPTIONS);
  return filled("zeros", shape, 0, options);
}

/** Ones: `ones([2, 3], options)`, or `ones(2, 3)`. */
export function ones(...args: Sizes<TensorOptions>): Tensor {
  const [shape, options] = shapeAndOptions("ones", args, TENSOR_OPTIONS);
  return filled("ones", shape, 1, options);
}

/**
 * start, start + step, … up to but without end; with one number, 0, 1, … up to but without it.
 * @throws INVALID_ARGUMENT for a zero step, one of the wrong sign, or numbers that the dtype cannot hold.
 */
export function arange(end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, step?: number, options?: TensorOptions): Tensor;
export function arange(
  first: number,
  second: number | TensorOptions = {},
  third: number | TensorOptions = 1,
  rest: TensorOptions = {},
): Tensor {
  const [from, to] = typeof second === "number" ? [first, second] : [0, first];
  const step = typeof second === "number" && typeof third === "number" ? third : 1;
  const options = typeof second !== "number" ? second : typeof third === "number" ? rest : third;
  checkOptions("arange", options, TENSOR_OPTIONS);
  if (step === 0) throw new Corr2dError("INVALID_ARGUMENT", "step must be nonzero");
  if (![from, to, step].every(Number.isFinite)) {
    const [a, b, by] = [from, to, step].map(describeValue);
    throw new Corr2dError("INVALID_ARGUMENT", `unsupported range: ${a} -> ${b} by ${by}`);
  }
  if ((to - from) * step < 0) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `upper bound and lower bound inconsistent with step sign: ${from} -> ${to} by ${step}`,
    );
  }
  const count = Math.ceil((to - from) / step);
  const at = place("arange", [count], options);
  checkNumbers("arange", at.dtype);
  // PyTorch cuts fractions off here; what lies beyond the dtype it cannot mean.
  if (!isFloating(at.dtype) && count > 0) checkInteger([from, from + (count - 1) * step].map(Math.trunc));
  const values = arrayOf(at.dtype, count);
  for (let i = 0; i < count; i++) values[i] = from + i * step;
  return make(values, at);
}

/** From both ends, so that the last value is exactly `end` and the middle is symmetric. */
function spaced(start: number, end: number, steps: number): Float64Array {
  const values = arrayOf("float64", steps) as Float64Array;
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  for (let i = 0; i < steps; i++) values[i] = i < steps / 2 ? start + i * step : end - (steps - 1 - i) * step;
  return values;
}

/** `steps` numbers from start to end, both included, evenly spaced. */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  checkOptions("linspace", options, TENSOR_OPTIONS);
  const at = place("linspace", [steps], options);
  checkNumbers("linspace", at.dtype);
  if (typeof start !== "number" || typeof end !== "number") {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `linspace: start and end must be numbers, but got ${describeValue(start)} and ${describeValue(end)}`,
    );
  }
  const values = spaced(start, end, steps);
  return make(withDtype(isFloating(at.dtype) ? values : values.map(Math.trunc), at.dtype), at);
}

/**
 * `count` powers of `base` (default 10), of exponents evenly spaced from start to end, both included.
 * @throws INVALID_ARGUMENT, DTYPE_UNSUPPORTED, BACKEND_MISSING.
 */
export function logspace(
  start: number,
  end: number,
  steps: number,
  options: TensorOptions & {
    /** What is raised to the powers (default 10). */
    readonly base?: number | undefined;
  } = {},
): Tensor {
  checkOptions("logspace", options, { ...TENSOR_OPTIONS, base: "number" }, "{ base: 2 }");
  const { base = 10, ...others } = options;
  const at = place("logspace", [steps], others);
  checkNumbers("logspace", at.dtype);
  for (const [bound, name] of [
    [start, "start"],
    [end, "end"],
  ] as const) {
    if (typeof bound === "number") continue;
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `logspace: ${name} must be a number, but got ${describeValue(bound)}`,
    );
  }
  const values = spaced(start, end, steps).map((exponent) => base ** exponent);
  return make(withDtype(isFloating(at.dtype) ? values : values.map(Math.trunc), at.dtype), at);
}

/** Ones on the main diagonal: `eye(n)`, `eye(n, m)`, either with options. */
export function eye(n: number, m: number | TensorOptions = n, options: TensorOptions = {}): Tensor {
  const [width, given] = typeof m === "object" ? [n, m] : [m, options];
  checkOptions("eye", given, TENSOR_OPTIONS);
  const at = place("eye", [n, width], given);
  const values = arrayOf(at.dtype, n * width);
  for (let i = 0; i < Math.min(n, width); i++) values[i * width + i] = 1;
  return make(values, at);
}

/** A place for drawn numbers, which are fractions. */
function floatingPlace(op: string, shape: unknown, options: RandomOptions): Place & { dtype: FloatDType } {
  const at = place(op, shape, options);
  if (isFloating(at.dtype)) return at as Place & { dtype: FloatDType };
  throw new Corr2dError("DTYPE_UNSUPPORTED", `${op} is not implemented for ${at.dtype}; use randint`);
}

export function generatorOf({ generator }: Pick<RandomOptions, "generator">): Generator {
  if (generator === undefined) return defaultGenerator;
  checkGenerator(generator);
  return generator;
}

/** Uniform on [0, 1), the same numbers as PyTorch's for the same seed: `rand([2, 3], options)`, or `rand(2, 3)`. */
export function rand(...args: Sizes<RandomOptions>): Tensor {
  const [shape, options] = shapeAndOptions("rand", args, RANDOM_OPTIONS);
  const at = floatingPlace("rand", shape, options);
  return make(drawUniform(generatorOf(options), sizeOf(at.shape), at.dtype), at);
}

/** Standard normal, PyTorch's numbers for the same seed (to 1.2e-7): `randn([2, 3], options)`, or `randn(2, 3)`. */
export function randn(...args: Sizes<RandomOptions>): Tensor {
  const [shape, options] = shapeAndOptions("randn", args, RANDOM_OPTIONS);
  const at = floatingPlace("randn", shape, options);
  return make(drawNormal(generatorOf(options), sizeOf(at.shape), at.dtype), at);
}

/** int32, uniform on low … high − 1; PyTorch's numbers. */
export function randint(low: number, high: number, shape: Shape, options: RandomOptions = {}): Tensor {
  checkOptions("randint", options, RANDOM_OPTIONS);
  const at = place("randint", shape, options, "int32");
  return make(withDtype(drawIntegers(generatorOf(options), sizeOf(at.shape), low, high), at.dtype), at);
}

/** int32, 0 … n − 1 in random order; PyTorch's numbers. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  checkOptions("randperm", options, RANDOM_OPTIONS);
  const at = place("randperm", [n], options, "int32");
  checkNumbers("randperm", at.dtype);
  return make(withDtype(drawPermutation(generatorOf(options), n), at.dtype), at);
}

/**
 * 1 with probability p and 0 otherwise; PyTorch's numbers: of `bernoulli_(p)` for one probability, of
 * `torch.bernoulli(p)` for a flat array of one for each element.
 * @throws INVALID_ARGUMENT unless every probability is in [0, 1], and there are as many as elements.
 */
export function bernoulli(shape: Shape, p: number | ArrayLike<number>, options: RandomOptions = {}): Tensor {
  checkOptions("bernoulli", options, RANDOM_OPTIONS);
  const at = floatingPlace("bernoulli", shape, options);
  return make(drawBernoulli(generatorOf(options), sizeOf(at.shape), at.dtype, p), at);
}

/** Whether two tensors have the same shape, dtype and values (NaN equals nothing); reads both. */
export async function equal(x: Tensor, other: Tensor): Promise<boolean> {
  checkTensor("equal", x);
  checkTensor("equal", other);
  if (!sameShape(x.ownShape, other.ownShape) || x.dtype !== other.dtype) return false;
  const [left, right] = await Promise.all([x.data(), other.data()]);
  return left.every((value, i) => value === right[i]);
}

const ALLCLOSE_OPTIONS: OptionTypes = { rtol: "number", atol: "number", equalNan: "boolean" };

/** Whether |a − b| ≤ atol + rtol · |b| everywhere; reads both. */
export async function allclose(
  x: Tensor,
  other: Tensor,
  options: {
    /** Default 1e-5. */
    readonly rtol?: number;
    /** Default 1e-8. */
    readonly atol?: number;
    /** Whether NaN equals NaN (default false). */
    readonly equalNan?: boolean;
  } = {},
): Promise<boolean> {
  checkOptions("allclose", options, ALLCLOSE_OPTIONS, "{ atol: 1e-6 }");
  checkTensor("allclose", x);
  checkTensor("allclose", other);
  if (!sameShape(x.ownShape, other.ownShape)) return false;
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  const [left, right] = await Promise.all([x.data(), other.data()]);
  return left.every((value, i) => {
    const other = right[i]!;
    if (value === other) return true;
    if (Number.isNaN(value) && Number.isNaN(other)) return equalNan;
    return Math.abs(value - other) <= atol + rtol * Math.abs(other) && Number.isFinite(other);
  });
}
