/** Layer 4: `concat` (§7.11): parts side by side, bit by bit, in any number and of any length. */
import type { DType, TypedArray } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { concat, sizeOf } from "../oracle/arrays.ts";
import { sizesFor } from "./sizes.ts";
import { DTYPES, expectHandle, variants } from "./support.ts";
import { anyBits, bitPatterns } from "./values.ts";

interface Joined {
  readonly text: string;
  readonly outer: number;
  readonly inner: number;
  readonly lengths: readonly number[];
}

const JOINED: readonly Joined[] = [
  { text: "one", outer: 2, inner: 3, lengths: [5] },
  { text: "two", outer: 1, inner: 1, lengths: [3, 4] },
  { text: "three,inner", outer: 2, inner: 5, lengths: [1, 3, 2] },
  { text: "three,outer", outer: 7, inner: 1, lengths: [2, 1, 4] },
  { text: "many", outer: 1, inner: 6, lengths: Array.from({ length: 67 }, (_, i) => 1 + (i % 3)) },
  { text: "many,outer", outer: 5, inner: 1, lengths: Array.from({ length: 130 }, () => 1) },
  { text: "long", outer: 1, inner: 257, lengths: [1, 255, 9] },
  { text: "long,outer", outer: 70, inner: 65, lengths: [1, 2, 1] },
];

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

async function expectJoined(
  context: Context,
  joined: Joined,
  parts: readonly TypedArray[],
  dtype: DType,
  shared = false,
): Promise<void> {
  const { outer, inner, lengths, text } = joined;
  const expected = concat(parts, lengths, outer, inner);
  for (const [label, backend] of variants(context, "concat")) {
    const first = shared ? backend.upload(parts[0]!) : null;
    const handles = parts.map((part) => first ?? backend.upload(part));
    const handle = backend.concat(handles, lengths, outer, inner, dtype);
    await expectHandle(backend, `${label} ${text}`, handle, expected, [expected.values.length], dtype);
  }
}

/** Each of concat's sizes in turn. */
const LONG: Readonly<Record<string, (n: number) => Omit<Joined, "text">>> = {
  outer: (n) => ({ outer: n, inner: 1, lengths: [2, 1] }),
  inner: (n) => ({ outer: 2, inner: n, lengths: [1, 2] }),
  first: (n) => ({ outer: 2, inner: 1, lengths: [n, 3] }),
  last: (n) => ({ outer: 1, inner: 3, lengths: [2, n] }),
  parts: (n) => ({ outer: 1, inner: 2, lengths: new Array<number>(n).fill(1) }),
};

/** Many parts are many uploads, and as many calls of the fallback. */
const MOST_PARTS = 260;

function sizesCase(name: string, dtype: DType): Case {
  return {
    id: `concat/${dtype}/sizes,${name}`,
    clause: "§7.11",
    ...requiring(dtype),
    covers: { member: "concat", dtype },
    async run(context) {
      for (const n of sizesFor(context, dtype, dtype === "float32")) {
        if (name === "parts" && n > MOST_PARTS) continue;
        const joined = { text: `${name}=${n}`, ...LONG[name]!(n) };
        const parts = joined.lengths.map((length) =>
          anyBits(context.random, dtype, joined.outer * length * joined.inner),
        );
        await expectJoined(context, joined, parts, dtype);
      }
    },
  };
}

function concatCases(dtype: DType): Case[] {
  const common = { clause: "§7.11", ...requiring(dtype), covers: { member: "concat", dtype } } as const;
  return [
    ...Object.keys(LONG).map((name) => sizesCase(name, dtype)),
    ...JOINED.map(
      (joined): Case => ({
        id: `concat/${dtype}/${joined.text}`,
        ...common,
        async run(context) {
          const sizes = joined.lengths.map((n) => joined.outer * n * joined.inner);
          for (const all of bitPatterns(
            context.random,
            dtype,
            sizeOf([joined.outer, joined.inner, sum(joined.lengths)]),
          )) {
            let at = 0;
            const parts = sizes.map((size) => {
              at += size;
              return all.slice(at - size, at);
            });
            await expectJoined(context, joined, parts, dtype);
          }
        },
      }),
    ),
    {
      id: `concat/${dtype}/one-handle-several-times`,
      ...common,
      async run(context) {
        const part = anyBits(context.random, dtype, 6);
        const joined = { text: "three times", outer: 2, inner: 1, lengths: [3, 3, 3] };
        await expectJoined(context, joined, [part, part, part], dtype, true);
      },
    },
  ];
}

export const cases: readonly Case[] = DTYPES.flatMap(concatCases);
