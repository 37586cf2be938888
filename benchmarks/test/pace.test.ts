/** The fixed work, and its threads. How fast the machine is, or whether it is disturbed, no test can know. */
import { expect, test } from "vitest";
import { createPace } from "../dist/pace.js";
import { createWork } from "../src/pace-work.ts";

test("the work is a valid module, and takes time", () => {
  expect(createWork()()).toBeGreaterThan(0);
});

test("asks all threads, and keeps the best", async () => {
  const pace = createPace(2);
  const answers = [await pace.isFull(), await pace.isFull()];
  expect(answers.every((answer) => typeof answer === "boolean")).toBe(true);
  expect(pace.best).toBeGreaterThan(0);
  expect(pace.best).toBeLessThan(1);
  await pace.close();
});

test("a core that was once much faster is disturbed now", async () => {
  const pace = createPace(1, 1e-9);
  expect(await pace.isFull()).toBe(false);
  expect(pace.best).toBe(1e-9);
  await pace.close();
});
