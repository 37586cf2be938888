/** Cases of how calls follow each other, and of those that are refused. */
import type { Collective } from "../collective.ts";
import { type CollectiveCase, expectCode, expectSame, sumsOf, valuesOf } from "./case.ts";

/** @throws Error unless the collective still works. */
async function expectInStep(collective: Collective): Promise<void> {
  const { rank, size } = collective;
  const values = valuesOf(Float64Array, rank, 5);
  await collective.allReduce(values);
  expectSame("the next call", values, sumsOf(Float64Array, size, 5));
}

/** Rank 0 does one thing, the others another. */
function differing(
  name: string,
  first: (collective: Collective) => Promise<unknown>,
  others: (collective: Collective) => Promise<unknown>,
): CollectiveCase {
  return {
    name: `ranks that give different ${name} are told so, and can go on`,
    async run(collective) {
      const { rank, size } = collective;
      if (size > 1) {
        const call = (): Promise<unknown> => (rank === 0 ? first : others)(collective);
        const { details } = await expectCode(name, call, "RANKS_DIFFER");
        const ranks = details.ranks as number[] | undefined;
        const expected = Array.from({ length: size - 1 }, (_, i) => i + 1);
        if (String(ranks) !== String(expected)) {
          throw new Error(`details.ranks should be ${expected}, but are ${ranks}`);
        }
      }
      await expectInStep(collective);
    },
  };
}

const floats = (length: number): Float32Array => new Float32Array(length);

export const CALLS: readonly CollectiveCase[] = [
  {
    name: "calls that are not waited for run in their order",
    async run(collective) {
      const { rank, size } = collective;
      const values = new Float64Array([rank + 1]);
      const results = [
        collective.allReduce(values),
        collective.broadcast(values, size - 1),
        collective.allReduce(values),
        collective.barrier(),
      ];
      await Promise.all(results);
      expectSame("the value after three calls", values, new Float64Array([(size * (size * (size + 1))) / 2]));
    },
  },
  differing(
    "lengths",
    (collective) => collective.allReduce(floats(3)),
    (collective) => collective.allReduce(floats(4)),
  ),
  differing(
    "dtypes",
    (collective) => collective.allGather(floats(3)),
    (collective) => collective.allGather(new Int32Array(3)),
  ),
  differing(
    "roots",
    (collective) => collective.broadcast(floats(3), 0),
    (collective) => collective.broadcast(floats(3), 1),
  ),
  differing(
    "calls",
    (collective) => collective.allReduce(floats(3)),
    (collective) => collective.allGather(floats(3)),
  ),
  {
    name: "what is no array, and no rank, is refused at once",
    async run(collective) {
      const { size } = collective;
      for (const wrong of [
        undefined,
        null,
        3,
        [1, 2],
        new Uint8Array(2),
        new DataView(new ArrayBuffer(8)),
      ] as never[]) {
        await expectCode("allReduce", () => collective.allReduce(wrong), "INVALID_ARGUMENT");
        await expectCode("broadcast", () => collective.broadcast(wrong, 0), "INVALID_ARGUMENT");
        await expectCode("allGather", () => collective.allGather(wrong), "INVALID_ARGUMENT");
      }
      for (const root of [-1, size, 0.5, Number.NaN, "0", null] as never[]) {
        await expectCode("broadcast", () => collective.broadcast(floats(1), root), "INVALID_ARGUMENT");
      }
      await expectInStep(collective);
    },
  },
];
