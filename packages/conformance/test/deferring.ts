/**
 * A backend that does nothing until it must: the asynchronous half of the contract, proved.
 *
 * Every call is queued and runs, in order, on a later turn of the event loop. There is no `readSync`, and an
 * operation that fails throws nothing: whoever reads its result, or anything computed from it, is told. Frees
 * are queued as well. The work itself is done by a backend that computes at once.
 */
import { type Backend, defineBackend } from "@corr2d/core";
import { OPERANDS, type Operation, type OperationName } from "../src/handles.ts";

/** What a handle stands for, once its turn has come. */
interface Pending {
  value?: unknown;
  error?: unknown;
}

/** `inner`, which must compute at once, made late. */
export function deferring(inner: Backend): Backend {
  const queue: (() => void)[] = [];
  let scheduled = false;
  let live = 0;

  const later = (work: () => void): void => {
    queue.push(work);
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      for (const next of queue.splice(0)) next();
    });
  };

  /** Runs `work` in its turn; what it gives, or how it fails, becomes the results. */
  const produce = (count: number, operands: readonly Pending[], work: () => unknown): Pending[] => {
    const results: Pending[] = Array.from({ length: count }, () => ({}));
    live += count;
    later(() => {
      const failed = operands.find((operand) => "error" in operand);
      try {
        if (failed !== undefined) throw failed.error;
        const given = work();
        for (const [i, result] of results.entries())
          result.value = count === 1 ? given : (given as unknown[])[i];
      } catch (error) {
        for (const result of results) result.error = error;
      }
    });
    return results;
  };

  const members: Record<string, unknown> = {};
  for (const name of Object.keys(OPERANDS) as OperationName[]) {
    const positions = OPERANDS[name];
    members[name] = (...args: unknown[]): unknown => {
      const operands = positions.map((at) => args[at] as Pending);
      const results = produce(name === "maxPool2d" ? 2 : 1, operands, () => {
        const ready = args.map((arg, at) => (positions.includes(at) ? (arg as Pending).value : arg));
        return (inner[name] as Operation)(...ready);
      });
      return name === "maxPool2d" ? results : results[0];
    };
  }

  return defineBackend({
    ...(members as unknown as Backend<Pending>),
    name: "deferring",
    contract: 1,
    features: { syncRead: false },
    dtypes: inner.dtypes,
    upload(data): Pending {
      const copy = data.slice();
      return produce(1, [], () => inner.upload(copy))[0]!;
    },
    read: (handle, size, dtype) =>
      new Promise((resolve, reject) => {
        later(() => {
          if ("error" in handle) reject(handle.error);
          else inner.read(handle.value, size, dtype).then(resolve, reject);
        });
      }),
    free(handle): void {
      live--;
      later(() => {
        if (!("error" in handle)) inner.free(handle.value);
      });
    },
    stats: () => ({ liveHandles: live, liveBytes: inner.stats?.().liveBytes ?? 0 }),
  }) as Backend;
}
