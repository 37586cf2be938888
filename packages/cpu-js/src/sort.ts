/**
 * Lines in order, and where the elements were: short ones by insertion, others by their digits (radix sort from the least significant
 * digit on: Knuth, vol. 3, §5.2.5). Both keep the order of equal elements.
 */
import type { TypedArray } from "@corr2d/core";
import type { BufferPool } from "./buffers.ts";

/** Up to here insertion is faster than counting digits. */
const SHORT = 48;
const DIGIT = 8;
const DIGITS = 1 << DIGIT;

/** Sorts along the middle axis of [outer, length, inner]; NaN is the greatest, −0 equals 0. */
export function sort(
  x: TypedArray,
  length: number,
  inner: number,
  descending: boolean,
  values: TypedArray,
  indices: TypedArray,
  pool: BufferPool,
): void {
  const words = x instanceof Float64Array ? 2 : 1;
  const keys = pool.borrowTable(words * length);
  const orders = [pool.borrowTable(length), pool.borrowTable(length)] as const;
  const counts = pool.borrowTable(DIGITS);
  const line = new (x.constructor as Float32ArrayConstructor)(length);
  const block = length * inner;
  for (let start = 0; start < x.length; start += block) {
    for (let first = start; first < start + inner; first++) {
      for (let i = 0, at = first; i < length; i++, at += inner) line[i] = x[at]!;
      const order =
        length <= SHORT
          ? inserted(line, descending, orders[0])
          : byDigits(line, descending, keys, orders, counts);
      for (let i = 0, at = first; i < length; i++, at += inner) {
        const from = order[i]!;
        values[at] = line[from]!;
        indices[at] = from;
      }
    }
  }
  pool.giveBack(keys, counts, ...orders);
}

/** Whether a comes after b, with b before it: strictly, so that equal ones stay. */
const isAfter = (a: number, b: number): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b));

function inserted(line: TypedArray, descending: boolean, order: Int32Array): Int32Array {
  for (let i = 0; i < line.length; i++) {
    const value = line[i]!;
    let at = i;
    for (; at > 0; at--) {
      const other = line[order[at - 1]!]!;
      if (!(descending ? isAfter(value, other) : isAfter(other, value))) break;
      order[at] = order[at - 1]!;
    }
    order[at] = i;
  }
  return order;
}

/** Words whose unsigned order is that of the numbers: the low words of all, then the high ones. */
function keysOf(line: TypedArray, descending: boolean, keys: Int32Array): void {
  const flip = descending ? -1 : 0;
  const { length } = line;
  if (line instanceof Int32Array) {
    for (let i = 0; i < length; i++) keys[i] = line[i]! ^ 0x80000000 ^ flip;
    return;
  }
  const bits = new Int32Array(line.buffer, line.byteOffset, line.byteLength >> 2);
  const words = bits.length / length;
  for (let i = 0; i < length; i++) {
    const value = line[i]!;
    let sign = bits[words * i + words - 1]! >> 31;
    for (let word = 0; word < words; word++) {
      let key = bits[words * i + word]!;
      if (value === 0) key = sign = 0;
      key ^= sign;
      if (word === words - 1 && sign === 0) key ^= 0x80000000;
      keys[word * length + i] = (Number.isNaN(value) ? -1 : key) ^ flip;
    }
  }
}

function byDigits(
  line: TypedArray,
  descending: boolean,
  keys: Int32Array,
  orders: readonly [Int32Array, Int32Array],
  counts: Int32Array,
): Int32Array {
  const { length } = line;
  keysOf(line, descending, keys);
  let [from, to] = orders;
  for (let i = 0; i < length; i++) from[i] = i;
  for (let word = 0; word < keys.length; word += length) {
    for (let shift = 0; shift < 32; shift += DIGIT) {
      counts.fill(0);
      for (let i = word; i < word + length; i++) counts[(keys[i]! >>> shift) & (DIGITS - 1)]!++;
      if (counts[(keys[word]! >>> shift) & (DIGITS - 1)] === length) continue; // all the same
      let next = 0;
      for (let digit = 0; digit < DIGITS; digit++) {
        const count = counts[digit]!;
        counts[digit] = next;
        next += count;
      }
      for (let i = 0; i < length; i++) {
        const index = from[i]!;
        to[counts[(keys[word + index]! >>> shift) & (DIGITS - 1)]!++] = index;
      }
      [from, to] = [to, from];
    }
  }
  return from;
}
