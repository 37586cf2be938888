/**
 * The maximum of each window, and where it is: the first, or the last NaN. First along each row, for all windows at
 * once, in rows that are padded with −∞, which never wins; then down the rows. Where a window reaches too far, and
 * where there are fewer than four, they are done one by one with their cells clipped to the input.
 */
import { loadStrided, storeSome } from "../common/lanes";
import { fillRow } from "../elementwise/kernels";
import { thread } from "../common/tile-room";
import { Window } from "../common/window";
import { beats, maxHalves, next } from "./halves";
import {
  areHalves,
  firstReaching,
  fits,
  PoolArguments,
  reachOf,
  rowFloats,
  stopOf,
  vectorsOf,
} from "./window";

/** The bits of −∞. */
const MINUS_INFINITY: i32 = 0xff800000;
/** No place, in a plane or beside it. */
const NOWHERE = i32.MIN_VALUE;

/** Floats of a padded row and of the maxima that are kept, or 0 where they are too many, or too few for a vector. */
export function keptFloats(w: Window): f64 {
  const floats = rowFloats(w.x) + 2 * reachOf(w.y) * vectorsOf(w.x);
  return !areHalves(w) && w.x.output >= 4 && fits(floats) ? floats : 0;
}

/**
 * The maximum of one window, and its place: −∞ at −1 where it meets no cell. `plane` is the input's, (y, x)
 * the window's first cell.
 */
function maxCell(w: Window, plane: usize, y: i32, x: i32, value: usize, index: usize): void {
  const stepY = w.y.dilation;
  const stepX = w.x.dilation;
  const width = w.x.input;
  const stopY = stopOf(y, w.y);
  const stopX = stopOf(x, w.x);
  const startX = x + firstReaching(x, stepX, 0, i32.MAX_VALUE) * stepX;
  y += firstReaching(y, stepY, 0, i32.MAX_VALUE) * stepY;
  let best: f32 = -Infinity;
  let found = -1;
  for (; <u32>y < <u32>stopY; y += stepY) {
    for (let at = y * width + startX; <u32>at < <u32>(y * width + stopX); at += stepX) {
      const v = load<f32>(plane + ((<usize>at) << 2));
      if (found < 0 || v > best || v != v) {
        best = v;
        found = at;
      }
    }
  }
  store<f32>(value, best);
  store<i32>(index, found);
}

/**
 * For each of the windows of a row that is padded with −∞, the maximum of its cells in this row and where it is in
 * the plane; `place` is the first window's first cell. Vectors of them to `values` and `places`.
 */
function maxAlong(w: Window, row: usize, place: i32, values: usize, places: usize): void {
  const columns = w.x.kernel;
  const stride = w.x.stride;
  const step = w.x.dilation;
  const apart = i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(stride));
  for (let left = w.x.output; left > 0; left -= 4, values += 16, places += 16) {
    let best = loadStrided(row, stride);
    let at = i32x4.add(i32x4.splat(place), apart);
    let found = v128.bitselect(at, i32x4.splat(NOWHERE), f32x4.ne(best, f32x4.splat(-Infinity)));
    let cell = row;
    for (let column = 1; column < columns; column++) {
      cell += (<usize>step) << 2;
      at = i32x4.add(at, i32x4.splat(step));
      const v = loadStrided(cell, stride);
      const better = beats(v, best);
      best = v128.bitselect(v, best, better);
      found = v128.bitselect(at, found, better);
    }
    v128.store(values, best);
    v128.store(places, found);
    row += (<usize>stride) << 4;
    place += stride << 2;
  }
}

/**
 * All windows of a plane: the maxima along each row of cells are kept for as many rows as a window reaches, in a
 * ring, and those of a window's rows compared in order. `room`: a padded row, and the ring.
 */
function maxPlane(w: Window, plane: usize, value: usize, index: usize, room: usize): void {
  const width = w.x.input;
  const vectors = (<usize>vectorsOf(w.x)) << 2;
  const slots = <i32>reachOf(w.y);
  const ring = room + ((<usize>rowFloats(w.x)) << 2);
  const ringBytes = 2 * vectors * slots;
  const step = 2 * vectors * w.y.dilation;
  const inside = room + ((<usize>w.x.before) << 2);
  // Without padding, and so with no more than a vector read beyond the row, it is read where it is.
  const isPadded = w.x.stride > 1 || w.x.before > 0 || w.x.output - 1 + reachOf(w.x) > <f64>width;
  let kept = 0; // rows from here on are not in the ring
  for (let row = 0; row < w.y.output; row++) {
    const y = row * w.y.stride - w.y.before;
    const top = y + firstReaching(y, w.y.dilation, 0, w.y.kernel) * w.y.dilation;
    const bottom = max(min(y + slots, w.y.input), 0);
    for (kept = max(kept, max(y, 0)); kept < bottom; kept++) {
      const from = plane + ((<usize>(kept * width)) << 2);
      if (isPadded) {
        for (let left = width, at: usize = 0; left > 0; left -= 4, at += 16)
          storeSome(inside + at, v128.load(from + at), left);
      }
      const to = ring + 2 * vectors * (kept % slots);
      maxAlong(w, isPadded ? room : from, kept * width - w.x.before, to, to + vectors);
    }
    const first = ring + 2 * vectors * (max(top, 0) % slots);
    for (let i = 0; i < w.x.output; i = next(i, w.x.output)) {
      const offset = (<usize>i) << 2;
      let best = f32x4.splat(-Infinity);
      let found = i32x4.splat(NOWHERE);
      if (<u32>top < <u32>bottom) {
        best = v128.load(first + offset);
        found = v128.load(first + offset + vectors);
      }
      // A step further than a single tap may be beyond 31 bits.
      for (let at = top + w.y.dilation, from = first; <u32>at < <u32>bottom; at += w.y.dilation) {
        from += step;
        if (from >= ring + ringBytes) from -= ringBytes;
        const v = v128.load(from + offset);
        const better = beats(v, best);
        best = v128.bitselect(v, best, better);
        found = v128.bitselect(v128.load(from + offset + vectors), found, better);
      }
      v128.store(value + offset, best);
      v128.store(index + offset, found);
      if (i32x4.all_true(i32x4.ne(found, i32x4.splat(NOWHERE)))) continue;
      for (let j = 0; j < 4; j++) {
        const lane = offset + ((<usize>j) << 2);
        if (load<i32>(index + lane) == NOWHERE)
          maxCell(w, plane, y, (i + j) * w.x.stride - w.x.before, value + lane, index + lane);
      }
    }
    value += (<usize>w.x.output) << 2;
    index += (<usize>w.x.output) << 2;
  }
}

/** Both values and indices. */
export function maxPool(args: PoolArguments, begin: i32, end: i32): void {
  const w = args.window;
  const perChunk = args.perChunk;
  const stop = min(end * perChunk, w.batch * w.inChannels);
  const outHeight = w.y.output;
  const outWidth = w.x.output;
  const width = w.x.input;
  const plane = (<usize>(w.y.input * width)) << 2;
  const halves = areHalves(w);
  const room = args.rooms + args.roomBytes * thread;
  if (args.roomBytes) fillRow(room, <i32>(args.roomBytes >> 2), MINUS_INFINITY);
  for (let p = begin * perChunk; p < stop; p++) {
    const from = args.x + <usize>p * plane;
    const out = (<usize>(p * outHeight * outWidth)) << 2;
    if (args.roomBytes) {
      maxPlane(w, from, args.out + out, args.indices + out, room);
      continue;
    }
    for (let row = 0; row < outHeight; row++) {
      const y = row * w.y.stride - w.y.before;
      let value = args.out + out + ((<usize>(row * outWidth)) << 2);
      let index = args.indices + out + ((<usize>(row * outWidth)) << 2);
      if (halves) {
        maxHalves(from + ((<usize>(y * width)) << 2), width, y * width, value, index, outWidth);
        continue;
      }
      for (let i = 0; i < outWidth; i++, value += 4, index += 4)
        maxCell(w, from, y, i * w.x.stride - w.x.before, value, index);
    }
  }
}
