/**
 * Random numbers that are PyTorch's: the same seed gives the numbers of PyTorch's CPU generator, draw after
 * draw, so initial weights and shuffles equal PyTorch's on every backend.
 *
 * A *word* is one 32-bit output of the Mersenne twister MT19937 (Matsumoto & Nishimura 1998). What words become is in
 * `draws.ts`.
 */
import { Corr2dError } from "./errors.ts";
import { describeValue, isInstance, isList, isRecord } from "./options.ts";

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

/** A stream of PyTorch's random numbers, which `rand`, `randn` and the other draws take as their `generator`. */
export class Generator {
  /** @internal */
  readonly words: Uint32Array = new Uint32Array(stateLength);
  /** How many of them are used up. @internal */
  index: number = stateLength;
  /** @internal */
  seed: number = 0;
  /** The second normal of the last pair, when it is still to be handed out. @internal */
  nextNormal: number | null = null;

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
      const message = `expected the seed to be a safe integer, but got ${describeValue(seed)}: its low 32 bits are enough`;
      throw new Corr2dError("INVALID_ARGUMENT", message);
    }
    const words = this.words;
    words[0] = seed; // the array keeps the value modulo 2 ** 32
    for (let i = 1; i < stateLength; i++) {
      const previous = words[i - 1]!;
      words[i] = Math.imul(previous ^ (previous >>> 30), 1812433253) + i;
    }
    this.index = stateLength;
    this.seed = seed;
    this.nextNormal = null;
    return this;
  }

  /** The seed this stream was started from. */
  initialSeed(): number {
    return this.seed;
  }

  /** The next word. @internal */
  nextWord(): number {
    if (this.index === stateLength) this.#twist();
    let word = this.words[this.index++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** Renews the whole block of 624 words. */
  #twist(): void {
    const words = this.words;
    let i = 0;
    for (; i < stateLength - shift; i++) words[i] = words[i + shift]! ^ mix(words[i]!, words[i + 1]!);
    for (; i < stateLength - 1; i++) {
      words[i] = words[i + shift - stateLength]! ^ mix(words[i]!, words[i + 1]!);
    }
    words[i] = words[shift - 1]! ^ mix(words[i]!, words[0]!);
    this.index = 0;
  }
}

/** The generator of every draw that is not given one. As in PyTorch its first seed is a random one. */
export const defaultGenerator: Generator = /* @__PURE__ */ new Generator(Math.floor(Math.random() * 2 ** 53));

/**
 * Seeds the default generator and returns it: `torch.manual_seed(seed)`.
 * @throws INVALID_ARGUMENT when `seed` is not a safe integer.
 */
export function manualSeed(seed: number): Generator {
  return defaultGenerator.manualSeed(seed);
}

/**
 * Throws unless `generator` is a Generator of this copy of core.
 * @throws INVALID_ARGUMENT.
 */
export function checkGenerator(generator: unknown): asserts generator is Generator {
  if (isInstance(generator, Generator)) return;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `'generator' must be a Generator, but got ${describeValue(generator)}`,
  );
}

/** What no state can be. */
const NO_STATE = {} as GeneratorState;

/** A copy of a generator's state, which later draws do not change: `torch.get_rng_state()`. */
export function getRngState(generator: Generator = defaultGenerator): GeneratorState {
  checkGenerator(generator);
  const { seed, words, index, nextNormal } = generator;
  return { seed, words: Array.from(words), index, nextNormal };
}

/**
 * Continues from a state that `getRngState` gave, of this or another generator: `torch.set_rng_state(state)`.
 * @throws INVALID_ARGUMENT when it is not such a state.
 */
export function setRngState(newState: GeneratorState, generator: Generator = defaultGenerator): void {
  checkGenerator(generator);
  const { seed, words, index, nextNormal } = isRecord(newState) ? newState : NO_STATE;
  const valid =
    Number.isSafeInteger(seed) &&
    isList(words) &&
    words.length === stateLength &&
    words.every((word) => word === word >>> 0) &&
    Number.isInteger(index) &&
    index >= 0 &&
    index <= stateLength &&
    (nextNormal === null || Number.isFinite(nextNormal));
  if (!valid) {
    throw new Corr2dError("INVALID_ARGUMENT", "expected a generator's state as getRngState() returns it");
  }
  generator.words.set(words);
  generator.index = index;
  generator.seed = seed;
  generator.nextNormal = nextNormal;
}

/** The twister's step: the top bit of one word and the rest of the next, shifted; all 32-bit. */
function mix(word: number, next: number): number {
  return (((word & 0x80000000) | (next & 0x7fffffff)) >>> 1) ^ (next & 1 ? 0x9908b0df : 0);
}
