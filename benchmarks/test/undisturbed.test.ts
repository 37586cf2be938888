/** What is measured again, with a clock and a processor that tests move by hand. */
import { expect, test } from "vitest";
import { type Allowance, undisturbed } from "../src/undisturbed.ts";

/** A processor that is at full pace or not, answer by answer; a sample takes 1 second, a pause 10. */
function fake(answers: readonly boolean[], allowance: Allowance) {
  const log: string[] = [];
  const left = [...answers];
  let time = 0;
  let count = 0;
  const sampler = undisturbed(
    {
      name: "a",
      async sample(seconds) {
        log.push(`sample of ${seconds}`);
        time += 1;
        return ++count;
      },
    },
    {
      isFull: async () => {
        if (left.length === 0) throw new Error("asked once more than expected");
        return left.shift()!;
      },
    },
    allowance,
    () => time,
    async () => {
      log.push("pause");
      time += 10;
    },
  );
  return { sampler, log, left };
}

test("keeps a sample with full pace before and after it", async () => {
  const allowance = { seconds: 30, used: 0 };
  const { sampler, log } = fake([true, true], allowance);
  expect(await sampler.sample(0.02)).toBe(1);
  expect(log).toEqual(["sample of 0.02"]);
  expect(sampler.disturbed).toEqual([false]);
  expect(allowance.used).toBe(0);
});

test("waits until the processor is at full pace", async () => {
  const allowance = { seconds: 30, used: 0 };
  const { sampler, log } = fake([false, false, true, true], allowance);
  expect(await sampler.sample(0.02)).toBe(1);
  expect(log).toEqual(["pause", "pause", "sample of 0.02"]);
  expect(sampler.disturbed).toEqual([false]);
  expect(allowance.used).toBe(20);
});

test("takes a sample again after which the processor was slower", async () => {
  const allowance = { seconds: 30, used: 0 };
  const { sampler, log, left } = fake([true, false, true, true], allowance);
  expect(await sampler.sample(0.02)).toBe(2);
  expect(log).toEqual(["sample of 0.02", "sample of 0.02"]);
  expect(left).toEqual([]);
  expect(allowance.used).toBe(1);
});

test("keeps what comes, and marks it, when the allowance is used up; waits for no one then", async () => {
  const allowance = { seconds: 15, used: 0 };
  const { sampler, log } = fake([false, false, false, true, false, true, true], allowance);
  expect(await sampler.sample(0.02)).toBe(1);
  expect(log).toEqual(["pause", "pause", "sample of 0.02"]);
  expect(await sampler.sample(0.02)).toBe(2);
  expect(await sampler.sample(0.02)).toBe(3);
  expect(sampler.disturbed).toEqual([true, true, false]);
});

test("passes a failure on", async () => {
  const failing = { name: "a", sample: () => Promise.reject(new Error("no")) };
  const sampler = undisturbed(failing, { isFull: async () => true }, { seconds: 1, used: 0 });
  await expect(sampler.sample(1)).rejects.toThrow("no");
});
