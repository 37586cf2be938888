/**
 * Pooling by windows of 2 × 2 with stride 2 inside the input, the most frequent geometry: no cell is in two
 * windows, so each row of windows reads (or, in the adjoint, writes) its two rows of cells once. Rows have at
 * least four windows; the last four are done again where their number is not a multiple of four.
 */

/** The cells (0, 0) and (1, 0) of four windows, or (0, 1) and (1, 1). */
@inline
function even(at: usize): v128 {
  return i32x4.shuffle(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
}

@inline
function odd(at: usize): v128 {
  return i32x4.shuffle(v128.load(at), v128.load(at, 16), 1, 3, 5, 7);
}

/** Where the next four of n windows begin, after those at i; n when there are none. */
@inline
export function next(i: i32, n: i32): i32 {
  return i + 4 >= n ? n : min(i + 4, n - 4);
}

/** One row of `n` windows, from rows of `width` cells. */
export function averageHalves(cells: usize, width: i32, divisor: f32, out: usize, n: i32): void {
  const by = f32x4.splat(divisor);
  const below = (<usize>width) << 2;
  for (let i = 0; i < n; i = next(i, n)) {
    const at = cells + ((<usize>i) << 3);
    const sum = f32x4.add(f32x4.add(even(at), odd(at)), f32x4.add(even(at + below), odd(at + below)));
    v128.store(out + ((<usize>i) << 2), f32x4.div(sum, by));
  }
}

/** The shares of one row of `n` windows, to rows of `width` cells. */
export function spreadHalves(cells: usize, width: i32, divisor: f32, out: usize, n: i32): void {
  const by = f32x4.splat(divisor);
  const below = (<usize>width) << 2;
  for (let i = 0; i < n; i = next(i, n)) {
    const at = cells + ((<usize>i) << 3);
    const share = f32x4.div(v128.load(out + ((<usize>i) << 2)), by);
    const low = i32x4.shuffle(share, share, 0, 0, 1, 1);
    const high = i32x4.shuffle(share, share, 2, 2, 3, 3);
    v128.store(at, low);
    v128.store(at, high, 16);
    v128.store(at + below, low);
    v128.store(at + below, high, 16);
  }
}

/** v > best, or v is NaN: of several NaNs the last one stays. */
@inline
export function beats(v: v128, best: v128): v128 {
  return v128.or(f32x4.gt(v, best), f32x4.ne(v, v));
}

/** The maxima of one row of `n` windows, and where they are; `place` is the first cell's. */
export function maxHalves(cells: usize, width: i32, place: i32, value: usize, index: usize, n: i32): void {
  const below = (<usize>width) << 2;
  const apart = i32x4(0, 2, 4, 6);
  for (let i = 0; i < n; i = next(i, n)) {
    const at = cells + ((<usize>i) << 3);
    let best = even(at);
    let found = i32x4.splat(0);
    let v = odd(at);
    let better = beats(v, best);
    best = v128.bitselect(v, best, better);
    found = v128.bitselect(i32x4.splat(1), found, better);
    v = even(at + below);
    better = beats(v, best);
    best = v128.bitselect(v, best, better);
    found = v128.bitselect(i32x4.splat(width), found, better);
    v = odd(at + below);
    better = beats(v, best);
    best = v128.bitselect(v, best, better);
    found = v128.bitselect(i32x4.splat(width + 1), found, better);
    v128.store(value + ((<usize>i) << 2), best);
    v128.store(index + ((<usize>i) << 2), i32x4.add(i32x4.add(found, apart), i32x4.splat(place + 2 * i)));
  }
}
