/** The fixed work, and what its times say. How fast the machine is, or whether it is disturbed, no test can know. */
import { expect, test } from "vitest";
import { paceOf } from "../src/pace.ts";
import { createWork } from "../src/pace-work.ts";

/** A core that takes these seconds, time after time. */
const core = (...seconds: number[]) => {
  const left = [...seconds];
  return async () => left.shift()!;
};

test("the work is a valid module, and takes time", () => {
  expect(createWork()()).toBeGreaterThan(0);
});

test("every core must be about as fast as the fastest ever was", async () => {
  const pace = paceOf([core(1, 1.1, 1, 1.4), core(1.05, 1, 1.3, 1)], Number.POSITIVE_INFINITY);
  const answers = [await pace.isFull(), await pace.isFull(), await pace.isFull(), await pace.isFull()];
  expect(answers).toEqual([true, true, false, false]);
  expect(pace.best).toBe(1);
});

test("cores that are all slower than what is known are disturbed", async () => {
  const pace = paceOf([core(1.5), core(1.5)], 1);
  expect(await pace.isFull()).toBe(false);
  expect(pace.best).toBe(1);
});

test("a faster core than ever sets the measure", async () => {
  const pace = paceOf([core(0.5, 0.7), core(0.5, 0.5)], 1);
  expect([await pace.isFull(), await pace.isFull()]).toEqual([true, false]);
  expect(pace.best).toBe(0.5);
});
