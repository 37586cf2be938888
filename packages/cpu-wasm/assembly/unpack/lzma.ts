/**
 * Decompression of LZMA data: the kernels' module travels compressed. Hosts have decompressors for DEFLATE only, and
 * LZMA packs the kernels a fifth smaller, which is several times this decoder.
 *
 * Source: Igor Pavlov, "LZMA specification" (2015). A range coder reads bits, each with an adaptive probability that its
 * context names; the bits spell literals, and matches (distance, length) with what was written before. Settings are
 * the usual ones, lc = 3, lp = 0, pb = 2. Data are trusted.
 */

const LITERAL_CONTEXT_BITS = 3;
const POSITIONS = 4;

const STATES = 12;
const MIN_MATCH = 2;
const FIRST_CODED_DISTANCE: u32 = 4;
const FIRST_DIRECT_DISTANCE: u32 = 14;
const ALIGN_BITS = 4;

const PROBABILITY_BITS = 11;
const EVEN_CHANCE: u16 = 1024;
const ADAPTATION = 5;
/** Below this the range takes another byte. */
const RANGE_LOW: u32 = 1 << 24;

/** Codes of lengths: two choices, then low and middle lengths by position, 8 each, and 256 high ones. */
const LENGTH_CODES = 2 + 8 * POSITIONS + 8 * POSITIONS + 256;

// Tables of probabilities, by their first index.
const IS_MATCH = 0;
const IS_REPEAT = IS_MATCH + STATES * POSITIONS;
const IS_LONG_REPEAT = IS_REPEAT + STATES * 4;
const MATCH_LENGTHS = IS_LONG_REPEAT + STATES * POSITIONS;
const REPEAT_LENGTHS = MATCH_LENGTHS + LENGTH_CODES;
const SLOTS = REPEAT_LENGTHS + LENGTH_CODES;
const DISTANCES = SLOTS + 4 * 64;
const ALIGN = DISTANCES + 128;
const LITERALS = ALIGN + (1 << ALIGN_BITS);
const PROBABILITIES = LITERALS + (0x300 << LITERAL_CONTEXT_BITS);

/** Where the data are expected; the tables lie before. */
export const INPUT: usize = 32768;

let at: usize = INPUT;
let range: u32 = 0;
let code: u32 = 0;

function normalize(): void {
  if (range >= RANGE_LOW) return;
  range <<= 8;
  code = (code << 8) | load<u8>(at++);
}

/** A bit whose probability of being 0 is that of `index`, in 2⁻¹¹, which moves towards what the bit was. */
function bit(index: i32): i32 {
  const address = <usize>index << 1;
  const probability = <u32>load<u16>(address);
  const bound = (range >>> PROBABILITY_BITS) * probability;
  let result = 0;
  if (code < bound) {
    range = bound;
    store<u16>(address, probability + (((1 << PROBABILITY_BITS) - probability) >> ADAPTATION));
  } else {
    range -= bound;
    code -= bound;
    store<u16>(address, probability - (probability >> ADAPTATION));
    result = 1;
  }
  normalize();
  return result;
}

/** `count` bits of even chance, the high one first. */
function direct(count: u32): u32 {
  let value: u32 = 0;
  for (; count > 0; count--) {
    range >>>= 1;
    const one = code >= range;
    if (one) code -= range;
    value = (value << 1) | u32(one);
    normalize();
  }
  return value;
}

/** `count` bits, the high one first, each in the context of those before it. */
function tree(base: i32, count: i32): i32 {
  let node = 1;
  for (let i = 0; i < count; i++) node = (node << 1) | bit(base + node);
  return node - (1 << count);
}

/** The same, the low bit first. */
function reverseTree(base: i32, count: u32): u32 {
  let node = 1;
  let value: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const next = bit(base + node);
    node = (node << 1) | next;
    value |= next << i;
  }
  return value;
}

function length(table: i32, position: i32): i32 {
  if (!bit(table)) return tree(table + 2 + (position << 3), 3);
  if (!bit(table + 1)) return 8 + tree(table + 2 + ((POSITIONS + position) << 3), 3);
  return 16 + tree(table + 2 + POSITIONS * 16, 8);
}

function distance(matchLength: i32): u32 {
  const slot = <u32>tree(SLOTS + (min(matchLength, 3) << 6), 6);
  if (slot < FIRST_CODED_DISTANCE) return slot;
  const bits = (slot >>> 1) - 1;
  const high = (2 | (slot & 1)) << bits;
  if (slot < FIRST_DIRECT_DISTANCE) return high + reverseTree(DISTANCES + high - slot, bits);
  return high + (direct(bits - ALIGN_BITS) << ALIGN_BITS) + reverseTree(ALIGN, ALIGN_BITS);
}

/** A byte before which lies `before`; after a match `guess`, the byte at the last distance, is followed while it is right. */
function literal(before: i32, guess: i32, guessing: bool): i32 {
  const base = LITERALS + 0x300 * (before >> (8 - LITERAL_CONTEXT_BITS));
  let symbol = 1;
  while (symbol < 0x100) {
    let context = base + symbol;
    const guessed = (guess >> 7) & 1;
    guess <<= 1;
    if (guessing) context += (1 + guessed) << 8;
    const next = bit(context);
    symbol = (symbol << 1) | next;
    guessing = guessing && guessed === next;
  }
  return symbol;
}

/** Writes to `out` the `size` bytes that the data at INPUT hold: an LZMA stream without a header. */
export function decompress(out: usize, size: i32): void {
  for (let i = 0; i < PROBABILITIES; i++) store<u16>(<usize>i << 1, EVEN_CHANCE);
  at = INPUT + 1; // the first byte is always 0
  range = 0xffffffff;
  for (let i = 0; i < 4; i++) code = (code << 8) | load<u8>(at++);

  // The last distances, less one.
  let recent0: u32 = 0;
  let recent1: u32 = 0;
  let recent2: u32 = 0;
  let recent3: u32 = 0;
  let state = 0;
  let written = 0;
  while (written < size) {
    const position = written & (POSITIONS - 1);
    const here = out + written;
    if (!bit(IS_MATCH + state * POSITIONS + position)) {
      const before = written > 0 ? <i32>load<u8>(here - 1) : 0;
      const guessing = state >= 7;
      const guess = guessing ? <i32>load<u8>(here - recent0 - 1) : 0;
      store<u8>(here, literal(before, guess, guessing));
      written++;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let count = 1;
    if (!bit(IS_REPEAT + state * 4)) {
      const coded = length(MATCH_LENGTHS, position);
      recent3 = recent2;
      recent2 = recent1;
      recent1 = recent0;
      recent0 = distance(coded);
      count = MIN_MATCH + coded;
      state = state < 7 ? 7 : 10;
    } else {
      let short = false;
      if (!bit(IS_REPEAT + state * 4 + 1)) {
        short = !bit(IS_LONG_REPEAT + state * POSITIONS + position); // one byte at the last distance
      } else {
        let chosen = recent1;
        if (bit(IS_REPEAT + state * 4 + 2)) {
          chosen = recent2;
          if (bit(IS_REPEAT + state * 4 + 3)) {
            chosen = recent3;
            recent3 = recent2;
          }
          recent2 = recent1;
        }
        recent1 = recent0;
        recent0 = chosen;
      }
      if (short) state = state < 7 ? 9 : 11;
      else {
        count = MIN_MATCH + length(REPEAT_LENGTHS, position);
        state = state < 7 ? 8 : 11;
      }
    }
    const from = here - recent0 - 1;
    for (let i = 0; i < count; i++) store<u8>(here + i, load<u8>(from + i));
    written += count;
  }
}
