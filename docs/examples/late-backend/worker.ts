/**
 * The worker's side: serves requests one after the other, with the minimal backend.
 *
 * A value that could not be computed is kept as the error that says why; an operation that meets it fails with the same
 * error, and a read sends it back (§10.3).
 */
import { Corr2dError, OPERATION_NAMES, type OperationArguments, operandsOf } from "@corr2d/core";
import minimalBackend from "../minimal-backend/backend.ts";
import type { Answer, Failure, Offer, Request, Run } from "./messages.ts";

/** This end of the channel: the parent's port in Node, the global object in browsers. */
interface Port {
  postMessage(message: Offer | Answer, transfer?: readonly ArrayBufferLike[]): void;
  onmessage: (event: { readonly data: Request }) => void;
}
const inNode = typeof process === "object" && process.versions?.node !== undefined;
const port = (inNode
  ? process.getBuiltinModule("node:worker_threads").parentPort
  : globalThis) as unknown as Port;

const backend = minimalBackend();
const values = new Map<number, { readonly handle: unknown } | { readonly failure: Corr2dError }>();

function handleOf(id: number): unknown {
  const value = values.get(id)!;
  if ("failure" in value) throw value.failure;
  return value.handle;
}

/** What went wrong, with the operation and its sizes: it will be read far from the call. */
function explain(error: unknown, what: string): Corr2dError {
  if (Corr2dError.isInstance(error)) return error;
  const code = error instanceof RangeError ? "OUT_OF_MEMORY" : "INTERNAL"; // an array that cannot be that long
  return new Corr2dError(code, `late: ${what}: ${error instanceof Error ? error.message : String(error)}`);
}

/** Makes the values `ids`: those that `task` gives, or its failure. */
function make(ids: readonly number[], what: () => string, task: () => unknown): void {
  try {
    const result = task();
    const handles = ids.length === 1 ? [result] : (result as unknown[]);
    for (const [i, id] of ids.entries()) values.set(id, { handle: handles[i] });
  } catch (error) {
    const failure = explain(error, what());
    for (const id of ids) values.set(id, { failure });
  }
}

function run({ name, args, ids }: Run): void {
  const operands = operandsOf(name, args as unknown as OperationArguments<typeof name>);
  const sizes = (): string => operands.map((o) => `${o.name} of ${o.size} × ${o.dtype}`).join(", ");
  make(
    ids,
    () => `${name} (${sizes()})`,
    () => {
      for (const { at, item } of operands) {
        const list = item === null ? args : (args[at] as unknown[]);
        const place = item ?? at;
        list[place] = handleOf((list[place] as { readonly id: number }).id);
      }
      return (backend[name] as (...operands: unknown[]) => unknown)(...args);
    },
  );
}

function free(id: number): void {
  const value = values.get(id)!;
  values.delete(id);
  if ("handle" in value) backend.free(value.handle);
}

async function answer(request: Extract<Request, { ticket: number }>): Promise<void> {
  const { ticket } = request;
  if (request.kind === "settled") return port.postMessage({ ticket });
  try {
    const data = await backend.read(handleOf(request.id), request.size, request.dtype);
    port.postMessage({ ticket, data }, [data.buffer]);
  } catch (error) {
    const { code, message, details } = explain(error, `read of ${request.size} × ${request.dtype}`);
    port.postMessage({ ticket, failure: { code, message, details } satisfies Failure });
  }
}

port.onmessage = ({ data: request }) => {
  if (request.kind === "run") run(request);
  else if (request.kind === "free") free(request.id);
  else if (request.kind === "upload") {
    const { data, ids } = request;
    make(
      ids,
      () => `upload of ${data.length} × ${data.constructor.name}`,
      () => backend.upload(data),
    );
  } else void answer(request);
};

port.postMessage({
  dtypes: backend.dtypes,
  optionalOps: backend.optionalOps,
  operations: OPERATION_NAMES.filter((name) => backend[name] !== undefined),
});
