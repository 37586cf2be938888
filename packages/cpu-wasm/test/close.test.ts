/** What the suite's opt-in case of closed instances says of this backend: its memory is given back, though somebody has it. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createSuite } from "@corr2d/conformance";
import { expect, it } from "vitest";
import { cpuWasm } from "../src/index.ts";

setFlagsFromString("--expose-gc");
globalThis.gc = runInNewContext("gc") as NodeJS.GCFunction;

/** For what hangs, not for what is slow: it asks for much memory. */
const LIMIT = 600_000;

it.each([1, 2])("a closed backend of %i threads holds no memory", { timeout: LIMIT }, async (threads) => {
  const suite = createSuite(() => cpuWasm({ threads }), {
    memory: true,
    filter: "memory/instances",
    timeLimit: LIMIT,
  });
  const [entry] = suite.entries;
  expect(await entry!.run()).toEqual({ status: "passed" });
  await suite.close();
});
