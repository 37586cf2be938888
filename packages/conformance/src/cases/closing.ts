/** Layer 1: the end of an instance (§2.10): nothing works any more, and what was pending is settled. */
import type { Backend } from "@corr2d/core";
import type { Case } from "../case.ts";
import { check, expectBits } from "../compare.ts";
import { createRandom } from "../random.ts";
import { awaitedLater } from "../rejections.ts";
import { withTimeLimit } from "../time-limit.ts";
import { codeOf } from "./failing.ts";
import { readResults, samplesOf } from "./samples/index.ts";

const refusesWork: Case = {
  id: "close/refuses-work",
  clause: "§2.10",
  requires: ["close"],
  async run({ create }) {
    const backend = await create();
    const x = backend.upload(Float32Array.of(1));
    await backend.close!();
    const code = await codeOf(() => backend.read(backend.unary("neg", x, 1, "float32"), 1, "float32"));
    check(code === "BACKEND_CLOSED", `an operation after close() gave code ${code}, expected BACKEND_CLOSED`);
    await backend.close!();
  },
};

const staysQuiet: Case = {
  id: "close/free-and-stats-answer",
  clause: "§2.10",
  requires: ["close"],
  async run({ create }) {
    const backend = await create();
    const x = backend.upload(Float32Array.of(1, 2));
    const y = backend.unary("neg", x, 2, "float32");
    backend.free(y);
    await backend.close!();
    backend.free(x);
    const counted = backend.stats?.();
    check(
      counted === undefined || counted.liveHandles >= 0,
      "stats() counts less than no handles after close()",
    );
    await backend.settled?.();
  },
};

const refusesEverything: Case = {
  id: "close/refuses-every-operation",
  clause: "§2.10",
  requires: ["close"],
  async run({ create }) {
    const backend = await create();
    const random = createRandom(1);
    const calls = [...samplesOf("float32"), ...samplesOf("int32")].map((sample) => ({
      sample,
      operands: sample.draw(random).map((data) => backend.upload(data)),
    }));
    const x = backend.upload(Float32Array.of(1));
    await backend.close!();
    const expectClosed = async (what: string, run: () => unknown): Promise<void> => {
      const code = await codeOf(run);
      check(code === "BACKEND_CLOSED", `${what} after close() gave code ${code}, expected BACKEND_CLOSED`);
    };
    for (const { sample, operands } of calls) {
      await expectClosed(sample.name, () => readResults(sample, backend, sample.run(backend, operands)));
    }
    await expectClosed("upload", () => backend.read(backend.upload(Float32Array.of(1)), 1, "float32"));
    await expectClosed("read", () => backend.read(x, 1, "float32"));
    if (backend.readSync !== undefined) {
      await expectClosed("readSync", () => backend.readSync!(x, 1, "float32"));
    }
  },
};

const PATIENCE = 10_000; // milliseconds in which a pending read has to settle

/** What came of a pending read: its value, or the code of its rejection. */
const outcomeOf = (read: Promise<unknown>): Promise<unknown> =>
  read.catch((error: unknown) => (error as { code?: unknown }).code ?? error);

/** Reads of values that are there, that have to be computed first, and that failed. */
function pendingReads(backend: Backend): Promise<unknown>[] {
  const x = backend.upload(new Float32Array(70_001).fill(3));
  let y = x;
  for (let i = 0; i < 20; i++) y = backend.unary("neg", y, 70_001, "float32");
  return [
    backend.read(x, 70_001, "float32"),
    backend.read(y, 70_001, "float32"),
    backend.read(backend.upload(Float32Array.of(3)), 1, "float32"),
    backend.read(y, 70_001, "float32", new Float32Array(70_001)),
    backend.read(backend.reduce("max", y, [70_001], [0], "float32"), 1, "float32"),
  ];
}

const settlesReads: Case = {
  id: "close/settles-pending-reads",
  clause: "§2.10",
  requires: ["close"],
  async run({ create }) {
    const backend = await create();
    const outcomes = pendingReads(backend).map(outcomeOf);
    const closed = awaitedLater(Promise.resolve(backend.close!()));
    const all = await withTimeLimit(Promise.all(outcomes), PATIENCE, "a read that was pending at close()");
    await closed;
    for (const [i, outcome] of all.entries()) {
      const value =
        outcome instanceof Float32Array && outcome.length > 0 && outcome.every((each) => each === 3);
      check(
        value || outcome === "BACKEND_CLOSED",
        `read ${i}, pending at close(), gave neither its value nor BACKEND_CLOSED but ${String(outcome)}`,
      );
    }
  },
};

/** Whoever waits for what was asked waits for an end as well; and a second `close` while the first is under way is none. */
const settlesSettled: Case = {
  id: "close/settles-settled",
  clause: "§2.10",
  requires: ["close"],
  async run({ create }) {
    const backend = await create();
    const outcomes = pendingReads(backend).map(outcomeOf);
    const waiting = awaitedLater(Promise.resolve(backend.settled?.()));
    const closed = awaitedLater(Promise.all([backend.close!(), backend.close!()]));
    await withTimeLimit(
      Promise.all([waiting, closed, ...outcomes]),
      PATIENCE,
      "settled() and two close() at once, with reads pending,",
    );
    await withTimeLimit(Promise.resolve(backend.settled?.()), PATIENCE, "settled() after close()");
  },
};

/** What ends one instance does not touch what another has pending. */
const leavesOthers: Case = {
  id: "close/leaves-other-instances",
  clause: "§1.7",
  requires: ["close"],
  async run({ backend, create }) {
    const other = await create();
    const mine = pendingReads(backend).map(outcomeOf);
    const theirs = pendingReads(other).map(outcomeOf);
    await other.close!();
    await withTimeLimit(Promise.all(theirs), PATIENCE, "a read that was pending at close()");
    for (const [i, outcome] of (await Promise.all(mine)).entries()) {
      check(
        outcome instanceof Float32Array && outcome.every((each) => each === 3),
        `read ${i}, pending as another instance was closed, did not give its value but ${String(outcome)}`,
      );
    }
    const y = backend.unary("neg", backend.upload(Float32Array.of(4)), 1, "float32");
    expectBits("an operation afterwards", await backend.read(y, 1, "float32"), [-4]);
  },
};

export const cases: readonly Case[] = [
  refusesWork,
  staysQuiet,
  refusesEverything,
  settlesReads,
  settlesSettled,
  leavesOthers,
];
