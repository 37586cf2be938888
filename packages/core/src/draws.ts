/**
 * Arrays drawn from a generator: PyTorch's numbers. Every draw turns a fixed number of words into values; using the same
 * number of words as PyTorch keeps later draws in step. They are functions, so that an application has only those it uses.
 *
 * All draws throw INVALID_ARGUMENT when `n` is not a non-negative integer. "Exact" below means bit for bit.
 */
import { arrayOf, DTYPES, dtypeOf, type FloatDType, isFloating } from "./dtype.ts";
import { Corr2dError } from "./errors.ts";
import { describeValue, isList } from "./options.ts";
import { checkGenerator, type Generator } from "./random.ts";
import { boxMuller16, boxMuller16Float32, boxMullerPair, fmaFloat32, fmaFloat64 } from "./rounding.ts";

/** The array that a draw of dtype `D` returns. */
export type FloatArray<D extends FloatDType> = D extends "float32" ? Float32Array : Float64Array;

const unit24 = 2 ** -24;
const unit53 = 2 ** -53;

/**
 * `n` values uniform in [low, high): `torch.empty(n).uniform_(low, high)`, and `torch.rand(n)` with the
 * defaults. Exact. (Rounding can give `high` itself in float32, as in PyTorch.)
 * @throws INVALID_ARGUMENT unless low <= high, both finite in `dtype`, and so is their difference.
 */
export function drawUniform<D extends FloatDType>(
  generator: Generator,
  n: number,
  dtype: D,
  low: number = 0,
  high: number = 1,
): FloatArray<D> {
  checkGenerator(generator);
  const out = allocate(n, dtype);
  checkInterval(low, high, dtype);
  if (dtype === "float32") {
    const base = Math.fround(low);
    const range = Math.fround(Math.fround(high) - base);
    for (let i = 0; i < n; i++) out[i] = fmaFloat32(uniform24(generator), range, base);
  } else {
    for (let i = 0; i < n; i++) out[i] = fmaFloat64(uniform53(generator), high - low, low);
  }
  return out as FloatArray<D>;
}

/**
 * `n` normal values: `torch.empty(n).normal_(mean, std)`, and `torch.randn(n)` with the defaults. float32 with
 * n >= 16 is exact for PyTorch on x86 with AVX2; the rest differs by one unit in the last place at most, where
 * the two programs' logarithms, sines and cosines do.
 * @throws INVALID_ARGUMENT unless std >= 0.
 */
export function drawNormal<D extends FloatDType>(
  generator: Generator,
  n: number,
  dtype: D,
  mean: number = 0,
  std: number = 1,
): FloatArray<D> {
  checkGenerator(generator);
  const out = allocate(n, dtype);
  if (!(std >= 0)) throw invalid(`normal expects std >= 0.0, but found std ${describeValue(std)}`);
  if (n < 16) {
    for (let i = 0; i < n; i++) out[i] = standardNormal(generator) * std + mean;
    return out as FloatArray<D>;
  }
  const transform = dtype === "float32" ? boxMuller16Float32 : boxMuller16;
  fillUnit(generator, out, 0);
  for (let i = 0; i + 16 <= n; i += 16) transform(out, i, mean, std);
  if (n % 16 !== 0) {
    // PyTorch draws the last 16 anew, overwriting normals of the last whole block.
    fillUnit(generator, out, n - 16);
    transform(out, n - 16, mean, std);
  }
  return out as FloatArray<D>;
}

/**
 * `n` exponential values of rate 1: `torch.empty(n).exponential_()`. To a unit in the last place, where the two programs' logarithms
 * differ. (PyTorch with MKL on Intel processors draws them from MKL; that is not followed.)
 */
export function drawExponential<D extends FloatDType>(
  generator: Generator,
  n: number,
  dtype: D,
): FloatArray<D> {
  checkGenerator(generator);
  const out = allocate(n, dtype);
  for (let i = 0; i < n; i++) out[i] = -Math.log1p(-uniform53(generator));
  return out as FloatArray<D>;
}

/**
 * `n` integers uniform in [low, high): `torch.randint(low, high, (n,))`. Exact. Ranges of 2 ** 28 and more
 * follow PyTorch 2.13 (two words a value); 1.13 spent one.
 * @throws INVALID_ARGUMENT unless -(2 ** 31) <= low < high <= 2 ** 31, both integers.
 */
export function drawIntegers(generator: Generator, n: number, low: number, high: number): Int32Array {
  checkGenerator(generator);
  checkCount(n);
  if (!Number.isInteger(low) || !Number.isInteger(high)) {
    throw invalid(
      `randint expects integers, but got low=${describeValue(low)} and high=${describeValue(high)}`,
    );
  }
  if (low >= high) {
    throw invalid(`random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`);
  }
  if (low < -(2 ** 31)) throw invalid(`from is out of bounds for int: ${low} < -(2 ** 31)`);
  if (high > 2 ** 31) throw invalid(`to - 1 is out of bounds for int: ${high - 1} >= 2 ** 31`);
  const range = high - low;
  const out = new Int32Array(n);
  if (range < 2 ** 28) {
    for (let i = 0; i < n; i++) out[i] = (generator.nextWord() % range) + low;
  } else {
    for (let i = 0; i < n; i++) out[i] = doubleWordModulo(generator, range) + low;
  }
  return out;
}

/**
 * The integers 0 to n - 1 in random order: `torch.randperm(n)`. Exact.
 * @throws INVALID_ARGUMENT when n >= 214748364, where PyTorch changes its method.
 */
export function drawPermutation(generator: Generator, n: number): Int32Array {
  checkGenerator(generator);
  checkCount(n);
  if (n >= 214748364) throw invalid(`randperm is offered for n < 214748364, but got n=${n}`);
  const out = new Int32Array(n);
  for (let i = 0; i < n; i++) out[i] = i;
  for (let i = 0; i < n - 1; i++) {
    const j = i + (generator.nextWord() % (n - i));
    const swapped = out[i]!;
    out[i] = out[j]!;
    out[j] = swapped;
  }
  return out;
}

/**
 * `n` values, 1 with probability `p` and else 0. Exact. PyTorch has two streams here, and so has this:
 * a number is `torch.empty(n).bernoulli_(p)`, which dropout uses; an array of `n` probabilities of `dtype` is
 * `torch.bernoulli(p)`. (PyTorch with MKL on Intel processors draws the first from MKL; that is not followed.)
 * @throws INVALID_ARGUMENT unless every probability is in [0, 1].
 */
export function drawBernoulli<D extends FloatDType>(
  generator: Generator,
  n: number,
  dtype: D,
  p: number | ArrayLike<number>,
): FloatArray<D> {
  checkGenerator(generator);
  const out = allocate(n, dtype);
  if (typeof p === "number") {
    checkProbability(p);
    for (let i = 0; i < n; i++) out[i] = uniform53(generator) < p ? 1 : 0;
    return out as FloatArray<D>;
  }
  if (!isList(p) && !isNumbers(p))
    throw invalid(`bernoulli expects p to be in [0, 1], but got p=${describeValue(p)}`);
  if (p.length !== n) throw invalid(`bernoulli expects ${n} probabilities, but got ${p.length}`);
  for (let i = 0; i < n; i++) checkProbability(p[i]!);
  if (dtype === "float32") {
    for (let i = 0; i < n; i++) out[i] = uniform24(generator) < Math.fround(p[i]!) ? 1 : 0;
  } else {
    for (let i = 0; i < n; i++) out[i] = uniform53(generator) < p[i]! ? 1 : 0;
  }
  return out as FloatArray<D>;
}

/** Uniform in [0, 1), a multiple of 2 ** -24: PyTorch keeps the low bits of the word. */
function uniform24(generator: Generator): number {
  return (generator.nextWord() & 0xffffff) * unit24;
}

/** Uniform in [0, 1), a multiple of 2 ** -53, from two words, the first one high. */
function uniform53(generator: Generator): number {
  const high = generator.nextWord() & 0x1fffff;
  return (high * 2 ** 32 + generator.nextWord()) * unit53;
}

function fillUnit(generator: Generator, out: Float32Array | Float64Array, start: number): void {
  const float32 = out instanceof Float32Array;
  for (let i = start; i < out.length; i++) out[i] = float32 ? uniform24(generator) : uniform53(generator);
}

/** (first word * 2 ** 32 + second word) % range, for range <= 2 ** 32, in steps that a double holds exactly. */
function doubleWordModulo(generator: Generator, range: number): number {
  const high = generator.nextWord();
  const low = generator.nextWord();
  const upper = ((high % range) * 2 ** 16 + (low >>> 16)) % range;
  return (upper * 2 ** 16 + (low & 0xffff)) % range;
}

/** One value of a pair; the other waits for the next call, which may be in a later draw of any dtype. */
function standardNormal(generator: Generator): number {
  const waiting = generator.nextNormal;
  if (waiting !== null) {
    generator.nextNormal = null;
    return waiting;
  }
  const [first, second] = boxMullerPair(uniform53(generator), uniform53(generator));
  generator.nextNormal = second;
  return first;
}

function allocate(n: number, dtype: FloatDType): Float32Array | Float64Array {
  checkCount(n);
  if (Object.hasOwn(DTYPES, dtype) && isFloating(dtype)) return arrayOf(dtype, n) as FloatArray<FloatDType>;
  throw invalid(`expected dtype "float32" or "float64", but got ${describeValue(dtype)}`);
}

function checkCount(n: number): void {
  if (!Number.isInteger(n) || n < 0) {
    throw invalid(`expected the number of draws to be a non-negative integer, but got ${describeValue(n)}`);
  }
}

function checkInterval(low: number, high: number, dtype: FloatDType): void {
  const { largest, torchShort: name } = DTYPES[dtype];
  for (const [bound, value] of [
    ["from", low],
    ["to", high],
  ] as const) {
    if (!(Math.abs(value) <= largest))
      throw invalid(`${bound} is out of bounds for ${name}: ${describeValue(value)}`);
  }
  if (low > high) {
    throw invalid(`uniform_ expects to return a [from, to) range, but found from=${low} > to=${high}`);
  }
  if (high - low > largest) {
    throw invalid(
      `uniform_ expects to-from <= std::numeric_limits<${name}>::max(), but found to=${high} and from=${low} ` +
        "which result in to-from to exceed the limit",
    );
  }
}

/** Whether it is a typed array, also of another realm. */
const isNumbers = (p: unknown): p is ArrayLike<number> => ArrayBuffer.isView(p) && dtypeOf(p) !== null;

function checkProbability(p: number): void {
  if (typeof p !== "number" || !(p >= 0 && p <= 1))
    throw invalid(`bernoulli_ expects p to be in [0, 1], but got p=${describeValue(p)}`);
}

function invalid(message: string): Corr2dError {
  return new Corr2dError("INVALID_ARGUMENT", message);
}
