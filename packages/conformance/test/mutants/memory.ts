/** Bugs in memory, order and error handling. */
import type { TypedArray } from "@corr2d/core";
import { type Mutant, memory } from "./mutant.ts";

export const MEMORY_MUTANTS: readonly Mutant[] = [
  {
    name: "upload keeps the caller's array",
    killedBy: "upload/float32/copies",
    mutate: (right) => ({
      upload(data) {
        const handle = right.upload(data);
        (handle as { data: TypedArray }).data = data;
        return handle;
      },
    }),
  },
  {
    name: "read hands out the backend's own memory",
    killedBy: "read/float32/copies",
    mutate: () => ({ read: async (handle) => memory(handle) }),
  },
  {
    name: "an operand written into",
    killedBy: "validated/addScaled/float32",
    mutate: (right) => ({
      addScaled(a, scaleA, b, scaleB, size, dtype) {
        const out = right.addScaled(a, scaleA, b, scaleB, size, dtype);
        memory(a).set(memory(out));
        return out;
      },
    }),
  },
  {
    name: "results of one size share a buffer that goes stale",
    killedBy: "order/results-keep-their-values",
    mutate: (right) => {
      const buffers = new Map<string, TypedArray>();
      return {
        unary(op, x, size, dtype) {
          const out = right.unary(op, x, size, dtype);
          const key = `${dtype}${size}`;
          const shared = buffers.get(key) ?? memory(out);
          shared.set(memory(out));
          buffers.set(key, shared);
          (out as { data: TypedArray }).data = shared;
          return out;
        },
      };
    },
  },
  {
    name: "a cast to its own dtype gives back the operand",
    killedBy: "validated/cast/float32,float32",
    mutate: (right) => ({
      cast: (x, size, from, to) => (from === to ? x : right.cast(x, size, from, to)),
    }),
  },
  {
    name: "a read looks at memory too late",
    killedBy: "order/free-while-reads-are-pending",
    mutate: (right) => ({
      async read(handle, size, dtype) {
        const data = memory(handle);
        await new Promise((resolve) => setImmediate(resolve));
        return data.length === size ? (data.slice() as TypedArray) : right.read(handle, size, dtype);
      },
    }),
  },
  {
    name: "pending reads answer each other",
    killedBy: "order/many-pending-reads",
    mutate: (right) => {
      let previous: Promise<TypedArray> | null = null;
      return {
        async read(handle, size, dtype) {
          const own = right.read(handle, size, dtype);
          const other = previous;
          previous = own;
          await null;
          if (previous === own) previous = null;
          const data = await (other ?? own);
          return data.length === size ? data : own;
        },
      };
    },
  },
  {
    name: "an error swallowed",
    killedBy: "failure/reaches-the-reader",
    mutate: (right) => ({
      gather(x, index, size, dtype) {
        try {
          return right.gather(x, index, size, dtype);
        } catch {
          return right.fill(0, size.outer * size.count * size.inner, dtype);
        }
      },
    }),
  },
  {
    name: "a temporary leaked",
    leaks: true,
    killedBy: "softmax/float32/5x10x1,near",
    mutate: (right) => ({
      softmax(x, outer, length, inner, dtype) {
        right.fill(0, outer, dtype);
        return right.softmax(x, outer, length, inner, dtype);
      },
    }),
  },
  {
    name: "freed memory still counted",
    killedBy: "stats/counts-handles-and-bytes",
    mutate: (right) => {
      let highest = 0;
      return {
        stats() {
          const stats = right.stats!();
          highest = Math.max(highest, stats.liveBytes);
          return { ...stats, liveBytes: highest };
        },
      };
    },
  },
  {
    name: "the second run differs in the last bit",
    killedBy: "determinism/corr2dKernel",
    mutate: (right) => {
      let calls = 0;
      return {
        corr2dKernel(x, g, w, dtype) {
          const out = right.corr2dKernel(x, g, w, dtype);
          if (dtype === "float32") memory(out)[0]! *= 1 + (calls++ % 2) * 2 ** -23;
          return out;
        },
      };
    },
  },
  {
    name: "a read of float32 in float64",
    killedBy: "upload/float32/round-trip",
    mutate: (right) => ({
      read: async (handle, size, dtype) => Float64Array.from(await right.read(handle, size, dtype)),
    }),
  },
];
