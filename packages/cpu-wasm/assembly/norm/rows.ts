/**
 * Rows of normalisations: sums over them, and what is written. Sums are of blocks in float32, on two vectors, which are
 * added in float64: no lane adds more than 128 terms (common/budgets.ts says why).
 */
import { firstLanes, storeSome, sumLanes } from "../common/lanes";
import { fma } from "../common/simd";

/** Elements of a row that are added in float32. */
const BLOCK: i32 = 1024;

/** Σ (x − mean)² over n elements. */
export function sumSquares(x: usize, mean: f32, n: i32): f64 {
  const middle = f32x4.splat(mean);
  let total: f64 = 0;
  while (n > 0) {
    let left = min(n, BLOCK);
    n -= left;
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (; left >= 16; left -= 16) {
      const p = f32x4.sub(v128.load(x), middle);
      const q = f32x4.sub(v128.load(x, 16), middle);
      const r = f32x4.sub(v128.load(x, 32), middle);
      const s = f32x4.sub(v128.load(x, 48), middle);
      a = fma(p, p, a);
      b = fma(q, q, b);
      c = fma(r, r, c);
      d = fma(s, s, d);
      x += 64;
    }
    for (; left > 0; left -= 4) {
      let p = f32x4.sub(v128.load(x), middle);
      if (left < 4) p = v128.and(p, firstLanes(left));
      a = fma(p, p, a);
      x += 16;
    }
    total += sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  }
  return total;
}

/** What `sumProducts` gives. */
export let sumOfG: f64 = 0;
export let sumOfProducts: f64 = 0;

/** Σ g and Σ g · (x − mean) over n elements, into the two above; `each`: g times the weight of each. */
@inline
function sumProductsOf(each: bool, g: usize, x: usize, weight: usize, mean: f32, n: i32): void {
  const middle = f32x4.splat(mean);
  let first: f64 = 0;
  let second: f64 = 0;
  while (n > 0) {
    let left = min(n, BLOCK);
    n -= left;
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (; left >= 8; left -= 8) {
      let p = v128.load(g);
      let q = v128.load(g, 16);
      if (each) {
        p = f32x4.mul(p, v128.load(weight));
        q = f32x4.mul(q, v128.load(weight, 16));
        weight += 32;
      }
      a = f32x4.add(a, p);
      b = f32x4.add(b, q);
      c = fma(p, f32x4.sub(v128.load(x), middle), c);
      d = fma(q, f32x4.sub(v128.load(x, 16), middle), d);
      g += 32;
      x += 32;
    }
    for (; left > 0; left -= 4) {
      let p = v128.load(g);
      if (each) p = f32x4.mul(p, v128.load(weight));
      let q = f32x4.mul(p, f32x4.sub(v128.load(x), middle));
      if (left < 4) {
        p = v128.and(p, firstLanes(left));
        q = v128.and(q, firstLanes(left));
      }
      a = f32x4.add(a, p);
      c = f32x4.add(c, q);
      weight += 16;
      g += 16;
      x += 16;
    }
    first += sumLanes(f32x4.add(a, b));
    second += sumLanes(f32x4.add(c, d));
  }
  sumOfG = first;
  sumOfProducts = second;
}

/** With one weight for all, which the caller multiplies by. */
export function sumProducts(g: usize, x: usize, mean: f32, n: i32): void {
  sumProductsOf(false, g, x, 0, mean, n);
}

export function sumWeightedProducts(g: usize, x: usize, weight: usize, mean: f32, n: i32): void {
  sumProductsOf(true, g, x, weight, mean, n);
}

/** out = (x − mean) · rstd · weight + bias; `each`: with a weight and a bias for each element. */
@inline
function scaleRowOf(
  each: bool,
  x: usize,
  out: usize,
  weight: usize,
  bias: usize,
  mean: f32,
  rstd: f32,
  n: i32,
): void {
  const middle = f32x4.splat(mean);
  const factor = f32x4.splat(each ? rstd : rstd * load<f32>(weight));
  const shift = v128.load32_splat(bias);
  for (; n > 0; n -= 4) {
    const centred = f32x4.sub(v128.load(x), middle);
    const scale = each ? f32x4.mul(factor, v128.load(weight)) : factor;
    storeSome(out, fma(centred, scale, each ? v128.load(bias) : shift), n);
    x += 16;
    out += 16;
    weight += 16;
    bias += 16;
  }
}

export function scaleRow(
  x: usize,
  out: usize,
  weight: usize,
  bias: usize,
  mean: f32,
  rstd: f32,
  n: i32,
): void {
  scaleRowOf(false, x, out, weight, bias, mean, rstd, n);
}

export function scaleEach(
  x: usize,
  out: usize,
  weight: usize,
  bias: usize,
  mean: f32,
  rstd: f32,
  n: i32,
): void {
  scaleRowOf(true, x, out, weight, bias, mean, rstd, n);
}

/** out = g · rstd · weight + (x − mean) · slope + shift; `each`: with a weight for each element. */
@inline
function gradientRowOf(
  each: bool,
  g: usize,
  x: usize,
  out: usize,
  weight: usize,
  mean: f32,
  rstd: f32,
  slope: f32,
  shift: f32,
  n: i32,
): void {
  const middle = f32x4.splat(mean);
  const factor = f32x4.splat(each ? rstd : rstd * load<f32>(weight));
  const slopes = f32x4.splat(slope);
  const shifts = f32x4.splat(shift);
  for (; n > 0; n -= 4) {
    const scale = each ? f32x4.mul(factor, v128.load(weight)) : factor;
    const rest = fma(f32x4.sub(v128.load(x), middle), slopes, shifts);
    storeSome(out, fma(v128.load(g), scale, rest), n);
    g += 16;
    x += 16;
    out += 16;
    weight += 16;
  }
}

export function gradientRow(
  g: usize,
  x: usize,
  out: usize,
  weight: usize,
  mean: f32,
  rstd: f32,
  slope: f32,
  shift: f32,
  n: i32,
): void {
  gradientRowOf(false, g, x, out, weight, mean, rstd, slope, shift, n);
}

export function gradientEach(
  g: usize,
  x: usize,
  out: usize,
  weight: usize,
  mean: f32,
  rstd: f32,
  slope: f32,
  shift: f32,
  n: i32,
): void {
  gradientRowOf(true, g, x, out, weight, mean, rstd, slope, shift, n);
}

/** products += g · (x − mean) · rstd and sums += g, element by element. */
export function addProducts(
  products: usize,
  sums: usize,
  g: usize,
  x: usize,
  mean: f32,
  rstd: f32,
  n: i32,
): void {
  const middle = f32x4.splat(mean);
  const scale = f32x4.splat(rstd);
  for (; n > 0; n -= 4) {
    const own = v128.load(g);
    const standard = f32x4.mul(f32x4.sub(v128.load(x), middle), scale);
    storeSome(products, fma(own, standard, v128.load(products)), n);
    storeSome(sums, f32x4.add(own, v128.load(sums)), n);
    products += 16;
    sums += 16;
    g += 16;
    x += 16;
  }
}
