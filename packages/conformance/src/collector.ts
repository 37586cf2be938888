/** The garbage collector, for measurements in Node that was not started with `--expose-gc`. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Makes `globalThis.gc` callable. */
export function exposeCollector(): void {
  setFlagsFromString("--expose-gc");
  const host = globalThis as { gc?: unknown };
  host.gc ??= runInNewContext("gc");
}
