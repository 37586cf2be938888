/**
 * Layer 7: order (§10): operations take effect in call order however late they run, reads may be many and overlap with
 * frees, and what is freed after a call still counts in it.
 */
import {
  arrayOf,
  type CompleteBackend,
  corr2dWindow,
  type DType,
  poolWindow,
  sizeOf,
  type TypedArray,
} from "@corr2d/core";
import type { Case } from "../case.ts";
import { check, type Expected, expectBits } from "../compare.ts";
import * as arrays from "../oracle/arrays.ts";
import * as elementwise from "../oracle/elementwise.ts";
import { exactly } from "../oracle/sums.ts";
import * as windows from "../oracle/windows.ts";
import { expectResults, nameOf, perSample, samplesOf } from "./samples/index.ts";
import { expectHandle } from "./support.ts";

/** x + 1, a new handle. */
function increment(backend: CompleteBackend, x: unknown, one: unknown, size: number): unknown {
  return backend.binary("add", x, [size], one, [1], [size], "float32");
}

/** Each is made, read and read again while the others are pending. */
const pendingReads: Case = {
  id: "order/many-pending-reads",
  clause: "§10.4",
  async run({ backend, validated }) {
    const one = backend.upload(Float32Array.of(1));
    let x = backend.upload(new Float32Array(8));
    const reads: Promise<TypedArray>[] = [];
    for (let i = 0; i < (validated ? 60 : 1030); i++) {
      reads.push(backend.read(x, 8, "float32"));
      x = increment(backend, x, one, 8);
    }
    for (const [i, data] of (await Promise.all(reads)).entries()) {
      expectBits(`read ${i}`, data, new Array<number>(8).fill(i));
    }
  },
};

/** Five results of every kind, all alive at once: none may share memory with another. */
const separateResults: Case = {
  id: "order/results-keep-their-values",
  clause: "§2.6",
  async run({ backend }) {
    const window = corr2dWindow([1, 1, 2, 2], [1, 1, 1, 1]);
    const product = { batch: 1, rows: 4, inner: 1, columns: 1, transposeA: false, transposeB: false };
    const view = { shape: [4], strides: [1], offset: 0, sourceSize: 4 };
    const one = backend.upload(Float32Array.of(1));
    const kinds: Readonly<Record<string, (x: unknown) => unknown>> = {
      unary: (x) => backend.unary("abs", x, 4, "float32"),
      binary: (x) => backend.binary("mul", x, [4], one, [1], [4], "float32"),
      reduce: (x) => backend.reduce("sum", x, [4, 1], [1], "float32"),
      strided: (x) => backend.strided(x, view, "float32"),
      stridedAdd: (x) => backend.stridedAdd(x, view, "float32"),
      matmul: (x) => backend.matmul(x, one, product, "float32"),
      corr2d: (x) => backend.corr2d(x, one, window, "float32"),
      addScaled: (x) => backend.addScaled(x, 1, x, 0, 4, "float32"),
    };
    for (const [kind, make] of Object.entries(kinds)) {
      const results = [0, 1, 2, 3, 4].map((i) =>
        make(backend.upload(Float32Array.of(i, i + 1, i + 2, i + 3))),
      );
      for (const [i, result] of results.entries()) {
        expectBits(`${kind} ${i}`, await backend.read(result, 4, "float32"), [i, i + 1, i + 2, i + 3]);
      }
    }
  },
};

const dependentChain: Case = {
  id: "order/dependent-chain",
  clause: "§10.2",
  async run({ backend }) {
    let x = backend.upload(Float32Array.of(1, 2, 3));
    for (let i = 0; i < 200; i++) {
      const next = backend.unary(i % 2 === 0 ? "neg" : "square", x, 3, "float32");
      const bounded = backend.unary("sign", next, 3, "float32");
      backend.free(x);
      backend.free(next);
      x = bounded;
    }
    expectBits("after 200 steps", await backend.read(x, 3, "float32"), [1, 1, 1]);
  },
};

const freeWhilePending: Case = {
  id: "order/free-while-reads-are-pending",
  clause: "§10.5",
  async run({ backend }) {
    const reads: Promise<TypedArray>[] = [];
    for (let i = 0; i < 30; i++) {
      const x = backend.upload(new Float32Array(64).fill(i + 1));
      const y = backend.unary("neg", x, 64, "float32");
      backend.free(x);
      reads.push(backend.read(y, 64, "float32"));
      backend.free(y);
      const other = backend.upload(new Float32Array(64).fill(1000 + i)); // may take the memory just freed
      reads.push(backend.read(other, 64, "float32"));
      backend.free(other);
    }
    for (const [i, data] of (await Promise.all(reads)).entries()) {
      const round = Math.floor(i / 2);
      expectBits(`read ${i}`, data, new Array<number>(64).fill(i % 2 === 0 ? -round - 1 : 1000 + round));
    }
  },
};

const operandsFreedAtOnce: Case = {
  id: "order/operands-freed-right-after-the-call",
  clause: "§10.1",
  async run({ backend, random }) {
    const window = corr2dWindow([2, 3, 8, 8], [4, 3, 3, 3], { padding: 1 });
    const x = random.integers("float32", 2 * 3 * 64);
    const k = random.integers("float32", 4 * 27);
    const result = (reuse: boolean): unknown => {
      const [hx, hk] = [backend.upload(x), backend.upload(k)];
      const y = backend.corr2d(hx, hk, window, "float32");
      if (!reuse) return y;
      backend.free(hx);
      backend.free(hk);
      for (const data of [x, k]) backend.free(backend.upload(data.map(() => 77) as TypedArray));
      return y;
    };
    const [kept, freed] = await Promise.all([
      backend.read(result(false), 512, "float32"),
      backend.read(result(true), 512, "float32"),
    ]);
    expectBits("corr2d with operands freed", freed, kept);
  },
};

/** Three calls of every sample, their operands freed at once and the memory written over; then all results are read. */
const lifetimes = perSample((sample) => ({
  id: `order/operands-freed/${nameOf(sample)}`,
  clause: "§10.1",
  async run({ backend, random }) {
    const calls = [0, 1, 2].map(() => {
      const data = sample.draw(random);
      const operands = data.map((each) => backend.upload(each));
      const results = sample.run(backend, operands);
      for (const operand of operands) backend.free(operand);
      const clutter = data.map((each) => backend.upload(each.map(() => 77) as TypedArray));
      backend.free(backend.upload(new Float32Array(1300).fill(77)));
      if (clutter.length > 0) backend.free(clutter[0]);
      return { data, results };
    });
    for (const [i, { data, results }] of calls.entries()) {
      await expectResults(sample, backend, `call ${i}`, results, sample.expected(data));
    }
  },
}));

/**
 * Results freed and their memory taken, of which operands must know nothing; then the call again with other values where
 * the first ones lay, of which it must not remember anything.
 */
const sameMemory = perSample((sample) => ({
  id: `order/same-memory/${nameOf(sample)}`,
  clause: "§2.5",
  plainOnly: true,
  async run({ backend, random }) {
    for (const round of [1, 2, 3]) {
      const data = sample.draw(random);
      const operands = data.map((each) => backend.upload(each));
      const results = sample.run(backend, operands);
      await expectResults(sample, backend, `round ${round}`, results, sample.expected(data));
      for (const result of results) backend.free(result);
      const clutter = sample.results.map(({ shape, dtype }) =>
        backend.upload(arrayOf(dtype, sizeOf(shape)).fill(77)),
      );
      for (const [i, { dtype }] of sample.operands.entries()) {
        const left = await backend.read(operands[i], data[i]!.length, dtype);
        expectBits(`operand ${i} of ${sample.name}, its result freed`, left, data[i]!);
      }
      for (const handle of [...operands, ...clutter]) backend.free(handle);
    }
  },
}));

/** Every sample on two instances in turns. */
const twoInstances: Case = {
  id: "order/two-instances-in-turns",
  clause: "§1.7",
  plainOnly: true,
  async run({ backend, sibling, random }) {
    const instances = [backend, await sibling()];
    for (const sample of [...samplesOf("float32"), ...samplesOf("int32")]) {
      const calls = instances.map((instance) => {
        const data = sample.draw(random);
        const operands = data.map((each) => instance.upload(each));
        return { instance, data, operands, results: sample.run(instance, operands) };
      });
      for (const { instance, data, operands, results } of calls) {
        await expectResults(sample, instance, "on two instances", results, sample.expected(data));
        for (const handle of [...operands, ...results]) instance.free(handle);
      }
    }
  },
};

/** One handle for several operands. */
const operandTwice: Case = {
  id: "order/one-operand-twice",
  clause: "§2.6",
  async run({ backend, random }) {
    const side = 67;
    const size = side * side;
    const shape = [side, side];
    const product = { batch: 1, rows: side, inner: side, columns: side, transposeA: false, transposeB: true };
    const picks = { outer: 1, length: size, inner: 1, count: size };
    const window = corr2dWindow([1, 1, side, side], [1, 1, side, side], { padding: [1, 0] });
    const real = random.integers("float32", size);
    const whole = random.integers("int32", size, 0, size - 1);
    const [x, i] = [backend.upload(real), backend.upload(whole)];
    const expect = (what: string, handle: unknown, expected: Expected, dtype: DType = "float32") =>
      expectHandle(
        backend,
        `${what} of one operand`,
        handle,
        exactly(expected),
        [expected.values.length],
        dtype,
      );
    for (const op of ["add", "sub", "mul", "lessEqual"] as const) {
      const handle = backend.binary(op, x, shape, x, shape, shape, "float32");
      const dtype = elementwise.binaryResult(op, "float32");
      await expect(op, handle, elementwise.binary(op, real, real, "float32"), dtype);
    }
    const chosen = backend.select(i, shape, i, shape, i, shape, shape, "int32");
    await expect("select", chosen, { values: whole }, "int32");
    await expect(
      "matmul",
      backend.matmul(x, x, product, "float32"),
      arrays.matmul(real, real, product, "float32"),
    );
    const gathered = backend.gather(i, i, picks, "int32");
    await expect("gather", gathered, arrays.gather(whole, whole, picks), "int32");
    const added = backend.scatterAdd(i, i, picks, "int32");
    await expect("scatterAdd", added, arrays.scatterAdd(whole, whole, picks, "int32"), "int32");
    const scaled = backend.addScaled(x, 3, x, -2, size, "float32");
    await expect("addScaled", scaled, { values: real });
    const gradient = backend.activationGrad("relu", x, x, size, "float32");
    await expect("activationGrad", gradient, { values: real.map((value) => Math.max(0, value)) });
    const y = backend.corr2d(x, x, window, "float32");
    await expect("corr2d", y, windows.corr2d(real, real, window, "float32"));
    expectBits("the operand afterwards", await backend.read(x, size, "float32"), real);
  },
};

/** Values, and a read that is pending, while memory grows to many times what it was. */
const growth: Case = {
  id: "order/values-outlive-growth",
  clause: "§2.6",
  plainOnly: true,
  async run({ backend }) {
    const x = backend.upload(Float32Array.of(1, 2, 3));
    const large = backend.upload(new Float32Array(70_001).fill(5));
    const negative = backend.unary("neg", x, 3, "float32");
    const pending = backend.read(large, 70_001, "float32");
    for (let size = 2 ** 16; size <= 2 ** 23; size *= 2) {
      await backend.settled?.(); // a late backend bounds what waits
      const more = backend.upload(new Float32Array(size).fill(-1));
      const sum = backend.binary("add", x, [3], negative, [3], [3], "float32");
      expectBits("a sum", await backend.read(sum, 3, "float32"), [0, 0, 0]);
      expectBits("an earlier value", await backend.read(x, 3, "float32"), [1, 2, 3]);
      const last = backend.gather(
        more,
        backend.upload(Int32Array.of(size - 1)),
        { outer: 1, length: size, inner: 1, count: 1 },
        "float32",
      );
      expectBits("the last element", await backend.read(last, 1, "float32"), [-1]);
    }
    expectBits("an earlier result", await backend.read(negative, 3, "float32"), [-1, -2, -3]);
    const read = await pending;
    check(
      read.length === 70_001 && read.every((value) => value === 5),
      "a read that was pending while memory grew does not give its value",
    );
  },
};

/** More values at once than a table of handles has places. */
const manyValues: Case = {
  id: "order/many-values",
  clause: "§2.6",
  plainOnly: true,
  async run({ backend }) {
    const count = 4200;
    const handles = Array.from({ length: count }, (_, i) => backend.upload(Float32Array.of(i, -i)));
    const negated = handles.map((x) => backend.unary("neg", x, 2, "float32"));
    const reads = await Promise.all([...handles, ...negated].map((x) => backend.read(x, 2, "float32")));
    for (const [i, pair] of reads.entries()) {
      const value = i < count ? i : count - i;
      check(pair[0] === value && pair[1] === -value, `value ${i} of ${2 * count} is [${pair.join(", ")}]`);
    }
  },
};

/** A result freed leaves its twin alone. */
const poolResultsApart: Case = {
  id: "order/pool-results-freed-apart",
  clause: "§2.7",
  async run({ backend, random }) {
    const window = poolWindow([2, 3, 16, 18], 2);
    const x = random.reals("float32", 2 * 3 * 16 * 18);
    const expected = windows.maxPool2d(x, window);
    const size = expected.indices.values.length;
    for (const keep of [0, 1] as const) {
      const results = backend.maxPool2d(backend.upload(x), window, "float32");
      backend.free(results[1 - keep]);
      backend.upload(new Float32Array(size).fill(77));
      backend.upload(new Int32Array(size).fill(77));
      const [what, dtype] = [["values", "indices"] as const, ["float32", "int32"] as const];
      await expectHandle(backend, what[keep], results[keep], expected[what[keep]], [size], dtype[keep]);
    }
  },
};

export const cases: readonly Case[] = [
  separateResults,
  pendingReads,
  dependentChain,
  freeWhilePending,
  operandsFreedAtOnce,
  twoInstances,
  operandTwice,
  growth,
  manyValues,
  poolResultsApart,
  ...lifetimes,
  ...sameMemory,
];
