/** Results that are their operand's memory, or remember what had lain in it; and values that do not outlive what comes after. */
import type { CompleteBackend, OperationName, TypedArray } from "@corr2d/core";
import { handlesOf } from "../../src/handles.ts";
import { type Mutant, memory, spoil } from "./mutant.ts";

// biome-ignore lint/suspicious/noExplicitAny: the arguments of any member.
type Arguments = any[];
type Operation = (...args: Arguments) => unknown;

/** As a store that is given away again: what is freed is written over. */
const scrubbing = (right: CompleteBackend) => (handle: unknown) => {
  memory(handle).fill(99);
  right.free(handle);
};

const at = (position: number) => (args: Arguments) => args[position] as unknown;

/** `member` gives its operand's memory where the result equals it. */
const sharing = (
  member: OperationName,
  sample: string,
  operandOf: (args: Arguments) => unknown,
  killedBy: "order/same-memory" | "order/operands-freed" = "order/same-memory",
): Mutant => ({
  name: `${sample} shares its operand's memory (${killedBy})`,
  killedBy: `${killedBy}/${sample}`,
  mutate: (right) => ({
    free: scrubbing(right),
    [member]: (...args: Arguments) => {
      const out = (right[member] as Operation)(...args);
      const [first] = handlesOf(member, out);
      const from = memory(operandOf(args));
      const own = memory(first);
      if (own.length === from.length && own.every((value, i) => Object.is(value, from[i])))
        (first as { data: TypedArray }).data = from;
      return out;
    },
  }),
});

/** Buffers that all instances use, as a module's own would be. */
const common = new Map<string, TypedArray>();

export const ALIAS_MUTANTS: readonly Mutant[] = [
  sharing("cast", "cast-same", at(0)),
  sharing("cast", "cast-same", at(0), "order/operands-freed"),
  sharing("strided", "strided-copy", at(0)),
  sharing("strided", "strided-copy", at(0), "order/operands-freed"),
  sharing("stridedAdd", "stridedAdd-copy", at(0)),
  sharing("concat", "concat-one", (args) => args[0][0]),
  sharing("reduce", "sum-of-one", at(1)),
  sharing("reduce", "max-of-one", at(1), "order/operands-freed"),
  sharing("select", "select-all", at(4)),
  sharing("addScaled", "addScaled-by-one", at(0)),
  sharing("avgPool2d", "avgPool2d-of-one", at(0)),
  sharing("avgPool2dInput", "avgPool2dInput-of-one", at(0)),
  sharing("maxPool2d", "maxPool2d-of-one", at(0)),
  ...(["corr2d", "corr2dInput", "corr2dBias", "matmul"] as const).map(
    (member): Mutant => ({
      name: `${member} packs its second operand once for its size`,
      killedBy: `order/same-memory/${member}`,
      mutate: (right) => {
        const packed = new Map<number, TypedArray>();
        return {
          [member]: (...args: Arguments) => {
            const own = memory(args[1]);
            const kept = packed.get(own.length) ?? own.slice();
            packed.set(own.length, kept as TypedArray);
            const handle = right.upload(kept as TypedArray);
            const out = (right[member] as Operation)(args[0], handle, ...args.slice(2));
            right.free(handle);
            return out;
          },
        };
      },
    }),
  ),
  {
    name: "a product of a value and itself is written over it",
    killedBy: "order/one-operand-twice",
    mutate: (right) => ({
      matmul(a, b, size, dtype) {
        const out = right.matmul(a, b, size, dtype);
        if (a === b) memory(a).set(memory(out).subarray(0, memory(a).length));
        return out;
      },
    }),
  },
  {
    name: "an index that picks from itself is taken for data",
    killedBy: "order/one-operand-twice",
    mutate: spoil("gather", (result, [x, index]) => {
      if (x === index) result.set(memory(x).subarray(0, result.length));
    }),
  },
  {
    name: "small values are lost when memory grows",
    killedBy: "order/values-outlive-growth",
    mutate: (right) => {
      const small: TypedArray[] = [];
      return {
        upload(data) {
          const handle = right.upload(data);
          if (data.length > 2 ** 22) for (const each of small) each.fill(0);
          else if (data.length < 100) small.push(memory(handle));
          return handle;
        },
      };
    },
  },
  {
    name: "the table of values has 4,096 places",
    killedBy: "order/many-values",
    mutate: (right) => {
      const places: TypedArray[] = [];
      return {
        upload(data) {
          const handle = right.upload(data);
          places.push(memory(handle));
          if (data.length === 2 && places.length > 4096) places[places.length % 4096]!.set(memory(handle));
          return handle;
        },
      };
    },
  },
  {
    name: "the 1,025th pending read answers as the first",
    killedBy: "order/many-pending-reads",
    mutate: (right) => {
      const slots: Promise<TypedArray>[] = [];
      return {
        read(handle, size, dtype, into) {
          const read = right.read(handle, size, dtype, into);
          if (size !== 8) return read;
          slots.push(read);
          return slots.length > 1024 ? slots[slots.length - 1025]! : read;
        },
      };
    },
  },
  {
    name: "instances share a buffer for results of one size",
    killedBy: "order/two-instances-in-turns",
    mutate: (right) => ({
      unary(op, x, size, dtype) {
        const out = right.unary(op, x, size, dtype);
        const shared = common.get(dtype + size) ?? memory(out);
        shared.set(memory(out));
        common.set(dtype + size, shared);
        (out as { data: TypedArray }).data = shared;
        return out;
      },
    }),
  },
  {
    name: "a pool's indices are freed with its values",
    killedBy: "order/pool-results-freed-apart",
    mutate: (right) => {
      const twins = new WeakMap<object, unknown>();
      return {
        maxPool2d(x, w, dtype) {
          const [values, indices] = right.maxPool2d(x, w, dtype);
          twins.set(values as object, indices);
          return [values, indices];
        },
        free(handle) {
          const twin = twins.get(handle as object);
          if (twin !== undefined) memory(twin).fill(77);
          right.free(handle);
        },
      };
    },
  },
  {
    name: "a shape turned round while it is used",
    killedBy: "validated/reduce/sum/float32/5x9,axes=1",
    mutate: (right) => ({
      reduce(op, x, shape, axes, dtype) {
        (shape as number[]).reverse();
        (shape as number[]).reverse();
        return right.reduce(op, x, shape, axes, dtype);
      },
    }),
  },
  {
    name: "parts taken out of the caller's list",
    killedBy: "validated/concat/float32/two",
    mutate: (right) => ({
      concat(parts, ...rest) {
        const last = (parts as unknown[]).pop();
        (parts as unknown[]).push(last);
        return right.concat(parts, ...rest);
      },
    }),
  },
  {
    name: "a view's offset moved while it is walked",
    killedBy: "validated/strided/float32/slice",
    mutate: (right) => ({
      strided(x, view, dtype) {
        (view as { offset: number }).offset += 0;
        return right.strided(x, view, dtype);
      },
    }),
  },
];
