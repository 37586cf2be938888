import { expect, test } from "vitest";
import { describeMachine } from "../src/machine.ts";
import { measurePeak } from "../src/peak.ts";

test("the peak probe is a valid module and runs", () => {
  const peak = measurePeak();
  expect(peak).not.toBeNull();
  expect(Number.isFinite(peak!.gflops) && peak!.gflops > 0).toBe(true);
});

test("the machine is described without its name", async () => {
  const { hostname, homedir } = await import("node:os");
  const text = JSON.stringify(describeMachine());
  expect(text).toContain(process.versions.v8);
  expect(text).not.toContain(homedir());
  expect(describeMachine().os.split(" ")).not.toContain(hostname());
});
