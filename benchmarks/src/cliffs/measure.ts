/**
 * Times the points of a sweep in turns, and relates each to the one before it, by the time that a unit of work takes.
 * What looks like a cliff is measured again, longer, with its neighbour alone.
 */
import { type Backend, drawUniform, Generator, scope, type Tensor, tensor } from "@corr2d/core";
import { interleave, type Sampler, type Schedule, type Timing } from "../interleave.ts";
import { pairedRatio } from "../statistics.ts";
import { sizeOf } from "../workloads/workload.ts";
import type { Operands, Point, Sweep } from "./sweep.ts";

/** A neighbour that takes so many times as long for a unit of work lies behind a cliff. */
export const CLIFF = 1.3;

/** Two neighbours of a sweep. */
export interface Step {
  readonly sweep: string;
  readonly unit: Sweep["unit"];
  /** The faster one, and the slower one: their labels, and seconds of a unit of work. */
  readonly fast: { readonly label: string; readonly seconds: number };
  readonly slow: { readonly label: string; readonly seconds: number };
  /** How many times as long the slower takes for a unit of work. */
  readonly ratio: number;
  readonly because: string | null;
}

const BRIEF: Schedule = {
  rounds: 5,
  sampleSeconds: 0.002,
  warmSeconds: 0.015,
  warmCalls: 0,
  budgetSeconds: 0.5,
  leastSamples: 3,
  patienceSeconds: 10,
  waitSeconds: 0,
};

const CAREFUL: Schedule = { ...BRIEF, rounds: 15, sampleSeconds: 0.004, warmSeconds: 0.04, leastSamples: 5 };

interface Prepared {
  readonly point: Point;
  readonly call: () => unknown;
}

type Timings = ReadonlyMap<string, Timing>;

/** A sampler of a call that returns when it is done: as many calls as fill its time, by the last sample's. */
function samplerOf({ point, call }: Prepared): Sampler {
  let perCall = Number.POSITIVE_INFINITY;
  const once = (): void => {
    call();
  };
  return {
    name: point.label,
    async sample(seconds) {
      const start = performance.now();
      const end = start + 1000 * seconds;
      let calls = 0;
      // The clock is asked as seldom as the last sample lets.
      const between = Math.max(1, Math.floor(seconds / perCall / 4));
      do {
        for (let i = 0; i < between; i++) scope(once);
        calls += between;
      } while (performance.now() < end);
      perCall = (performance.now() - start) / 1000 / calls;
      return perCall;
    },
  };
}

const time = (
  points: readonly Prepared[],
  schedule: Schedule,
  settle: () => Promise<void>,
): Promise<Timings> => interleave(points.map(samplerOf), schedule, settle);

/** Random numbers that operands are parts of: drawing as many as some have would take longer than measuring them. */
const NUMBERS = drawUniform(new Generator(0), 2 ** 23, "float32", -1, 1);

/** Two points of a sweep, from what they took in the same rounds. */
export function relate(
  sweep: Pick<Sweep, "name" | "unit">,
  before: Point,
  after: Point,
  timings: Timings,
): Step {
  const [a, b] = [timings.get(before.label)!, timings.get(after.label)!];
  const ratio = (pairedRatio(b.rounds, a.rounds)! * before.work) / after.work;
  const ends = [
    { label: before.label, seconds: a.median / before.work },
    { label: after.label, seconds: b.median / after.work },
  ] as const;
  const [fast, slow] = ratio >= 1 ? ends : [ends[1], ends[0]];
  const because = (ratio >= 1 ? after : before).because ?? null;
  const { name, unit } = sweep;
  return { sweep: name, unit, fast, slow, ratio: Math.max(ratio, 1 / ratio), because };
}

/** @param settle as in `interleave`. */
export async function measureSweep(
  sweep: Sweep,
  backend: Backend,
  settle: () => Promise<void>,
): Promise<Step[]> {
  const made: Tensor[] = [];
  const numbers = (shape: readonly number[]): Float32Array => NUMBERS.subarray(0, sizeOf(shape));
  const keep = (x: Tensor): Tensor => {
    made.push(x);
    return x;
  };
  const operands: Operands = {
    floats: (shape, requiresGrad = false) => keep(tensor(numbers(shape), { shape, backend, requiresGrad })),
    integers: (shape, below) =>
      keep(
        tensor(
          Int32Array.from(numbers(shape), (number) => Math.floor(((number + 1) / 2) * below)),
          { shape, backend },
        ),
      ),
  };
  const points = sweep.points.map((point): Prepared => ({ point, call: point.prepare(operands) }));
  const timings = await time(points, BRIEF, settle);
  const steps: Step[] = [];
  for (let i = 1; i < points.length; i++) {
    const pair = [points[i - 1]!, points[i]!] as const;
    const step = relate(sweep, pair[0].point, pair[1].point, timings);
    steps.push(
      step.ratio <= CLIFF
        ? step
        : relate(sweep, pair[0].point, pair[1].point, await time(pair, CAREFUL, settle)),
    );
  }
  for (const operand of made) operand.dispose();
  return steps;
}
