import {
  arrayOf,
  Corr2dError,
  DTYPE_NAMES,
  type DType,
  type GatherSize,
  isFloating,
  type StridedView,
  type TypedArray,
} from "@corr2d/core";
import { describe, expect, it } from "vitest";
import { cpuJs } from "../src/index.ts";
import { type Random, seeded } from "./random.ts";

const backend = cpuJs();

/** Strides of any sign, and zero, with the offset and the source size that keep every address in range. */
function randomView(random: Random): StridedView {
  const rank = random.integer(0, random.pick([3, 8]));
  const shape = Array.from({ length: rank }, () => random.integer(1, rank > 4 ? 3 : 6));
  const strides = shape.map(() => random.integer(-7, 7) * random.pick([0, 1, 1, 1]));
  let low = 0;
  let high = 0;
  shape.forEach((size, axis) => {
    low += Math.min(0, (size - 1) * strides[axis]!);
    high += Math.max(0, (size - 1) * strides[axis]!);
  });
  const offset = -low + random.integer(0, 2);
  return { shape, strides, offset, sourceSize: offset + high + 1 + random.integer(0, 2) };
}

function addresses(view: StridedView): number[] {
  let all = [view.offset];
  view.shape.forEach((size, axis) => {
    all = all.flatMap((start) => Array.from({ length: size }, (_, i) => start + i * view.strides[axis]!));
  });
  return all;
}

/** Views with long rows, which are copied in blocks, and transposes. */
const LARGE: readonly StridedView[] = [
  { shape: [3, 400], strides: [500, 1], offset: 7, sourceSize: 1500 },
  { shape: [130, 70], strides: [1, 130], offset: 0, sourceSize: 9100 },
  { shape: [70, 3, 130], strides: [1, 9100, 70], offset: 0, sourceSize: 27300 },
  { shape: [5, 300], strides: [300, -1], offset: 299, sourceSize: 1500 },
  { shape: [300, 5], strides: [0, 1], offset: 2, sourceSize: 9 },
];

describe.each(DTYPE_NAMES)("%s", (dtype) => {
  it("strided and stridedAdd go through the addresses of the view", () => {
    const views = [...LARGE, ...Array.from({ length: 300 }, (_, seed) => randomView(seeded(seed)))];
    views.forEach((view, number) => {
      const random = seeded(number);
      const where = addresses(view);
      const x = random.integers(view.sourceSize, dtype);
      const read = backend.strided(backend.upload(x), view, dtype);
      expect([...backend.readSync!(read, where.length, dtype)], `view ${number}`).toEqual(
        where.map((i) => x[i]),
      );

      const values = random.integers(where.length, dtype);
      const want = new Array<number>(view.sourceSize).fill(0);
      where.forEach((address, i) => {
        want[address]! += values[i]!;
      });
      const written = backend.stridedAdd(backend.upload(values), view, dtype);
      expect([...backend.readSync!(written, view.sourceSize, dtype)], `view ${number}`).toEqual(want);
    });
  });

  it("gather and scatterAdd follow the index", () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = seeded(seed);
      const size: GatherSize = {
        outer: random.integer(1, 4),
        length: random.integer(1, 6),
        inner: random.integer(1, 4),
        count: random.integer(1, 7),
      };
      const picked = size.outer * size.count * size.inner;
      const total = size.outer * size.length * size.inner;
      const index = new Int32Array(picked).map(() => random.integer(0, size.length - 1));
      const x = random.integers(total, dtype);
      const values = random.integers(picked, dtype);
      const wantPicked: number[] = [];
      const wantAdded = new Array<number>(total).fill(0);
      for (let i = 0; i < picked; i++) {
        const outer = Math.floor(i / (size.count * size.inner));
        const address = (outer * size.length + index[i]!) * size.inner + (i % size.inner);
        wantPicked.push(x[address]!);
        wantAdded[address]! += values[i]!;
      }
      const at = backend.upload(index);
      const gathered = backend.gather(backend.upload(x), at, size, dtype);
      const scattered = backend.scatterAdd(backend.upload(values), at, size, dtype);
      expect([...backend.readSync!(gathered, picked, dtype)], `seed ${seed}`).toEqual(wantPicked);
      expect([...backend.readSync!(scattered, total, dtype)], `seed ${seed}`).toEqual(wantAdded);
    }
  });
});

it.each([5, -1, 3])("gather and scatterAdd refuse index %i of 3, and leave nothing behind", (bad) => {
  const own = cpuJs();
  const x = own.upload(Float32Array.of(1, 2, 3));
  const index = own.upload(Int32Array.of(0, bad, 2));
  const size = { outer: 1, length: 3, inner: 1, count: 3 };
  const before = own.stats!();
  const sizes = {
    gather: "x [1, 3, 1], index [1, 3, 1]",
    scatterAdd: "x [1, 3, 1], index [1, 3, 1], result [1, 3, 1]",
  };
  for (const op of ["gather", "scatterAdd"] as const) {
    try {
      own[op](x, index, size, "float32");
      expect.fail("no error");
    } catch (error) {
      expect(error).toBeInstanceOf(Corr2dError);
      expect(error).toMatchObject({
        code: "INDEX_OUT_OF_RANGE",
        message: `${op}: index ${bad} is out of range for an axis of 3 (${sizes[op]})`,
        details: { index: bad, length: 3 },
      });
    }
  }
  expect(own.stats!()).toEqual(before);
});

it("stridedAdd sums onto one element in float64", () => {
  const x: TypedArray = new Float32Array(1_000_001).fill(0.1);
  const view = { shape: [x.length], strides: [0], offset: 0, sourceSize: 1 };
  const out = backend.stridedAdd(backend.upload(x), view, "float32");
  expect(backend.readSync!(out, 1, "float32")[0]).toBe(Math.fround(Math.fround(0.1) * x.length));
});

it("stridedAdd wraps on int32, however many elements meet", () => {
  const x = new Int32Array(2 ** 22 + 3).fill(2147483647);
  const view = { shape: [x.length], strides: [0], offset: 0, sourceSize: 1 };
  const out = backend.stridedAdd(backend.upload(x), view, "int32");
  expect(backend.readSync!(out, 1, "int32")[0]).toBe(Math.imul(x.length, 2147483647));
});

it.each([
  [
    { outer: 2, length: 3, inner: 4, count: 5 },
    "x [2, 3, 4], index [2, 5, 4]",
    "x [2, 5, 4], index [2, 5, 4], result [2, 3, 4]",
  ],
])("an index out of range comes with the sizes of %o", (size, picking, adding) => {
  const index = new Int32Array(40);
  index[17] = 7;
  index[30] = -1;
  const [x, at] = [backend.upload(new Float32Array(40)), backend.upload(index)];
  expect(() => backend.gather(x, at, size, "float32")).toThrow(
    `gather: index 7 is out of range for an axis of 3 (${picking})`,
  );
  expect(() => backend.scatterAdd(x, at, size, "float32")).toThrow(
    `scatterAdd: index 7 is out of range for an axis of 3 (${adding})`,
  );
});

/** What a copy has to leave alone: zeros of both signs, subnormal numbers, and the extremes. */
function delicate(dtype: DType, size: number): TypedArray {
  const tiny = dtype === "float32" ? 2 ** -149 : 2 ** -1074;
  const values = isFloating(dtype)
    ? [-0, 0, tiny, -3 * tiny, Infinity, -Infinity, 1, -2]
    : [-2147483648, 2147483647, 0, -1];
  return arrayOf(dtype, size).map((_, i) => values[i % values.length]!);
}

describe.each(DTYPE_NAMES)("bit for bit: %s", (dtype) => {
  const read = (handle: ReturnType<typeof backend.upload>, size: number): TypedArray =>
    backend.readSync!(handle, size, dtype);

  it("strided, select and gather copy", () => {
    const x = delicate(dtype, 35);
    const view = { shape: [7, 5], strides: [1, 7], offset: 0, sourceSize: 35 };
    expect(read(backend.strided(backend.upload(x), view, dtype), 35)).toEqual(
      x.map((_, i) => x[(i % 5) * 7 + Math.floor(i / 5)]!),
    );
    const long = delicate(dtype, 1000);
    const whole = { shape: [500], strides: [1], offset: 3, sourceSize: 1000 };
    expect(read(backend.strided(backend.upload(long), whole, dtype), 500)).toEqual(long.slice(3, 503));

    const [a, b] = [x, delicate(dtype, 36).subarray(1)];
    const condition = Int32Array.from(x, (_, i) => (i % 3) - 1);
    const chosen = backend.select(
      backend.upload(condition),
      [35],
      backend.upload(a),
      [35],
      backend.upload(b),
      [35],
      [35],
      dtype,
    );
    expect(read(chosen, 35)).toEqual(x.map((_, i) => (condition[i] !== 0 ? a[i]! : b[i]!)));

    const index = Int32Array.from({ length: 40 }, (_, i) => (i * 11) % 35);
    const picked = backend.gather(
      backend.upload(x),
      backend.upload(index),
      { outer: 1, length: 35, inner: 1, count: 40 },
      dtype,
    );
    expect(read(picked, 40)).toEqual(arrayOf(dtype, 40).map((_, i) => x[index[i]!]!));
  });

  it("stridedAdd, where one element reaches an address; an address that none reaches is +0", () => {
    const views = [...LARGE, ...Array.from({ length: 300 }, (_, seed) => randomView(seeded(seed)))];
    let single = 0;
    views.forEach((view, number) => {
      const where = addresses(view);
      const x = delicate(dtype, where.length);
      const out = read(backend.stridedAdd(backend.upload(x), view, dtype), view.sourceSize);
      const reached = new Int32Array(view.sourceSize);
      for (const address of where) reached[address]!++;
      const want = arrayOf(dtype, view.sourceSize);
      where.forEach((address, i) => {
        if (reached[address] === 1) want[address] = x[i]!;
      });
      const compared = out.map((v, i) => (reached[i]! > 1 ? 0 : v));
      expect(compared, `view ${number}`).toEqual(want);
      if (reached.some((n) => n === 1) && reached.some((n) => n > 1)) single++;
    });
    // Views in which some addresses are shared and some are not.
    expect(single).toBeGreaterThan(20);
  });

  it("concat, over parts of any length, in any direction", () => {
    for (const [outer, inner] of [
      [1, 1],
      [1, 7],
      [3, 4],
      [200, 1],
      [300, 2],
      [2, 500],
    ] as const) {
      const lengths = [3, 1, 2, 130];
      const parts = lengths.map((length, i) => delicate(dtype, outer * length * inner + i).subarray(i));
      const total = lengths.reduce((a, b) => a + b);
      const want: number[] = [];
      for (let o = 0; o < outer; o++) {
        parts.forEach((part, i) => {
          want.push(...part.subarray(o * lengths[i]! * inner, (o + 1) * lengths[i]! * inner));
        });
      }
      const handles = parts.map((part) => backend.upload(part));
      const out = backend.concat!(handles, lengths, outer, inner, dtype);
      expect([...read(out, outer * total * inner)], `${outer}, ${inner}`).toEqual(want);
    }
    const one = backend.upload(delicate(dtype, 6));
    const copy = backend.concat!([one], [3], 1, 2, dtype);
    expect(copy).not.toBe(one);
    expect(read(copy, 6)).toEqual(read(one, 6));
  });
});

it("concat's time grows with what it copies, not with the number of parts", () => {
  const part = backend.upload(new Float32Array(784).fill(1));
  const whole = backend.upload(new Float32Array(512 * 784).fill(1));
  const parts = new Array(512).fill(part);
  const lengths = new Array(512).fill(1);
  /** The shortest of many: what else runs on the machine makes some longer. */
  const best = { many: Infinity, one: Infinity };
  for (let run = 0; run < 50; run++) {
    for (const [name, handles, sizes] of [
      ["many", parts, lengths],
      ["one", [whole], [512]],
    ] as const) {
      const start = performance.now();
      const out = backend.concat!(handles, sizes, 1, 784, "float32");
      best[name] = Math.min(best[name], performance.now() - start);
      backend.free(out);
    }
  }
  expect(best.many).toBeLessThan(10 * best.one);
});
