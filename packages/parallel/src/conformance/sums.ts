/** Cases of `allReduce` and `allReduceSync`. */
import type { Collective, CollectiveArray } from "../collective.ts";
import { type CollectiveCase, expectCode, expectSame, KINDS, lengthsFor, sumsOf, valuesOf } from "./case.ts";

async function checkSums(
  { rank, size }: Collective,
  reduce: (values: CollectiveArray) => Promise<void> | void,
  lengths: readonly number[],
): Promise<void> {
  for (const kind of KINDS) {
    for (const length of lengths) {
      const values = valuesOf(kind, rank, length);
      await reduce(values);
      expectSame(`the sums of ${length} as ${kind.name}`, values, sumsOf(kind, size, length));
    }
  }
}

export const SUMS: readonly CollectiveCase[] = [
  {
    name: "allReduce adds in the order of the ranks, in the array's own dtype",
    run: (collective) =>
      checkSums(collective, (values) => collective.allReduce(values), lengthsFor(collective.size)),
  },
  {
    name: "allReduce of what is larger than any buffer on the way",
    async run(collective) {
      const { rank, size } = collective;
      const values = valuesOf(Float64Array, rank, 400_003);
      await collective.allReduce(values);
      expectSame("the sums", values, sumsOf(Float64Array, size, 400_003));
    },
  },
  {
    name: "allReduce keeps the sign of zero, infinities and NaN",
    async run(collective) {
      const { rank, size } = collective;
      const values = new Float32Array([
        -0,
        Infinity,
        rank === 0 ? Infinity : -Infinity,
        rank === 0 ? Number.NaN : 1,
      ]);
      await collective.allReduce(values);
      const mixed = size === 1 ? Infinity : Number.NaN;
      expectSame("the sums", values, new Float32Array([-0, Infinity, mixed, Number.NaN]));
    },
  },
  {
    name: "allReduce works on parts of an array, and on shared memory",
    async run(collective) {
      const { rank, size } = collective;
      for (const buffer of [new ArrayBuffer(400), new SharedArrayBuffer(400)]) {
        const whole = new Float32Array(buffer).fill(7);
        whole.set(valuesOf(Float32Array, rank, 51), 13);
        await collective.allReduce(whole.subarray(13, 64));
        const expected = new Float32Array(100).fill(7);
        expected.set(sumsOf(Float32Array, size, 51), 13);
        expectSame("the whole array", new Float32Array(whole), expected);
      }
    },
  },
  {
    name: "allReduceSync, where there is one, gives the same",
    async run(collective) {
      const { allReduceSync } = collective;
      if (allReduceSync === undefined) return;
      await checkSums(collective, allReduceSync, [...lengthsFor(collective.size)]);
      const underWay = collective.barrier();
      await expectCode(
        "while another call is under way",
        async () => allReduceSync(new Int32Array(1)),
        "INVALID_ARGUMENT",
      );
      await underWay;
    },
  },
];
