/**
 * The arithmetic of PyTorch's random draws, rounded where its compiled kernels round.
 *
 * PyTorch on x86 computes with AVX2 and *fused multiply-add* (a * b + c rounded once). JavaScript has neither, but
 * its doubles hold enough to imitate both, which makes uniform and most normal draws equal bit for bit. Normal
 * values come in pairs from two uniform ones (Box & Muller 1958).
 */
const fround = Math.fround;
const twoPi = 2 * Math.PI;

/**
 * a * b + c of float32 numbers rounded once, as PyTorch's kernels are compiled. The product is exact in double;
 * the double sum and its rounding make two, which shows once in some 10 ** 9 values.
 */
export function fmaFloat32(a: number, b: number, c: number): number {
  return fround(a * b + c);
}

/** a * b + c rounded once: the rounding errors of product and sum are computed exactly and added (Dekker 1971). */
export function fmaFloat64(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const fromProduct = sum - c;
  const sumError = product - fromProduct + (c - (sum - fromProduct));
  const [aHigh, aLow] = halves(a);
  const [bHigh, bLow] = halves(b);
  const productError = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  const error = productError + sumError;
  return Number.isFinite(error) ? sum + error : sum;
}

/** The same number as a sum of two with 26 bits each (Veltkamp's splitting). */
function halves(value: number): [number, number] {
  const scaled = value * (2 ** 27 + 1);
  const high = scaled - (scaled - value);
  return [high, value - high];
}

/** Two normals from u1, u2 in [0, 1), as PyTorch draws fewer than 16. */
export function boxMullerPair(u1: number, u2: number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log1p(-u2));
  const theta = twoPi * u1;
  return [radius * Math.cos(theta), radius * Math.sin(theta)];
}

/** Box–Muller on the pairs (j, j + 8) of the 16 uniform values from `start`, in place. */
export function boxMuller16(
  out: Float32Array | Float64Array,
  start: number,
  mean: number,
  std: number,
): void {
  for (let i = start; i < start + 8; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - out[i]!));
    const theta = twoPi * out[i + 8]!;
    out[i] = radius * Math.cos(theta) * std + mean;
    out[i + 8] = radius * Math.sin(theta) * std + mean;
  }
}

/**
 * The same, rounding where PyTorch's AVX2 kernel rounds. That kernel computes logarithm, sine and cosine by the
 * float32 polynomials of Cephes (Moshier 1984), compiled with fused multiply-add, and so do the functions below:
 * the better functions of `Math` would differ from it in the last place.
 */
export function boxMuller16Float32(
  out: Float32Array | Float64Array,
  start: number,
  mean: number,
  std: number,
): void {
  const mean32 = fround(mean);
  const std32 = fround(std);
  for (let i = start; i < start + 8; i++) {
    const radius = fround(Math.sqrt(-2 * logFloat32(1 - out[i]!)));
    const [sine, cosine] = sineCosineFloat32(fround(twoPi32 * out[i + 8]!));
    out[i] = fmaFloat32(fround(radius * cosine), std32, mean32);
    out[i + 8] = fmaFloat32(fround(radius * sine), std32, mean32);
  }
}

// Annotated, and not taken apart, so that bundlers drop them where nothing draws normals.
const twoPi32 = /* @__PURE__ */ fround(twoPi);
const sqrtHalf32 = /* @__PURE__ */ fround(Math.SQRT1_2);
const fourOverPi32 = /* @__PURE__ */ fround(4 / Math.PI);
const toFloat32 = (values: number[]): number[] => values.map(fround);
const logCoefficients = /* @__PURE__ */ toFloat32([
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
]);
const sineCoefficients = /* @__PURE__ */ toFloat32([-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
const cosineCoefficients = /* @__PURE__ */ toFloat32([
  2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2,
]);
/** ln 2 in two parts, the larger one short enough that its multiples are exact. */
const ln2High = 0.693359375;
const ln2Low = /* @__PURE__ */ fround(-2.1219444e-4);
/** π/4 in three parts, likewise. */
const piOver4Parts = /* @__PURE__ */ toFloat32([0.78515625, 2.4187564849853516e-4, 3.774894977445941e-8]);

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) sum = fmaFloat32(sum, x, coefficients[i]!);
  return sum;
}

/** ln u for u = k / 2 ** 24, k from 1 to 2 ** 24. */
function logFloat32(u: number): number {
  const k = u * 2 ** 24;
  const bits = 32 - Math.clz32(k);
  // u = mantissa * 2 ** exponent, mantissa in [√½, √2); x = mantissa - 1 is exact.
  let mantissa = k * 2 ** -bits;
  let exponent = bits - 24;
  if (mantissa < sqrtHalf32) {
    mantissa *= 2;
    exponent -= 1;
  }
  const x = mantissa - 1;
  const z = fround(x * x);
  let y = fmaFloat32(fround(polynomial(logCoefficients, x) * x), z, fround(exponent * ln2Low));
  y = fmaFloat32(-0.5, z, y);
  return fmaFloat32(exponent, ln2High, fround(x + y));
}

/** Sine and cosine of theta in [0, 2π]: reduced to an eighth of the circle, then one polynomial each. */
function sineCosineFloat32(theta: number): [number, number] {
  const octant = (Math.trunc(fround(theta * fourOverPi32)) + 1) & ~1;
  let x = theta;
  for (const part of piOver4Parts) x = fmaFloat32(-octant, part, x);
  const z = fround(x * x);
  const nearSine = fmaFloat32(fround(polynomial(sineCoefficients, z) * z), x, x);
  const quartic = fround(polynomial(cosineCoefficients, z) * z);
  const nearCosine = fround(fmaFloat32(quartic, z, -0.5 * z) + 1);
  const swap = (octant & 2) !== 0;
  const sine = swap ? nearCosine : nearSine;
  const cosine = swap ? nearSine : nearCosine;
  return [(octant & 4) !== 0 ? -sine : sine, ((octant - 2) & 4) === 0 ? -cosine : cosine];
}
