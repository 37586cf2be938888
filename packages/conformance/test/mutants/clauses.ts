/** Bugs in what the contract's later clauses ask: concat, IEEE powers, empty windows, reads into arrays, queues, messages. */
import { type Backend, Corr2dError, type TypedArray } from "@corr2d/core";
import { type Mutant, memory, spoil, spoilEach } from "./mutant.ts";

/** The result of `stridedAdd`, with every −0 of it lost, as sums onto zeros lose it. */
const lost = (value: number): number => value + 0;

export const CLAUSE_MUTANTS: readonly Mutant[] = [
  {
    name: "concat loses −0",
    killedBy: "concat/float32/two",
    mutate: spoilEach("concat", lost),
  },
  {
    name: "concat past 64 parts repeats the first",
    killedBy: "concat/float32/many",
    mutate: spoil("concat", (result, [parts, lengths, outer, inner]) => {
      if (parts.length <= 64 || outer !== 1) return;
      const at = (lengths as number[]).slice(0, 64).reduce((a, b) => a + b, 0) * inner;
      result.set(memory(parts[0]).subarray(0, Math.min(inner, result.length - at)), at);
    }),
  },
  {
    name: "concat puts whole parts one after the other, whatever is outside",
    killedBy: "concat/int32/three,outer",
    mutate: spoil("concat", (result, [parts]) => {
      let at = 0;
      for (const part of parts) {
        result.set(memory(part), at);
        at += memory(part).length;
      }
    }),
  },
  {
    name: "sort puts NaN before all",
    killedBy: "sort/float32/ascending,delicate",
    mutate: (right) => ({
      sort(x, outer, length, inner, descending, dtype) {
        const [values, indices] = right.sort(x, outer, length, inner, descending, dtype);
        if (memory(values).some(Number.isNaN)) for (const each of [values, indices]) memory(each).reverse();
        return [values, indices];
      },
    }),
  },
  {
    name: "sort descending is sort ascending, read from the end: equal elements in the opposite order",
    killedBy: "sort/int32/descending,few",
    mutate: (right) => ({
      sort(x, outer, length, inner, descending, dtype) {
        const [values, indices] = right.sort(x, outer, length, inner, false, dtype);
        if (!descending || outer !== 1 || inner !== 1)
          return right.sort(x, outer, length, inner, descending, dtype);
        for (const each of [values, indices]) memory(each).reverse();
        return [values, indices];
      },
    }),
  },
  {
    name: "sort takes −0 for less than 0",
    killedBy: "sort/float32/ascending,delicate",
    mutate: (right) => ({
      sort(x, outer, length, inner, descending, dtype) {
        const [values, indices] = right.sort(x, outer, length, inner, descending, dtype);
        const [v, at] = [memory(values), memory(indices)];
        for (let i = 1; i < v.length && inner === 1; i++) {
          if (descending || i % length === 0 || !Object.is(v[i], -0) || !Object.is(v[i - 1], 0)) continue;
          [v[i - 1], v[i]] = [v[i]!, v[i - 1]!];
          [at[i - 1], at[i]] = [at[i]!, at[i - 1]!];
        }
        return [values, indices];
      },
    }),
  },
  {
    name: "cumsum runs on into the next line",
    killedBy: "cumsum/float32/values",
    mutate: spoil("cumsum", (result, [, outer, length, inner]) => {
      if (outer > 1 && inner === 1) result[length] = result[length]! + result[length - 1]!;
    }),
  },
  {
    name: "cumsum adds up in float32",
    killedBy: "cumsum/float32/long",
    mutate: spoil("cumsum", (result, [x, outer, length, inner, dtype]) => {
      if (dtype !== "float32" || outer !== 1 || inner !== 1) return;
      let sum = 0;
      for (let i = 0; i < length; i++) result[i] = sum = Math.fround(sum + memory(x)[i]!);
    }),
  },
  {
    name: "stridedAdd adds onto zeros what is alone",
    killedBy: "stridedAdd/float32/once,padding",
    mutate: spoilEach("stridedAdd", lost),
  },
  {
    name: "powers are JavaScript's",
    killedBy: "binary/pow/float32/special",
    mutate: spoil("binary", (result, [op, a, , b]) => {
      if (op !== "pow" || memory(a).length !== result.length || memory(b).length !== result.length) return;
      for (let i = 0; i < result.length; i++) {
        if (Math.abs(memory(a)[i]!) === 1 && !Number.isFinite(memory(b)[i]!)) result[i] = NaN;
      }
    }),
  },
  {
    name: "the first of several NaNs gives the index",
    killedBy: "maxPool2d/float32/last-of-several-NaNs,2x2",
    mutate: (right) => ({
      maxPool2d(x, w, dtype) {
        const [values, indices] = right.maxPool2d(x, w, dtype);
        if (memory(x).every(Number.isNaN)) memory(indices).fill(0);
        return [values, indices];
      },
    }),
  },
  {
    name: "a window without a cell is found at 0",
    killedBy: "maxPool2d/float32/no-cell,all",
    mutate: (right) => ({
      maxPool2d(x, w, dtype) {
        const [values, indices] = right.maxPool2d(x, w, dtype);
        const found = memory(indices);
        for (let i = 0; i < found.length; i++) found[i] = Math.max(0, found[i]!);
        return [values, indices];
      },
    }),
  },
  {
    name: "the average of no cell is NaN",
    killedBy: "avgPool2d/float32/no-cell,exclude,all",
    mutate: spoil("avgPool2d", (result, [, w, average]) => {
      if (!average.countIncludePad && w.axes[0].dilation === 3 && result.length === 1) result[0] = NaN;
    }),
  },
  {
    name: "a read into an array gives another one",
    killedBy: "read/into",
    mutate: (right) => ({ read: (handle, size, dtype) => right.read(handle, size, dtype) }),
  },
  {
    name: "a read into an array begins at its buffer's start",
    killedBy: "read/into",
    mutate: (right) => ({
      async read(handle, size, dtype, into) {
        const data = await right.read(handle, size, dtype);
        if (into === undefined) return data;
        new (into.constructor as new (buffer: ArrayBufferLike) => TypedArray)(into.buffer).set(data);
        return into;
      },
    }),
  },
  {
    name: "free after close throws",
    killedBy: "close/free-and-stats-answer",
    mutate: (right) => {
      let closed = false;
      return {
        close() {
          closed = true;
          return right.close!();
        },
        free(handle) {
          if (closed) throw new Corr2dError("BACKEND_CLOSED", "closed");
          right.free(handle);
        },
      };
    },
  },
  {
    name: "a failure says only that an index is wrong",
    killedBy: "failure/names-operation-and-sizes",
    mutate: (right) => ({
      gather(x, index, size, dtype) {
        try {
          return right.gather(x, index, size, dtype);
        } catch {
          throw new Corr2dError("INDEX_OUT_OF_RANGE", "an index is out of range");
        }
      },
    }),
  },
  {
    name: "settled rejects after a failure",
    killedBy: "settled/after-failures-and-work",
    late: true,
    mutate: (right) => {
      let failed = false;
      return {
        gather(x, index, size, dtype) {
          failed = true;
          return right.gather(x, index, size, dtype);
        },
        async settled() {
          await right.settled!();
          if (failed) throw new Error("something failed");
        },
      } satisfies Partial<Backend>;
    },
  },
  {
    name: "what waits has no bound",
    killedBy: "settled/bounds-what-waits",
    late: true,
    mutate: (right) => ({ features: { ...right.features, queueBytes: 2 ** 22 } }),
  },
];
