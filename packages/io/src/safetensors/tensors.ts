/** Tensors of a file as tensors here. */
import {
  type Backend,
  Corr2dError,
  getBackend,
  isBackend,
  TENSOR_DTYPES,
  type Tensor,
  type TypedArray,
  tensor,
} from "@corr2d/core";
import { invalid } from "../errors.ts";
import type { ByteSource } from "../source.ts";
import { FILE_DTYPES } from "./dtypes.ts";
import type { Entry } from "./header.ts";

/** @throws BACKEND_MISSING, INVALID_ARGUMENT. */
export function backendOf(owner: string, backend: Backend = getBackend()): Backend {
  if (isBackend(backend)) return backend;
  throw invalid(`${owner}: 'backend' must be one that defineBackend made`);
}

/** @throws DTYPE_UNSUPPORTED where the tensor cannot be had on the backend, before anything of it is read. */
function checkHome({ name, dtype }: Entry, backend: Backend, file: string): void {
  const { home } = FILE_DTYPES[dtype]!;
  if (home !== undefined && backend.dtypes.includes(TENSOR_DTYPES[home].storedAs)) return;
  throw new Corr2dError(
    "DTYPE_UNSUPPORTED",
    home === undefined
      ? `${file}: tensor '${name}' is ${dtype}, which no dtype here can hold`
      : `${file}: tensor '${name}' is ${home}, which ${backend.name} does not offer: read it with { backend } of one that does, ` +
          'such as cpuJs(), then .type("float32") and await .to(backend)',
  );
}

async function valuesOf(source: ByteSource, { name, dtype, offset, bytes }: Entry): Promise<TypedArray> {
  const values = FILE_DTYPES[dtype]!.decode!(await source.read(offset, bytes));
  if (values !== null) return values;
  throw new Corr2dError(
    "DTYPE_UNSUPPORTED",
    `${source.name}: tensor '${name}' is ${dtype}, and holds numbers that do not fit into int32`,
  );
}

/** @throws DTYPE_UNSUPPORTED, FILE_INVALID, OUT_OF_MEMORY; INVALID_ARGUMENT for more than eight axes. */
export async function readTensor(source: ByteSource, entry: Entry, backend: Backend): Promise<Tensor> {
  checkHome(entry, backend, source.name);
  const values = await valuesOf(source, entry);
  try {
    return tensor(values, { shape: entry.shape, backend, dtype: FILE_DTYPES[entry.dtype]!.home });
  } catch (cause) {
    if (!Corr2dError.isInstance(cause)) throw cause;
    const message = `${source.name}: tensor '${entry.name}': ${cause.message}`;
    throw new Corr2dError(cause.code, message, {}, { cause });
  }
}

/**
 * Reads what `entries` describe, in their order, and lets go of the source: all of it, or nothing.
 * @param read makes a tensor, or something else, of one.
 * @param end where the file has to end.
 */
export async function readAll<T>(
  source: ByteSource,
  entries: readonly Entry[],
  read: (entry: Entry) => Promise<T>,
  end: number,
): Promise<Map<string, T>> {
  const out = new Map<string, T>();
  try {
    for (const entry of entries) out.set(entry.name, await read(entry));
    await source.close(end);
    return out;
  } catch (error) {
    for (const value of out.values()) (value as { dispose?(): void }).dispose?.();
    throw error;
  }
}
