/**
 * Layer 7: failure (§10.3, §10.6): it reaches whoever reads, through any operation, and changes nothing else, the next
 * operation least of all.
 */
import type { Backend, DType } from "@corr2d/core";
import type { Case } from "../case.ts";
import { check, expectBits } from "../compare.ts";
import { sizeOf } from "../oracle/arrays.ts";
import { watchRejections } from "../rejections.ts";
import { attempt, codeOf, failingGather, failingScatterAdd } from "./failing.ts";
import { expectResults, nameOf, perSample, readResults, runOn } from "./samples/index.ts";

const failing = (backend: Backend): unknown => failingGather(backend, 2, "float32");

const failureReachesTheReader: Case = {
  id: "failure/reaches-the-reader",
  clause: "§10.3",
  async run({ backend }) {
    const code = await codeOf(() => backend.read(failing(backend), 2, "float32"));
    check(code === "INDEX_OUT_OF_RANGE", `a gather out of range and a read of it gave ${code}`);
  },
};

const failureSpreads: Case = {
  id: "failure/spreads-to-what-depends-on-it",
  clause: "§10.3",
  async run({ backend }) {
    const code = await codeOf(() => {
      const bad = failing(backend);
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
    let bad: unknown;
    try {
      bad = failing(backend);
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
    const code = codeOf(() => backend.read(failing(backend), 2, "float32"));
    const after = backend.unary("square", x, 3, "float32");
    expectBits("an operation before the failure", await earlier, [-1, -2, -3]);
    expectBits("an operation after the failure", await backend.read(after, 3, "float32"), [1, 4, 9]);
    expectBits("the operand", await backend.read(x, 3, "float32"), [1, 2, 3]);
    await code;
  },
};

/** Every operand in turn is the result of a failed operation; the right call after it gives what it should. */
const through = perSample((sample) => ({
  id: `failure/through/${nameOf(sample)}`,
  clause: "§10.3",
  async run({ backend, random }) {
    const data = sample.draw(random);
    for (const [at, { shape, dtype }] of sample.operands.entries()) {
      const code = await codeOf(() => {
        const operands = data.map((each) => backend.upload(each));
        operands[at] = failingGather(backend, sizeOf(shape), dtype);
        return readResults(sample, backend, sample.run(backend, operands));
      });
      check(
        code === "INDEX_OUT_OF_RANGE",
        `${sample.name} of a failed operand ${at} gave ${code} to its reader`,
      );
    }
    const results = runOn(sample, backend, data);
    await expectResults(sample, backend, "after calls with failed operands", results, sample.expected(data));
  },
}));

const BOTH = [failingGather, failingScatterAdd];

/** Failures of both kinds and dtypes right before a call and right after it. */
const between = perSample((sample) => ({
  id: `failure/between/${nameOf(sample)}`,
  clause: "§10.6",
  async run({ backend, random }) {
    const data = sample.draw(random);
    const failed: unknown[] = [];
    const fail = (): void => {
      for (const make of BOTH) {
        for (const dtype of new Set<DType>(["float32", sample.dtype])) {
          failed.push(attempt(() => make(backend, 1300, dtype)));
        }
      }
    };
    const operands = data.map((each) => backend.upload(each));
    fail();
    const results = sample.run(backend, operands);
    fail();
    const again = sample.run(backend, operands);
    const expected = sample.expected(data);
    await expectResults(sample, backend, "after failures", results, expected);
    await expectResults(sample, backend, "between failures", again, expected);
    for (const handle of failed) if (handle !== null) backend.free(handle);
    await expectResults(sample, backend, "read again", results, expected);
  },
}));

const LATER = 30; // milliseconds: rejections are reported on a later turn of the event loop

const nobodyReads: Case = {
  id: "failure/nobody-reads",
  clause: "§10.3",
  async run({ backend }) {
    const rejections = watchRejections();
    try {
      const bad = attempt(() => failing(backend));
      if (bad !== null) {
        attempt(() => backend.reduce("sum", bad, [2], [0], "float32"));
        backend.free(bad);
      }
      attempt(() => failingScatterAdd(backend, 5, "int32"));
      await new Promise((resolve) => setTimeout(resolve, LATER));
      const reasons = rejections.take();
      check(reasons.length === 0, `a rejection that nobody could catch: ${String(reasons[0])}`);
    } finally {
      rejections.stop();
    }
  },
};

/** What a failure says, wherever it is heard of. */
async function messageOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

const namesWhatFailed: Case = {
  id: "failure/names-operation-and-sizes",
  clause: "§10.3",
  async run({ backend }) {
    const x = backend.upload(new Float32Array(30));
    const index = backend.upload(Int32Array.of(0, 1, 2, 33, 0, 1));
    const size = { outer: 1, length: 15, inner: 2, count: 3 };
    const picked = await messageOf(() =>
      backend.read(
        backend.unary("neg", backend.gather(x, index, size, "float32"), 6, "float32"),
        6,
        "float32",
      ),
    );
    for (const word of ["gather", "33", "15"]) {
      check(picked.includes(word), `the message of a failed gather does not name ${word}: ${picked}`);
    }
    const six = backend.upload(new Float32Array(6));
    const added = await messageOf(() =>
      backend.read(backend.scatterAdd(six, index, size, "float32"), 30, "float32"),
    );
    for (const word of ["scatterAdd", "33", "15"]) {
      check(added.includes(word), `the message of a failed scatterAdd does not name ${word}: ${added}`);
    }
  },
};

const settles: Case = {
  id: "settled/after-failures-and-work",
  clause: "§10.8",
  async run({ backend }) {
    const bad = attempt(() => failingGather(backend, 2, "float32"));
    let y = backend.upload(new Float32Array(70_001).fill(3));
    for (let i = 0; i < 20; i++) y = backend.unary("neg", y, 70_001, "float32");
    await backend.settled?.();
    await backend.settled?.();
    if (bad !== null) backend.free(bad);
    expectBits("a value after settled()", (await backend.read(y, 70_001, "float32")).subarray(0, 1), [3]);
  },
};

const boundsItsQueue: Case = {
  id: "settled/bounds-what-waits",
  clause: "§10.8",
  async run({ backend }) {
    const limit = backend.features.queueBytes;
    if (backend.settled === undefined) {
      check(
        limit === undefined,
        "features.queueBytes says that work waits, but there is no settled() to wait for it",
      );
      return;
    }
    check(
      typeof limit === "number",
      "settled() says that work waits, but features.queueBytes does not say how much may",
    );
    const size = 2 ** 18; // a megabyte
    const x = backend.upload(new Float32Array(size).fill(1));
    const work = (): void => backend.free(backend.unary("neg", x, size, "float32"));
    let message = "";
    for (let i = 0; i * size * 4 < 2 * limit && message === ""; i++) {
      message = await messageOf(work);
      if (i % 8 === 7) await Promise.resolve();
    }
    check(message !== "", `twice the ${limit} bytes of features.queueBytes were taken without a word`);
    for (const word of ["synchronize", "queueBytes"]) {
      check(message.includes(word), `a full queue's message does not name ${word}, a remedy: ${message}`);
    }
    await backend.settled();
    expectBits(
      "an operation after it",
      (await backend.read(backend.unary("neg", x, size, "float32"), size, "float32")).subarray(0, 1),
      [-1],
    );
  },
};

/** Calls without a pause until the queue takes no more: how many it took. */
function fillQueue(backend: Backend, x: unknown, size: number, most: number): number {
  for (let taken = 0; taken < most; taken++) {
    const handle = attempt(() => backend.unary("neg", x, size, "float32"));
    if (handle === null) return taken;
    backend.free(handle);
  }
  return most;
}

/**
 * Once `settled()` has resolved nothing waits: as much is taken again as when the queue was empty. (What a read gives would
 * not tell: it waits for itself.)
 */
const settledWaits: Case = {
  id: "settled/waits-for-what-was-asked",
  clause: "§10.8",
  plainOnly: true,
  async run({ backend }) {
    const limit = backend.features.queueBytes;
    if (backend.settled === undefined || typeof limit !== "number") return;
    const size = 2 ** 18; // a megabyte
    const most = Math.ceil((2 * limit) / (4 * size));
    const x = backend.upload(new Float32Array(size).fill(1));
    await backend.settled();
    const first = fillQueue(backend, x, size, most);
    await backend.settled();
    const second = fillQueue(backend, x, size, most);
    check(
      second >= Math.floor(first / 2),
      `an empty queue took ${first} operations, and ${second} after settled(): it did not wait for the others`,
    );
    await backend.settled();
  },
};

/** Also where reading is asked to happen at once. */
const readSyncThrows: Case = {
  id: "failure/readSync-throws",
  clause: "§10.3",
  requires: ["syncRead"],
  async run({ backend }) {
    const code = await codeOf(() => {
      const bad = failing(backend);
      const negative = backend.unary("neg", bad, 2, "float32");
      return backend.readSync!(negative, 2, "float32");
    });
    check(code === "INDEX_OUT_OF_RANGE", `readSync of what a failed gather led to gave ${code}`);
  },
};

/** A failed read fills nothing, and the array can be read into afterwards. */
const intoRejects: Case = {
  id: "failure/read-into-rejects",
  clause: "§10.3",
  async run({ backend }) {
    const into = new Float32Array(2);
    const code = await codeOf(() => backend.read(failing(backend), 2, "float32", into));
    check(code === "INDEX_OUT_OF_RANGE", `a read of a failed gather into an array gave ${code}`);
    await backend.read(backend.upload(Float32Array.of(1, 2)), 2, "float32", into);
    expectBits("the array, read into again", into, [1, 2]);
  },
};

export const cases: readonly Case[] = [
  readSyncThrows,
  intoRejects,
  settledWaits,
  namesWhatFailed,
  settles,
  boundsItsQueue,
  failureReachesTheReader,
  failureSpreads,
  everyReadRejects,
  failureStaysLocal,
  nobodyReads,
  ...through,
  ...between,
];
