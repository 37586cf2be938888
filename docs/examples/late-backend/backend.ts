/**
 * A late corr2d backend: every operation gives its handles at once, and a worker thread does the work.
 *
 * Written to be read next to docs/writing-a-backend.md. This thread numbers the values, counts them and asks for what is
 * read; `queue.ts` holds what waits, `worker.ts` is the other side. What is computed there is the minimal backend's. No file
 * here lists operations: which arguments are handles, and how large the results are, core's table says.
 */
import {
  type Backend,
  bytesOf,
  type Composites,
  defineBackend,
  dtypeOf,
  type OperationArguments,
  type OperationName,
  type Primitives,
  resultsOf,
  type ValueInfo,
} from "@corr2d/core";
import type { Run, Upload } from "./messages.ts";
import { openQueue } from "./queue.ts";

/** Stands for a value of the worker's. Structured clone takes it there, as a plain object. */
interface Handle {
  readonly id: number;
  readonly bytes: number;
}

export interface LateOptions {
  /** How many bytes of results and uploads may wait for the worker (default 64 MiB). */
  readonly queueBytes?: number;
}

/** Makes the backend. Being the module's default export, it is what `corr2d-conformance ./backend.js` calls. */
// biome-ignore lint/style/noDefaultExport: a backend module's default export is its factory (§1.1)
export default async function lateBackend({ queueBytes = 2 ** 26 }: LateOptions = {}): Promise<Backend> {
  const queue = await openQueue(queueBytes);
  let nextId = 0;
  let liveHandles = 0;
  let liveBytes = 0;

  const release = ({ id, bytes }: Handle): void => {
    liveHandles--;
    liveBytes -= bytes;
    queue.free(id);
  };
  /** Hears of handles that the caller dropped without `free` (§2.11). */
  const dropped = new FinalizationRegistry<Handle>(release);

  /** Posts what makes `values`, and gives their handles. */
  const make = (values: readonly ValueInfo[], request: (ids: number[]) => Upload | Run): Handle[] => {
    const handles = values.map(({ size, dtype }) => ({ id: nextId++, bytes: size * bytesOf(dtype) }));
    const bytes = handles.reduce((sum, handle) => sum + handle.bytes, 0);
    queue.add(request(handles.map(({ id }) => id)), bytes);
    for (const handle of handles) {
      dropped.register(handle, { ...handle }, handle);
      liveHandles++;
      liveBytes += handle.bytes;
    }
    return handles;
  };

  const operation =
    (name: OperationName) =>
    (...args: unknown[]): Handle | Handle[] => {
      const values = resultsOf(name, args as OperationArguments<typeof name>);
      const handles = make(values, (ids) => ({ kind: "run", name, args, ids }));
      return handles.length === 1 ? handles[0]! : handles;
    };
  const operations = Object.fromEntries(queue.offer.operations.map((name) => [name, operation(name)]));

  return defineBackend<Handle>({
    ...(operations as unknown as Primitives<Handle> & Partial<Composites<Handle>>),
    name: "late",
    contract: 1,
    features: { syncRead: false, queueBytes },
    dtypes: queue.offer.dtypes,
    optionalOps: queue.offer.optionalOps,

    upload(data) {
      const copy = data.slice();
      const value = { size: data.length, dtype: dtypeOf(data)! };
      return make([value], (ids) => ({ kind: "upload", data: copy, ids }))[0]!;
    },

    async read({ id }, size, dtype, into) {
      const data = (await queue.ask({ kind: "read", id, size, dtype }))!;
      if (into === undefined) return data;
      into.set(data);
      return into;
    },

    free(handle) {
      if (dropped.unregister(handle)) release(handle);
    },

    settled: () =>
      queue.ask({ kind: "settled" }).then(
        () => {},
        () => {},
      ),

    close: () => queue.end("BACKEND_CLOSED", "late: the backend was closed; make a new one"),

    stats: () => ({
      liveHandles: queue.isOpen() ? liveHandles : 0,
      liveBytes: queue.isOpen() ? liveBytes : 0,
      queuedBytes: queue.queuedBytes(),
    }),
  });
}
