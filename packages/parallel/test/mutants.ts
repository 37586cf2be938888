/**
 * Collectives with one fault each, and the case of the suite that is there to find it. A mutant stands in front of a right
 * collective and does one thing otherwise.
 */
import type { Collective, CollectiveArray } from "../src/collective.ts";
import { collectiveCases } from "../src/conformance.ts";
import { group } from "./group.ts";

export interface Mutant {
  readonly fault: string;
  /** The name of the case. */
  readonly killer: string;
  readonly change: (right: Collective) => Partial<Collective>;
}

const ORDER = "allReduce adds in the order of the ranks, in the array's own dtype";
const LARGE = "allReduce of what is larger than any buffer on the way";
const SIGNS = "allReduce keeps the sign of zero, infinities and NaN";
const PARTS = "allReduce works on parts of an array, and on shared memory";
const SYNC = "allReduceSync, where there is one, gives the same";
const RANKS = "ranks are numbered from 0, and all know how many they are";
const ROOTS = "broadcast gives all what the root has, from every root";
const BITS = "broadcast moves bits: those of a NaN too";
const GATHER = "allGather puts the ranks' values one after the other, into a new array";
const BARRIER = "barrier waits for the last rank";
const QUEUE = "calls that are not waited for run in their order";
const REFUSED = "what is no array, and no rank, is refused at once";
const differ = (what: string): string => `ranks that give different ${what} are told so, and can go on`;

/** Everybody's values, rank by rank. */
async function gathered(right: Collective, values: CollectiveArray): Promise<CollectiveArray[]> {
  const all = await right.allGather(values);
  const { length } = values;
  return Array.from({ length: right.size }, (_, rank) => all.subarray(rank * length, (rank + 1) * length));
}

/** An allReduce that adds numbers in its own way. */
const adding =
  (add: (numbers: readonly number[], values: CollectiveArray) => number) =>
  (right: Collective): Partial<Collective> => ({
    allReduce: async (values) => {
      const all = await gathered(right, values);
      for (let i = 0; i < values.length; i++)
        values[i] = add(
          all.map((one) => one[i]!),
          values,
        );
    },
  });

const round = (value: number, values: CollectiveArray): number =>
  values instanceof Float32Array ? Math.fround(value) : value;

/** Swallows the refusal of a call that ranks do not agree about. */
const heedless = async (call: Promise<unknown>): Promise<void> => {
  await call.catch(() => {});
};

export const MUTANTS: readonly Mutant[] = [
  {
    fault: "sums from the last rank on",
    killer: ORDER,
    change: adding((numbers, values) => numbers.reduceRight((a, b) => round(a + b, values))),
  },
  {
    fault: "sums float32 in float64",
    killer: ORDER,
    change: adding((numbers) => numbers.reduce((a, b) => a + b)),
  },
  {
    fault: "saturates int32",
    killer: ORDER,
    change: adding((numbers, values) => {
      const sum = numbers.reduce((a, b) => round(a + b, values));
      return values instanceof Int32Array ? Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, sum)) : sum;
    }),
  },
  {
    fault: "forgets what is left when slices are not even",
    killer: ORDER,
    change: (right) => ({
      allReduce: (values) =>
        right.allReduce(values.subarray(0, values.length - (values.length % right.size))),
    }),
  },
  {
    fault: "sums no more than a buffer",
    killer: LARGE,
    change: (right) => ({ allReduce: (values) => right.allReduce(values.subarray(0, 2 ** 17)) }),
  },
  {
    fault: "begins sums at +0",
    killer: SIGNS,
    change: adding((numbers, values) => numbers.reduce((a, b) => round(a + b, values), 0)),
  },
  {
    fault: "takes the whole buffer for the array",
    killer: PARTS,
    change: (right) => ({
      allReduce: async (values) => {
        const { buffer, length } = values;
        const kind = values.constructor as Float32ArrayConstructor;
        await right.allReduce(new kind(buffer, 0, length));
      },
    }),
  },
  {
    fault: "cannot do with shared memory",
    killer: PARTS,
    change: (right) => ({
      allReduce: async (values) => {
        if (values.buffer instanceof SharedArrayBuffer) throw new TypeError("shared");
        await right.allReduce(values);
      },
    }),
  },
  {
    fault: "does nothing when it blocks",
    killer: SYNC,
    change: () => ({ allReduceSync: () => {} }),
  },
  { fault: "numbers ranks from 1", killer: RANKS, change: ({ rank }) => ({ rank: rank + 1 }) },
  { fault: "does not know the size", killer: RANKS, change: ({ size }) => ({ size: size - 1 }) },
  {
    fault: "always broadcasts from rank 0",
    killer: ROOTS,
    change: (right) => ({ broadcast: (values) => right.broadcast(values, 0) }),
  },
  {
    fault: "broadcasts from the last rank unless told",
    killer: ROOTS,
    change: (right) => ({ broadcast: (values, root = right.size - 1) => right.broadcast(values, root) }),
  },
  {
    fault: "broadcasts numbers, not bits",
    killer: BITS,
    change: (right) => ({
      broadcast: async (values, root) => {
        await right.broadcast(values, root);
        for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) values[i] = Number.NaN;
      },
    }),
  },
  {
    fault: "gathers in reverse",
    killer: GATHER,
    change: (right) => ({
      allGather: async <A extends CollectiveArray>(values: A): Promise<A> => {
        const parts = (await gathered(right, values)).reverse();
        const all = new (values.constructor as new (length: number) => A)(right.size * values.length);
        for (const [i, part] of parts.entries()) all.set(part, i * values.length);
        return all;
      },
    }),
  },
  {
    fault: "gathers into the array that was given",
    killer: GATHER,
    change: (right) => ({
      allGather: async <A extends CollectiveArray>(values: A): Promise<A> => {
        const all = await right.allGather(values);
        values.fill(0);
        return all;
      },
    }),
  },
  {
    fault: "has a barrier that waits for nobody",
    killer: BARRIER,
    change: () => ({ barrier: async () => {} }),
  },
  {
    fault: "runs calls out of order",
    killer: QUEUE,
    change: (right) => ({
      allReduce: async (values) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        await right.allReduce(values);
      },
    }),
  },
  {
    fault: "takes what lengths it gets",
    killer: differ("lengths"),
    change: (right) => ({ allReduce: (values) => heedless(right.allReduce(values)) }),
  },
  {
    fault: "takes what dtypes it gets",
    killer: differ("dtypes"),
    change: (right) => ({
      allGather: async <A extends CollectiveArray>(values: A): Promise<A> =>
        right.allGather(values).catch(() => values),
    }),
  },
  {
    fault: "takes what roots it gets",
    killer: differ("roots"),
    change: (right) => ({ broadcast: (values, root) => heedless(right.broadcast(values, root)) }),
  },
  {
    fault: "is over after a refusal",
    killer: differ("calls"),
    change: (right) => {
      let isOver = false;
      return {
        allReduce: async (values) => {
          if (isOver) throw new Error("over");
          await right.allReduce(values).catch((error) => {
            isOver = true;
            throw error;
          });
        },
        allGather: async (values) => {
          if (isOver) throw new Error("over");
          return right.allGather(values).catch((error) => {
            isOver = true;
            throw error;
          });
        },
      };
    },
  },
  {
    fault: "takes lists for arrays",
    killer: REFUSED,
    change: (right) => ({
      allReduce: (values) => right.allReduce(Array.isArray(values) ? Float64Array.from(values) : values),
    }),
  },
  {
    fault: "takes any root",
    killer: REFUSED,
    change: (right) => ({ broadcast: (values, root) => right.broadcast(values, Number(root) || 0) }),
  },
];

/** A collective that does some things otherwise. */
function mutated(right: Collective, { change }: Mutant): Collective {
  const changed = change(right) as Record<string | symbol, unknown>;
  return new Proxy(right, {
    get(target, name) {
      if (name in changed) return changed[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** A limit for what waits for what never comes, because ranks are out of step. */
const SECONDS = 1;

/** Whether the case that is there for a mutant fails with it. */
export async function isFound(mutant: Mutant): Promise<boolean> {
  const { run } = collectiveCases.find(({ name }) => name === mutant.killer)!;
  const ranks = group(3, { timeoutSeconds: SECONDS }).map((right) => mutated(right, mutant));
  const settled = await Promise.allSettled(ranks.map(run));
  return settled.some(({ status }) => status === "rejected");
}
