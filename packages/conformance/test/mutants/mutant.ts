/**
 * What a mutant is: a correct backend with one deliberate bug, and the case that must catch it.
 *
 * A suite that was never seen red proves nothing. A mutant replaces a few members of a backend; `killedBy` names
 * the case (not just any case) that has to fail.
 */
import type {
  Backend,
  CompleteBackend,
  DType,
  OperationName,
  TypedArray,
  Window2d,
  WindowAxis,
} from "@corr2d/core";
import { handlesOf } from "../../src/handles.ts";

type Members = Partial<Backend>;

export interface Mutant {
  readonly name: string;
  readonly killedBy: string;
  readonly mutate: (right: CompleteBackend) => Members;
  /** Whether it is memory that is lost. */
  readonly leaks?: boolean;
  /** Made from the backend that works late, of `deferring.ts`. */
  readonly late?: boolean;
}

/** Elements of a handle, copied. */
export const elements = (right: Backend, handle: unknown, size: number, dtype: DType): TypedArray =>
  right.readSync!(handle, size, dtype);

/** Where cpu-js keeps a handle's elements: for bugs that write where they must not. */
export const memory = (handle: unknown): TypedArray => (handle as { data: TypedArray }).data;

// biome-ignore lint/suspicious/noExplicitAny: the arguments of any member.
type Arguments = any[];
type Operation = (...args: Arguments) => unknown;

/** The dtype a call is made for: always the last argument. */
export const dtypeOf = (args: Arguments): DType => args.at(-1) as DType;

/** `member`, its first result changed in place by `change`, which is given the call's arguments. */
export const spoil =
  (member: OperationName, change: (result: TypedArray, args: Arguments) => void): Mutant["mutate"] =>
  (right) => ({
    [member]: (...args: Arguments) => {
      const out = (right[member] as Operation)(...args);
      change(memory(handlesOf(member, out)[0]), args);
      return out;
    },
  });

/** `spoil` for bugs that see one element at a time. */
export const spoilEach = (
  member: OperationName,
  change: (value: number) => number,
  applies: (...args: Arguments) => boolean = () => true,
): Mutant["mutate"] =>
  spoil(member, (result, args) => {
    if (applies(...args)) for (let i = 0; i < result.length; i++) result[i] = change(result[i]!);
  });

/** `member` of operands that were changed first: those at `positions` of the arguments. */
export const detour =
  (
    member: OperationName,
    positions: readonly number[],
    change: (value: number, at: number, args: Arguments) => number,
    applies: (...args: Arguments) => boolean = () => true,
  ): Mutant["mutate"] =>
  (right) => ({
    [member]: (...args: Arguments) => {
      const own = [...args];
      const made = applies(...args) ? positions : [];
      for (const at of made) {
        const changed = memory(args[at]).map((value, i) => change(value, i, args));
        own[at] = right.upload(changed as TypedArray);
      }
      const out = (right[member] as Operation)(...own);
      for (const at of made) right.free(own[at]);
      return out;
    },
  });

/** `member` called with other arguments. */
export const misled =
  (member: OperationName, change: (...args: Arguments) => Arguments): Mutant["mutate"] =>
  (right) => ({
    [member]: (...args: Arguments) => (right[member] as Operation)(...change(...args)),
  });

/** Whether a call is made for this dtype. */
export const forDType =
  (dtype: DType) =>
  (...args: Arguments): boolean =>
    dtypeOf(args) === dtype;

/** Some numbers of an axis. */
type Change = Partial<WindowAxis>;
/** What a mutant changes of a window, by axis. */
export type WindowChange = readonly [height: Change, width: Change];

/** The window with some numbers of its axes changed. */
export const withAxes = (w: Window2d, [height, width]: WindowChange): Window2d => ({
  ...w,
  axes: [
    { ...w.axes[0], ...height },
    { ...w.axes[1], ...width },
  ],
});
