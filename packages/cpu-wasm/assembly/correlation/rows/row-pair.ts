/**
 * The tile of single-channel images: two output rows at a time, so that a large kernel's input rows are read
 * once for both. Sizes as in matmul/gemm-tile.ts.
 */
import { CHAIN } from "../../common/budgets";
import { fma } from "../../common/simd";

/** Taps of an edge, and pairs, that are added one after the other: a chain is two of them at most. */
export const PAIR_CHAIN: i32 = CHAIN / 2;

/** Stores, or adds, four vectors. */
@inline
function store4(out: usize, v0: v128, v1: v128, v2: v128, v3: v128, adds: bool): void {
  if (adds) {
    v0 = f32x4.add(v0, v128.load(out));
    v1 = f32x4.add(v1, v128.load(out, 16));
    v2 = f32x4.add(v2, v128.load(out, 32));
    v3 = f32x4.add(v3, v128.load(out, 48));
  }
  v128.store(out, v0);
  v128.store(out, v1, 16);
  v128.store(out, v2, 32);
  v128.store(out, v3, 48);
}

/**
 * Two neighbouring output rows of one channel × 16 positions; vertical stride and dilation 1. An input row
 * that both rows need is read once, with the weights of its tap in either row side by side. The walk: `edge`
 * taps of the first row's uppermost kernel row, `middle` pairs, and `edge` taps of the second row's lowest
 * kernel row. An edge has at most PAIR_CHAIN taps; after as many pairs sums go to the output, where those of
 * the next are added.
 */
export function rowPair16(
  input: usize,
  table: usize,
  weights: usize,
  edge: i32,
  middle: i32,
  out: usize,
  outStep: usize,
): void {
  let a0 = v128.load32_splat(weights),
    a1 = a0,
    a2 = a0,
    a3 = a0;
  let b0 = a0,
    b1 = a0,
    b2 = a0,
    b3 = a0;
  weights += 4;
  let left = edge;
  do {
    const at = input + <usize>load<i32>(table);
    const w = v128.load32_splat(weights);
    a0 = fma(v128.load(at), w, a0);
    a1 = fma(v128.load(at, 16), w, a1);
    a2 = fma(v128.load(at, 32), w, a2);
    a3 = fma(v128.load(at, 48), w, a3);
    table += 4;
    weights += 4;
  } while (--left);
  let begun = false;
  while (middle) {
    left = min(middle, PAIR_CHAIN);
    middle -= left;
    do {
      const at = input + <usize>load<i32>(table);
      const x0 = v128.load(at),
        x1 = v128.load(at, 16);
      const x2 = v128.load(at, 32),
        x3 = v128.load(at, 48);
      const wa = v128.load32_splat(weights);
      a0 = fma(x0, wa, a0);
      a1 = fma(x1, wa, a1);
      a2 = fma(x2, wa, a2);
      a3 = fma(x3, wa, a3);
      const wb = v128.load32_splat(weights, 4);
      b0 = fma(x0, wb, b0);
      b1 = fma(x1, wb, b1);
      b2 = fma(x2, wb, b2);
      b3 = fma(x3, wb, b3);
      table += 4;
      weights += 8;
    } while (--left);
    if (middle) {
      store4(out, a0, a1, a2, a3, begun);
      store4(out + outStep, b0, b1, b2, b3, begun);
      a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = f32x4.splat(0);
      begun = true;
    }
  }
  left = edge;
  do {
    const at = input + <usize>load<i32>(table);
    const w = v128.load32_splat(weights);
    b0 = fma(v128.load(at), w, b0);
    b1 = fma(v128.load(at, 16), w, b1);
    b2 = fma(v128.load(at, 32), w, b2);
    b3 = fma(v128.load(at, 48), w, b3);
    table += 4;
    weights += 4;
  } while (--left);
  store4(out, a0, a1, a2, a3, begun);
  store4(out + outStep, b0, b1, b2, b3, begun);
}
