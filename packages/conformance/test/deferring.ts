/**
 * A backend that does nothing until it must: the asynchronous half of the contract, proved.
 *
 * Every call is queued and runs, in order, on a later turn of the event loop. There is no `readSync`, and an
 * operation that fails throws nothing: whoever reads its result, or anything computed from it, is told. Frees
 * are queued as well. The work itself is done by a backend that computes at once.
 */
import {
  type Backend,
  Corr2dError,
  defineBackend,
  type OperationArguments,
  resultsOf,
  type ValueInfo,
} from "@corr2d/core";
import { handlesOf, mapOperands, type Operation, operationsOf, resultFrom } from "../src/handles.ts";

/** What a handle stands for, once its turn has come. */
interface Pending {
  value?: unknown;
  error?: unknown;
}

/** The bytes of results and uploads that may wait (§10.8). */
const QUEUE_BYTES = 64 * 2 ** 20;

/** `inner`, which must compute at once, made late. */
export function deferring(inner: Backend): Backend {
  let queue: (() => void)[] = [];
  let queued = 0;
  let live = 0;
  let closed = false;
  let turn: ReturnType<typeof setImmediate> | null = null;

  /** Runs what has been queued so far. */
  const work = (): void => {
    turn = null;
    const now = queue;
    queue = [];
    queued = 0;
    for (const next of now) next();
  };

  const later = (task: () => void, bytes = 0): void => {
    queued += bytes;
    queue.push(task);
    turn ??= setImmediate(work);
  };

  const closedError = (): Corr2dError =>
    new Corr2dError("BACKEND_CLOSED", "deferring: the backend was closed; make a new one");

  /** Runs `task` in its turn; what it gives, or how it fails, becomes the results. */
  const produce = (
    values: readonly ValueInfo[],
    operands: readonly Pending[],
    task: () => readonly unknown[],
  ): Pending[] => {
    if (closed) throw closedError();
    const bytes = values.reduce((sum, { size }) => sum + size * 4, 0);
    if (queued > 0 && queued + bytes > QUEUE_BYTES) {
      throw new Corr2dError(
        "OUT_OF_MEMORY",
        `deferring: ${queued} bytes of results are queued, and ${bytes} more are asked for; the limit is ${QUEUE_BYTES}. ` +
          "Await synchronize(), or a read, now and then, or raise queueBytes.",
      );
    }
    live += values.length;
    const results = values.map((): Pending => ({}));
    later(() => {
      const failed = operands.find((operand) => "error" in operand);
      try {
        if (failed !== undefined) throw failed.error;
        const given = task();
        for (const [i, result] of results.entries()) result.value = given[i];
      } catch (error) {
        for (const result of results) result.error = error;
      }
    }, bytes);
    return results;
  };

  const members: Record<string, unknown> = {};
  for (const name of operationsOf(inner)) {
    members[name] = (...args: unknown[]): unknown => {
      const operands: Pending[] = [];
      mapOperands(name, args, (handle) => operands.push(handle as Pending));
      const values = resultsOf(name, args as OperationArguments<typeof name>);
      const results = produce(values, operands, () => {
        const ready = mapOperands(name, args, (handle) => (handle as Pending).value);
        return handlesOf(name, (inner[name] as Operation)(...ready));
      });
      return resultFrom(name, results);
    };
  }

  return defineBackend({
    ...(members as unknown as Backend<Pending>),
    name: "deferring",
    contract: 1,
    features: { syncRead: false, queueBytes: QUEUE_BYTES },
    dtypes: inner.dtypes,
    optionalOps: inner.optionalOps,
    upload(data): Pending {
      const copy = data.slice();
      return produce([{ size: data.length, dtype: "float32" }], [], () => [inner.upload(copy)])[0]!;
    },
    read: (handle, size, dtype, into) =>
      new Promise((resolve, reject) => {
        if (closed) throw closedError();
        later(() => {
          if (closed) reject(closedError());
          else if ("error" in handle) reject(handle.error);
          else inner.read(handle.value, size, dtype, into).then(resolve, reject);
        });
      }),
    free(handle): void {
      if (closed) return;
      live--;
      later(() => {
        if (!("error" in handle)) inner.free(handle.value);
      });
    },
    settled: () => new Promise((resolve) => later(resolve)),
    stats: () => ({ liveHandles: live, liveBytes: inner.stats?.().liveBytes ?? 0 }),
    close(): void {
      if (closed) return;
      closed = true;
      live = 0;
      if (turn !== null) clearImmediate(turn);
      work(); // Pending reads are told.
      void inner.close?.();
    },
  }) as Backend;
}
