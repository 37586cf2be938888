/** Cases of `broadcast`, `allGather` and `barrier`. */
import { type CollectiveCase, expectSame, expectSameBits, KINDS, lengthsFor, valuesOf } from "./case.ts";

export const MOVES: readonly CollectiveCase[] = [
  {
    name: "ranks are numbered from 0, and all know how many they are",
    async run(collective) {
      const { name, rank, size } = collective;
      if (typeof name !== "string" || name === "") throw new Error("'name' should be a text");
      if (!Number.isInteger(rank) || rank < 0 || rank >= size) {
        throw new Error(`'rank' should be from 0 to ${size - 1}, but is ${rank}`);
      }
      const all = await collective.allGather(new Int32Array([rank, size]));
      expectSame(
        "ranks and sizes",
        all,
        new Int32Array(2 * size).map((_, i) => (i % 2 === 0 ? i / 2 : size)),
      );
    },
  },
  {
    name: "broadcast gives all what the root has, from every root",
    async run(collective) {
      const { rank, size } = collective;
      for (const kind of KINDS) {
        for (const length of lengthsFor(size)) {
          for (let root = 0; root < size; root++) {
            const values = valuesOf(kind, rank, length);
            await collective.broadcast(values, root);
            expectSame(`what rank ${root} sent`, values, valuesOf(kind, root, length));
          }
        }
      }
      const values = new Int32Array([rank]);
      await collective.broadcast(values);
      expectSame("without a root, rank 0's", values, new Int32Array(1));
    },
  },
  {
    name: "broadcast moves bits: those of a NaN too",
    async run(collective) {
      const bits = new Uint32Array([0x7fc0_1234, 0xffc0_0001]);
      const values = new Float32Array(collective.rank === 0 ? bits.buffer : new ArrayBuffer(8));
      await collective.broadcast(values, 0);
      expectSameBits("two NaNs", values, new Float32Array(bits.buffer));
    },
  },
  {
    name: "allGather puts the ranks' values one after the other, into a new array",
    async run(collective) {
      const { rank, size } = collective;
      for (const kind of KINDS) {
        for (const length of [...lengthsFor(size), 100_001]) {
          const values = valuesOf(kind, rank, length);
          const all = await collective.allGather(values);
          const expected = new kind(size * length);
          for (let r = 0; r < size; r++) expected.set(valuesOf(kind, r, length), r * length);
          expectSame(`${size} times ${length}`, all, expected);
          all.fill(0);
          expectSame("what was given", values, valuesOf(kind, rank, length));
        }
      }
    },
  },
  {
    name: "barrier waits for the last rank",
    async run(collective) {
      const wait = 60;
      const start = performance.now();
      await collective.barrier();
      // Rank 0 knows here that all have begun.
      if (collective.rank === 0) await new Promise((resolve) => setTimeout(resolve, wait));
      await collective.barrier();
      const took = performance.now() - start;
      // (Timers may be a millisecond early.)
      if (took < wait - 2)
        throw new Error(`it let this rank through after ${took} ms: rank 0 came after ${wait}`);
    },
  },
];
