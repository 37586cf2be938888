/**
 * `strict(backend)`: the same backend, watched.
 *
 * It checks both sides of the contract. Of the caller: every argument (sizes, shapes, dtypes, views, windows), no
 * handle used after `free`, freed twice or taken from another backend. Of the backend: a value never changes
 * between its birth and its `free` (§2.6), and an operation gives a handle of its own (§2.7). Values are read
 * at birth and compared at `free` or, for those still alive, at `settle()`. Of both: nobody writes into the arrays and
 * records of a call (§3.1), which are frozen for that.
 */
import {
  type Backend,
  Corr2dError,
  type DType,
  dtypeOf,
  type OperationArguments,
  resultsOf,
  type TypedArray,
  type ValueInfo,
} from "@corr2d/core";
import { checkArguments, freezeArguments } from "./arguments.ts";
import { handlesOf, mapOperands, type Operation, operationsOf, resultFrom, withMembers } from "./handles.ts";

/** A handle of the watched backend. */
interface Cell {
  readonly inner: unknown;
  readonly value: ValueInfo;
  /** What the value was at birth; null where the operation failed. */
  readonly birth: Promise<TypedArray | null>;
  freed: boolean;
}

/** A backend that checks what is done with it. */
export interface StrictBackend {
  readonly backend: Backend;
  /**
   * Waits for every pending comparison and compares what is still alive.
   * @throws INTERNAL when a value changed.
   */
  settle(): Promise<void>;
}

function fail(message: string): never {
  throw new Corr2dError("INTERNAL", `strict: ${message}`);
}

function sameBits(a: TypedArray, b: TypedArray): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

/** Watches `backend`; see the file's comment. */
export function strict(backend: Backend): StrictBackend {
  const cells = new WeakMap<object, Cell>();
  const live = new Set<Cell>();
  const inners = new Map<unknown, Cell>();
  const comparisons: Promise<void>[] = [];

  const snapshot = (inner: unknown, { size, dtype }: ValueInfo): Promise<TypedArray | null> =>
    backend.read(inner, size, dtype).catch(() => null);

  const compare = (cell: Cell, when: string): void => {
    const now = snapshot(cell.inner, cell.value);
    comparisons.push(
      Promise.all([cell.birth, now]).then(([birth, value]) => {
        if (birth === null && value === null) return;
        if (birth !== null && value !== null && sameBits(birth, value)) return;
        fail(`a ${cell.value.dtype} value of ${cell.value.size} elements changed ${when}`);
      }),
    );
    comparisons.at(-1)!.catch(() => {}); // settle() reports it
  };

  const cellOf = (handle: unknown, what: string): Cell => {
    const cell = typeof handle === "object" && handle !== null ? cells.get(handle) : undefined;
    if (cell === undefined) fail(`${what} is not a handle of this backend`);
    if (cell.freed) fail(`${what} was freed`);
    return cell;
  };

  const wrap = (inner: unknown, value: ValueInfo, name: string): object => {
    if (typeof inner !== "object" || inner === null) fail(`${name} gave no object as a handle`);
    if (inners.has(inner)) fail(`${name} gave a handle that is in use instead of a fresh one`);
    const cell: Cell = { inner, value, birth: snapshot(inner, value), freed: false };
    const handle = Object.freeze({});
    cells.set(handle, cell);
    live.add(cell);
    inners.set(inner, cell);
    return handle;
  };

  const members: Record<string, unknown> = {
    upload(data: TypedArray): object {
      const dtype = dtypeOf(data);
      if (dtype === null) fail("the data of upload is no array of a known dtype");
      if (!backend.dtypes.includes(dtype)) fail(`upload of ${dtype}, which the backend does not declare`);
      return wrap(backend.upload(data), { size: data.length, dtype }, "upload");
    },
    async read(handle: unknown, size: number, dtype: DType, into?: TypedArray): Promise<TypedArray> {
      const data = await backend.read(checkRead(handle, size, dtype), size, dtype, into);
      checkData(data, size, dtype, into);
      return data;
    },
    free(handle: unknown): void {
      const cell = cellOf(handle, "the operand of free");
      compare(cell, "before it was freed");
      cell.freed = true;
      live.delete(cell);
      inners.delete(cell.inner);
      backend.free(cell.inner);
    },
  };

  const checkRead = (handle: unknown, size: number, dtype: DType): unknown => {
    const { inner, value } = cellOf(handle, "the operand of read");
    if (value.size !== size || value.dtype !== dtype) {
      fail(`read of ${size} × ${dtype} from a value of ${value.size} × ${value.dtype}`);
    }
    return inner;
  };

  const checkData = (data: TypedArray, size: number, dtype: DType, into: TypedArray | undefined): void => {
    if (into !== undefined && data !== into) fail("read gave another array than the one to read into");
    if (dtypeOf(data) !== dtype || data.length !== size) {
      fail(`read gave ${data.length} × ${data.constructor.name} for ${size} × ${dtype}`);
    }
  };

  if (backend.readSync !== undefined) {
    members.readSync = (handle: unknown, size: number, dtype: DType, into?: TypedArray): TypedArray => {
      const data = backend.readSync!(checkRead(handle, size, dtype), size, dtype, into);
      checkData(data, size, dtype, into);
      return data;
    };
  }

  for (const name of operationsOf(backend)) {
    members[name] = (...args: unknown[]): unknown => {
      checkArguments(name, args, backend, fail);
      const innerArgs = mapOperands(name, args, (handle, info) => {
        const { inner, value } = cellOf(handle, `operand ${info.name} of ${name}`);
        if (value.size === info.size && value.dtype === info.dtype) return inner;
        return fail(
          `operand ${info.name} of ${name} holds ${value.size} × ${value.dtype}, but its arguments say ` +
            `${info.size} × ${info.dtype}`,
        );
      });
      freezeArguments(name, innerArgs);
      const result = (backend[name] as Operation)(...innerArgs);
      const values = resultsOf(name, args as OperationArguments<typeof name>);
      return resultFrom(
        name,
        handlesOf(name, result).map((inner, i) => wrap(inner, values[i]!, name)),
      );
    };
  }

  return {
    backend: withMembers(backend, members),
    async settle(): Promise<void> {
      for (const cell of live) compare(cell, "while it was alive");
      await Promise.all(comparisons.splice(0));
    },
  };
}
