/**
 * Memory that is never given back, whatever `stats` says (§2.5, §2.9 to §2.11): the process itself is measured before and
 * after hundreds of megabytes have come and gone. Slow, and for Node alone: these cases run when they are asked for.
 */
import {
  type CompleteBackend,
  corr2dWindow,
  OPERATION_NAMES,
  type OperationName,
  poolWindow,
} from "@corr2d/core";
import type { Case, Context } from "../case.ts";
import { check } from "../compare.ts";
import { attempt, codeOf } from "./failing.ts";

const MIB = 2 ** 20;
const SIZE = MIB; // elements: 4 MiB of float32
const ROUNDS = 64;
const WARM_UP = 24;
const ALLOWED = 96 * MIB; // of the 256 MiB and more that go through
const PATIENCE = [50, 100, 200, 400, 800]; // milliseconds between measurements

/** Bytes. */
interface Held {
  readonly rss: number;
  readonly arrayBuffers: number;
}

interface Host {
  readonly gc?: () => void;
  readonly process?: { memoryUsage?(): Held };
}

const host = globalThis as Host;

/** Lets finalisers and whatever else is late have their turn. */
const idle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** What the process holds, garbage collected where the host lets us. */
async function measure(): Promise<Held> {
  for (let i = 0; i < 4; i++) {
    host.gc?.();
    await idle();
  }
  return host.process!.memoryUsage!();
}

/** Runs `round` many times, and fails when the process has grown by more than what was allowed. */
async function churn(what: string, round: (i: number) => Promise<void> | void): Promise<void> {
  for (let i = 0; i < WARM_UP; i++) await round(i);
  const before = await measure();
  for (let i = 0; i < ROUNDS; i++) {
    await round(i);
    if (i % 8 === 7) await idle();
  }
  let held = grownSince(before, await measure());
  // Threads that end and collectors take their time.
  for (const wait of PATIENCE) {
    if (held.length === 0) break;
    await new Promise<void>((resolve) => setTimeout(resolve, wait));
    held = grownSince(before, await measure());
  }
  check(
    held.length === 0,
    `${what}, ${ROUNDS} times: the process holds ${held.join(" and ")} more than before`,
  );
}

/** Of what the process holds too much more. */
function grownSince(before: Held, after: Held): string[] {
  const kinds = ["rss", "arrayBuffers"] as const;
  return kinds.flatMap((kind) => {
    const grown = after[kind] - before[kind];
    return grown > ALLOWED ? [`${Math.round(grown / MIB)} MiB more than before (${kind})`] : [];
  });
}

/** A call whose result, or whose operand, has a million elements. */
interface Call {
  readonly operands: readonly number[];
  readonly result: number;
  readonly run: (backend: CompleteBackend, operands: readonly unknown[]) => unknown;
}

const ROWS = [1024, 1024];
const TURNED = { shape: ROWS, strides: [1, 1024], offset: 0, sourceSize: SIZE };
const PICKS = { outer: 1, length: 1024, inner: 1, count: SIZE };
const LAYER = { outer: 1, groups: 1024, inner: 1024, channels: 1024, cells: 1 };
const PRODUCT = { batch: 1, rows: 1024, inner: 8, columns: 1024, transposeA: false, transposeB: false };
const WINDOW = corr2dWindow([4, 4, 256, 256], [4, 4, 3, 3], { padding: 1 });
const POOL = poolWindow([4, 4, 256, 256], 2, { stride: 1, padding: [0, 1, 0, 1] });
const AVERAGE = { countIncludePad: true, divisorOverride: null };
const KERNEL = 144;

/** Every member; indices and conditions are zeros, like everything else. */
const CALLS: Readonly<Record<OperationName, Call>> = {
  unary: { operands: [SIZE], result: SIZE, run: (b, [x]) => b.unary("neg", x, SIZE, "float32") },
  cast: { operands: [SIZE], result: SIZE, run: (b, [x]) => b.cast(x, SIZE, "float32", "float32") },
  concat: {
    operands: [SIZE / 2, SIZE / 2],
    result: SIZE,
    run: (b, parts) => b.concat(parts, [512, 512], 1, 1024, "float32"),
  },
  binary: {
    operands: [SIZE, SIZE],
    result: SIZE,
    run: (b, [x, y]) => b.binary("add", x, [SIZE], y, [SIZE], [SIZE], "float32"),
  },
  select: {
    operands: [SIZE, SIZE],
    result: SIZE,
    run: (b, [x, y]) => b.select(y, [SIZE], x, [SIZE], x, [SIZE], [SIZE], "float32"),
  },
  reduce: { operands: [SIZE], result: 1024, run: (b, [x]) => b.reduce("sum", x, ROWS, [0], "float32") },
  strided: { operands: [SIZE], result: SIZE, run: (b, [x]) => b.strided(x, TURNED, "float32") },
  stridedAdd: { operands: [SIZE], result: SIZE, run: (b, [x]) => b.stridedAdd(x, TURNED, "float32") },
  gather: {
    operands: [1024, SIZE],
    result: SIZE,
    run: (b, [x, index]) => b.gather(x, index, PICKS, "float32"),
  },
  scatterAdd: {
    operands: [SIZE, SIZE],
    result: 1024,
    run: (b, [x, index]) => b.scatterAdd(x, index, PICKS, "float32"),
  },
  matmul: { operands: [8192, 8192], result: SIZE, run: (b, [x, y]) => b.matmul(x, y, PRODUCT, "float32") },
  fill: { operands: [], result: SIZE, run: (b) => b.fill(1, SIZE, "float32") },
  corr2d: { operands: [SIZE, KERNEL], result: SIZE, run: (b, [x, k]) => b.corr2d(x, k, WINDOW, "float32") },
  corr2dInput: {
    operands: [SIZE, KERNEL],
    result: SIZE,
    run: (b, [g, k]) => b.corr2dInput(g, k, WINDOW, "float32"),
  },
  corr2dKernel: {
    operands: [SIZE, SIZE],
    result: KERNEL,
    run: (b, [x, g]) => b.corr2dKernel(x, g, WINDOW, "float32"),
  },
  corr2dBias: {
    operands: [SIZE, KERNEL, 4],
    result: SIZE,
    run: (b, [x, k, bias]) => b.corr2dBias(x, k, bias, WINDOW, "float32"),
  },
  maxPool2d: {
    operands: [SIZE],
    result: SIZE,
    run(b, [x]) {
      const [values, indices] = b.maxPool2d(x, POOL, "float32");
      b.free(indices);
      return values;
    },
  },
  avgPool2d: { operands: [SIZE], result: SIZE, run: (b, [x]) => b.avgPool2d(x, POOL, AVERAGE, "float32") },
  avgPool2dInput: {
    operands: [SIZE],
    result: SIZE,
    run: (b, [g]) => b.avgPool2dInput(g, POOL, AVERAGE, "float32"),
  },
  gatherSum: {
    operands: [1024, 2048, 2048],
    result: SIZE,
    run: (b, [x, index, weights]) =>
      b.gatherSum(x, index, weights, { ...PICKS, length: 1, inner: 1024, count: 1024 }, 2, "float32"),
  },
  normalize: {
    operands: [SIZE, 1024, 1024],
    result: SIZE,
    run(b, [x, weight, bias]) {
      const [values, moments] = b.normalize(x, weight, bias, LAYER, 1, "float32");
      b.free(moments);
      return values;
    },
  },
  normalizeInput: {
    operands: [SIZE, SIZE, 1024, 3 * 1024],
    result: SIZE,
    run: (b, [g, x, weight, moments]) => b.normalizeInput(g, x, weight, moments, LAYER, "float32"),
  },
  normalizeGrads: {
    operands: [SIZE, SIZE, 1024, 3 * 1024],
    result: SIZE,
    run(b, [g, x, weight, moments]) {
      const [input, ...sums] = b.normalizeGrads(g, x, weight, moments, LAYER, "float32");
      for (const sum of sums) b.free(sum);
      return input;
    },
  },
  softmax: { operands: [SIZE], result: SIZE, run: (b, [x]) => b.softmax(x, 1024, 1024, 1, "float32") },
  logSoftmax: { operands: [SIZE], result: SIZE, run: (b, [x]) => b.logSoftmax(x, 1024, 1024, 1, "float32") },
  sort: {
    operands: [SIZE],
    result: SIZE,
    run(b, [x]) {
      const [values, indices] = b.sort(x, 1024, 1024, 1, true, "float32");
      b.free(indices);
      return values;
    },
  },
  cumsum: { operands: [SIZE], result: SIZE, run: (b, [x]) => b.cumsum(x, 1024, 1024, 1, "float32") },
  activationGrad: {
    operands: [SIZE, SIZE],
    result: SIZE,
    run: (b, [y, g]) => b.activationGrad("tanh", y, g, SIZE, "float32"),
  },
  addScaled: {
    operands: [SIZE, SIZE],
    result: SIZE,
    run: (b, [x, y]) => b.addScaled(x, 1, y, 2, SIZE, "float32"),
  },
};

/** Operands that are indices or conditions, by position. */
const INT32: Readonly<Partial<Record<OperationName, number>>> = {
  select: 1,
  gather: 1,
  scatterAdd: 1,
  gatherSum: 1,
};

const callCases: readonly Case[] = OPERATION_NAMES.map((name) => {
  const { operands, result, run } = CALLS[name];
  return {
    id: `memory/${name}`,
    clause: "§2.9",
    async run({ backend }) {
      const handles = operands.map((size, i) =>
        backend.upload(INT32[name] === i ? new Int32Array(size) : new Float32Array(size)),
      );
      await churn(name, async (i) => {
        const out = run(backend, handles);
        if (i % 4 === 0) await backend.read(out, result, "float32"); // late backends catch up
        backend.free(out);
      });
    },
  };
});

const storageCases: readonly Case[] = [
  {
    id: "memory/upload-and-free",
    clause: "§2.5",
    async run({ backend }) {
      const data = new Float32Array(SIZE).fill(1);
      await churn("upload and free", (i) => {
        data[0] = i;
        backend.free(backend.upload(data));
      });
    },
  },
  {
    id: "memory/reads",
    clause: "§2.3",
    async run({ backend }) {
      const x = backend.upload(new Float32Array(SIZE).fill(1));
      await churn("read", async () => {
        await backend.read(x, SIZE, "float32");
      });
    },
  },
  {
    id: "memory/reads-into-an-array",
    clause: "§2.3",
    async run({ backend }) {
      const x = backend.upload(new Float32Array(SIZE).fill(1));
      const into = new Float32Array(SIZE);
      await churn("read into an array", async () => {
        await backend.read(x, SIZE, "float32", into);
      });
    },
  },
  {
    id: "memory/failures",
    clause: "§10.6",
    async run({ backend }) {
      const x = backend.upload(new Float32Array(1024));
      const wrong = new Int32Array(SIZE);
      wrong[SIZE - 1] = 1024;
      const index = backend.upload(wrong);
      await churn("a failing gather", async () => {
        const bad = attempt(() => backend.gather(x, index, PICKS, "float32"));
        if (bad === null) return; // thrown at its call
        await codeOf(() => backend.read(bad, SIZE, "float32"));
        backend.free(bad);
      });
    },
  },
  {
    id: "memory/instances",
    clause: "§2.10",
    requires: ["close"],
    async run({ create }: Context) {
      await churn("an instance closed", async () => {
        const backend = await create();
        const x = backend.upload(new Float32Array(SIZE).fill(1));
        await backend.read(backend.unary("neg", x, SIZE, "float32"), SIZE, "float32");
        await backend.close!();
      });
    },
  },
];

/** Where the collector can be called: what core drops without freeing is found and given back. */
const droppedHandles: Case = {
  id: "memory/dropped-handles",
  clause: "§2.11",
  async run({ create }) {
    const backend = await create(); // the case's own backend remembers its handles
    await churn("a handle dropped, not freed", async (i) => {
      backend.unary("neg", backend.upload(new Float32Array(SIZE).fill(i)), SIZE, "float32");
      if (i % 4 !== 3) return;
      host.gc!();
      await idle();
    });
  },
};

/**
 * The cases that this environment can run.
 * @throws Error where a process cannot be measured.
 */
export function memoryCases(): readonly Case[] {
  if (host.process?.memoryUsage === undefined) throw new Error("memory can be measured in Node alone");
  return [...storageCases, ...callCases, ...(host.gc === undefined ? [] : [droppedHandles])];
}
