/**
 * Winograd's F(4×4, 3×3): tiles of 6×6 inputs give 4×4 outputs with 36 products instead of 144. Its transforms
 * multiply by up to 8 and divide by up to 24, which costs about a decimal digit against direct summation.
 *
 * Each transform goes over the rows, then over the columns, in place. Chunks and args are those of winograd2.ts.
 */
import { arg } from "./simd";
import { gatherTap, repair, storePart } from "./winograd";

@inline
function times(v: v128, factor: f32): v128 {
  return f32x4.mul(v, f32x4.splat(factor));
}

/** Bᵀ applied to six vectors, into six places `step` apart. */
@inline
function combineInput(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, step: usize): void {
  v128.store(to, f32x4.add(f32x4.sub(times(d0, 4), times(d2, 5)), d4));
  const low = f32x4.sub(d4, times(d2, 4)), odd = f32x4.sub(d3, times(d1, 4));
  v128.store(to + step, f32x4.add(low, odd));
  v128.store(to + 2 * step, f32x4.sub(low, odd));
  const high = f32x4.sub(d4, d2), twice = times(f32x4.sub(d3, d1), 2);
  v128.store(to + 3 * step, f32x4.add(high, twice));
  v128.store(to + 4 * step, f32x4.sub(high, twice));
  v128.store(to + 5 * step, f32x4.add(f32x4.sub(times(d1, 4), times(d3, 5)), d5));
}

/** One row of four neighbouring tiles: 20 floats, every fourth in a vector, combined. */
export function inputRow4(from: usize, to: usize, point: usize): void {
  const a = v128.load(from), b = v128.load(from, 16), c = v128.load(from, 32), d = v128.load(from, 48);
  const e = v128.load64_zero(from, 64);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  const d0 = v128.shuffle<f64>(ab0, cd0, 0, 2), d1 = v128.shuffle<f64>(ab0, cd0, 1, 3);
  const d2 = v128.shuffle<f64>(ab1, cd1, 0, 2), d3 = v128.shuffle<f64>(ab1, cd1, 1, 3);
  const d4 = v128.shuffle<f32>(d0, e, 1, 2, 3, 4), d5 = v128.shuffle<f32>(d1, e, 1, 2, 3, 5);
  combineInput(d0, d1, d2, d3, d4, d5, to, point);
}

export function inputColumns4(at: usize, point: usize): void {
  const row = 6 * point;
  for (let column = 0; column < 6; column++, at += point) {
    const d0 = v128.load(at), d1 = v128.load(at + row), d2 = v128.load(at + 2 * row);
    const d3 = v128.load(at + 3 * row), d4 = v128.load(at + 4 * row), d5 = v128.load(at + 5 * row);
    combineInput(d0, d1, d2, d3, d4, d5, at, row);
  }
}

export function winograd4Input(args: usize, begin: i32, end: i32): void {
  const row = <usize>arg(args, 2), tileColumns = arg(args, 5), tileRows = arg(args, 6), images = arg(args, 7);
  const point = <usize>arg(args, 8);
  for (let channel = begin; channel < end; channel++) {
    let to = <usize>arg(args, 1) + arg(args, 9) * channel;
    for (let image = 0; image < images; image++) {
      let line = <usize>arg(args, 0) + arg(args, 3) * channel + arg(args, 4) * image;
      for (let tileRow = 0; tileRow < tileRows; tileRow++) {
        for (let tile = 0; tile < tileColumns; tile += 4) {
          const target = to + (<usize>tile << 2);
          let from = line + (<usize>tile << 4);
          for (let r: usize = 0; r < 6; r++, from += row) inputRow4(from, target + 6 * point * r, point);
          inputColumns4(target, point);
        }
        to += <usize>tileColumns << 2;
        line += row << 2;
      }
    }
  }
}

/** G applied to three vectors, into six places `step` apart. */
@inline
function combineKernel(a: v128, b: v128, c: v128, to: usize, step: usize, both: bool): void {
  const ac = times(f32x4.add(a, c), -1.0 / 6), b6 = times(b, 1.0 / 6);
  const even = f32x4.add(times(a, 1.0 / 24), times(c, 1.0 / 6)), b12 = times(b, 1.0 / 12);
  put(to, times(a, 0.25), both);
  put(to + step, f32x4.sub(ac, b6), both);
  put(to + 2 * step, f32x4.add(ac, b6), both);
  put(to + 3 * step, f32x4.add(even, b12), both);
  put(to + 4 * step, f32x4.sub(even, b12), both);
  put(to + 5 * step, c, both);
}

/** Two input channels, or only one. */
@inline
function put(to: usize, v: v128, both: bool): void {
  if (both) v128.store(to, v);
  else v128.store64_lane(to, v, 0);
}

export function kernelRow4(
  from: usize,
  outStep: usize,
  inStep: usize,
  columnStep: usize,
  to: usize,
  point: usize,
  both: bool,
): void {
  const a = gatherTap(from, outStep, inStep), b = gatherTap(from + columnStep, outStep, inStep);
  combineKernel(a, b, gatherTap(from + 2 * columnStep, outStep, inStep), to, point, both);
}

export function kernelColumns4(at: usize, point: usize, both: bool): void {
  const row = 6 * point;
  for (let column = 0; column < 6; column++, at += point) {
    if (both) combineKernel(v128.load(at), v128.load(at + row), v128.load(at + 2 * row), at, row, true);
    else combineKernel(v128.load64_zero(at), v128.load64_zero(at + row), v128.load64_zero(at + 2 * row), at, row, false);
  }
}

export function winograd4Kernel(args: usize, begin: i32, end: i32): void {
  const outStep = <usize>arg(args, 2), inStep = <usize>arg(args, 3);
  const rowStep = <usize>arg(args, 4), columnStep = <usize>arg(args, 5);
  const channels = arg(args, 6), outChannels = arg(args, 7);
  const point = <usize>arg(args, 8);
  for (let pair = begin; pair < end; pair++) {
    let from = <usize>arg(args, 0) + outStep * (2 * pair);
    let to = <usize>arg(args, 1) + (<usize>(pair * channels) << 3);
    const second: usize = 2 * pair + 1 < outChannels ? outStep : 0; // an odd last channel is transformed twice
    for (let c = 0; c < channels; c += 2) {
      const both = c + 1 < channels;
      for (let r: usize = 0; r < 3; r++) {
        kernelRow4(from + r * rowStep, second, both ? inStep : 0, columnStep, to + 6 * point * r, point, both);
      }
      kernelColumns4(to, point, both);
      from += inStep << 1;
      to += 16;
    }
  }
}

/** Aᵀ applied to six vectors `step` apart, in place: the first four become the outputs. */
export function combineOutput4(at: usize, step: usize, bias: v128): void {
  const m1 = v128.load(at + step), m2 = v128.load(at + 2 * step);
  const m3 = v128.load(at + 3 * step), m4 = v128.load(at + 4 * step);
  const sum12 = f32x4.add(m1, m2), difference12 = f32x4.sub(m1, m2);
  const sum34 = f32x4.add(m3, m4), difference34 = f32x4.sub(m3, m4);
  v128.store(at, f32x4.add(f32x4.add(f32x4.add(v128.load(at), sum12), sum34), bias));
  v128.store(at + step, f32x4.add(f32x4.add(difference12, times(difference34, 2)), bias));
  v128.store(at + 2 * step, f32x4.add(f32x4.add(sum12, times(sum34, 4)), bias));
  const last = f32x4.add(f32x4.add(difference12, times(difference34, 8)), v128.load(at + 5 * step));
  v128.store(at + 3 * step, f32x4.add(last, bias));
}

/**
 * One output row of four tiles, interleaved into `count` ≤ 16 floats; returns 0 in every lane whose sums are finite.
 */
export function outputRow4(from: usize, point: usize, out: usize, count: i32): v128 {
  const a = v128.load(from), b = v128.load(from + point);
  const c = v128.load(from + 2 * point), d = v128.load(from + 3 * point);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  storePart(out, v128.shuffle<f64>(ab0, cd0, 0, 2), v128.shuffle<f64>(ab0, cd0, 1, 3), count);
  if (count > 8) storePart(out + 32, v128.shuffle<f64>(ab1, cd1, 0, 2), v128.shuffle<f64>(ab1, cd1, 1, 3), count - 8);
  return f32x4.add(f32x4.add(f32x4.sub(a, a), f32x4.sub(b, b)), f32x4.add(f32x4.sub(c, c), f32x4.sub(d, d)));
}

/**
 * From the last tile to the first: the lanes beyond the end of a tile row are the next row's tiles, which by then
 * are not needed any more.
 */
export function winograd4Output(args: usize, begin: i32, end: i32): void {
  const point = <usize>arg(args, 5), outRow = <usize>arg(args, 8), rows = arg(args, 11), columns = arg(args, 12);
  const tileColumns = arg(args, 13), tileRows = arg(args, 14), images = arg(args, 15);
  const none = f32x4.splat(0);
  for (let channel = begin; channel < end; channel++) {
    const products = <usize>arg(args, 4) + arg(args, 6) * channel;
    const bias: f32 = arg(args, 16) ? load<f32>(<usize>arg(args, 16) + (<usize>channel << 2)) : 0;
    for (let line = images * tileRows - 1; line >= 0; line--) {
      const image = line / tileRows;
      const tileRow = line - image * tileRows;
      const height = min(rows - 4 * tileRow, 4);
      const from = products + (<usize>(line * tileColumns) << 2);
      const out = <usize>arg(args, 7) + arg(args, 9) * channel + arg(args, 10) * image + outRow * (4 * tileRow);
      for (let tile = (tileColumns - 1) & -4; tile >= 0; tile -= 4) {
        const at = from + (<usize>tile << 2), to = out + (<usize>tile << 4);
        const count = min(columns - 4 * tile, 16);
        for (let r: usize = 0; r < 6; r++) combineOutput4(at + 6 * point * r, point, none);
        for (let c: usize = 0; c < 4; c++) combineOutput4(at + point * c, 6 * point, f32x4.splat(bias));
        let check = none;
        for (let r = 0; r < height; r++) {
          check = f32x4.add(check, outputRow4(at + 6 * point * r, point, to + outRow * r, count));
        }
        if (v128.any_true(f32x4.ne(check, none))) {
          repair(args, channel, image, 4 * tileRow, 4 * tile, to, outRow, count, height, bias);
        }
      }
    }
  }
}
