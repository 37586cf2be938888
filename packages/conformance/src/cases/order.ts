/**
 * Layer 7: order, failure and determinism (§10, §11): operations take effect in call order however late they
 * run, reads may be many and overlap with frees, a failure reaches whoever reads, and nothing else changes.
 */
import { type Backend, corr2dWindow, type TypedArray } from "@corr2d/core";
import type { Case } from "../case.ts";
import { check, expectBits } from "../compare.ts";

/** x + 1, a new handle. */
function increment(backend: Backend, x: unknown, one: unknown, size: number): unknown {
  return backend.binary("add", x, [size], one, [1], [size], "float32");
}

/** A gather whose index 9 is out of its axis of 3: the one operation that data alone can make fail. */
function failing(backend: Backend, x: unknown): unknown {
  const index = backend.upload(Int32Array.of(0, 9));
  return backend.gather(x, index, { outer: 1, length: 3, inner: 1, count: 2 }, "float32");
}

/** The code of the error that `run` ends in, thrown or rejected. */
async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
  return "no error";
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

const failureReachesTheReader: Case = {
  id: "failure/reaches-the-reader",
  clause: "§10.3",
  async run({ backend }) {
    const x = backend.upload(Float32Array.of(1, 2, 3));
    const code = await codeOf(() => backend.read(failing(backend, x), 2, "float32"));
    check(code === "INDEX_OUT_OF_RANGE", `a gather out of range and a read of it gave ${code}`);
  },
};

const failureSpreads: Case = {
  id: "failure/spreads-to-what-depends-on-it",
  clause: "§10.3",
  async run({ backend }) {
    const x = backend.upload(Float32Array.of(1, 2, 3));
    const code = await codeOf(() => {
      const bad = failing(backend, x);
      const doubled = backend.binary("add", bad, [2], bad, [2], [2], "float32");
      const total = backend.reduce("sum", doubled, [2], [0], "float32");
      backend.free(bad);
      return backend.read(total, 1, "float32");
    });
    check(code === "INDEX_OUT_OF_RANGE", `two operations behind a failed gather, a read gave ${code}`);
  },
};

const everyReadRejects: Case = {
  id: "failure/every-read-rejects",
  clause: "§10.3",
  async run({ backend }) {
    const x = backend.upload(Float32Array.of(1, 2, 3));
    let bad: unknown;
    try {
      bad = failing(backend, x);
    } catch {
      return; // thrown at the call: there is no result to read
    }
    for (const which of ["first", "second"]) {
      const code = await codeOf(() => backend.read(bad, 2, "float32"));
      check(code === "INDEX_OUT_OF_RANGE", `the ${which} read of a failed gather gave ${code}`);
    }
    backend.free(bad);
  },
};

const failureStaysLocal: Case = {
  id: "failure/leaves-the-rest-alone",
  clause: "§10.6",
  async run({ backend }) {
    const x = backend.upload(Float32Array.of(1, 2, 3));
    const before = backend.unary("neg", x, 3, "float32");
    const earlier = backend.read(before, 3, "float32");
    const code = codeOf(() => backend.read(failing(backend, x), 2, "float32"));
    const after = backend.unary("square", x, 3, "float32");
    expectBits("an operation before the failure", await earlier, [-1, -2, -3]);
    expectBits("an operation after the failure", await backend.read(after, 3, "float32"), [1, 4, 9]);
    expectBits("the operand", await backend.read(x, 3, "float32"), [1, 2, 3]);
    await code;
  },
};

/** Operations that add many rounded terms, each run several times between other work. */
const deterministic: Readonly<Record<string, (backend: Backend, x: TypedArray) => [unknown, number]>> = {
  sum: (b, x) => [b.reduce("sum", b.upload(x), [4, 1000], [1], "float32"), 4],
  matmul: (b, x) => {
    const size = { batch: 1, rows: 40, inner: 100, columns: 40, transposeA: false, transposeB: true };
    const h = b.upload(x);
    return [b.matmul(h, h, size, "float32"), 1600];
  },
  stridedAdd: (b, x) => {
    const view = { shape: [80, 50], strides: [1, 1], offset: 0, sourceSize: 129 };
    return [b.stridedAdd(b.upload(x), view, "float32"), 129];
  },
  scatterAdd: (b, x) => {
    const index = b.upload(Int32Array.from(x, (_, i) => (i * 7) % 5));
    const size = { outer: 1, length: 5, inner: 1, count: 4000 };
    return [b.scatterAdd(b.upload(x), index, size, "float32"), 5];
  },
  softmax: (b, x) => [b.softmax(b.upload(x), 4, 1000, 1, "float32"), 4000],
  corr2d: (b, x) => {
    const w = corr2dWindow([2, 8, 14, 14], [16, 8, 3, 3], { padding: 1 });
    return [b.corr2d(b.upload(x.slice(0, 3136)), b.upload(x.slice(0, 1152)), w, "float32"), 6272];
  },
  corr2dInput: (b, x) => {
    const w = corr2dWindow([2, 16, 10, 10], [16, 16, 3, 3], { padding: 1 });
    return [b.corr2dInput(b.upload(x.slice(0, 3200)), b.upload(x.slice(0, 2304)), w, "float32"), 3200];
  },
  corr2dKernel: (b, x) => {
    const w = corr2dWindow([4, 4, 15, 15], [4, 4, 3, 3], { padding: 1 });
    return [b.corr2dKernel(b.upload(x.slice(0, 3600)), b.upload(x.slice(0, 3600)), w, "float32"), 144];
  },
};

const determinismCases: readonly Case[] = Object.entries(deterministic).map(([name, run]) => ({
  id: `determinism/${name}`,
  clause: "§11.1",
  async run({ backend, sibling, random }) {
    const x = random.reals("float32", 4000);
    const once = async (instance: Backend): Promise<TypedArray> => {
      const [handle, size] = run(instance, x);
      return instance.read(handle, size, "float32");
    };
    const first = await once(backend);
    for (let round = 0; round < 3; round++) expectBits(`${name}, again`, await once(backend), first);
    expectBits(`${name}, another instance`, await once(await sibling()), first);
  },
}));

export const cases: readonly Case[] = [
  separateResults,
  pendingReads,
  dependentChain,
  freeWhilePending,
  operandsFreedAtOnce,
  failureReachesTheReader,
  failureSpreads,
  everyReadRejects,
  failureStaysLocal,
  ...determinismCases,
];
