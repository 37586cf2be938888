/**
 * Random numbers that are PyTorch's: the same seed gives the numbers of PyTorch's CPU generator, draw after
 * draw, so initial weights and shuffles equal PyTorch's on every backend.
 *
 * A *word* is one 32-bit output of the Mersenne twister MT19937 (Matsumoto & Nishimura 1998). Every draw turns a
 * fixed number of words into values; using the same number of words as PyTorch keeps later draws in step.
 * Normal values come in pairs from two uniform ones (Box & Muller 1958).
 */
import type { DType } from "./backend.ts";
import { Corr2dError } from "./errors.ts";
import { boxMuller16, boxMuller16Float32, boxMullerPair, fmaFloat32, fmaFloat64 } from "./rounding.ts";

/** The dtypes of real-valued draws. */
export type FloatDType = Exclude<DType, "int32">;

/** The array that a draw of dtype `D` returns. */
export type FloatArray<D extends FloatDType> = D extends "float32" ? Float32Array : Float64Array;

/** Everything that a generator remembers, as plain data: survives `JSON.stringify` and `structuredClone`. */
export interface GeneratorState {
  /** The seed last given. */
  seed: number;
  /** The 624 words of the twister's state. */
  words: number[];
  /** How many of them are used up, 0 to 624. */
  index: number;
  /** The second normal of the last Box–Muller pair, when it is still to be handed out. */
  nextNormal: number | null;
}

const stateLength = 624;
const shift = 397;
/** PyTorch's seed of a generator that was not given one. */
const defaultSeed = 67280421310721;
const unit24 = 2 ** -24;
const unit53 = 2 ** -53;
const largestFloat32 = 3.4028234663852886e38;
const { fround } = Math;

/**
 * A stream of PyTorch's random numbers.
 *
 * All draws throw INVALID_ARGUMENT when `n` is not a non-negative integer. "Exact" below means bit for bit.
 */
export class Generator {
  readonly #words: Uint32Array = new Uint32Array(stateLength);
  #index = stateLength;
  #seed = 0;
  #nextNormal: number | null = null;

  /** Without a seed, PyTorch's fixed default of `torch.Generator()`: 67280421310721. */
  constructor(seed: number = defaultSeed) {
    this.manualSeed(seed);
  }

  /**
   * Starts the stream of `seed`. As in PyTorch only the low 32 bits count (negative seeds in two's complement),
   * so 2 ** 32 + 5 gives the stream of 5, and -1 that of 2 ** 32 - 1.
   * @throws INVALID_ARGUMENT when `seed` is not a safe integer.
   */
  manualSeed(seed: number): this {
    if (!Number.isSafeInteger(seed)) {
      const message = `expected the seed to be a safe integer, but got ${seed}: its low 32 bits are enough`;
      throw invalid(message);
    }
    const words = this.#words;
    words[0] = seed; // the array keeps the value modulo 2 ** 32
    for (let i = 1; i < stateLength; i++) {
      const previous = words[i - 1]!;
      words[i] = Math.imul(previous ^ (previous >>> 30), 1812433253) + i;
    }
    this.#index = stateLength;
    this.#seed = seed;
    this.#nextNormal = null;
    return this;
  }

  /** The seed this stream was started from. */
  initialSeed(): number {
    return this.#seed;
  }

  /** A copy of the state; later draws do not change it. */
  getState(): GeneratorState {
    return {
      seed: this.#seed,
      words: Array.from(this.#words),
      index: this.#index,
      nextNormal: this.#nextNormal,
    };
  }

  /**
   * Continues from a state that `getState` gave, of this or another generator.
   * @throws INVALID_ARGUMENT when it is not such a state.
   */
  setState(state: GeneratorState): this {
    const { seed, words, index, nextNormal } = state;
    const valid =
      Number.isSafeInteger(seed) &&
      Array.isArray(words) &&
      words.length === stateLength &&
      words.every((word) => word === word >>> 0) &&
      Number.isInteger(index) &&
      index >= 0 &&
      index <= stateLength &&
      (nextNormal === null || Number.isFinite(nextNormal));
    if (!valid) throw invalid("expected a generator state as getState() returns it");
    this.#words.set(words);
    this.#index = index;
    this.#seed = seed;
    this.#nextNormal = nextNormal;
    return this;
  }

  /**
   * `n` values uniform in [low, high): `torch.empty(n).uniform_(low, high)`, and `torch.rand(n)` with the
   * defaults. Exact. (Rounding can give `high` itself in float32, as in PyTorch.)
   * @throws INVALID_ARGUMENT unless low <= high, both finite in `dtype`, and so is their difference.
   */
  uniform<D extends FloatDType>(n: number, dtype: D, low: number = 0, high: number = 1): FloatArray<D> {
    const out = allocate(n, dtype);
    checkInterval(low, high, dtype);
    if (dtype === "float32") {
      const base = fround(low);
      const range = fround(fround(high) - base);
      for (let i = 0; i < n; i++) out[i] = fmaFloat32(this.#uniform24(), range, base);
    } else {
      for (let i = 0; i < n; i++) out[i] = fmaFloat64(this.#uniform53(), high - low, low);
    }
    return out as FloatArray<D>;
  }

  /**
   * `n` normal values: `torch.empty(n).normal_(mean, std)`, and `torch.randn(n)` with the defaults. float32 with
   * n >= 16 is exact for PyTorch on x86 with AVX2; the rest differs by one unit in the last place at most, where
   * the two programs' logarithms, sines and cosines do.
   * @throws INVALID_ARGUMENT unless std >= 0.
   */
  normal<D extends FloatDType>(n: number, dtype: D, mean: number = 0, std: number = 1): FloatArray<D> {
    const out = allocate(n, dtype);
    if (!(std >= 0)) throw invalid(`normal expects std >= 0.0, but found std ${std}`);
    if (n < 16) {
      for (let i = 0; i < n; i++) out[i] = this.#standardNormal() * std + mean;
      return out as FloatArray<D>;
    }
    const transform = dtype === "float32" ? boxMuller16Float32 : boxMuller16;
    this.#fillUnit(out, 0);
    for (let i = 0; i + 16 <= n; i += 16) transform(out, i, mean, std);
    if (n % 16 !== 0) {
      // PyTorch draws the last 16 anew, overwriting normals of the last whole block.
      this.#fillUnit(out, n - 16);
      transform(out, n - 16, mean, std);
    }
    return out as FloatArray<D>;
  }

  /**
   * `n` integers uniform in [low, high): `torch.randint(low, high, (n,))`. Exact. Ranges of 2 ** 28 and more
   * follow PyTorch 2.13 (two words a value); 1.13 spent one.
   * @throws INVALID_ARGUMENT unless -(2 ** 31) <= low < high <= 2 ** 31, both integers.
   */
  randint(low: number, high: number, n: number): Int32Array {
    checkCount(n);
    if (!Number.isInteger(low) || !Number.isInteger(high)) {
      throw invalid(`randint expects integers, but got low=${low} and high=${high}`);
    }
    if (low >= high) {
      throw invalid(`random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`);
    }
    if (low < -(2 ** 31)) throw invalid(`from is out of bounds for int: ${low} < -(2 ** 31)`);
    if (high > 2 ** 31) throw invalid(`to - 1 is out of bounds for int: ${high - 1} >= 2 ** 31`);
    const range = high - low;
    const out = new Int32Array(n);
    if (range < 2 ** 28) {
      for (let i = 0; i < n; i++) out[i] = (this.#word() % range) + low;
    } else {
      for (let i = 0; i < n; i++) out[i] = this.#doubleWordModulo(range) + low;
    }
    return out;
  }

  /**
   * The integers 0 to n - 1 in random order: `torch.randperm(n)`. Exact.
   * @throws INVALID_ARGUMENT when n >= 214748364, where PyTorch changes its method.
   */
  randperm(n: number): Int32Array {
    checkCount(n);
    if (n >= 214748364) throw invalid(`randperm is offered for n < 214748364, but got n=${n}`);
    const out = new Int32Array(n);
    for (let i = 0; i < n; i++) out[i] = i;
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.#word() % (n - i));
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
  bernoulli<D extends FloatDType>(p: number | ArrayLike<number>, n: number, dtype: D): FloatArray<D> {
    const out = allocate(n, dtype);
    if (typeof p === "number") {
      checkProbability(p);
      for (let i = 0; i < n; i++) out[i] = this.#uniform53() < p ? 1 : 0;
      return out as FloatArray<D>;
    }
    if (p.length !== n) throw invalid(`bernoulli expects ${n} probabilities, but got ${p.length}`);
    for (let i = 0; i < n; i++) checkProbability(p[i]!);
    if (dtype === "float32") {
      for (let i = 0; i < n; i++) out[i] = this.#uniform24() < fround(p[i]!) ? 1 : 0;
    } else {
      for (let i = 0; i < n; i++) out[i] = this.#uniform53() < p[i]! ? 1 : 0;
    }
    return out as FloatArray<D>;
  }

  /** The next 32 bits. */
  #word(): number {
    if (this.#index === stateLength) this.#twist();
    let word = this.#words[this.#index++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** Renews the whole block of 624 words. */
  #twist(): void {
    const words = this.#words;
    let i = 0;
    for (; i < stateLength - shift; i++) words[i] = words[i + shift]! ^ mix(words[i]!, words[i + 1]!);
    for (; i < stateLength - 1; i++) {
      words[i] = words[i + shift - stateLength]! ^ mix(words[i]!, words[i + 1]!);
    }
    words[i] = words[shift - 1]! ^ mix(words[i]!, words[0]!);
    this.#index = 0;
  }

  /** Uniform in [0, 1), a multiple of 2 ** -24: PyTorch keeps the low bits of the word. */
  #uniform24(): number {
    return (this.#word() & 0xffffff) * unit24;
  }

  /** Uniform in [0, 1), a multiple of 2 ** -53, from two words, the first one high. */
  #uniform53(): number {
    const high = this.#word() & 0x1fffff;
    return (high * 2 ** 32 + this.#word()) * unit53;
  }

  #fillUnit(out: Float32Array | Float64Array, start: number): void {
    const float32 = out instanceof Float32Array;
    for (let i = start; i < out.length; i++) out[i] = float32 ? this.#uniform24() : this.#uniform53();
  }

  /** (first word * 2 ** 32 + second word) % range, for range <= 2 ** 32, in steps that a double holds exactly. */
  #doubleWordModulo(range: number): number {
    const high = this.#word();
    const low = this.#word();
    const upper = ((high % range) * 2 ** 16 + (low >>> 16)) % range;
    return (upper * 2 ** 16 + (low & 0xffff)) % range;
  }

  /** One value of a pair; the other waits for the next call, which may be in a later draw of any dtype. */
  #standardNormal(): number {
    const waiting = this.#nextNormal;
    if (waiting !== null) {
      this.#nextNormal = null;
      return waiting;
    }
    const [first, second] = boxMullerPair(this.#uniform53(), this.#uniform53());
    this.#nextNormal = second;
    return first;
  }
}

/** The generator of every draw that is not given one. As in PyTorch its first seed is a random one. */
export const defaultGenerator: Generator = new Generator(Math.floor(Math.random() * 2 ** 53));

/**
 * Seeds the default generator and returns it: `torch.manual_seed(seed)`.
 * @throws INVALID_ARGUMENT when `seed` is not a safe integer.
 */
export function manualSeed(seed: number): Generator {
  return defaultGenerator.manualSeed(seed);
}

/** The twister's step: the top bit of one word and the rest of the next, shifted; all 32-bit. */
function mix(word: number, next: number): number {
  return (((word & 0x80000000) | (next & 0x7fffffff)) >>> 1) ^ (next & 1 ? 0x9908b0df : 0);
}

function allocate(n: number, dtype: FloatDType): Float32Array | Float64Array {
  checkCount(n);
  if (dtype === "float32") return new Float32Array(n);
  if (dtype === "float64") return new Float64Array(n);
  throw invalid(`expected dtype "float32" or "float64", but got ${JSON.stringify(dtype)}`);
}

function checkCount(n: number): void {
  if (!Number.isInteger(n) || n < 0) {
    throw invalid(`expected the number of draws to be a non-negative integer, but got ${n}`);
  }
}

function checkInterval(low: number, high: number, dtype: FloatDType): void {
  const [largest, name] = dtype === "float32" ? [largestFloat32, "float"] : [Number.MAX_VALUE, "double"];
  for (const [bound, value] of [
    ["from", low],
    ["to", high],
  ] as const) {
    if (!(Math.abs(value) <= largest)) throw invalid(`${bound} is out of bounds for ${name}: ${value}`);
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

function checkProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) throw invalid(`bernoulli_ expects p to be in [0, 1], but got p=${p}`);
}

function invalid(message: string): Corr2dError {
  return new Corr2dError("INVALID_ARGUMENT", message);
}
