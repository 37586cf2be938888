/**
 * What only several backends together can show: from one seed they draw the same weights, bit for bit, and train
 * along the same trajectory (§12.4).
 */
import { type Backend, Generator, rand } from "@corr2d/core";
import { type NetworkStart, networkStart, TRAJECTORY_TOLERANCE, trainOn } from "./cases/training.ts";
import { expectBits, expectValues } from "./compare.ts";
import { awaitedLater } from "./rejections.ts";

const SEED = 0;

/** A start drawn with core's generator on `backend`, read back. */
async function seededStart(backend: Backend): Promise<NetworkStart> {
  const generator = new Generator(SEED);
  const draws: Promise<ArrayLike<number>>[] = [];
  networkStart((shape, scale) => {
    const values = rand(shape, { backend, generator })
      .mul(2 * scale)
      .sub(scale);
    draws.push(awaitedLater(values.data()));
    return [];
  });
  const values = await Promise.all(draws);
  return networkStart(() => values.shift()!);
}

/**
 * Trains the same small network on every backend and compares each with the first.
 * @throws Error naming the two backends and the first difference.
 */
export async function compareTraining(backends: readonly Backend[]): Promise<void> {
  const [first, ...others] = backends;
  if (first === undefined) return;
  const start = await seededStart(first);
  const reference = await trainOn(first, start);
  for (const other of others) {
    const pair = `${other.name} against ${first.name}`;
    const otherStart = await seededStart(other);
    const run = await trainOn(other, otherStart);
    expectBits(`${pair}: images drawn from seed ${SEED}`, otherStart.images, start.images);
    for (const part of ["kernel", "bias", "weight", "offset"] as const) {
      expectBits(
        `${pair}: ${part} drawn from seed ${SEED}`,
        otherStart.parameters[part],
        start.parameters[part],
      );
    }
    const expectNear = (what: string, actual: readonly number[], values: readonly number[]): void => {
      const tolerance = values.map(() => TRAJECTORY_TOLERANCE);
      expectValues(`${pair}: ${what}`, actual, { values, tolerance }, [values.length]);
    };
    expectNear("losses", run.losses, reference.losses);
    reference.parameters.forEach((values, i) => {
      expectNear(`parameter ${i}`, run.parameters[i]!, values);
    });
  }
}
