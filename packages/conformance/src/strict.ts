/**
 * `strict(backend)`: the same backend, watched.
 *
 * It checks both sides of the contract. Of the caller: every argument (sizes, shapes, dtypes, views, windows), no
 * handle used after `free`, freed twice or taken from another backend. Of the backend: a value never changes
 * between its birth and its `free` (§2.6), and an operation gives a handle of its own (§2.7). Values are read
 * at birth and compared at `free` or, for those still alive, at `settle()`.
 */
import { type Backend, Corr2dError, type DType, type TypedArray } from "@corr2d/core";
import { OPERANDS, type Operation, type OperationName, resultsOf, withMembers } from "./handles.ts";
import { type Operand, operationSignature } from "./signatures.ts";

/** A handle of the watched backend. */
interface Cell {
  readonly inner: unknown;
  readonly operand: Operand;
  /** What the value was at birth; null where the operation failed. */
  readonly birth: Promise<TypedArray | null>;
  freed: boolean;
}

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
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

/** Watches `backend`; see the file's comment. */
export function strict(backend: Backend): StrictBackend {
  const cells = new WeakMap<object, Cell>();
  const live = new Set<Cell>();
  const inners = new Map<unknown, Cell>();
  const comparisons: Promise<void>[] = [];

  const snapshot = (inner: unknown, { size, dtype }: Operand): Promise<TypedArray | null> =>
    backend.read(inner, size, dtype).catch(() => null);

  const compare = (cell: Cell, when: string): void => {
    const now = snapshot(cell.inner, cell.operand);
    comparisons.push(
      Promise.all([cell.birth, now]).then(([birth, value]) => {
        if (birth === null && value === null) return;
        if (birth !== null && value !== null && sameBits(birth, value)) return;
        fail(`a ${cell.operand.dtype} value of ${cell.operand.size} elements changed ${when}`);
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

  const wrap = (inner: unknown, operand: Operand, name: string): object => {
    if (typeof inner !== "object" || inner === null) fail(`${name} gave no object as a handle`);
    if (inners.has(inner)) fail(`${name} gave a handle that is in use instead of a fresh one`);
    const cell: Cell = { inner, operand, birth: snapshot(inner, operand), freed: false };
    const handle = Object.freeze({});
    cells.set(handle, cell);
    live.add(cell);
    inners.set(inner, cell);
    return handle;
  };

  const members: Record<string, unknown> = {
    upload(data: TypedArray): object {
      const dtype = dtypeOf(data);
      if (!backend.dtypes.includes(dtype)) fail(`upload of ${dtype}, which the backend does not declare`);
      return wrap(backend.upload(data), { size: data.length, dtype }, "upload");
    },
    async read(handle: unknown, size: number, dtype: DType): Promise<TypedArray> {
      const data = await backend.read(checkRead(handle, size, dtype), size, dtype);
      checkData(data, size, dtype);
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
    const { inner, operand } = cellOf(handle, "the operand of read");
    if (operand.size !== size || operand.dtype !== dtype) {
      fail(`read of ${size} × ${dtype} from a value of ${operand.size} × ${operand.dtype}`);
    }
    return inner;
  };

  const checkData = (data: TypedArray, size: number, dtype: DType): void => {
    if (dtypeOf(data) !== dtype || data.length !== size) {
      fail(`read gave ${data.length} × ${data.constructor.name} for ${size} × ${dtype}`);
    }
  };

  if (backend.readSync !== undefined) {
    members.readSync = (handle: unknown, size: number, dtype: DType): TypedArray => {
      const data = backend.readSync!(checkRead(handle, size, dtype), size, dtype);
      checkData(data, size, dtype);
      return data;
    };
  }

  for (const name of Object.keys(OPERANDS) as OperationName[]) {
    members[name] = (...args: unknown[]): unknown => {
      const signature = operationSignature(name, args, fail);
      const innerArgs = [...args];
      OPERANDS[name].forEach((at, i) => {
        const cell = cellOf(args[at], `operand ${i} of ${name}`);
        const expected = signature.operands[i]!;
        if (cell.operand.size !== expected.size || cell.operand.dtype !== expected.dtype) {
          fail(
            `operand ${i} of ${name} holds ${cell.operand.size} × ${cell.operand.dtype}, ` +
              `but its arguments say ${expected.size} × ${expected.dtype}`,
          );
        }
        innerArgs[at] = cell.inner;
      });
      const result = (backend[name] as Operation)(...innerArgs);
      const handles = resultsOf(name, result).map((inner, i) => wrap(inner, signature.results[i]!, name));
      return name === "maxPool2d" ? handles : handles[0];
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

function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  return fail("data is neither Float32Array, Float64Array nor Int32Array");
}
