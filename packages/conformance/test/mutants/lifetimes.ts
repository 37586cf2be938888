/** Memory that is shared with the caller, the reader or the future; and instances that end badly. */
import { type Backend, Corr2dError, type TypedArray } from "@corr2d/core";
import { type Mutant, memory } from "./mutant.ts";

const SHARED = 64 * 1024; // bytes from which a backend believes that it may spare a copy

/** upload keeps the caller's array where it is large and of `applies`. */
const keeping =
  (applies: (data: TypedArray) => boolean): Mutant["mutate"] =>
  (right) => ({
    upload(data) {
      const handle = right.upload(data);
      if (data.byteLength > SHARED && applies(data)) (handle as { data: TypedArray }).data = data;
      return handle;
    },
  });

export const LIFETIME_MUTANTS: readonly Mutant[] = [
  {
    name: "upload keeps the caller's array beyond 64 KiB",
    killedBy: "upload/float32/large-copies",
    mutate: keeping(() => true),
  },
  {
    name: "upload keeps a large int32 array",
    killedBy: "upload/int32/large-copies",
    mutate: keeping((data) => data instanceof Int32Array),
  },
  {
    name: "upload keeps a part of the caller's buffer",
    killedBy: "upload/float64/large-parts-of-a-buffer",
    mutate: keeping((data) => data.byteOffset > 0),
  },
  {
    name: "upload copies on a later turn",
    killedBy: "upload/float32/large-copies",
    mutate: (right) => ({
      upload(data) {
        const handle = right.upload(data);
        const own = handle as { data: TypedArray };
        if (data.byteLength <= SHARED) return handle;
        const place = own.data;
        own.data = data;
        setImmediate(() => {
          place.set(data);
          if (own.data === data) own.data = place;
        });
        return handle;
      },
    }),
  },
  {
    name: "upload takes the caller's buffer away",
    killedBy: "upload/float32/large-parts-of-a-buffer",
    mutate: (right) => ({
      upload(data) {
        const handle = right.upload(data);
        if (data.byteLength > SHARED)
          structuredClone(data.buffer, { transfer: [data.buffer as ArrayBuffer] });
        return handle;
      },
    }),
  },
  {
    name: "an upload of more than 65,535 elements counts in 16 bits",
    killedBy: "upload/int32/sizes",
    mutate: (right) => ({
      upload(data) {
        const handle = right.upload(data);
        memory(handle).fill(0, 65_535);
        return handle;
      },
    }),
  },
  {
    name: "read hands out the backend's own memory beyond 64 KiB",
    killedBy: "read/float32/large-copies",
    mutate: (right) => ({
      read: async (handle, size, dtype) =>
        memory(handle).byteLength > SHARED ? memory(handle) : right.read(handle, size, dtype),
    }),
  },
  {
    name: "two large reads of one value share an array",
    killedBy: "read/int32/large-copies",
    mutate: (right) => {
      const given = new WeakMap<object, Promise<TypedArray>>();
      return {
        read(handle, size, dtype) {
          const read = given.get(handle as object) ?? right.read(handle, size, dtype);
          if (size > 4096) given.set(handle as object, read);
          return read;
        },
      };
    },
  },
  {
    name: "readSync hands out the backend's own memory beyond 64 KiB",
    killedBy: "readSync/float64/large-copies",
    mutate: (right) => ({
      readSync: (handle, size, dtype) =>
        memory(handle).byteLength > SHARED ? memory(handle) : right.readSync!(handle, size, dtype),
    }),
  },
  {
    name: "large reads that are pending share a staging area",
    killedBy: "read/large-pending-reads",
    mutate: (right) => {
      const staging = new Float32Array(70_001);
      return {
        async read(handle, size, dtype) {
          if (size !== staging.length) return right.read(handle, size, dtype);
          staging.set(memory(handle));
          await null;
          return staging.slice();
        },
      };
    },
  },
  {
    name: "a kernel's gradient looks at its operands when it is read",
    killedBy: "order/operands-freed/corr2dKernel",
    mutate: (right) => {
      const late = new WeakMap<object, () => void>();
      return {
        corr2dKernel(x, g, w, dtype) {
          const out = right.corr2dKernel(x, g, w, dtype);
          const [left, other] = [memory(x), memory(g)];
          late.set(out as object, () => {
            const [a, b] = [right.upload(left), right.upload(other)];
            const again = right.corr2dKernel(a, b, w, dtype);
            memory(out).set(memory(again));
            for (const handle of [a, b, again]) right.free(handle);
          });
          return out;
        },
        read(handle, size, dtype) {
          late.get(handle as object)?.();
          return right.read(handle, size, dtype);
        },
      };
    },
  },
  {
    name: "every tenth operation on an instance gives the result of the one before",
    killedBy: "order/mixed-run",
    mutate: (right) => {
      let calls = 0;
      let previous: TypedArray = new Float32Array(0);
      return {
        unary(op, x, size, dtype) {
          const out = right.unary(op, x, size, dtype);
          if (++calls % 10 === 0 && previous.length === size) memory(out).set(previous);
          previous = memory(out).slice() as TypedArray;
          return out;
        },
      };
    },
  },
  {
    name: "more than 150 live values do not fit a table",
    killedBy: "order/mixed-run",
    mutate: (right) => ({
      upload(data) {
        const handle = right.upload(data);
        if (right.stats!().liveHandles > 150) memory(handle).fill(0);
        return handle;
      },
    }),
  },
  {
    name: "reads pending at close never settle",
    killedBy: "close/settles-pending-reads",
    mutate: (right) => {
      let closed = false;
      return {
        async read(handle, size, dtype) {
          const data = await right.read(handle, size, dtype);
          await new Promise((resolve) => setImmediate(resolve));
          return closed ? new Promise(() => {}) : data;
        },
        close() {
          closed = true;
          return right.close!();
        },
      };
    },
  },
  {
    name: "reads pending at close give what has become of the memory",
    killedBy: "close/settles-pending-reads",
    mutate: (right) => {
      let closed = false;
      return {
        async read(handle, size, dtype) {
          const data = await right.read(handle, size, dtype);
          await new Promise((resolve) => setImmediate(resolve));
          return closed ? (data.fill(0) as TypedArray) : data;
        },
        close() {
          closed = true;
          return right.close!();
        },
      };
    },
  },
  {
    name: "values can be read after close",
    killedBy: "close/refuses-every-operation",
    mutate: () => ({ read: async (handle) => memory(handle).slice() as TypedArray }),
  },
  {
    name: "one operation after close fails with another code",
    killedBy: "close/refuses-every-operation",
    mutate: (right: Backend) => ({
      scatterAdd(x, index, size, dtype) {
        try {
          return right.scatterAdd(x, index, size, dtype);
        } catch (error) {
          if ((error as Corr2dError).code !== "BACKEND_CLOSED") throw error;
          throw new Corr2dError("INTERNAL", "there is no memory");
        }
      },
    }),
  },
];
