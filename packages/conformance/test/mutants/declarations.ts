/** Instances that count, declare, settle or end otherwise than they say; results of another dtype. */
import {
  type Backend,
  type CompleteBackend,
  Corr2dError,
  type OperationName,
  type TypedArray,
} from "@corr2d/core";
import { handlesOf } from "../../src/handles.ts";
import { type Mutant, memory } from "./mutant.ts";

// biome-ignore lint/suspicious/noExplicitAny: the arguments of any member.
type Operation = (...args: any[]) => unknown;

let instances = 0;
let closes = 0;

/** Stats as the right ones, changed by what `uncounted` tells of each value that `member` gives. */
const miscounted =
  (
    member: OperationName,
    uncounted: (data: TypedArray, result: number) => { handles: number; bytes: number },
  ) =>
  (right: CompleteBackend): Partial<Backend> => {
    const given = new Map<unknown, { handles: number; bytes: number }>();
    return {
      [member]: (...args: unknown[]) => {
        const out = (right[member] as Operation)(...args);
        handlesOf(member, out).forEach((handle, i) => void given.set(handle, uncounted(memory(handle), i)));
        return out;
      },
      free(handle) {
        given.delete(handle);
        right.free(handle);
      },
      stats() {
        const stats = { ...right.stats!() };
        for (const { handles, bytes } of given.values()) {
          stats.liveHandles -= handles;
          stats.liveBytes -= bytes;
        }
        return stats;
      },
    };
  };

/** What `member` gives holds float32, and is int32 only where it is read: who takes it for int32 sees its bits. */
const floatsInside =
  (
    member: OperationName,
    applies: (op: string) => boolean,
    result: number,
    user: OperationName,
    position: number,
  ): Mutant["mutate"] =>
  (right) => {
    const floats = new WeakSet<object>();
    return {
      [member]: (...args: unknown[]) => {
        const out = (right[member] as Operation)(...args);
        if (applies(args[0] as string)) floats.add(handlesOf(member, out)[result] as object);
        return out;
      },
      [user]: (...args: unknown[]) => {
        if (!floats.has(args[position] as object)) return (right[user] as Operation)(...args);
        const bits = new Int32Array(Float32Array.from(memory(args[position])).buffer);
        const handle = right.upload(bits);
        const out = (right[user] as Operation)(...args.map((each, i) => (i === position ? handle : each)));
        right.free(handle);
        return out;
      },
    };
  };

const comparisons = (op: string): boolean => op === "less" || op === "greaterEqual";

export const DECLARATION_MUTANTS: readonly Mutant[] = [
  {
    name: "comparisons give float32 that reinterpreting casts take for int32",
    killedBy: "results/less/float32",
    mutate: floatsInside("binary", comparisons, 0, "cast", 0),
  },
  {
    name: "argmax gives float32 that reinterpreting casts take for int32",
    killedBy: "results/argmax/float32",
    mutate: floatsInside("reduce", (op) => op === "argmax", 0, "cast", 0),
  },
  {
    name: "a pool's indices are float32 to who views them",
    killedBy: "results/maxPool2d/float32",
    mutate: floatsInside("maxPool2d", () => true, 1, "strided", 0),
  },
  {
    name: "a cast to int32 leaves float32 to sums",
    killedBy: "results/cast/float64",
    mutate: floatsInside("cast", () => true, 0, "binary", 1),
  },
  {
    name: "the bytes of softmax's results are not counted",
    killedBy: "stats/softmax",
    mutate: miscounted("softmax", (data) => ({ handles: 0, bytes: data.byteLength })),
  },
  {
    name: "float64 counts as four bytes",
    killedBy: "stats/matmul/float64",
    mutate: miscounted("matmul", (data) => ({ handles: 0, bytes: data.byteLength / 2 })),
  },
  {
    name: "a pool's two results count as one",
    killedBy: "stats/maxPool2d",
    mutate: miscounted("maxPool2d", (data, i) => ({ handles: i, bytes: i * data.byteLength })),
  },
  {
    name: "features that are objects",
    killedBy: "identity/features",
    mutate: (right) => ({ features: { ...right.features, limits: {} as unknown as string } }),
  },
  {
    name: "a limit that is no number",
    killedBy: "identity/features",
    mutate: (right) => ({ features: { ...right.features, queueBytes: "64 MiB" } }),
  },
  {
    name: "every second instance declares other dtypes",
    killedBy: "identity/same-declarations",
    mutate: (right) => ({ dtypes: instances++ % 2 === 0 ? right.dtypes : ["float32", "int32"] }),
  },
  {
    name: "settled resolves at once",
    killedBy: "settled/waits-for-what-was-asked",
    late: true,
    mutate: () => ({ settled: () => Promise.resolve() }),
  },
  {
    name: "settled resolves on the next turn of microtasks",
    killedBy: "settled/waits-for-what-was-asked",
    late: true,
    mutate: () => ({
      async settled() {
        for (let i = 0; i < 10; i++) await null;
      },
    }),
  },
  {
    name: "a full queue names no larger limit",
    killedBy: "settled/bounds-what-waits",
    late: true,
    mutate: (right) => ({
      unary(...args) {
        try {
          return right.unary(...args);
        } catch {
          throw new Corr2dError("OUT_OF_MEMORY", "too much waits: await synchronize()");
        }
      },
    }),
  },
  {
    name: "settled, pending at close, never settles",
    killedBy: "close/settles-settled",
    late: true,
    mutate: (right) => {
      let closed = false;
      return {
        async settled() {
          await right.settled!();
          if (closed) await new Promise(() => {});
        },
        close() {
          closed = true;
          return right.close!();
        },
      };
    },
  },
  {
    name: "a second close while the first is under way fails",
    killedBy: "close/settles-settled",
    mutate: (right) => {
      let closed = false;
      return {
        async close() {
          if (closed) throw new Corr2dError("BACKEND_CLOSED", "closed");
          closed = true;
          await right.close!();
        },
      };
    },
  },
  {
    name: "a close ends what other instances have pending",
    killedBy: "close/leaves-other-instances",
    mutate: (right) => ({
      async read(handle, size, dtype, into) {
        const before = closes;
        const data = await right.read(handle, size, dtype, into);
        await new Promise((resolve) => setImmediate(resolve));
        if (closes !== before) throw new Corr2dError("BACKEND_CLOSED", "closed");
        return data;
      },
      close() {
        closes++;
        return right.close!();
      },
    }),
  },
  {
    name: "a failure is zeros where it is read at once",
    killedBy: "failure/readSync-throws",
    mutate: (right) => {
      const bad = new WeakSet<object>();
      const failed = (handle: unknown): unknown => {
        bad.add(handle as object);
        return handle;
      };
      return {
        gather(x, index, size, dtype) {
          try {
            return right.gather(x, index, size, dtype);
          } catch {
            return failed(right.fill(0, size.outer * size.count * size.inner, dtype));
          }
        },
        unary(op, x, size, dtype) {
          const out = right.unary(op, x, size, dtype);
          return bad.has(x as object) ? failed(out) : out;
        },
        async read(handle, size, dtype, into) {
          if (bad.has(handle as object)) throw new Corr2dError("INDEX_OUT_OF_RANGE", "gather: index 9 of 3");
          return right.read(handle, size, dtype, into);
        },
      };
    },
  },
  {
    name: "a failure is zeros where it is read into an array",
    killedBy: "failure/read-into-rejects",
    late: true,
    mutate: (right) => ({
      read(handle, size, dtype, into) {
        const read = right.read(handle, size, dtype, into);
        return into === undefined ? read : read.catch(() => into);
      },
    }),
  },
];
