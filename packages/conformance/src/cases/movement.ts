/** Layer 2: strided and its adjoint, gather and its adjoint (§5). */
import type { DType, GatherSize, StridedView } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { expectValues } from "../compare.ts";
import * as oracle from "../oracle/arrays.ts";
import { exactly } from "../oracle/sums.ts";
import type { Random } from "../random.ts";
import { arrayFrom, DTYPES, expectHandle, FLOATS } from "./support.ts";
import { anyBits, bitPatterns, summands } from "./values.ts";

/** What views are for, by name. */
const VIEWS: Readonly<Record<string, StridedView>> = {
  copy: { shape: [11], strides: [1], offset: 0, sourceSize: 11 },
  scalar: { shape: [], strides: [], offset: 2, sourceSize: 5 },
  transpose: { shape: [5, 3], strides: [1, 5], offset: 0, sourceSize: 15 },
  permute: { shape: [4, 2, 3], strides: [1, 12, 4], offset: 0, sourceSize: 24 },
  flip: { shape: [9], strides: [-1], offset: 8, sourceSize: 9 },
  "flip-both": { shape: [3, 4], strides: [-4, -1], offset: 11, sourceSize: 12 },
  slice: { shape: [2, 3], strides: [12, 2], offset: 7, sourceSize: 36 },
  "slice-backwards": { shape: [3, 2], strides: [-12, 3], offset: 25, sourceSize: 36 },
  expand: { shape: [4, 3, 5], strides: [0, 1, 0], offset: 0, sourceSize: 3 },
  fill: { shape: [19], strides: [0], offset: 0, sourceSize: 1 },
  "overlapping-windows": { shape: [6, 4], strides: [2, 1], offset: 1, sourceSize: 16 },
  im2col: { shape: [2, 2, 2, 3, 3], strides: [16, 4, 1, 4, 1], offset: 0, sourceSize: 32 },
  "eight-axes": {
    shape: [2, 3, 1, 2, 2, 1, 2, 3],
    strides: [-72, 24, 5, 12, 0, -7, 3, 1],
    offset: 72,
    sourceSize: 144,
  },
  embed: { shape: [2, 3, 4], strides: [42, 7, 1], offset: 15, sourceSize: 84 },
};

function viewCases(dtype: DType): Case[] {
  return Object.entries(VIEWS).flatMap(([name, view]): Case[] => [
    {
      id: `strided/${dtype}/${name}`,
      clause: "§5.1",
      ...requiring(dtype),
      covers: { member: "strided", dtype },
      async run({ backend, random }) {
        for (const x of bitPatterns(random, dtype, view.sourceSize, oracle.sizeOf(view.shape))) {
          const handle = backend.strided(backend.upload(x), view, dtype);
          await expectHandle(backend, "strided", handle, oracle.strided(x, view), view.shape, dtype);
        }
      },
    },
    {
      id: `stridedAdd/${dtype}/${name}`,
      clause: "§5.2",
      ...requiring(dtype),
      covers: { member: "stridedAdd", dtype },
      async run({ backend, random }) {
        const x = summands(random, dtype, oracle.sizeOf(view.shape));
        const handle = backend.stridedAdd(backend.upload(x), view, dtype);
        const expected = exactly(oracle.stridedAdd(x, view, dtype));
        await expectHandle(backend, "stridedAdd", handle, expected, [view.sourceSize], dtype);
      },
    },
  ]);
}

/** Views whose addresses are met once, and one in which some are met twice: what is met once is a copy, −0 too. */
const ONCE: Readonly<Record<string, StridedView>> = {
  padding: { shape: [3, 4], strides: [7, 1], offset: 8, sourceSize: 35 },
  "wide-padding": { shape: [4, 70], strides: [80, 1], offset: 85, sourceSize: 480 },
  steps: { shape: [2, 9], strides: [40, 3], offset: 1, sourceSize: 80 },
  backwards: { shape: [11], strides: [-2], offset: 21, sourceSize: 23 },
  overlapping: { shape: [3, 5], strides: [4, 1], offset: 0, sourceSize: 14 },
};

function onceCase(name: string, view: StridedView, dtype: DType): Case {
  return {
    id: `stridedAdd/${dtype}/once,${name}`,
    clause: "§5.2",
    ...requiring(dtype),
    covers: { member: "stridedAdd", dtype },
    async run({ backend, random }) {
      const size = oracle.sizeOf(view.shape);
      const at = oracle.addresses(view);
      for (const x of bitPatterns(random, dtype, size)) {
        const met = new Int32Array(view.sourceSize);
        const values = new Float64Array(view.sourceSize);
        at.forEach((address, i) => {
          met[address]!++;
          values[address] = x[i]!;
        });
        const handle = backend.stridedAdd(backend.upload(x), view, dtype);
        const actual = await backend.read(handle, view.sourceSize, dtype);
        // Sums of several are other cases' affair.
        for (let i = 0; i < met.length; i++) if (met[i]! > 1) values[i] = actual[i]!;
        expectValues("stridedAdd", actual, { values, bits: true }, [view.sourceSize]);
      }
    },
  };
}

/** Infinities and NaN pass through views and their adjoints. */
function nonFiniteCase(dtype: DType): Case {
  return {
    id: `strided/${dtype}/non-finite`,
    clause: "§5.1",
    ...requiring(dtype),
    covers: { member: "strided", dtype },
    async run({ backend }) {
      const x = backend.upload(arrayFrom(dtype, [NaN, Infinity, -Infinity, 1, 2, 3]));
      const view = { shape: [3, 2], strides: [1, 3], offset: 0, sourceSize: 6 };
      const values = [NaN, 1, Infinity, 2, -Infinity, 3];
      await expectHandle(backend, "strided", backend.strided(x, view, dtype), { values }, [3, 2], dtype);
      const back = backend.stridedAdd(backend.upload(arrayFrom(dtype, values)), view, dtype);
      await expectHandle(
        backend,
        "stridedAdd",
        back,
        { values: [NaN, Infinity, -Infinity, 1, 2, 3] },
        [6],
        dtype,
      );
    },
  };
}

/** A view within a source just large enough: up to 6 axes, strides of any sign, repeated addresses. */
function randomView({ next }: Random): StridedView {
  const draw = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const shape = Array.from({ length: draw(1, 6) }, () => draw(1, 4));
  const strides = shape.map(() => draw(-6, 6));
  const reaches = shape.map((n, axis) => (n - 1) * strides[axis]!);
  const lowest = reaches.reduce((sum, reach) => sum + Math.min(reach, 0), 0);
  const highest = reaches.reduce((sum, reach) => sum + Math.max(reach, 0), 0);
  const offset = draw(0, 3) - lowest;
  return { shape, strides, offset, sourceSize: offset + highest + 1 + draw(0, 3) };
}

function randomViewsCase(dtype: DType): Case {
  return {
    id: `strided/${dtype}/random-views`,
    clause: "§5.1",
    ...requiring(dtype),
    covers: { member: "strided", dtype },
    async run({ backend, random }) {
      for (let round = 0; round < 60; round++) {
        const view = randomView(random);
        const what = JSON.stringify(view);
        const x = anyBits(random, dtype, view.sourceSize);
        const read = backend.strided(backend.upload(x), view, dtype);
        await expectHandle(backend, `strided ${what}`, read, oracle.strided(x, view), view.shape, dtype);
        const g = summands(random, dtype, oracle.sizeOf(view.shape));
        const added = backend.stridedAdd(backend.upload(g), view, dtype);
        const expected = exactly(oracle.stridedAdd(g, view, dtype));
        await expectHandle(backend, `stridedAdd ${what}`, added, expected, [view.sourceSize], dtype);
      }
    },
  };
}

function realAddCase(dtype: DType): Case {
  return {
    id: `stridedAdd/${dtype}/real-overlaps`,
    clause: "§5.3",
    ...requiring(dtype),
    covers: { member: "stridedAdd", dtype },
    async run({ backend, random }) {
      const view = { shape: [40, 30], strides: [1, 1], offset: 0, sourceSize: 69 };
      const x = random.reals(dtype, 1200);
      const handle = backend.stridedAdd(backend.upload(x), view, dtype);
      await expectHandle(backend, "stridedAdd", handle, oracle.stridedAdd(x, view, dtype), [69], dtype);
    },
  };
}

/** Real numbers that meet in few targets: as an embedding's gradient does. */
function realScatterCase(dtype: DType): Case {
  return {
    id: `scatterAdd/${dtype}/real-repeats`,
    clause: "§5.5",
    ...requiring(dtype),
    covers: { member: "scatterAdd", dtype },
    async run({ backend, random }) {
      for (const size of [
        { outer: 1, length: 3, inner: 1, count: 1200 },
        { outer: 1, length: 5, inner: 33, count: 130 },
        { outer: 7, length: 2, inner: 1, count: 70 },
      ]) {
        const picked = size.outer * size.count * size.inner;
        const x = random.reals(dtype, picked);
        const index = random.integers("int32", picked, 0, size.length - 1);
        const handle = backend.scatterAdd(backend.upload(x), backend.upload(index), size, dtype);
        const shape = [size.outer, size.length, size.inner];
        await expectHandle(
          backend,
          "scatterAdd",
          handle,
          oracle.scatterAdd(x, index, size, dtype),
          shape,
          dtype,
        );
      }
    },
  };
}

const SIZES: Readonly<Record<string, GatherSize>> = {
  "one-axis": { outer: 1, length: 9, inner: 1, count: 14 },
  rows: { outer: 1, length: 5, inner: 6, count: 3 },
  columns: { outer: 6, length: 5, inner: 1, count: 1 },
  middle: { outer: 3, length: 4, inner: 5, count: 7 },
  "length-1": { outer: 2, length: 1, inner: 3, count: 4 },
};

function indexCases(dtype: DType): Case[] {
  return Object.entries(SIZES).flatMap(([name, size]): Case[] => {
    const whole = size.outer * size.length * size.inner;
    const picked = size.outer * size.count * size.inner;
    return [
      {
        id: `gather/${dtype}/${name}`,
        clause: "§5.4",
        ...requiring(dtype),
        covers: { member: "gather", dtype },
        async run({ backend, random }) {
          const shape = [size.outer, size.count, size.inner];
          for (const x of bitPatterns(random, dtype, whole, picked)) {
            const index = random.integers("int32", picked, 0, size.length - 1);
            const handle = backend.gather(backend.upload(x), backend.upload(index), size, dtype);
            await expectHandle(backend, "gather", handle, oracle.gather(x, index, size), shape, dtype);
          }
        },
      },
      {
        id: `scatterAdd/${dtype}/${name}`,
        clause: "§5.5",
        ...requiring(dtype),
        covers: { member: "scatterAdd", dtype },
        async run({ backend, random }) {
          const x = summands(random, dtype, picked);
          const index = random.integers("int32", picked, 0, size.length - 1);
          const handle = backend.scatterAdd(backend.upload(x), backend.upload(index), size, dtype);
          const expected = exactly(oracle.scatterAdd(x, index, size, dtype));
          const shape = [size.outer, size.length, size.inner];
          await expectHandle(backend, "scatterAdd", handle, expected, shape, dtype);
        },
      },
    ];
  });
}

/** NaN in an element that nobody picks must not show. */
function maskedNaNCase(dtype: DType): Case {
  return {
    id: `gather/${dtype}/non-finite`,
    clause: "§5.4",
    ...requiring(dtype),
    covers: { member: "gather", dtype },
    async run({ backend }) {
      const x = backend.upload(arrayFrom(dtype, [NaN, 1, Infinity, 2]));
      const index = backend.upload(Int32Array.of(3, 1, 2));
      const size = { outer: 1, length: 4, inner: 1, count: 3 };
      const values = [2, 1, Infinity];
      await expectHandle(backend, "gather", backend.gather(x, index, size, dtype), { values }, [3], dtype);
      const spread = backend.scatterAdd(backend.upload(arrayFrom(dtype, values)), index, size, dtype);
      await expectHandle(backend, "scatterAdd", spread, { values: [0, 1, Infinity, 2] }, [4], dtype);
    },
  };
}

/** What is not finite shows in its own target, and in no other; opposite infinities that meet there are NaN. */
function nonFiniteScatterCase(dtype: DType): Case {
  return {
    id: `scatterAdd/${dtype}/non-finite`,
    clause: "§5.5",
    ...requiring(dtype),
    covers: { member: "scatterAdd", dtype },
    async run({ backend, random }) {
      for (const size of [...Object.values(SIZES), { outer: 1, length: 40, inner: 3, count: 200 }]) {
        const picked = size.outer * size.count * size.inner;
        for (const culprits of [[NaN], [Infinity], [-Infinity], [Infinity, -Infinity]]) {
          const x = random.integers(dtype, picked, 1, 9);
          const index = random.integers("int32", picked, 0, size.length - 1);
          for (const [i, value] of culprits.entries()) {
            const at = i * size.inner; // one below the other: the first two of a column
            if (at >= picked) continue;
            x[at] = value;
            index[at] = index[0]!;
          }
          const handle = backend.scatterAdd(backend.upload(x), backend.upload(index), size, dtype);
          const expected = exactly(oracle.scatterAdd(x, index, size, dtype));
          const shape = [size.outer, size.length, size.inner];
          await expectHandle(backend, "scatterAdd", handle, expected, shape, dtype);
        }
      }
    },
  };
}

export const cases: readonly Case[] = [
  ...DTYPES.flatMap((dtype) => Object.entries(ONCE).map(([name, view]) => onceCase(name, view, dtype))),
  ...DTYPES.flatMap(viewCases),
  ...DTYPES.map(randomViewsCase),
  ...FLOATS.flatMap((dtype) => [
    nonFiniteCase(dtype),
    realAddCase(dtype),
    realScatterCase(dtype),
    maskedNaNCase(dtype),
    nonFiniteScatterCase(dtype),
  ]),
  ...DTYPES.flatMap(indexCases),
];
