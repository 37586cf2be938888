/** The schedule, on clocks that tests move by hand. */
import { expect, test } from "vitest";
import { interleave, type Sampler, type Schedule } from "../src/interleave.ts";

const SCHEDULE: Schedule = {
  rounds: 4,
  sampleSeconds: 0.02,
  warmSeconds: 0.15,
  warmCalls: 0,
  budgetSeconds: 100,
  leastSamples: 2,
  patienceSeconds: 1000,
  waitSeconds: 0,
};

interface Fake {
  readonly log: string[];
  readonly now: () => number;
  readonly settle: () => Promise<void>;
  sampler(name: string, perCall: (sample: number) => number): Sampler;
}

/** A clock that only samples move; the first sample of each sampler is its warm-up. */
function fake(): Fake {
  let time = 0;
  const log: string[] = [];
  return {
    log,
    now: () => time,
    settle: async () => void log.push("settle"),
    sampler(name, perCall) {
      let count = 0;
      return {
        name,
        async sample(seconds) {
          log.push(`${name} ${seconds}`);
          const value = perCall(count++);
          time += value;
          return value;
        },
      };
    },
  };
}

test("warms everybody up, then takes turns, each round beginning with the next", async () => {
  const clock = fake();
  const samplers = [clock.sampler("a", () => 1), clock.sampler("b", () => 2), clock.sampler("c", () => 3)];
  await interleave(samplers, { ...SCHEDULE, rounds: 3 }, clock.settle, clock.now);
  const samples = clock.log.filter((line) => line !== "settle");
  expect(samples.slice(0, 3)).toEqual(["a 0.15", "b 0.15", "c 0.15"]);
  expect(samples.slice(3).map((line) => line[0])).toEqual([..."abc", ..."bca", ..."cab"]);
  expect(new Set(samples.slice(3).map((line) => line.slice(2)))).toEqual(new Set(["0.02"]));
});

test("warms up whoever has had few calls for longer, unless they are long ones", async () => {
  const clock = fake();
  const samplers = [
    clock.sampler("tiny", () => 0.00001),
    clock.sampler("small", () => 0.00025),
    clock.sampler("middling", () => 0.002),
    clock.sampler("long", () => 0.01),
  ];
  await interleave(samplers, { ...SCHEDULE, warmCalls: 1000 }, clock.settle, clock.now);
  const warming = clock.log.filter((line) => line !== "settle").slice(0, 6);
  expect(warming).toEqual([
    "tiny 0.15",
    "small 0.15",
    "small 0.1",
    "middling 0.15",
    "middling 1.85",
    "long 0.15",
  ]);
});

test("settles before every sample", async () => {
  const clock = fake();
  await interleave(
    [clock.sampler("a", () => 1), clock.sampler("b", () => 1)],
    SCHEDULE,
    clock.settle,
    clock.now,
  );
  expect(clock.log.length).toBe(20);
  for (const [index, line] of clock.log.entries()) expect(line === "settle").toBe(index % 2 === 0);
});

test("gives medians and deviations of the rounds, not of the warm-up", async () => {
  const clock = fake();
  const values = [9, 5, 1, 3, 4];
  const timings = await interleave(
    [clock.sampler("a", (sample) => values[sample]!)],
    SCHEDULE,
    clock.settle,
    clock.now,
  );
  expect(timings.get("a")).toEqual({ median: 3.5, mad: 1, samples: 4, rounds: [5, 1, 3, 4] });
});

test("drops a candidate that has used its budget, but not before it has the least number of samples", async () => {
  const clock = fake();
  const timings = await interleave(
    [clock.sampler("fast", () => 1), clock.sampler("slow", () => 60)],
    SCHEDULE,
    clock.settle,
    clock.now,
  );
  expect(timings.get("fast")!.rounds).toEqual([1, 1, 1, 1]);
  expect(timings.get("slow")!.rounds).toEqual([60, 60, null, null]);
  expect(timings.get("slow")!.median).toBe(60);
});

test("does not call again what is beyond patience: its warm-up is its sample", async () => {
  const clock = fake();
  const timings = await interleave(
    [clock.sampler("fast", () => 1), clock.sampler("hopeless", () => 2000)],
    SCHEDULE,
    clock.settle,
    clock.now,
  );
  expect(timings.get("hopeless")!.rounds).toEqual([2000, null, null, null]);
  expect(timings.get("fast")!.rounds).toEqual([1, 1, 1, 1]);
  expect(clock.log.filter((line) => line.startsWith("hopeless"))).toHaveLength(1);
});

test("passes a failure on", async () => {
  const clock = fake();
  const broken: Sampler = { name: "broken", sample: () => Promise.reject(new Error("no")) };
  await expect(interleave([broken], SCHEDULE, clock.settle, clock.now)).rejects.toThrow("no");
});
