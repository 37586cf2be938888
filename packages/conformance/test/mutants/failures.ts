/** Failures that are not seen, do not travel, or spoil what comes after them. */

import type { OperationName } from "@corr2d/core";
import { type Backend, Corr2dError, type GatherSize, type TypedArray } from "@corr2d/core";
import { type Mutant, memory } from "./mutant.ts";

type Operation = (...args: unknown[]) => unknown;
type Member = "gather" | "scatterAdd";

/** `member` with only those indices checked that `seen` tells of; the others are clamped. */
const checking =
  (
    member: Member,
    seen: (at: number, index: number, size: GatherSize, dtype: string) => boolean,
  ): Mutant["mutate"] =>
  (right) => ({
    [member]: (x: unknown, index: unknown, size: GatherSize, dtype: "float32") => {
      const clamped = memory(index).map((value, at) =>
        seen(at, value, size, dtype) ? value : Math.max(0, Math.min(size.length - 1, value)),
      );
      const handle = right.upload(clamped as TypedArray);
      try {
        return right[member](x, handle, size, dtype);
      } finally {
        right.free(handle);
      }
    },
  });

/** After `failing` has failed, the next call of `member` gives zeros. */
const spoiling =
  (failing: Member, member: OperationName): Mutant["mutate"] =>
  (right) => {
    let failed = false;
    const spoilt = (...args: unknown[]): unknown => {
      const out = (right[member] as Operation)(...args);
      if (failed) memory(out).fill(0);
      failed = false;
      return out;
    };
    return {
      [member]: spoilt,
      [failing]: (...args: unknown[]) => {
        try {
          return (failing === member ? spoilt : (right[failing] as Operation))(...args);
        } catch (error) {
          failed = true;
          throw error;
        }
      },
    };
  };

/** Reads of what `member` gave resolve to zeros where they should reject. */
const stoppingAt =
  (member: OperationName): Mutant["mutate"] =>
  (right) => {
    const given = new WeakSet<object>();
    return {
      [member]: (...args: unknown[]) => {
        const out = (right[member] as Operation)(...args);
        given.add(out as object);
        return out;
      },
      read: (handle, size, dtype) => {
        const read = right.read(handle, size, dtype);
        return given.has(handle as object) ? read.catch(() => new Float32Array(size)) : read;
      },
    };
  };

export const FAILURE_MUTANTS: readonly Mutant[] = [
  {
    name: "the first 64 indices of gather checked",
    killedBy: "gather/float32/wrong-index-anywhere,many",
    mutate: checking("gather", (at) => at < 64),
  },
  {
    name: "all but the last index of scatterAdd checked",
    killedBy: "scatterAdd/float32/wrong-index-anywhere,few",
    mutate: checking("scatterAdd", (at, _, size) => at < size.outer * size.count * size.inner - 1),
  },
  {
    name: "indices of gather checked for floats alone",
    killedBy: "gather/int32/wrong-index-anywhere,rows",
    mutate: checking("gather", (_at, _index, _size, dtype) => dtype !== "int32"),
  },
  {
    name: "an index past the axis reads on in the next row",
    killedBy: "gather/float32/wrong-index-anywhere,columns",
    mutate: checking("gather", (_, index, size) => index < 0 || index >= size.length * size.outer),
  },
  {
    name: "negative indices of scatterAdd count as 0",
    killedBy: "scatterAdd/float64/wrong-index-anywhere,middle",
    mutate: checking("scatterAdd", (_, index) => index >= 0),
  },
  {
    name: "a failed gather spoils the next gather",
    killedBy: "failure/between/gather",
    mutate: spoiling("gather", "gather"),
  },
  {
    name: "a failed scatterAdd spoils the next scatterAdd",
    killedBy: "failure/between/scatterAdd",
    mutate: spoiling("scatterAdd", "scatterAdd"),
  },
  {
    name: "a failed gather spoils the next matmul",
    killedBy: "failure/between/matmul",
    mutate: spoiling("gather", "matmul"),
  },
  {
    name: "a failed scatterAdd spoils the next reduction",
    killedBy: "failure/between/sum/int32",
    mutate: spoiling("scatterAdd", "reduce"),
  },
  {
    name: "a failed gather spoils the next correlation",
    killedBy: "order/mixed-run",
    mutate: spoiling("gather", "corr2d"),
  },
  {
    name: "a failed scatterAdd leaks what it had begun",
    killedBy: "failure/between/neg",
    leaks: true,
    mutate: (right) => ({
      scatterAdd(x, index, size, dtype) {
        try {
          return right.scatterAdd(x, index, size, dtype);
        } catch (error) {
          right.fill(0, size.length, dtype);
          throw error;
        }
      },
    }),
  },
  ...(["matmul", "reduce", "corr2dBias", "softmax"] as const).map(
    (member): Mutant => ({
      name: `a late failure stops at ${member}`,
      killedBy: `failure/through/${member === "reduce" ? "sum" : member}`,
      late: true,
      mutate: stoppingAt(member),
    }),
  ),
  {
    name: "what depends on a late failure fails with another code",
    killedBy: "failure/through/addScaled",
    late: true,
    mutate: (right: Backend) => ({
      read: (handle, size, dtype) =>
        right.read(handle, size, dtype).catch(() => {
          throw new Corr2dError("INTERNAL", "an operand failed");
        }),
    }),
  },
];
