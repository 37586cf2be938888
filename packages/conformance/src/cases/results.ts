/**
 * Layer 2: results as operands: what an operation gives is of the dtype that the contract says, not only when it is read
 * (§3.5, §3.9, §4.4, §7.4): comparisons and positions are int32, whatever was compared.
 */
import { type CompleteBackend, type DType, poolWindow } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { arrayFrom, DTYPES, expectHandle, FLOATS } from "./support.ts";

const SIZE = 67;
const SHAPE = [SIZE];

/** Takes int32 values of 0 to 2 wherever int32 is asked for: sums that wrap, conditions, indices, casts, copies. */
async function expectIntegers(
  backend: CompleteBackend,
  what: string,
  handle: unknown,
  values: ArrayLike<number>,
): Promise<void> {
  const expect = (used: string, result: unknown, of: (value: number) => number, dtype: DType = "int32") =>
    expectHandle(backend, `${what}, ${used}: `, result, { values: Array.from(values, of) }, SHAPE, dtype);
  const high = backend.upload(Int32Array.of(2 ** 31 - 1));
  const sum = backend.binary("add", handle, SHAPE, high, [1], SHAPE, "int32");
  await expect("added", sum, (value) => (value + 2 ** 31 - 1) | 0);
  await expect("as float32", backend.cast(handle, SIZE, "int32", "float32"), (value) => value, "float32");
  const [yes, no] = [backend.upload(Float32Array.of(5)), backend.upload(Float32Array.of(-5))];
  const chosen = backend.select(handle, SHAPE, yes, [1], no, [1], SHAPE, "float32");
  await expect("as a condition", chosen, (value) => (value !== 0 ? 5 : -5), "float32");
  const table = backend.upload(Int32Array.of(7, 2 ** 24 + 1, -(2 ** 31)));
  const picks = { outer: 1, length: 3, inner: 1, count: SIZE };
  const picked = backend.gather(table, handle, picks, "int32");
  await expect("as an index", picked, (value) => [7, 2 ** 24 + 1, -(2 ** 31)][value]!);
  const view = { shape: SHAPE, strides: [-1], offset: SIZE - 1, sourceSize: SIZE };
  const flipped = backend.strided(handle, view, "int32");
  await expect("flipped twice", backend.strided(flipped, view, "int32"), (value) => value);
}

const comparisonCases = (dtype: DType): Case[] =>
  (["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"] as const).map((op) => ({
    id: `results/${op}/${dtype}`,
    clause: "§3.9",
    ...requiring(dtype),
    covers: { member: "binary", dtype },
    async run({ backend, random }) {
      const [a, b] = [random.integers(dtype, SIZE, 0, 2), random.integers(dtype, SIZE, 0, 2)];
      const handle = backend.binary(op, backend.upload(a), SHAPE, backend.upload(b), SHAPE, SHAPE, dtype);
      const holds = {
        equal: (i: number) => a[i] === b[i],
        notEqual: (i: number) => a[i] !== b[i],
        less: (i: number) => a[i]! < b[i]!,
        lessEqual: (i: number) => a[i]! <= b[i]!,
        greater: (i: number) => a[i]! > b[i]!,
        greaterEqual: (i: number) => a[i]! >= b[i]!,
      }[op];
      await expectIntegers(
        backend,
        op,
        handle,
        Array.from(a, (_, i) => Number(holds(i))),
      );
    },
  }));

/** Rows of three of which the largest, or smallest, stands at a known place. */
const positionCases = (dtype: DType): Case[] =>
  (["argmax", "argmin"] as const).map((op) => ({
    id: `results/${op}/${dtype}`,
    clause: "§4.4",
    ...requiring(dtype),
    covers: { member: "reduce", dtype },
    async run({ backend, random }) {
      const places = random.integers("int32", SIZE, 0, 2);
      const x = arrayFrom(dtype, new Float64Array(3 * SIZE));
      for (const [row, place] of places.entries()) x[3 * row + place] = op === "argmax" ? 1 : -1;
      const handle = backend.reduce(op, backend.upload(x), [SIZE, 3], [1], dtype);
      await expectIntegers(backend, op, handle, places);
    },
  }));

const poolCase = (dtype: DType): Case => ({
  id: `results/maxPool2d/${dtype}`,
  clause: "§7.4",
  ...requiring(dtype),
  covers: { member: "maxPool2d", dtype },
  async run({ backend, random }) {
    const places = random.integers("int32", SIZE, 0, 2);
    const x = arrayFrom(dtype, new Float64Array(3 * SIZE));
    for (const [plane, place] of places.entries()) x[3 * plane + place] = 1;
    const window = poolWindow([SIZE, 1, 1, 3], [1, 3]);
    const [values, indices] = backend.maxPool2d(backend.upload(x), window, dtype);
    await expectIntegers(backend, "maxPool2d's indices", indices, places);
    const ones = { values: new Float64Array(SIZE).fill(-1) };
    await expectHandle(
      backend,
      "its values, negated",
      backend.unary("neg", values, SIZE, dtype),
      ones,
      SHAPE,
      dtype,
    );
  },
});

const castCase = (dtype: DType): Case => ({
  id: `results/cast/${dtype}`,
  clause: "§3.5",
  ...requiring(dtype),
  covers: { member: "cast", dtype },
  async run({ backend, random }) {
    const whole = random.integers(dtype, SIZE, 0, 2);
    await expectIntegers(backend, "a cast", backend.cast(backend.upload(whole), SIZE, dtype, "int32"), whole);
    const back = backend.cast(backend.upload(Int32Array.from(whole)), SIZE, "int32", dtype);
    const half = backend.upload(arrayFrom(dtype, [0.5]));
    const scaled = backend.binary("mul", back, SHAPE, half, [1], SHAPE, dtype);
    await expectHandle(backend, "a cast, halved", scaled, { values: whole.map((x) => x / 2) }, SHAPE, dtype);
  },
});

export const cases: readonly Case[] = [
  ...DTYPES.flatMap((dtype) => [...comparisonCases(dtype), ...positionCases(dtype)]),
  ...FLOATS.flatMap((dtype) => [poolCase(dtype), castCase(dtype)]),
];
