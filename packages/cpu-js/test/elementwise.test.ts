import {
  arrayOf,
  type BinaryOp,
  DTYPE_NAMES,
  type DType,
  dtypeOf,
  type TypedArray,
  type UnaryOp,
} from "@corr2d/core";
import { describe, expect, it } from "vitest";
import { cpuJs } from "../src/index.ts";
import { seeded } from "./random.ts";

const backend = cpuJs();
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

function unary(op: UnaryOp, x: TypedArray, dtype: DType): TypedArray {
  return backend.readSync!(backend.unary(op, backend.upload(x), x.length, dtype), x.length, dtype);
}

function cast(x: TypedArray, to: DType): TypedArray {
  return backend.readSync!(backend.cast(backend.upload(x), x.length, dtypeOf(x)!, to), x.length, to);
}

function binary(op: BinaryOp, a: TypedArray, b: TypedArray, dtype: DType): number[] {
  const shape = [a.length];
  return [
    ...backend.readSync!(
      backend.binary(op, backend.upload(a), shape, backend.upload(b), shape, shape, dtype),
      a.length,
      dtype,
    ),
  ];
}

describe("unary", () => {
  const points = Float64Array.of(
    -inf,
    -1e300,
    -40,
    -3,
    -2.5,
    -1.5,
    -0.5,
    -0,
    0,
    1e-300,
    0.3,
    0.5,
    1,
    1.5,
    2.5,
    700,
    inf,
    nan,
  );
  const expected: Partial<Record<UnaryOp, (x: number) => number>> = {
    neg: (x) => -x,
    abs: Math.abs,
    sign: Math.sign,
    square: (x) => x * x,
    floor: Math.floor,
    ceil: Math.ceil,
    trunc: Math.trunc,
    sqrt: Math.sqrt,
    rsqrt: (x) => 1 / Math.sqrt(x),
    reciprocal: (x) => 1 / x,
    exp: Math.exp,
    expm1: Math.expm1,
    log: Math.log,
    log1p: Math.log1p,
    sin: Math.sin,
    cos: Math.cos,
    tan: Math.tan,
    tanh: Math.tanh,
    sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  };

  it("gelu and its slope where Φ is 0, ½ and 1", () => {
    const x = Float64Array.of(-40, 0, 40);
    expect([...unary("gelu", x, "float64")]).toEqual([-0, 0, 40]);
    expect([...unary("geluSlope", x, "float64")]).toEqual([0, 0.5, 1]);
  });

  it.each(Object.entries(expected))("%s is JavaScript's", (op, f) => {
    expect(unary(op as UnaryOp, points, "float64")).toEqual(points.map(f));
    const single = Float32Array.from(points);
    expect([...unary(op as UnaryOp, single, "float32")]).toEqual([...single.map(f)]);
  });

  it("exp and sigmoid of float32 are what float64 rounds to, or its neighbour, down to 0 and up to ∞", () => {
    const x = Float32Array.from({ length: 24_001 }, (_, i) => (i - 12_000) / 100);
    for (const op of ["exp", "sigmoid"] as const) {
      const exact = Float32Array.from(x, expected[op]!);
      const places = (values: TypedArray): Int32Array => new Int32Array(Float32Array.from(values).buffer);
      const got = places(unary(op, x, "float32"));
      const apart = places(exact).map((place, i) => Math.abs(place - got[i]!));
      expect(Math.max(...apart), op).toBeLessThanOrEqual(1);
      expect(apart.filter((places) => places > 0).length, op).toBeLessThan(100);
    }
  });

  it("relu keeps NaN and has no negative zero", () => {
    expect([...unary("relu", points, "float64")].map((v) => Object.is(v, -0))).not.toContain(true);
    expect(unary("relu", Float32Array.of(-2, 0, 3, nan, -inf, inf), "float32")).toEqual(
      Float32Array.of(0, 0, 3, nan, 0, inf),
    );
  });

  it("relu tells all NaNs from numbers by their bits", () => {
    const bits = Int32Array.of(0x7fc00000, 0x7f800001, 0xffc00000, 0xff800001, 0xffffffff);
    expect([...unary("relu", new Float32Array(bits.buffer), "float32")]).toEqual([nan, nan, nan, nan, nan]);
    const numbers = Int32Array.of(
      0xff800000,
      0xff7fffff,
      0x80000001,
      0x80000000,
      0x00000001,
      0x7f7fffff,
      0x7f800000,
    );
    const given = new Float32Array(numbers.buffer);
    expect(unary("relu", given, "float32")).toEqual(given.map((v) => Math.max(v, 0)));
  });

  it("round keeps the sign of what becomes 0", () => {
    const x = Float64Array.of(-0.5, -0.3, -0, 0, 0.3, 0.5);
    expect([...unary("round", x, "float64")]).toEqual([-0, -0, -0, 0, 0, 0]);
  });

  it("round takes halves to the even neighbour", () => {
    const x = Float64Array.of(
      -3.5,
      -2.5,
      -1.5,
      -0.5,
      0.5,
      1.5,
      2.5,
      3.5,
      2.4999,
      2.5001,
      2 ** 53 - 1,
      inf,
      -inf,
      nan,
    );
    expect([...unary("round", x, "float64")].map((v) => v + 0)).toEqual([
      -4,
      -2,
      -2,
      0,
      0,
      2,
      2,
      4,
      2,
      3,
      2 ** 53 - 1,
      inf,
      -inf,
      nan,
    ]);
  });

  it("wraps on int32", () => {
    const x = Int32Array.of(-2147483648, 65537, -3, 0, 2147483647);
    expect(unary("neg", x, "int32")).toEqual(Int32Array.of(-2147483648, -65537, 3, 0, -2147483647));
    expect(unary("abs", x, "int32")).toEqual(Int32Array.of(-2147483648, 65537, 3, 0, 2147483647));
    expect(unary("square", x, "int32")).toEqual(Int32Array.of(0, 131073, 9, 0, 1));
    expect(unary("sign", x, "int32")).toEqual(Int32Array.of(-1, 1, -1, 0, 1));
    expect(unary("relu", x, "int32")).toEqual(Int32Array.of(0, 65537, 0, 0, 2147483647));
  });
});

describe("cast", () => {
  it("to int32 truncates, saturates, and makes NaN 0", () => {
    const x = Float64Array.of(1.9, -1.9, 3e9, -3e9, inf, -inf, nan, 2147483646.9, 2147483647, 2147483648);
    expect(cast(x, "int32")).toEqual(
      Int32Array.of(
        1,
        -1,
        2147483647,
        -2147483648,
        2147483647,
        -2147483648,
        0,
        2147483646,
        2147483647,
        2147483647,
      ),
    );
  });

  it("to float32 rounds to nearest, to float64 is exact", () => {
    expect(cast(Float64Array.of(0.1, 1e300, 16777217, 1e-50), "float32")).toEqual(
      Float32Array.of(0.1, inf, 16777216, 0),
    );
    expect(cast(Int32Array.of(16777217, -2147483648), "float32")).toEqual(
      Float32Array.of(16777216, -2147483648),
    );
    expect(cast(Float32Array.of(0.1, -0, nan, -inf), "float64")).toEqual(
      Float64Array.of(Math.fround(0.1), -0, nan, -inf),
    );
    expect(cast(Int32Array.of(2147483647, -5), "float64")).toEqual(Float64Array.of(2147483647, -5));
  });

  it.each(DTYPE_NAMES)("to the dtype it has is a copy: %s", (dtype) => {
    const x = arrayOf(dtype, 3);
    x.set([-0, 2 ** -140, -2147483648]);
    const handle = backend.upload(x);
    const copy = backend.cast(handle, 3, dtype, dtype);
    expect(copy).not.toBe(handle);
    backend.free(handle);
    expect(backend.readSync!(copy, 3, dtype)).toEqual(x);
  });
});

describe("erf", () => {
  const erf = (x: number): number => unary("erf", Float64Array.of(x), "float64")[0]!;

  /** Abramowitz & Stegun 7.1.6, whose terms are all positive: 2/√π exp(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)). */
  function series(x: number): number {
    let term = x;
    let sum = x;
    for (let n = 1; n < 400; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }

  it("is the series' to a few units in the last place", () => {
    let worst = 0;
    for (let x = 0.001; x < 7; x += 0.00137) {
      worst = Math.max(worst, Math.abs(erf(x) / series(x) - 1));
      expect(erf(-x)).toBe(-erf(x));
    }
    expect(worst).toBeLessThan(1e-14);
  });

  it("has no step where the methods meet", () => {
    for (const x of [0.46875, 4, 6]) {
      expect(Math.abs(erf(x * (1 + 2 ** -50)) - erf(x))).toBeLessThan(1e-15);
    }
  });

  it("goes to ±1 and keeps NaN and zero", () => {
    expect([inf, -inf, nan, 0, -0].map((x) => erf(x))).toEqual([1, -1, nan, 0, -0]);
    expect(erf(1e-300) / 1e-300).toBeCloseTo(2 / Math.sqrt(Math.PI), 14);
    expect(unary("erf", Float32Array.of(0.5, nan), "float32")).toEqual(
      Float32Array.of(0.5204998778130465, nan),
    );
  });
});

describe("binary", () => {
  const values = [-inf, -2, -1, -0.5, 0, 0.5, 1, 3, inf, nan];
  const a = Float64Array.from(values.flatMap((v) => values.map(() => v)));
  const b = Float64Array.from(values.flatMap(() => values));
  const power = (x: number, y: number): number => (x === 1 || (x === -1 && Math.abs(y) === inf) ? 1 : x ** y);
  const expected: Record<BinaryOp, (x: number, y: number) => number> = {
    add: (x, y) => x + y,
    sub: (x, y) => x - y,
    mul: (x, y) => x * y,
    div: (x, y) => x / y,
    pow: power,
    maximum: Math.max,
    minimum: Math.min,
    equal: (x, y) => (x === y ? 1 : 0),
    notEqual: (x, y) => (x !== y ? 1 : 0),
    less: (x, y) => (x < y ? 1 : 0),
    lessEqual: (x, y) => (x <= y ? 1 : 0),
    greater: (x, y) => (x > y ? 1 : 0),
    greaterEqual: (x, y) => (x >= y ? 1 : 0),
  };

  it.each(Object.entries(expected))("%s, special values included", (op, f) => {
    const want = [...a].map((v, i) => f(v, b[i]!));
    expect(binary(op as BinaryOp, a, b, "float64")).toEqual(want);
    expect(binary(op as BinaryOp, Float32Array.from(a), Float32Array.from(b), "float32")).toEqual([
      ...Float32Array.from(want),
    ]);
  });

  it.each(["float32", "float64"] as const)("pow is IEEE 754's: %s", (dtype) => {
    const cases: readonly (readonly [x: number, y: number, power: number])[] = [
      [1, nan, 1],
      [1, inf, 1],
      [1, -inf, 1],
      [-1, inf, 1],
      [-1, -inf, 1],
      [nan, 0, 1],
      [nan, -0, 1],
      [inf, -0, 1],
      [-0, 0, 1],
      [nan, 1, nan],
      [2, nan, nan],
      [-1, nan, nan],
      [-8, 1 / 3, nan],
      [-inf, 0.5, inf],
      [-inf, 3, -inf],
      [-inf, 2, inf],
      [-inf, -3, -0],
      [-inf, -0.5, 0],
      [-0, 0.5, 0],
      [-0, 3, -0],
      [-0, -3, -inf],
      [-0, -2, inf],
      [0, -0.5, inf],
      [0.5, -inf, inf],
      [-0.5, -inf, inf],
      [0.5, inf, 0],
      [2, -inf, 0],
      [-2, -inf, 0],
      [-2, inf, inf],
    ];
    const [x, y, powers] = [0, 1, 2].map((i) => arrayOf(dtype, cases.length).map((_, k) => cases[k]![i]!));
    expect(binary("pow", x!, y!, dtype)).toEqual([...powers!]);
    // By one exponent for all, as x ** 0.5 is called.
    cases.forEach(([base, exponent, power]) => {
      const shape = [64];
      const bases = backend.upload(arrayOf(dtype, 64).fill(base));
      const one = backend.upload(arrayOf(dtype, 1).fill(exponent));
      const out = backend.binary("pow", bases, shape, one, [1], shape, dtype);
      expect([...backend.readSync!(out, 64, dtype)], `${base} ** ${exponent}`).toEqual(
        new Array(64).fill(power),
      );
    });
  });

  it("wraps on int32, and divides by zero to zero", () => {
    const x = Int32Array.of(2147483647, -2147483648, 65537, 7, -7, 5, -2147483648);
    const y = Int32Array.of(1, 1, 65537, 2, 2, 0, -1);
    expect(binary("add", x, y, "int32")).toEqual([-2147483648, -2147483647, 131074, 9, -5, 5, 2147483647]);
    expect(binary("sub", x, y, "int32")).toEqual([2147483646, 2147483647, 0, 5, -9, 5, -2147483647]);
    expect(binary("mul", x, y, "int32")).toEqual([2147483647, -2147483648, 131073, 14, -14, 0, -2147483648]);
    expect(binary("div", x, y, "int32")).toEqual([2147483647, -2147483648, 1, 3, -3, 0, -2147483648]);
    expect(binary("maximum", x, y, "int32")).toEqual([2147483647, 1, 65537, 7, 2, 5, -1]);
    expect(binary("less", x, y, "int32")).toEqual([0, 1, 0, 0, 1, 0, 1]);
  });
});

describe("broadcasting", () => {
  /** The element of an operand that lies at `index` of the result. */
  function at(data: TypedArray, shape: readonly number[], index: readonly number[]): number {
    let address = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      address = address * shape[axis]! + (shape[axis] === 1 ? 0 : index[axis]!);
    }
    return data[address]!;
  }

  function* indices(shape: readonly number[]): Generator<number[]> {
    const total = shape.reduce((a, b) => a * b, 1);
    for (let flat = 0; flat < total; flat++) {
      const index: number[] = [];
      let rest = flat;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        index.unshift(rest % shape[axis]!);
        rest = Math.floor(rest / shape[axis]!);
      }
      yield index;
    }
  }

  it("sub and select read the right elements, in any combination of shapes", () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = seeded(seed);
      const rank = random.integer(0, 5);
      const shape = Array.from({ length: rank }, () => random.integer(1, 4));
      const shapes = [0, 1, 2].map(() => shape.map((size) => random.pick([size, size, 1])));
      const data = shapes.map((s) =>
        random.integers(
          s.reduce((a, b) => a * b, 1),
          "float32",
        ),
      );
      const condition = Int32Array.from(data[2]!);
      const [a, b] = data.map((d) => backend.upload(d));
      const total = shape.reduce((x, y) => x * y, 1);
      const difference = backend.binary("sub", a!, shapes[0]!, b!, shapes[1]!, shape, "float32");
      const chosen = backend.select(
        backend.upload(condition),
        shapes[2]!,
        a!,
        shapes[0]!,
        b!,
        shapes[1]!,
        shape,
        "float32",
      );
      const wantDifference: number[] = [];
      const wantChosen: number[] = [];
      for (const index of indices(shape)) {
        const x = at(data[0]!, shapes[0]!, index);
        const y = at(data[1]!, shapes[1]!, index);
        wantDifference.push(x - y);
        wantChosen.push(at(condition, shapes[2]!, index) !== 0 ? x : y);
      }
      expect([...backend.readSync!(difference, total, "float32")], `seed ${seed}`).toEqual(wantDifference);
      expect([...backend.readSync!(chosen, total, "float32")], `seed ${seed}`).toEqual(wantChosen);
    }
  });

  it("select takes no NaN from the other side", () => {
    const shape = [2];
    const out = backend.select(
      backend.upload(Int32Array.of(1, 0)),
      shape,
      backend.upload(Float32Array.of(1, nan)),
      shape,
      backend.upload(Float32Array.of(nan, 2)),
      shape,
      shape,
      "float32",
    );
    expect(backend.readSync!(out, 2, "float32")).toEqual(Float32Array.of(1, 2));
  });
});
