/** A short run of every campaign, always the same one. Other seeds and long runs: `pnpm fuzz`. */
import { afterAll, describe, expect, it } from "vitest";
import { CAMPAIGNS, search } from "../src/campaign.ts";
import { TARGETS } from "../src/hostile/targets.ts";
import { BACKENDS, openSession } from "../src/session.ts";
import { startWatchdog } from "../src/watchdog.ts";

const RUNS: Readonly<Record<string, number>> = {
  geometry: 1500,
  huge: 1500,
  hostile: 2500,
  images: 300,
  files: 500,
};
const SEED = 20;

const watchdog = startWatchdog(100);
afterAll(() => watchdog.close());

describe.each(CAMPAIGNS)("$name", (campaign) => {
  it.each(campaign.alone ? BACKENDS.slice(0, 1) : BACKENDS)("finds nothing on %s", async (backend) => {
    const session = await openSession(backend);
    const trial = await campaign.open();
    const fault = await search(campaign.name, trial, session, watchdog, {
      seed: SEED,
      runs: RUNS[campaign.name]!,
    });
    expect(fault).toBeNull();
  });
});

describe("what the hostile campaign calls", () => {
  const names = TARGETS.map(({ name }) => name);
  it.each(["core.corr2d", "#sum", "#grad=", "new nn.Conv2D", "#step", "nn.init.uniform", "#parameters"])(
    "has %s",
    (end) => {
      expect(names.some((name) => name.endsWith(end))).toBe(true);
    },
  );

  it("knows arguments that work for most, and options", () => {
    // Most setters refuse whatever they are given.
    const called = TARGETS.filter(({ name }) => !name.endsWith("="));
    const working = called.filter((target) => target.working.length > 0);
    expect(working.length / called.length).toBeGreaterThan(0.6);
    const corr2d = TARGETS.find(({ name }) => name === "core.corr2d")!;
    expect(corr2d.options).toContain("dilation");
  });
});
