/**
 * Layer 7: everything at once (§10.6): several hundred operations of every member on one instance, in any order, with
 * failing ones in between, results and operands freed at any time, reads pending; then every result is compared.
 */
import type { CompleteBackend, DType, TypedArray } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { check, type Expected } from "../compare.ts";
import type { Random } from "../random.ts";
import { awaitedLater } from "../rejections.ts";
import { attempt, codeOf, failingGather, failingScatterAdd } from "./failing.ts";
import { expectResults, readResults, type Sample, samplesOf } from "./samples/index.ts";

const STEPS = 300; // 100 through the validating wrapper
const MOST_KEPT = 60;

/** A sample with its operands, on the backend at times, and what it must give. */
interface Prepared {
  readonly sample: Sample;
  readonly data: readonly TypedArray[];
  readonly expected: readonly Expected[];
  handles: readonly unknown[] | null;
}

/** A call's results. */
interface Done {
  readonly from: Prepared;
  readonly results: readonly unknown[];
  readonly step: number;
}

function prepare(sample: Sample, random: Random): Prepared {
  const data = sample.draw(random);
  return { sample, data, expected: sample.expected(data), handles: null };
}

/** A failing operation, and something computed from it: the codes that their readers are given. */
function failSomehow(backend: CompleteBackend, turn: number, dtype: DType): Promise<string>[] {
  const make = turn % 2 === 0 ? failingGather : failingScatterAdd;
  const size = [2, 70, 1300, 5000][turn % 4]!;
  const bad = attempt(() => make(backend, size, dtype));
  if (bad === null) return []; // thrown at its call
  const codes = [codeOf(() => backend.read(bad, size, dtype))];
  const negative = attempt(() => backend.unary("neg", bad, size, dtype));
  backend.free(bad);
  if (negative !== null) codes.push(codeOf(() => backend.read(negative, size, dtype)));
  return codes;
}

async function compareAndFree(backend: CompleteBackend, done: readonly Done[]): Promise<void> {
  for (const { from, results, step } of done) {
    await expectResults(from.sample, backend, `step ${step}`, results, from.expected);
    for (const result of results) backend.free(result);
  }
}

function mixedCase(name: string, dtypes: readonly DType[]): Case {
  return {
    id: `order/mixed-run${name}`,
    clause: "§10.6",
    ...requiring(dtypes[0]!),
    async run({ backend, random, validated }) {
      const draw = (n: number): number => Math.floor(random.next() * n);
      const prepared = dtypes.flatMap(samplesOf).map((sample) => prepare(sample, random));
      const kept: Done[] = [];
      const pending: { read: Promise<TypedArray[]>; from: Prepared; step: number }[] = [];
      const codes: Promise<string>[] = [];
      for (let step = 0; step < (validated ? STEPS / 3 : STEPS); step++) {
        const from = prepared[(step * 7 + draw(3)) % prepared.length]!;
        from.handles ??= from.data.map((data) => backend.upload(data));
        if (step % 5 === 0) codes.push(...failSomehow(backend, draw(8), dtypes[draw(dtypes.length)]!));
        const results = from.sample.run(backend, from.handles);
        if (draw(3) === 0) {
          for (const handle of from.handles) backend.free(handle);
          from.handles = null;
        }
        if (draw(4) === 0) {
          pending.push({ read: awaitedLater(readResults(from.sample, backend, results)), from, step });
          for (const result of results) backend.free(result);
        } else kept.push({ from, results, step });
        if (kept.length > MOST_KEPT) await compareAndFree(backend, kept.splice(0, MOST_KEPT / 2));
      }
      await compareAndFree(backend, kept);
      for (const { read, from, step } of pending) {
        const copies = (await read).map((data) => backend.upload(data));
        await expectResults(
          from.sample,
          backend,
          `step ${step}, freed while it was read`,
          copies,
          from.expected,
        );
      }
      for (const code of await Promise.all(codes)) {
        check(code === "INDEX_OUT_OF_RANGE", `a failing operation among others gave its reader ${code}`);
      }
    },
  };
}

export const cases: readonly Case[] = [
  mixedCase("", ["float32", "int32"]),
  mixedCase("/float64", ["float64", "float32"]),
];
