/**
 * Elementwise kernels against float64: errors in units in the last place over all float32 bit patterns, special
 * values, every length of row, every way of broadcasting, and int32's wrapping arithmetic.
 */
import type { BinaryOp, DType, UnaryOp } from "@corr2d/core";
import { describe, expect, test } from "vitest";
import { activationGrad, addScaled, binary, cast, fill, select, unary } from "../src/elementwise.ts";
import { anyBits, BUILDS, type KernelRuntime, openKernels, seeded } from "./kernel-runtime.ts";

/** The distance between float32 numbers at |x|. */
function ulp(x: number): number {
  const size = Math.abs(x);
  return size < 2 ** -126 ? 2 ** -149 : 2 ** (Math.min(Math.floor(Math.log2(size)), 127) - 23);
}

/** erf by its Taylor series, or 1 − the continued fraction of erfc (Abramowitz & Stegun 1964, 7.1.5 and 7.1.14). */
function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size > 3) {
    let fraction = size;
    for (let k = 60; k > 0; k--) fraction = size + k / 2 / fraction;
    return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction));
  }
  let term = x;
  let sum = x;
  for (let k = 1; Math.abs(term) > 1e-18 * size; k++) {
    term *= (-x * x) / k;
    sum += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

function roundHalfToEven(x: number): number {
  const up = Math.round(x);
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

interface FloatCase {
  readonly exact: (x: number) => number;
  /** The largest error that is allowed, in units in the last place of the result. */
  readonly bound: number;
  /** Where most random arguments should lie, besides those of random bits. */
  readonly range: readonly [number, number];
}

/** The error bounds of the package. A bound of 0.5 is correct rounding; what was seen is 0 to 20 % less. */
const FLOAT_CASES: Partial<Record<UnaryOp, FloatCase>> = {
  neg: { exact: (x) => -x, bound: 0, range: [-9, 9] },
  abs: { exact: Math.abs, bound: 0, range: [-9, 9] },
  sign: { exact: Math.sign, bound: 0, range: [-9, 9] },
  square: { exact: (x) => x * x, bound: 0.5, range: [-9, 9] },
  floor: { exact: Math.floor, bound: 0, range: [-9, 9] },
  ceil: { exact: Math.ceil, bound: 0, range: [-9, 9] },
  round: { exact: roundHalfToEven, bound: 0, range: [-9, 9] },
  trunc: { exact: Math.trunc, bound: 0, range: [-9, 9] },
  sqrt: { exact: Math.sqrt, bound: 0.5, range: [0, 9] },
  rsqrt: { exact: (x) => 1 / Math.sqrt(x), bound: 1.5, range: [0, 9] },
  reciprocal: { exact: (x) => 1 / x, bound: 0.5, range: [-9, 9] },
  exp: { exact: Math.exp, bound: 1.5, range: [-105, 90] },
  expm1: { exact: Math.expm1, bound: 1.9, range: [-20, 90] },
  log: { exact: Math.log, bound: 1, range: [0, 9] },
  log1p: { exact: Math.log1p, bound: 1.7, range: [-1, 9] },
  sin: { exact: Math.sin, bound: 1.8, range: [-99, 99] },
  cos: { exact: Math.cos, bound: 1.8, range: [-99, 99] },
  tan: { exact: Math.tan, bound: 4, range: [-99, 99] },
  tanh: { exact: Math.tanh, bound: 2.8, range: [-10, 10] },
  sigmoid: { exact: sigmoid, bound: 2.8, range: [-105, 20] },
  relu: { exact: (x) => (x >= 0 || Number.isNaN(x) ? x : 0), bound: 0, range: [-9, 9] },
  erf: { exact: erf, bound: 1.6, range: [-5, 5] },
};

/** Those of which parts cancel: the error in units of 2⁻²⁴ of what is added. */
const CANCELLING: Partial<Record<UnaryOp, FloatCase & { readonly scale: (x: number) => number }>> = {
  gelu: { exact: (x) => (x * (1 + erf(x * Math.SQRT1_2))) / 2, bound: 6, range: [-7, 7], scale: Math.abs },
  geluSlope: {
    exact: (x) => (1 + erf(x * Math.SQRT1_2)) / 2 + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
    bound: 5.5,
    range: [-7, 7],
    scale: () => 1,
  },
};

const SPECIAL = [
  ...[0, -0, Infinity, -Infinity, NaN, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5],
  ...[2 ** -149, -(2 ** -149), 2 ** -126, 1e-39, -1e-39, 3.4028234663852886e38, -3.4028234663852886e38],
  ...[88.72283, 88.722839, 88.73, -87.4, -103.9, -104, -150, 1e-8, -1e-8, 2 ** 20, 2 ** 20 + 1, 1e30, -1e30],
];

/** Half of them random bits, half in `range`, and the special values. */
function floatSamples(count: number, range: readonly [number, number], seed: number): Float32Array {
  const random = seeded(seed);
  const bits = Uint32Array.from({ length: count }, () => random() * 2 ** 32);
  const samples = new Float32Array(bits.buffer);
  for (let i = 0; i < count; i += 2) samples[i] = range[0] + random() * (range[1] - range[0]);
  samples.set(SPECIAL);
  return samples;
}

/**
 * The error in units in the last place, where ±∞ counts as ±2¹²⁸; infinite where one is NaN and the other is not, or
 * where zeros differ in sign.
 */
function errorOf(actual: number, exact: number): number {
  const clamp = (x: number): number => Math.max(-(2 ** 128), Math.min(2 ** 128, x));
  if (Object.is(actual, Math.fround(exact)) && !(Math.abs(actual) > 0 && Math.abs(actual) < Infinity))
    return 0;
  if (Number.isNaN(actual) || Number.isNaN(exact) || (actual === 0 && exact === 0)) return Infinity;
  return Math.abs(clamp(actual) - clamp(exact)) / ulp(exact);
}

function worst(actual: ArrayLike<number>, exact: (i: number) => number): { error: number; at: number } {
  let error = 0;
  let at = -1;
  for (let i = 0; i < actual.length; i++) {
    const e = errorOf(actual[i]!, exact(i));
    if (e <= error) continue;
    error = e;
    at = i;
  }
  return { error, at };
}

const COUNT = 60_000;

describe.each(BUILDS)("elementwise kernels, %s build", async (build) => {
  const rt = await openKernels(build);

  test.each(Object.entries(CANCELLING))("%s keeps its error bound", (op, { exact, bound, range, scale }) => {
    rt.reset();
    const x = floatSamples(COUNT, range, 1);
    const at = rt.put(x);
    const y = rt.result(COUNT, "float32", (out) => unary(rt, op as UnaryOp, at, out, COUNT, "float32"));
    for (const [i, value] of y.entries()) {
      const expected = exact(x[i]!);
      if (Object.is(Math.fround(expected), value)) continue;
      const error = Math.abs(value - expected);
      if (error <= bound * 2 ** -24 * scale(x[i]!) + 2 ** -126) continue;
      expect.fail(`${op}(${x[i]}) = ${value}, not ${expected}`);
    }
  });

  test.each(Object.entries(FLOAT_CASES) as [UnaryOp, FloatCase][])(
    "%s keeps its error bound for every kind of float32",
    (op, { exact, bound, range }) => {
      rt.reset();
      const x = floatSamples(COUNT, range, 1);
      const at = rt.put(x);
      const y = rt.result(COUNT, "float32", (out) => unary(rt, op, at, out, COUNT, "float32"));
      const { error, at: where } = worst(y, (i) => exact(x[i]!));
      expect(error, `${op}(${x[where]}) = ${y[where]}`).toBeLessThanOrEqual(bound);
    },
  );

  test("rows of every length end where they should", () => {
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9, 8191, 8192, 8193, 16387]) {
      for (const op of ["neg", "exp"] as const) {
        rt.reset();
        const x = floatSamples(Math.max(n, 99), [-9, 9], n)
          .map((v) => (Number.isNaN(v) ? 3 : v))
          .slice(0, n);
        const at = rt.put(x);
        const y = rt.result(n, "float32", (out) => unary(rt, op, at, out, n, "float32"));
        const whole = { neg: (v: number) => -v, exp: Math.exp }[op];
        for (let i = 0; i < n; i++) {
          if (op === "exp") expect(errorOf(y[i]!, whole(x[i]!))).toBeLessThan(1.5);
          else expect(y[i]).toBe(whole(x[i]!));
        }
      }
    }
  });

  test("casts truncate, saturate and round; from a dtype to itself they copy bits", () => {
    for (const n of [1, 2, 3, 4, 5, 1000, 8193]) {
      rt.reset();
      const x = floatSamples(Math.max(n, 99), [-9, 9], 3).slice(0, n);
      const ints = Int32Array.from(x, (_, i) => (i < 9 ? 2 ** 31 - 1 - i * 50 : (i * 2654435761) | 0));
      const bits = anyBits(n, seeded(12));
      const of = (data: Float32Array | Int32Array, from: DType, to: DType, as: DType = to) => {
        const at = rt.put(data, data instanceof Int32Array ? "int32" : "float32");
        return rt.result(n, as, (out) => cast(rt, at, out, n, from, to));
      };
      expect(of(x, "float32", "int32")).toEqual(Int32Array.from(x, saturate));
      expect(of(ints, "int32", "float32")).toEqual(Float32Array.from(ints));
      expect(of(bits, "int32", "int32")).toEqual(bits);
      expect(of(bits, "float32", "float32", "int32")).toEqual(bits);
    }
    expect(() => cast(rt, 64, 64, 1, "float32", "float64")).toThrow(
      "cast to float64 is not available for float32",
    );
    expect(() => cast(rt, 64, 64, 1, "float64", "int32")).toThrow(
      "cast to int32 is not available for float64",
    );
  });

  test("int32 functions wrap", () => {
    rt.reset();
    const x = intSamples(1001, 4);
    const at = rt.put(x, "int32");
    const exact: Partial<Record<UnaryOp, (v: number) => number>> = {
      neg: (v) => -v | 0,
      abs: (v) => Math.abs(v) | 0,
      sign: (v) => Math.sign(v),
      square: (v) => Math.imul(v, v),
      relu: (v) => Math.max(v, 0),
    };
    for (const [op, f] of Object.entries(exact) as [UnaryOp, (v: number) => number][]) {
      const y = rt.result(1001, "int32", (out) => unary(rt, op, at, out, 1001, "int32"));
      expect(y).toEqual(x.map(f));
    }
    expect(() => unary(rt, "exp", at, at, 1, "int32")).toThrow("cpu-wasm: exp is not available for int32");
  });

  test.each(["float32", "int32"] as const)("%s operations broadcast every way", (dtype) => {
    const random = seeded(5);
    for (let round = 0; round < 150; round++) {
      rt.reset();
      const shape = randomShape(random);
      const shapeA = shape.map((n) => (random() < 0.3 ? 1 : n));
      const shapeB = shape.map((n, axis) => (shapeA[axis] === 1 ? n : random() < 0.3 ? 1 : n));
      const a = operand(shapeA, dtype, random);
      const b = operand(shapeB, dtype, random);
      const exact = dtype === "int32" ? INT_BINARY : FLOAT_BINARY;
      const ops = Object.keys(exact) as BinaryOp[];
      const op = ops[round % ops.length]!;
      checkBinary(rt, op, exact[op]!, a, shapeA, b, shapeB, shape, dtype);
    }
  });

  test("large broadcasts are cut into chunks anywhere in a row", () => {
    const random = seeded(6);
    const cases: [shape: number[], shapeA: number[], shapeB: number[]][] = [
      [
        [7, 6, 784],
        [7, 6, 784],
        [1, 6, 1],
      ],
      [
        [5000, 10],
        [5000, 10],
        [1, 10],
      ],
      [
        [5000, 10],
        [5000, 1],
        [5000, 10],
      ],
      [
        [3, 20001],
        [3, 1],
        [1, 20001],
      ],
      [[40001], [1], [40001]],
      [
        [9, 1, 50, 70],
        [9, 1, 50, 1],
        [1, 1, 1, 70],
      ],
    ];
    for (const [shape, shapeA, shapeB] of cases) {
      rt.reset();
      const a = operand(shapeA, "float32", random);
      const b = operand(shapeB, "float32", random);
      checkBinary(rt, "sub", (x, y) => x - y, a, shapeA, b, shapeB, shape, "float32");
    }
  });

  test("pow has C's special cases and is right to 0.55 units in the last place", () => {
    rt.reset();
    const pairs = SPECIAL.flatMap((x) => [...SPECIAL, 2, 3, -3, 1e9, 16777217].map((y) => [x, y]));
    const random = seeded(7);
    while (pairs.length < 20_000) pairs.push([random() * 20, random() * 60 - 30]);
    while (pairs.length < 30_000) pairs.push([1 + (random() - 0.5) * 1e-3, (random() - 0.5) * 1e5]);
    const a = Float32Array.from(pairs, ([x]) => x!);
    const b = Float32Array.from(pairs, ([, y]) => y!);
    const n = pairs.length;
    const [pa, pb] = [rt.put(a), rt.put(b)];
    const y = rt.result(n, "float32", (out) => binary(rt, "pow", pa, [n], pb, [n], out, [n], "float32"));
    const { error, at } = worst(y, (i) => cPow(a[i]!, b[i]!));
    expect(error, `pow(${a[at]}, ${b[at]}) = ${y[at]}`).toBeLessThanOrEqual(0.55);
    expect(() => binary(rt, "pow", pa, [1], pb, [1], pa, [1], "int32")).toThrow("pow is not available");
  });

  test("pow is IEEE 754's where an operand is 0, ±1, infinite or NaN, for rows of every length and broadcast", () => {
    // Source: IEEE 754-2019, 9.2.1.
    const cases: [x: number, y: number, power: number][] = [
      ...[0, -0, 1, -1, 2, Infinity, -Infinity, NaN].flatMap((x): [number, number, number][] => [
        [x, 0, 1],
        [x, -0, 1],
      ]),
      ...[NaN, Infinity, -Infinity, 3.5].map((y): [number, number, number] => [1, y, 1]),
      ...[Infinity, -Infinity, 2 ** 24, 2 ** 24 - 2, 1e30].map((y): [number, number, number] => [-1, y, 1]),
      ...[0.5, -0.5, 2 ** -149].flatMap((x): [number, number, number][] => [
        [x, Infinity, 0],
        [x, -Infinity, Infinity],
      ]),
      ...[2, -2, 1 + 2 ** -23, -1 - 2 ** -23].flatMap((x): [number, number, number][] => [
        [x, Infinity, Infinity],
        [x, -Infinity, 0],
      ]),
      [-1, 2 ** 24 - 1, -1],
      [-1, 1 - 2 ** 24, -1],
      [-Infinity, 0.5, Infinity],
      [-Infinity, -0.5, 0],
      [-Infinity, 3, -Infinity],
      [-Infinity, 2, Infinity],
      [-Infinity, -3, -0],
      [-Infinity, -2, 0],
      [-Infinity, Infinity, Infinity],
      [-Infinity, -Infinity, 0],
      [Infinity, 0.5, Infinity],
      [Infinity, -3, 0],
      [-0, -3, -Infinity],
      [-0, -2, Infinity],
      [-0, -0.5, Infinity],
      [-0, 0.5, 0],
      [-0, 3, -0],
      [-0, 2, 0],
      [-0, Infinity, 0],
      [-0, -Infinity, Infinity],
      [0, -3, Infinity],
      [0, 3, 0],
      [-8, 1 / 3, NaN],
      [NaN, 1, NaN],
      [2, NaN, NaN],
      [-1, NaN, NaN],
      [0, NaN, NaN],
    ];
    for (const [x, y, power] of cases) {
      for (const n of [1, 3, 4, 6]) {
        rt.reset();
        const [px, py] = [rt.put(new Array(n).fill(x)), rt.put(new Array(n).fill(y))];
        for (const shapeY of [[n], [1]]) {
          const got = rt.result(n, "float32", (out) =>
            binary(rt, "pow", px, [n], py, shapeY, out, [n], "float32"),
          );
          expect(got, `pow(${x}, ${y})`).toEqual(new Float32Array(n).fill(power));
        }
      }
    }
  });

  test("NaN wins maximum and minimum and fails comparisons", () => {
    rt.reset();
    const a = [NaN, 1, NaN, 0, 2];
    const b = [1, NaN, NaN, 0, 1];
    const [pa, pb] = [rt.put(a), rt.put(b)];
    const apply = (op: BinaryOp, dtype: "float32" | "int32") =>
      Array.from(rt.result(5, dtype, (out) => binary(rt, op, pa, [5], pb, [5], out, [5], "float32")));
    expect(apply("maximum", "float32")).toEqual([NaN, NaN, NaN, 0, 2]);
    expect(apply("minimum", "float32")).toEqual([NaN, NaN, NaN, 0, 1]);
    expect(apply("equal", "int32")).toEqual([0, 0, 0, 1, 0]);
    expect(apply("notEqual", "int32")).toEqual([1, 1, 1, 0, 1]);
    expect(apply("less", "int32")).toEqual([0, 0, 0, 0, 0]);
    expect(apply("lessEqual", "int32")).toEqual([0, 0, 0, 1, 0]);
    expect(apply("greater", "int32")).toEqual([0, 0, 0, 0, 1]);
    expect(apply("greaterEqual", "int32")).toEqual([0, 0, 0, 1, 1]);
  });

  test("select takes any non-zero condition and broadcasts all three", () => {
    const random = seeded(8);
    for (let round = 0; round < 60; round++) {
      rt.reset();
      const shape = round === 0 ? [3, 9001] : randomShape(random);
      const shapes = [0, 1, 2].map(() => shape.map((n) => (random() < 0.4 ? 1 : n)));
      const [sc, sa, sb] = shapes as [number[], number[], number[]];
      const size = shape.reduce((product, n) => product * n, 1);
      const c = Int32Array.from(
        { length: sc.reduce((p, n) => p * n, 1) },
        () => [0, 1, -7][(random() * 3) | 0]!,
      );
      const a = operand(sa, "float32", random);
      const b = operand(sb, "float32", random);
      const [pc, pa, pb] = [rt.put(c, "int32"), rt.put(a), rt.put(b)];
      const y = rt.result(size, "float32", (out) => select(rt, pc, sc, pa, sa, pb, sb, out, shape));
      for (let i = 0; i < size; i++) {
        const taken = c[source(i, shape, sc)] !== 0 ? a[source(i, shape, sa)] : b[source(i, shape, sb)];
        expect(y[i]).toBe(taken);
      }
    }
  });

  test("select copies bits", () => {
    const random = seeded(10);
    for (const [shapeA, shapeB] of [
      [
        [3, 2001],
        [3, 2001],
      ],
      [
        [3, 1],
        [1, 2001],
      ],
    ] as const) {
      rt.reset();
      const shape = [3, 2001];
      const c = Int32Array.from({ length: 6003 }, () => (random() * 2) | 0);
      const a = anyBits(shapeA[0] * shapeA[1], random);
      const b = anyBits(shapeB[0] * shapeB[1], random);
      const [pc, pa, pb] = [rt.put(c, "int32"), rt.put(a, "int32"), rt.put(b, "int32")];
      const y = rt.result(6003, "int32", (out) => select(rt, pc, shape, pa, shapeA, pb, shapeB, out, shape));
      expect(y).toEqual(
        c.map((taken, i) => (taken ? a[source(i, shape, shapeA)]! : b[source(i, shape, shapeB)]!)),
      );
    }
  });

  test("fill rounds to the dtype and keeps what the dtype has", () => {
    rt.reset();
    for (const value of [-0, 2 ** -149, -1e-39, NaN, Infinity, 0.1, 1e39]) {
      const y = rt.result(21, "float32", (out) => fill(rt, value, out, 21, "float32"));
      expect(y).toEqual(new Float32Array(21).fill(value));
    }
    for (const value of [-(2 ** 31), 2 ** 31 - 1, 2 ** 24 + 1, -1, 0]) {
      const y = rt.result(21, "int32", (out) => fill(rt, value, out, 21, "int32"));
      expect(y).toEqual(new Int32Array(21).fill(value));
    }
  });

  test("gradients of activations, scaled sums and fills", () => {
    for (const n of [1, 5, 20_003]) {
      rt.reset();
      const random = seeded(9);
      const y = Float32Array.from({ length: n }, () => random() * 2 - 1);
      const g = Float32Array.from({ length: n }, () => random() * 2 - 1);
      if (n > 5) y.set([NaN, 0, -0, Infinity, -Infinity]);
      if (n > 5) g.set([4, NaN, 5, 6, NaN]);
      const [py, pg] = [rt.put(y), rt.put(g)];
      const grad = (op: "relu" | "sigmoid" | "tanh") =>
        rt.result(n, "float32", (out) => activationGrad(rt, op, py, pg, out, n));
      expect(grad("relu")).toEqual(g.map((v, i) => (y[i]! <= 0 ? 0 : v)));
      expectClose(grad("sigmoid"), (i) => g[i]! * y[i]! * (1 - y[i]!), 1e-6);
      expectClose(grad("tanh"), (i) => g[i]! * (1 - y[i]! * y[i]!), 1e-6);
      const sum = rt.result(n, "float32", (out) => addScaled(rt, py, 0.5, pg, -3, out, n));
      expectClose(sum, (i) => 0.5 * y[i]! - 3 * g[i]!, 1e-6);
      expect(rt.result(n, "float32", (out) => fill(rt, 0.1, out, n, "float32"))).toEqual(
        new Float32Array(n).fill(0.1),
      );
      expect(rt.result(n, "int32", (out) => fill(rt, -5, out, n, "int32"))).toEqual(
        new Int32Array(n).fill(-5),
      );
    }
    expect(rt.result(0, "float32", (out) => fill(rt, 1, out, 0, "float32"))).toEqual(new Float32Array(0));
  });
});

const saturate = (x: number): number => Math.trunc(Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, x))) | 0;

function cPow(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  return x ** y;
}

const isTrue = (value: boolean): number => (value ? 1 : 0);

const COMPARISONS: Partial<Record<BinaryOp, (a: number, b: number) => number>> = {
  maximum: Math.max,
  minimum: Math.min,
  equal: (a, b) => isTrue(a === b),
  notEqual: (a, b) => isTrue(a !== b),
  less: (a, b) => isTrue(a < b),
  lessEqual: (a, b) => isTrue(a <= b),
  greater: (a, b) => isTrue(a > b),
  greaterEqual: (a, b) => isTrue(a >= b),
};

const FLOAT_BINARY: Partial<Record<BinaryOp, (a: number, b: number) => number>> = {
  ...COMPARISONS,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
};

const INT_BINARY: Partial<Record<BinaryOp, (a: number, b: number) => number>> = {
  ...COMPARISONS,
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  mul: Math.imul,
  div: (a, b) => (b === 0 ? 0 : (a / b) | 0),
};

function randomShape(random: () => number): number[] {
  return Array.from({ length: 1 + ((random() * 5) | 0) }, () => 1 + ((random() * 7) | 0));
}

function intSamples(count: number, seed: number): Int32Array {
  const random = seeded(seed);
  const x = Int32Array.from({ length: count }, (_, i) => (i % 2 ? random() * 2 ** 32 : random() * 5 - 2));
  x.set([-(2 ** 31), 2 ** 31 - 1, -1, 0, 1].slice(0, count));
  return x;
}

function operand(shape: readonly number[], dtype: "float32" | "int32", random: () => number) {
  const size = shape.reduce((product, n) => product * n, 1);
  if (dtype === "int32") return intSamples(size, random() * 2 ** 31);
  return Float32Array.from({ length: size }, () => ((random() * 9) | 0) - 4); // ties and zeros are likely
}

/** The position in an operand that element `i` of the result comes from. */
function source(i: number, shape: readonly number[], operandShape: readonly number[]): number {
  let position = 0;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const along = i % shape[axis]!;
    i = (i - along) / shape[axis]!;
    if (operandShape[axis] !== 1) position += along * stride;
    stride *= operandShape[axis]!;
  }
  return position;
}

function checkBinary(
  rt: KernelRuntime,
  op: BinaryOp,
  exact: (a: number, b: number) => number,
  a: Float32Array | Int32Array,
  shapeA: readonly number[],
  b: Float32Array | Int32Array,
  shapeB: readonly number[],
  shape: readonly number[],
  dtype: "float32" | "int32",
): void {
  const size = shape.reduce((product, n) => product * n, 1);
  const [pa, pb] = [rt.put(a, dtype), rt.put(b, dtype)];
  const arithmetic = ["add", "sub", "mul", "div", "maximum", "minimum"].includes(op);
  const result = rt.result(size, arithmetic ? dtype : "int32", (out) =>
    binary(rt, op, pa, shapeA, pb, shapeB, out, shape, dtype),
  );
  const round = dtype === "int32" || !arithmetic ? (x: number) => x | 0 : Math.fround;
  for (let i = 0; i < size; i++) {
    const wanted = round(exact(a[source(i, shape, shapeA)]!, b[source(i, shape, shapeB)]!));
    if (result[i] === wanted || (Number.isNaN(wanted) && Number.isNaN(result[i]))) continue;
    expect.fail(`${op} ${shapeA} ${shapeB}: element ${i} is ${result[i]}, not ${wanted}`);
  }
}

function expectClose(actual: ArrayLike<number>, exact: (i: number) => number, tolerance: number): void {
  for (let i = 0; i < actual.length; i++) {
    const wanted = exact(i);
    if (Object.is(Math.fround(wanted), actual[i])) continue;
    if (!(Math.abs(actual[i]! - wanted) <= tolerance))
      expect.fail(`element ${i} is ${actual[i]}, not ${wanted}`);
  }
}
