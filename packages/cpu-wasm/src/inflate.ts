/**
 * Decompression of raw DEFLATE data, synchronous and in every host: the module's bytes travel compressed, and the
 * platform's own DecompressionStream costs a program 20 ms of its start in Node.
 *
 * Source: RFC 1951. A code is looked up by the next `TABLE_BITS` bits of the input; the few longer ones are found
 * bit by bit, as the codes of one length are consecutive numbers (section 3.2.2).
 */

interface Huffman {
  /** By the next bits of the input: symbol · 16 + length of its code; 0 where the code is longer. */
  readonly table: Uint16Array;
  /** Number of codes of each length. */
  readonly counts: Uint16Array;
  /** Symbols in the order of their codes. */
  readonly symbols: Uint16Array;
}

const MAX_BITS = 15;
const TABLE_BITS = 9;
/** The order in which the lengths of the code length code come (section 3.2.7). */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END_OF_BLOCK = 256;

/** The code in which symbol i has `lengths[i]` bits; 0 means that it does not occur. */
function huffman(lengths: Uint8Array): Huffman {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (let i = 0; i < lengths.length; i++) counts[lengths[i]!]!++;
  counts[0] = 0;
  const next = new Uint16Array(MAX_BITS + 2);
  for (let bits = 1; bits <= MAX_BITS; bits++) next[bits + 1] = next[bits]! + counts[bits]!;
  const symbols = new Uint16Array(lengths.length);
  for (let i = 0; i < lengths.length; i++) if (lengths[i]! > 0) symbols[next[lengths[i]!]!++] = i;

  const table = new Uint16Array(1 << TABLE_BITS);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= TABLE_BITS; length++, code <<= 1) {
    for (let n = counts[length]!; n > 0; n--, code++, index++) {
      let reversed = 0; // codes begin at their high bit, the input at its low bit
      for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
      const entry = (symbols[index]! << 4) | length;
      for (let at = reversed; at < table.length; at += 1 << length) table[at] = entry;
    }
  }
  return { table, counts, symbols };
}

class Inflater {
  readonly #data: Uint8Array;
  readonly #out: Uint8Array;
  #read = 0;
  #written = 0;
  #held = 0;
  #heldBits = 0;

  constructor(data: Uint8Array, size: number) {
    this.#data = data;
    this.#out = new Uint8Array(size);
  }

  /** All blocks. */
  run(): Uint8Array {
    for (let last = 0; last === 0; ) {
      last = this.#bits(1);
      const type = this.#bits(2);
      if (type === 0) this.#stored();
      else if (type === 1) this.#compressed(...fixedCodes());
      else this.#compressed(...this.#codes());
    }
    if (this.#written !== this.#out.length) throw new RangeError("inflate: the data has another size");
    return this.#out;
  }

  #fill(count: number): void {
    while (this.#heldBits < count) {
      this.#held |= (this.#data[this.#read++] ?? 0) << this.#heldBits;
      this.#heldBits += 8;
    }
  }

  #drop(count: number): void {
    this.#held >>>= count;
    this.#heldBits -= count;
  }

  #bits(count: number): number {
    this.#fill(count);
    const value = this.#held & ((1 << count) - 1);
    this.#drop(count);
    return value;
  }

  #symbol({ table, counts, symbols }: Huffman): number {
    this.#fill(MAX_BITS);
    const entry = table[this.#held & ((1 << TABLE_BITS) - 1)]!;
    if (entry !== 0) {
      this.#drop(entry & 15);
      return entry >> 4;
    }
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      code |= this.#bits(1);
      const count = counts[length]!;
      if (code - first < count) return symbols[index + code - first]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new RangeError("inflate: the data holds a code that does not exist");
  }

  /** A length or distance: `perStep` symbols share each number of extra bits (the tables of section 3.2.5). */
  #extended(symbol: number, perStep: number, base: number): number {
    if (symbol < 2 * perStep) return base + symbol;
    const extra = Math.floor(symbol / perStep) - 1;
    return base + ((perStep + (symbol % perStep)) << extra) + this.#bits(extra);
  }

  #stored(): void {
    this.#drop(this.#heldBits & 7); // from the next whole byte
    const length = this.#bits(16);
    this.#bits(16); // its complement
    for (let i = 0; i < length; i++) this.#out[this.#written++] = this.#bits(8);
  }

  #codes(): [literals: Huffman, distances: Huffman] {
    const literalCount = this.#bits(5) + 257;
    const distanceCount = this.#bits(5) + 1;
    const lengthCount = this.#bits(4) + 4;
    const codeLengths = new Uint8Array(LENGTH_ORDER.length);
    for (let i = 0; i < lengthCount; i++) codeLengths[LENGTH_ORDER[i]!] = this.#bits(3);
    const lengthCode = huffman(codeLengths);
    const lengths = new Uint8Array(literalCount + distanceCount);
    for (let i = 0; i < lengths.length; ) {
      const symbol = this.#symbol(lengthCode);
      if (symbol < 16) lengths[i++] = symbol;
      else {
        const repeat =
          symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
        lengths.fill(symbol === 16 ? lengths[i - 1]! : 0, i, i + repeat);
        i += repeat;
      }
    }
    return [huffman(lengths.subarray(0, literalCount)), huffman(lengths.subarray(literalCount))];
  }

  /**
   * The one loop that counts: it runs once, cold, so it works on locals, which an interpreter reads fastest, and
   * takes the common case, a code in the table, out of `#symbol`.
   */
  #compressed(literals: Huffman, distances: Huffman): void {
    const data = this.#data;
    const out = this.#out;
    const table = literals.table;
    const mask = table.length - 1;
    let held = this.#held;
    let heldBits = this.#heldBits;
    let read = this.#read;
    let written = this.#written;
    while (written <= out.length) {
      while (heldBits < MAX_BITS) {
        held |= data[read++]! << heldBits;
        heldBits += 8;
      }
      const entry = table[held & mask]!;
      let symbol = entry >> 4;
      if (symbol < END_OF_BLOCK && entry !== 0) {
        held >>>= entry & 15;
        heldBits -= entry & 15;
        out[written++] = symbol;
        continue;
      }
      this.#held = held;
      this.#heldBits = heldBits;
      this.#read = read;
      symbol = this.#symbol(literals);
      if (symbol < END_OF_BLOCK) out[written++] = symbol;
      else if (symbol === END_OF_BLOCK) {
        this.#written = written;
        return;
      } else {
        const length = symbol === 285 ? 258 : this.#extended(symbol - 257, 4, 3);
        const from = written - this.#extended(this.#symbol(distances), 2, 1);
        if (from + length <= written) out.copyWithin(written, from, from + length);
        else for (let i = 0; i < length; i++) out[written + i] = out[from + i]!; // repeats itself
        written += length;
      }
      held = this.#held;
      heldBits = this.#heldBits;
      read = this.#read;
    }
    throw new RangeError("inflate: the data has another size");
  }
}

/** The fixed codes (section 3.2.6). */
function fixedCodes(): [literals: Huffman, distances: Huffman] {
  const lengths = new Uint8Array(288).fill(8);
  lengths.fill(9, 144, 256).fill(7, 256, 280);
  return [huffman(lengths), huffman(new Uint8Array(30).fill(5))];
}

/**
 * The `size` bytes that `data` holds, compressed.
 * @throws RangeError when it does not.
 */
export function inflate(data: Uint8Array, size: number): Uint8Array {
  return new Inflater(data, size).run();
}
