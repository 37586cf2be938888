/**
 * Along the middle axis of [outer, length, inner]: elements in order, and running sums. A chunk is a few lines; line n
 * is column n % inner of outer n / inner.
 */

/** Up to here insertion is faster than counting digits. */
const SHORT: i32 = 48;
const DIGIT: i32 = 8;
const DIGITS: i32 = 1 << DIGIT;

/** The argument block of `sort`. A chunk's room, of `roomBytes`: `keys`, two orders of `length`, the digits' counts. */
@unmanaged
export class SortArguments {
  x: usize;
  values: usize;
  indices: usize;
  rooms: usize;
  roomBytes: usize;
  length: i32;
  inner: i32;
  lines: i32;
  perChunk: i32;
  descending: bool;
  int: bool;
}

/** Bytes of a chunk's room. */
@inline
export function sortRoom(length: i32): f64 {
  return 12.0 * length + 4 * DIGITS;
}

/** A word whose unsigned order is that of the numbers: NaN last, −0 as 0; turned around for `flip` −1. */
@inline
function keyOf(bits: i32, int: bool, flip: i32): i32 {
  if (int) return bits ^ i32.MIN_VALUE ^ flip;
  if ((bits & i32.MAX_VALUE) > 0x7f800000) return -1 ^ flip;
  if (bits == i32.MIN_VALUE) bits = 0;
  return bits ^ (bits >> 31) ^ (bits < 0 ? 0 : i32.MIN_VALUE) ^ flip;
}

@inline
function at(list: usize, index: i32): usize {
  return list + ((<usize>index) << 2);
}

function insert(keys: usize, order: usize, length: i32): void {
  for (let i = 0; i < length; i++) {
    const key = load<u32>(at(keys, i));
    let place = i;
    for (; place > 0; place--) {
      const other = load<i32>(at(order, place - 1));
      if (load<u32>(at(keys, other)) <= key) break;
      store<i32>(at(order, place), other);
    }
    store<i32>(at(order, place), i);
  }
}

/** Sorted from the least significant digit on (Knuth, vol. 3, §5.2.5). Gives the order that came out. */
function byDigits(keys: usize, order: usize, other: usize, counts: usize, length: i32): usize {
  let from = order;
  let to = other;
  for (let i = 0; i < length; i++) store<i32>(at(from, i), i);
  for (let shift = 0; shift < 32; shift += DIGIT) {
    memory.fill(counts, 0, 4 * DIGITS);
    for (let i = 0; i < length; i++) {
      const count = at(counts, (load<i32>(at(keys, i)) >>> shift) & (DIGITS - 1));
      store<i32>(count, load<i32>(count) + 1);
    }
    if (load<i32>(at(counts, (load<i32>(keys) >>> shift) & (DIGITS - 1))) == length) continue; // all the same
    let next = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const count = load<i32>(at(counts, digit));
      store<i32>(at(counts, digit), next);
      next += count;
    }
    for (let i = 0; i < length; i++) {
      const index = load<i32>(at(from, i));
      const count = at(counts, (load<i32>(at(keys, index)) >>> shift) & (DIGITS - 1));
      const place = load<i32>(count);
      store<i32>(count, place + 1);
      store<i32>(at(to, place), index);
    }
    const swapped = from;
    from = to;
    to = swapped;
  }
  return from;
}

/** Elements in order; equal ones keep theirs. */
export function sort(args: SortArguments, begin: i32, end: i32): void {
  const length = args.length;
  const inner = args.inner;
  const perChunk = args.perChunk;
  const int = args.int;
  const flip = args.descending ? -1 : 0;
  const step = (<usize>inner) << 2;
  const stop = min(end * perChunk, args.lines);
  const keys = args.rooms + <usize>begin * args.roomBytes;
  const order = at(keys, length);
  const other = at(order, length);
  const counts = at(other, length);
  for (let line = begin * perChunk; line < stop; line++) {
    const offset = (<usize>((line / inner) * length * inner + (line % inner))) << 2;
    const x = args.x + offset;
    for (let i = 0, from = x; i < length; i++, from += step) {
      store<i32>(at(keys, i), keyOf(load<i32>(from), int, flip));
    }
    let sorted = order;
    if (length <= SHORT) insert(keys, order, length);
    else sorted = byDigits(keys, order, other, counts, length);
    for (let i = 0, to = offset; i < length; i++, to += step) {
      const from = load<i32>(at(sorted, i));
      store<i32>(args.indices + to, from);
      store<i32>(args.values + to, load<i32>(x + <usize>from * step));
    }
  }
}

/** The argument block of `cumsum`. */
@unmanaged
export class CumsumArguments {
  x: usize;
  out: usize;
  length: i32;
  inner: i32;
  lines: i32;
  perChunk: i32;
  int: bool;
}

/** Running sums, of float32 in float64. */
export function cumsum(args: CumsumArguments, begin: i32, end: i32): void {
  const length = args.length;
  const inner = args.inner;
  const step = (<usize>inner) << 2;
  const stop = min(end * args.perChunk, args.lines);
  for (let line = begin * args.perChunk; line < stop; line++) {
    let at = (<usize>((line / inner) * length * inner + (line % inner))) << 2;
    if (args.int) {
      let sum = 0;
      for (let i = 0; i < length; i++, at += step) {
        sum += load<i32>(args.x + at);
        store<i32>(args.out + at, sum);
      }
    } else {
      let sum: f64 = 0;
      for (let i = 0; i < length; i++, at += step) {
        sum += <f64>load<f32>(args.x + at);
        store<f32>(args.out + at, <f32>sum);
      }
    }
  }
}
