/** Weighted sums of a few elements along one axis, of which a table says which. A chunk is four outers. */
import { CHAIN } from "../common/budgets";
import { storeSome } from "../common/lanes";
import { fma } from "../common/simd";

/** The argument block of `gatherSum`. */
@unmanaged
export class GatherSumArguments {
  x: usize;
  index: usize;
  weights: usize;
  out: usize;
  outer: i32;
  length: i32;
  inner: i32;
  count: i32;
  taps: i32;
}

/** One row of the result, four columns at a time. `step` is the number of bytes of a row of x. */
function sumRow(
  x: usize,
  index: usize,
  weights: usize,
  out: usize,
  inner: i32,
  step: usize,
  taps: i32,
): void {
  for (; inner > 0; inner -= 4) {
    let sum = f32x4.splat(0);
    for (let t: usize = 0; t < (<usize>taps) << 2; t += 4) {
      const cell = load<i32>(index + t);
      if (cell < 0) break;
      sum = fma(v128.load32_splat(weights + t), v128.load(x + <usize>cell * step), sum);
    }
    storeSome(out, sum, inner);
    x += 16;
    out += 16;
  }
}

/** Four elements of the result at one place of four outers, whose x and `out` are `nextX` and `nextOut` bytes apart. */
function sumFour(
  args: GatherSumArguments,
  x: usize,
  out: usize,
  step: usize,
  nextX: usize,
  nextOut: usize,
): void {
  const taps = (<usize>args.taps) << 2;
  let index = args.index;
  let weights = args.weights;
  for (let count = args.count; count > 0; count--) {
    let a: f64 = 0;
    let b: f64 = 0;
    let c: f64 = 0;
    let d: f64 = 0;
    for (let t: usize = 0; t < taps; t += 4) {
      const cell = load<i32>(index + t);
      if (cell < 0) break;
      const weight = <f64>load<f32>(weights + t);
      let from = x + <usize>cell * step;
      a += weight * <f64>load<f32>(from);
      from += nextX;
      b += weight * <f64>load<f32>(from);
      from += nextX;
      c += weight * <f64>load<f32>(from);
      from += nextX;
      d += weight * <f64>load<f32>(from);
    }
    store<f32>(out, <f32>a);
    store<f32>(out + nextOut, <f32>b);
    store<f32>(out + 2 * nextOut, <f32>c);
    store<f32>(out + 3 * nextOut, <f32>d);
    index += taps;
    weights += taps;
    out += step;
  }
}

export function gatherSum(args: GatherSumArguments, begin: i32, end: i32): void {
  const inner = args.inner;
  const count = args.count;
  const taps = args.taps;
  const step = (<usize>inner) << 2;
  const nextX = <usize>args.length * step;
  const nextOut = <usize>count * step;
  const stop = min(end * 4, args.outer);
  for (let outer = begin * 4; outer < stop; outer += 4) {
    const x = args.x + <usize>outer * nextX;
    const out = args.out + <usize>outer * nextOut;
    const outers = min(4, stop - outer);
    if (inner < 4 || taps > CHAIN) {
      for (let i: usize = 0; i < step; i += 4) {
        if (outers == 4) sumFour(args, x + i, out + i, step, nextX, nextOut);
        // One outer four times.
        else
          for (let o = 0; o < outers; o++)
            sumFour(args, x + o * nextX + i, out + o * nextOut + i, step, 0, 0);
      }
      continue;
    }
    for (let o = 0; o < outers; o++) {
      for (let c = 0; c < count; c++) {
        const table = (<usize>(c * taps)) << 2;
        sumRow(
          x + o * nextX,
          args.index + table,
          args.weights + table,
          out + o * nextOut + <usize>c * step,
          inner,
          step,
          taps,
        );
      }
    }
  }
}
