/**
 * Layer 7: determinism (§11.1): every member gives the same bits again, whatever ran in between and wherever its operands
 * lie, and on another instance.
 */
import {
  type CompleteBackend,
  corr2dWindow,
  type DType,
  isFloating,
  poolWindow,
  type TypedArray,
} from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { expectBits } from "../compare.ts";
import { binaryResult } from "../oracle/elementwise.ts";
import { createRandom } from "../random.ts";
import { binaryOps } from "./binary.ts";
import { nameOf, perSample, readResults, runOn, samplesOf } from "./samples/index.ts";
import { FLOAT_UNARY, INT32_UNARY, unaryOps } from "./unary.ts";
import { wideIntegers } from "./values.ts";

const OTHERS = samplesOf("float32");

/** Something else, which leaves memory of other sizes free, and some of it taken. */
function otherWork(backend: CompleteBackend, round: number): void {
  const random = createRandom(round);
  for (let i = 0; i < 3; i++) {
    const sample = OTHERS[(7 * round + 5 * i) % OTHERS.length]!;
    for (const result of runOn(sample, backend, sample.draw(random))) if (i > 0) backend.free(result);
  }
  backend.upload(new Float32Array(round)); // moves what comes after
}

/** Work that is shared out, and joined in the order in which it happens to be done, only where there is much of it. */
const LARGE: Readonly<
  Record<string, (b: CompleteBackend, x: unknown, index: unknown) => readonly [unknown, number]>
> = {
  sum: (b, x) => [b.reduce("sum", x, [SIZE], [0], "float32"), 1],
  "sum-of-rows": (b, x) => [b.reduce("sum", x, [7, SIZE / 7], [1], "float32"), 7],
  "sum-of-columns": (b, x) => [b.reduce("sum", x, [SIZE / 7, 7], [0], "float32"), 7],
  prod: (b, x) => [b.reduce("prod", b.unary("exp", x, SIZE, "float32"), [SIZE / 70, 70], [0], "float32"), 70],
  stridedAdd: (b, x) => [
    b.stridedAdd(x, { shape: [SIZE / 70, 70], strides: [1, 1], offset: 0, sourceSize: SIZE }, "float32"),
    SIZE,
  ],
  scatterAdd: (b, x, index) => [
    b.scatterAdd(x, index, { outer: 1, length: 9, inner: 1, count: SIZE }, "float32"),
    9,
  ],
  matmul: (b, x) => [
    b.matmul(
      x,
      x,
      { batch: 1, rows: 7, inner: SIZE / 7, columns: 7, transposeA: false, transposeB: true },
      "float32",
    ),
    49,
  ],
  softmax: (b, x) => [b.softmax(x, 7, SIZE / 7, 1, "float32"), SIZE],
  logSoftmax: (b, x) => [b.logSoftmax(x, 1, SIZE / 7, 7, "float32"), SIZE],
  cumsum: (b, x) => [b.cumsum(x, 1, SIZE, 1, "float32"), SIZE],
  "cumsum-of-columns": (b, x) => [b.cumsum(x, 1, SIZE / 7, 7, "float32"), SIZE],
  corr2dKernel: (b, x) => [b.corr2dKernel(x, x, MANY_IMAGES, "float32"), 49],
  avgPool2dInput: (b, x) => [
    b.avgPool2dInput(x, OVERLAPPING, { countIncludePad: true, divisorOverride: null }, "float32"),
    SIZE,
  ],
};
const SIZE = 70_070;
/** A kernel's gradient of 1 × 1 over 10,010 cells in 70 images. */
const MANY_IMAGES = corr2dWindow([70, 7, 11, 13], [7, 7, 1, 1]);
const OVERLAPPING = poolWindow([70, 7, 11, 13], 3, { stride: 1, padding: 1 });

const large = Object.entries(LARGE).map(
  ([name, run]): Case => ({
    id: `determinism/large-${name}`,
    clause: "§11.1",
    plainOnly: true,
    async run({ backend, sibling, random }) {
      const [x, index] = [random.reals("float32", SIZE, -0.1, 0.1), random.integers("int32", SIZE, 0, 8)];
      const once = async (instance: CompleteBackend): Promise<TypedArray> => {
        const operands = [instance.upload(x), instance.upload(index)] as const;
        const [handle, size] = run(instance, ...operands);
        const data = await instance.read(handle, size, "float32");
        for (const each of [...operands, handle]) instance.free(each);
        return data;
      };
      const first = await once(backend);
      for (const round of [1, 2, 3, 4]) {
        expectBits(`large ${name}, round ${round}`, await once(backend), first);
      }
      expectBits(`large ${name}, on another instance`, await once(await sibling()), first);
    },
  }),
);

/** Every function there is, on real values: again, and on another instance. */
const everyOp = (dtype: DType): Case => ({
  id: `determinism/every-function/${dtype}`,
  clause: "§11.1",
  ...requiring(dtype),
  async run({ backend, sibling, random }) {
    const integral = !isFloating(dtype);
    const draw = (low: number, high: number): TypedArray =>
      integral ? wideIntegers(random, 1300) : random.reals(dtype, 1300, low, high);
    const unary = (integral ? INT32_UNARY : unaryOps).map(
      (op) => [op, draw(...FLOAT_UNARY[op].range)] as const,
    );
    const [a, b] = [draw(0.1, 8), draw(-8, 8)];
    const shape = [1300];
    const others = [backend, await sibling()];
    const expectSame = async (
      what: string,
      to: DType,
      run: (on: CompleteBackend) => unknown,
    ): Promise<void> => {
      const read = (on: CompleteBackend): Promise<TypedArray> => on.read(run(on), 1300, to);
      const first = await read(backend);
      for (const instance of others) expectBits(`${what}, again`, await read(instance), first);
    };
    for (const [op, x] of unary) {
      await expectSame(op, dtype, (on) => on.unary(op, on.upload(x), 1300, dtype));
    }
    for (const op of binaryOps(dtype)) {
      const to = binaryResult(op, dtype);
      await expectSame(op, to, (on) => on.binary(op, on.upload(a), shape, on.upload(b), shape, shape, dtype));
    }
  },
});

const samples = perSample((sample) => ({
  id: `determinism/${nameOf(sample)}`,
  clause: "§11.1",
  async run({ backend, sibling, random, validated }) {
    const data = sample.draw(random);
    const once = (instance: CompleteBackend): Promise<TypedArray[]> =>
      readResults(sample, instance, runOn(sample, instance, data));
    const first = await once(backend);
    const expectSame = async (what: string, instance: CompleteBackend): Promise<void> => {
      for (const [i, bits] of (await once(instance)).entries()) {
        expectBits(`${sample.name}, ${what}: result ${i}`, bits, first[i]!);
      }
    };
    for (const round of validated ? [1] : [1, 2, 3]) {
      await expectSame("again", backend);
      otherWork(backend, round);
      await expectSame("after other work", backend);
    }
    await expectSame("on another instance", await sibling());
  },
}));

export const cases: readonly Case[] = [
  ...samples,
  ...large,
  everyOp("float32"),
  everyOp("float64"),
  everyOp("int32"),
];
