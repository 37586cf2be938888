/**
 * The only file that knows the `benchmark` library. From it come the clock, the compiled loop around the call and the
 * number of calls that makes a sample long enough; the order of samples is `interleave.ts`' and the summary
 * `statistics.ts`'. One run of a Benchmark is one sample here, where the library would take all of one candidate's
 * samples before it turns to the next.
 */
import Benchmark from "benchmark";
import type { Sampler } from "./interleave.ts";

/** A call to be timed: done when it returns, or when a promise that it returns resolves. */
export interface Call {
  readonly name: string;
  run(): unknown;
  /** Runs before each sample, untimed. */
  before?(): Promise<void> | void;
}

/** Slower calls are not run a few times more to find their number, or to compile and test the loop around them. */
const SLOW_SECONDS = 0.25;

/**
 * A sampler of `call`. The first sample finds how many calls fill its time; later ones scale that number.
 *
 * A call that gives a promise is timed with the await inside, in the library's deferred mode. So is a slow one, because
 * the other mode adds two untimed runs to every sample.
 */
export function createSampler(call: Call): Sampler {
  let perCall: number | null = null;

  const timeOf = async (seconds: number, deferred: boolean): Promise<number> => {
    await call.before?.();
    const benchmark = new Benchmark(call.name, {
      defer: deferred,
      fn: deferred
        ? (deferral: { resolve(): void }) => void settled(call, benchmark, deferral)
        : () => call.run(),
      initCount: perCall === null ? 1 : Math.max(1, Math.round(seconds / perCall)),
      // The calls are counted from the last sample: do not repeat one that came out a little short.
      minTime: perCall === null ? seconds : Number.MIN_VALUE,
      minSamples: 1,
      maxTime: -1,
    });
    const failure = await new Promise<unknown>((resolve) => {
      benchmark.on("error", () => resolve(benchmark.error ?? new Error(`${call.name} failed`)));
      benchmark.on("complete", () => resolve(null));
      benchmark.run({ async: false });
    });
    if (failure !== null) throw failure;
    return benchmark.stats.sample[0]!;
  };

  let deferred: boolean | null = null;
  return {
    name: call.name,
    async sample(seconds) {
      if (deferred === null) {
        await call.before?.();
        const start = performance.now();
        const returned = call.run();
        await returned;
        const elapsed = (performance.now() - start) / 1000;
        deferred = returned instanceof Promise || elapsed > SLOW_SECONDS;
        if (elapsed > Math.max(SLOW_SECONDS, seconds)) {
          perCall = elapsed;
          return elapsed;
        }
      }
      perCall = await timeOf(seconds, deferred);
      return perCall;
    },
  };
}

/** Runs a deferred call and reports it to the library, a failure included, which the library would not notice. */
async function settled(call: Call, benchmark: Benchmark, deferral: { resolve(): void }): Promise<void> {
  try {
    const returned = call.run();
    if (returned instanceof Promise) await returned;
    deferral.resolve();
  } catch (error) {
    benchmark.error = error as Error;
    benchmark.emit("error");
  }
}
