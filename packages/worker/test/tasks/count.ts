/** Counts, and does what its input asks for: what the tests of the protocol run. */
import { Corr2dError, zeros } from "@corr2d/core";
import { serve, type TaskRun } from "../../src/index.ts";

// Orders that come while the module waits must not be lost.
await new Promise((resolve) => setTimeout(resolve, 100));

interface Input {
  readonly reports: number;
  readonly act?: "throw" | "refuse" | "tensor" | "exit" | "arrays" | "late" | "text" | "unclonable";
  readonly bytes?: Uint8Array;
}

const counting = serve(async ({ reports, act, bytes }: Input, run: TaskRun<number, string>) => {
  const heard: string[] = [];
  for (let i = 0; i < reports; i++) heard.push(...(await run.report(i)));
  if (act === "throw") throw new TypeError("thrown on purpose");
  if (act === "text") throw "a text";
  if (act === "refuse")
    throw new Corr2dError("INDEX_OUT_OF_RANGE", "refused on purpose", { index: 7, bad: () => 1 });
  if (act === "exit") process.exit(3);
  if (act === "unclonable") return { heard, sum: (() => 1) as unknown };
  if (act === "tensor") {
    const { cpuJs } = await import("@corr2d/cpu-js");
    return { heard, sum: { deep: [zeros([1], { backend: cpuJs() })] } as unknown };
  }
  if (act === "arrays") {
    const whole = new Float32Array([1, 2, 3]);
    const part = new Float32Array([4, 5, 6]).subarray(1);
    setTimeout(() => {}, 0);
    return { heard, sum: { whole, part, map: new Map([["k", new Int32Array([9])]]) } as unknown };
  }
  return { heard, sum: (bytes ?? []).reduce((sum, byte) => sum + byte, 0) as unknown };
});

export type Counting = typeof counting;
