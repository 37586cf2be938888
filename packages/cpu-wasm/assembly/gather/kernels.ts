/** Picking elements by an index tensor, and its adjoint. Indices are checked first, by `firstOutside`. */
import { loadLanes } from "../common/lanes";

/** The position of the first index outside [0, length), or −1. */
export function firstOutside(index: usize, count: i32, length: i32): i32 {
  const limit = i32x4.splat(length);
  for (let i = 0; i < count; i += 4) {
    const at = index + ((<usize>i) << 2);
    // lanes beyond the end are 0, which is inside
    const some = count - i >= 4 ? v128.load(at) : loadLanes(at, count - i);
    const outside = i32x4.ge_u(some, limit); // a negative index is a large unsigned one
    if (v128.any_true(outside)) return i + ctz(i32x4.bitmask(outside));
  }
  return -1;
}

function gatherSingles(x: usize, index: usize, out: usize, count: i32): void {
  for (; count > 0; count--) {
    store<i32>(out, load<i32>(x + ((<usize>load<i32>(index)) << 2)));
    index += 4;
    out += 4;
  }
}

/** One row of `inner` elements, each from the row its index names. */
function gatherRow(x: usize, index: usize, out: usize, inner: i32): void {
  const step = (<usize>inner) << 2;
  for (; inner > 0; inner--) {
    store<i32>(out, load<i32>(x + <usize>load<i32>(index) * step));
    x += 4;
    index += 4;
    out += 4;
  }
}

function addSingles(x: usize, index: usize, out: usize, count: i32): void {
  for (; count > 0; count--) {
    const to = out + ((<usize>load<i32>(index)) << 2);
    store<f32>(to, load<f32>(to) + load<f32>(x));
    index += 4;
    x += 4;
  }
}

function addSinglesInt(x: usize, index: usize, out: usize, count: i32): void {
  for (; count > 0; count--) {
    const to = out + ((<usize>load<i32>(index)) << 2);
    store<i32>(to, load<i32>(to) + load<i32>(x));
    index += 4;
    x += 4;
  }
}

function addRow(x: usize, index: usize, out: usize, inner: i32, int: bool): void {
  const step = (<usize>inner) << 2;
  for (; inner > 0; inner--) {
    const to = out + <usize>load<i32>(index) * step;
    if (int) store<i32>(to, load<i32>(to) + load<i32>(x));
    else store<f32>(to, load<f32>(to) + load<f32>(x));
    x += 4;
    index += 4;
    out += 4;
  }
}

/** A float64 sum, and where it goes. */
export const SLOT_BYTES: i32 = 12;

/**
 * Elements added in float64, into zeros. An element that is met gets the next slot of the room, whose number it
 * holds meanwhile: the room is as large as x, not as the result.
 */
function addWide(x: usize, index: usize, out: usize, count: i32, inner: i32, room: usize): void {
  const targets = room + ((<usize>(count * inner)) << 3);
  let slots: usize = 0;
  for (; count > 0; count--) {
    for (let i = 0; i < inner; i++, x += 4, index += 4) {
      const to = out + ((<usize>(load<i32>(index) * inner + i)) << 2);
      const value = <f64>load<f32>(x);
      const slot = <usize>load<i32>(to);
      if (slot == 0) {
        store<f64>(room + (slots << 3), value);
        store<i32>(targets + (slots << 2), <i32>to);
        store<i32>(to, <i32>++slots);
      } else {
        const sum = room + ((slot - 1) << 3);
        store<f64>(sum, load<f64>(sum) + value);
      }
    }
  }
  for (let slot: usize = 0; slot < slots; slot++) {
    store<f32>(<usize>load<i32>(targets + (slot << 2)), <f32>load<f64>(room + (slot << 3)));
  }
}

/** The argument block of `gather` and `scatterAdd`; `int`, of the latter, says that elements are int32. */
@unmanaged
export class GatherArguments {
  x: usize;
  index: usize;
  out: usize;
  outer: i32;
  length: i32;
  inner: i32;
  count: i32;
  perChunk: i32;
  int: bool;
  /** Room for the slots of one outer, for each chunk; or 0. */
  rooms: usize;
}

export function gather(args: GatherArguments, begin: i32, end: i32): void {
  const length = args.length;
  const inner = args.inner;
  const count = args.count;
  const stop = min(end * args.perChunk, args.outer);
  for (let outer = begin * args.perChunk; outer < stop; outer++) {
    const x = args.x + ((<usize>(outer * length * inner)) << 2);
    const picked = (<usize>(outer * count * inner)) << 2;
    const index = args.index + picked;
    const out = args.out + picked;
    if (inner == 1) gatherSingles(x, index, out, count);
    else {
      for (let c = 0; c < count; c++) {
        const row = (<usize>(c * inner)) << 2;
        gatherRow(x, index + row, out + row, inner);
      }
    }
  }
}

/** Clears the result, then adds in order. */
export function scatterAdd(args: GatherArguments, begin: i32, end: i32): void {
  const length = args.length;
  const inner = args.inner;
  const count = args.count;
  const int = args.int;
  const stop = min(end * args.perChunk, args.outer);
  for (let outer = begin * args.perChunk; outer < stop; outer++) {
    const size = (<usize>(length * inner)) << 2;
    const out = args.out + <usize>outer * size;
    const picked = (<usize>(outer * count * inner)) << 2;
    const x = args.x + picked;
    const index = args.index + picked;
    memory.fill(out, 0, size);
    if (args.rooms) {
      addWide(x, index, out, count, inner, args.rooms + SLOT_BYTES * (begin * count * inner));
    } else if (inner > 1) {
      for (let c = 0; c < count; c++) {
        const row = (<usize>(c * inner)) << 2;
        addRow(x + row, index + row, out, inner, int);
      }
    } else if (int) addSinglesInt(x, index, out, count);
    else addSingles(x, index, out, count);
  }
}
