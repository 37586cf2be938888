/**
 * Layer 7: order (§10): operations take effect in call order however late they run, reads may be many and overlap with
 * frees, and what is freed after a call still counts in it.
 */
import { type CompleteBackend, corr2dWindow, type TypedArray } from "@corr2d/core";
import type { Case } from "../case.ts";
import { expectBits } from "../compare.ts";
import { expectResults, nameOf, perSample } from "./samples/index.ts";

/** x + 1, a new handle. */
function increment(backend: CompleteBackend, x: unknown, one: unknown, size: number): unknown {
  return backend.binary("add", x, [size], one, [1], [size], "float32");
}

/** Each is made, read and read again while the others are pending. */
const pendingReads: Case = {
  id: "order/many-pending-reads",
  clause: "§10.4",
  async run({ backend }) {
    const one = backend.upload(Float32Array.of(1));
    let x = backend.upload(new Float32Array(8));
    const reads: Promise<TypedArray>[] = [];
    for (let i = 0; i < 60; i++) {
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
    const kept = backend.read(result(false), 512, "float32");
    const freed = backend.read(result(true), 512, "float32");
    expectBits("corr2d with operands freed", await freed, await kept);
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

export const cases: readonly Case[] = [
  separateResults,
  pendingReads,
  dependentChain,
  freeWhilePending,
  operandsFreedAtOnce,
  ...lifetimes,
];
