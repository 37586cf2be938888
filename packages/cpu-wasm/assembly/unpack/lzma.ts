/**
 * Decompression of LZMA data: the kernels' module travels compressed. Hosts have decompressors for DEFLATE only, and
 * LZMA packs the kernels a fifth smaller, which is several times this decoder.
 *
 * Source: Igor Pavlov, "LZMA specification" (2015). A range coder reads bits, each with an adaptive probability that its
 * context names; the bits spell literals, and matches (distance, length) with what was written before. The properties
 * are lc = 1, lp = 0, pb = 0, which suit data that know no alignment, and need least code. Data are trusted.
 */

const MIN_MATCH = 2;
const FIRST_CODED_DISTANCE: u32 = 4;
const FIRST_DIRECT_DISTANCE: u32 = 14;
const ALIGN_BITS: u32 = 4;

const PROBABILITY_BITS = 11;
const EVEN_CHANCE = 1024;
const ADAPTATION = 5;
/** Below this the range takes another byte. */
const RANGE_LOW: u32 = 1 << 24;

// Tables of probabilities, by their first index. In trees the first node is number 1.
/** Eight for each of twelve states: is it a match; at a recent distance; not the last, the one before ...; longer than 1? */
const STATES = 0;
/** Lengths: two choices, then 8 low, 8 middle and 256 high ones. */
const MATCH_LENGTHS = STATES + 12 * 8;
const REPEAT_LENGTHS = MATCH_LENGTHS + 512;
const SLOTS = REPEAT_LENGTHS + 512;
const DISTANCES = SLOTS + 4 * 64;
const ALIGN = DISTANCES + 128;
const LITERALS = ALIGN + (1 << ALIGN_BITS);
const PROBABILITIES = LITERALS + 2 * 0x300;

/** The last four distances, less one, the latest first. */
const RECENT: usize = 2 * PROBABILITIES;

let at: usize = 0;
let range: u32 = 0;
let code: u32 = 0;

function normalize(): void {
  if (range < RANGE_LOW) {
    range <<= 8;
    code = (code << 8) | load<u8>(at++);
  }
}

/**
 * A bit whose probability of being 0 moves towards what the bit was. At `index` lies by how much, in 2⁻¹¹, it differs
 * from an even chance: memory begins as zeros.
 */
function bit(index: i32): i32 {
  const address = <usize>index << 1;
  const lean = <i32>load<i16>(address);
  const bound = (range >>> PROBABILITY_BITS) * (EVEN_CHANCE + lean);
  const result = i32(code >= bound);
  if (result) {
    range -= bound;
    code -= bound;
    store<i16>(address, lean - ((EVEN_CHANCE + lean) >> ADAPTATION));
  } else {
    range = bound;
    store<i16>(address, lean + ((EVEN_CHANCE - lean) >> ADAPTATION));
  }
  normalize();
  return result;
}

/** A number below `limit`, a power of two: its bits, the high one first, each in the context of those before it. */
function tree(base: i32, limit: i32): i32 {
  let node = 1;
  do node = (node << 1) | bit(base + node);
  while (node < limit);
  return node - limit;
}

/** `count` bits, the low one first. */
function reverseTree(base: i32, count: u32): u32 {
  let node = 1;
  let value: u32 = 0;
  let i: u32 = 0;
  do {
    const next = bit(base + node);
    node = (node << 1) | next;
    value |= next << i;
  } while (++i < count);
  return value;
}

function length(table: i32): i32 {
  if (!bit(table)) return tree(table + 8, 8);
  if (!bit(table + 1)) return 8 + tree(table + 16, 8);
  return 16 + tree(table + 256, 256);
}

function distance(matchLength: i32): u32 {
  const slot = <u32>tree(SLOTS + (min(matchLength, 3) << 6), 64);
  if (slot < FIRST_CODED_DISTANCE) return slot;
  let bits = (slot >>> 1) - 1;
  let value = (2 | (slot & 1)) << bits;
  if (slot < FIRST_DIRECT_DISTANCE) return value + reverseTree(DISTANCES + value - slot, bits);
  // Bits of even chance, but for the last ones.
  do {
    bits--;
    range >>>= 1;
    if (code >= range) {
      code -= range;
      value |= 1 << bits;
    }
    normalize();
  } while (bits > ALIGN_BITS);
  return value + reverseTree(ALIGN, ALIGN_BITS);
}

/** Writes to `out`, behind a 0, the `size` bytes that the data at `input` hold: an LZMA stream without a header. */
export function decompress(input: usize, out: usize, size: usize): void {
  at = input;
  for (let i = 0; i < 5; i++) normalize(); // reads all of `code`; the first byte is always 0
  range = 0xffffffff;

  let last = out - 1;
  const end = last + size;
  let state = 0;
  while (last < end) {
    const context = STATES + (state << 3);
    const recent = load<u32>(RECENT);
    if (!bit(context)) {
      const base = LITERALS + 0x300 * (load<u8>(last) >> 7);
      // After a match, the byte at the last distance is followed while it is right.
      let guess = <i32>load<u8>(last - recent);
      let guessing = state < 7 ? 0 : 0x100;
      let symbol = 1;
      do {
        guess <<= 1;
        const guessed = guess & guessing;
        const next = bit(base + guessing + guessed + symbol);
        symbol = (symbol << 1) | next;
        guessing &= ~(guessed ^ (next << 8));
      } while (symbol < 0x100);
      store<u8>(last++, symbol, 1);
      state = state < 4 ? 0 : state - (state < 10 ? 3 : 6);
      continue;
    }
    let count = 1;
    let newer = 3; // how many of the last distances are later than the match's, and move on
    let next = 7;
    let chosen: u32 = 0;
    if (!bit(context + 1)) {
      count = length(MATCH_LENGTHS);
      chosen = distance(count);
      count += MIN_MATCH;
    } else {
      newer = 0;
      while (newer < 3 && bit(context + 2 + newer)) newer++;
      chosen = load<u32>(RECENT + (newer << 2));
      next = 9;
      if (newer || bit(context + 5)) {
        next = 8;
        count = MIN_MATCH + length(REPEAT_LENGTHS);
      }
    }
    memory.copy(RECENT + 4, RECENT, newer << 2);
    store<u32>(RECENT, chosen);
    state = state < 7 ? next : min(next + 3, 11);
    do {
      store<u8>(last, load<u8>(last - chosen), 1);
      last++;
    } while (--count);
  }
}
