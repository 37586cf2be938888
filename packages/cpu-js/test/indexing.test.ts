import { Corr2dError, type DType, type GatherSize, type StridedView, type TypedArray } from "@corr2d/core";
import { describe, expect, it } from "vitest";
import { cpuJs } from "../src/index.ts";
import { type Random, seeded } from "./random.ts";

const backend = cpuJs();
const DTYPES: readonly DType[] = ["float32", "float64", "int32"];

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

describe.each(DTYPES)("%s", (dtype) => {
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
  for (const op of ["gather", "scatterAdd"] as const) {
    try {
      own[op](x, index, size, "float32");
      expect.fail("no error");
    } catch (error) {
      expect(error).toBeInstanceOf(Corr2dError);
      expect(error).toMatchObject({
        code: "INDEX_OUT_OF_RANGE",
        message: `index ${bad} is out of bounds for dimension with size 3`,
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
