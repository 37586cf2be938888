/** A loader that is resumed anywhere goes on bit for bit, and leaves every generator where it would have been. */
import { defaultGenerator, drawUniform, getRngState, manualSeed, setRngState } from "@corr2d/core";
import { DataLoader, type LoaderState } from "@corr2d/data";
import { describe, expect, it } from "vitest";
import { after, generatorsOf, goldens, type LoaderCase, loaderOf } from "./goldens.ts";
import type { Sample } from "./numbers.ts";
import { expectError } from "./support.ts";

const inProcess = goldens.loaders.filter(({ loaders }) =>
  Object.values(loaders).every(({ numWorkers = 0 }) => numWorkers === 0),
);

/** What a checkpoint holds, through JSON. */
interface Checkpoint {
  readonly loaders: Readonly<Record<string, LoaderState>>;
  readonly random: ReturnType<typeof getRngState>;
}

/**
 * Runs the epochs of a case, in whose bodies random numbers are drawn, as dropout does. Stops after `stop` batches; or begins
 * where `from` was taken.
 */
function run(given: LoaderCase, stop: number, from?: { checkpoint: Checkpoint; step: number }) {
  manualSeed(from === undefined ? given.seed : 987);
  // Those that a loader has.
  const used = Object.entries(given.generators).filter(([name]) =>
    JSON.stringify(given.loaders).includes(`"generator":"${name}"`),
  );
  const generators = generatorsOf(Object.fromEntries(used));
  if (from !== undefined) for (const generator of generators.values()) drawUniform(generator, 3, "float32");
  const loaders = Object.fromEntries(
    Object.entries(given.loaders).map(([name, spec]) => [name, loaderOf(spec, generators)]),
  );
  if (from !== undefined) {
    for (const [name, loader] of Object.entries(loaders)) {
      loader.loadStateDict(from.checkpoint.loaders[name]!);
    }
    setRngState(from.checkpoint.random);
  }
  const seen: Sample[][] = [];
  for (let step = from?.step ?? 0; step < given.steps.length; step++) {
    const loader = loaders[given.steps[step]!.read]!;
    for (const batch of loader) {
      seen.push(batch);
      drawUniform(defaultGenerator, 3, "float32");
      if (seen.length < stop) continue;
      const states = Object.entries(loaders).map(([name, each]) => [name, each.stateDict()] as const);
      const checkpoint = { loaders: Object.fromEntries(states), random: getRngState() };
      return { seen, step, checkpoint: JSON.parse(JSON.stringify(checkpoint)) as Checkpoint, end: [] };
    }
  }
  return { seen, step: given.steps.length, checkpoint: null, end: after(generators) };
}

describe("resumed", () => {
  it.each(inProcess.map((each) => [each.name, each] as [string, LoaderCase]))("%s", (_, given) => {
    const whole = run(given, Infinity);
    for (let stop = 1; stop <= whole.seen.length; stop++) {
      const { seen, step, checkpoint } = run(given, stop);
      const rest = run(given, Infinity, { checkpoint: checkpoint!, step });
      expect([...seen, ...rest.seen]).toEqual(whole.seen);
      expect(rest.end).toEqual(whole.end);
    }
  });

  it("with a generator that the sampler draws from again and again while others do", () => {
    const given = goldens.loaders.find(({ name }) =>
      name.startsWith("RandomSampler {'replacement': True, 'numSamples': 70"),
    )!;
    const play = (stop: number, from?: LoaderState, random?: ReturnType<typeof getRngState>) => {
      const generators = generatorsOf({ g: 5 });
      const g = generators.get("g")!;
      manualSeed(1);
      const loader = loaderOf(given.loaders.train!, generators);
      if (from !== undefined) loader.loadStateDict(from);
      if (random !== undefined) setRngState(random);
      const seen: unknown[] = [];
      for (const batch of loader) {
        seen.push([batch, ...drawUniform(g, 1, "float32"), ...drawUniform(defaultGenerator, 1, "float32")]);
        if (seen.length === stop) break;
      }
      return { seen, state: loader.stateDict(), random: getRngState() };
    };
    const whole = play(Infinity).seen;
    for (let stop = 1; stop < whole.length; stop++) {
      const { seen, state, random } = play(stop);
      expect([...seen, ...play(Infinity, state, random).seen]).toEqual(whole);
    }
  });

  it("loads nothing that was loaded before", () => {
    const read: number[] = [];
    const dataset = { length: 10, at: (i: number) => read.push(i) };
    const options = { batchSize: 2, collateFn: (samples: number[]) => samples };
    const loader = new DataLoader(dataset, options);
    const iterator = loader[Symbol.iterator]();
    iterator.next();
    iterator.next();
    const state = loader.stateDict();
    expect(state.epoch!.batches).toBe(2);
    read.length = 0;
    const other = new DataLoader(dataset, options);
    other.loadStateDict(state);
    expect(other.stateDict()).toEqual(state);
    expect([...other]).toHaveLength(3);
    expect(read).toEqual([4, 5, 6, 7, 8, 9]);
    expect(other.stateDict().epoch).toBeNull();
    expect([...other]).toHaveLength(5);
  });

  it.each([
    [null, "it got null"],
    [{}, "'generators' and 'workers' are arrays"],
    [
      { epoch: null, generators: [{}], workers: [] },
      "the states of 1 generators, and this loader was given 0",
    ],
    [{ epoch: null, generators: [], workers: [{}, {}] }, "taken with 2 workers, and this loader has 0"],
    [{ epoch: {}, generators: [], workers: [] }, "'epoch' is null, or says"],
    [
      {
        epoch: { baseSeed: 1, batches: 1, order: { pulled: 1, done: false, draws: [null] } },
        generators: [],
        workers: [],
      },
      "'epoch' is null, or says",
    ],
    [
      {
        epoch: { baseSeed: 1, batches: 1, order: { pulled: 2, done: false, draws: [] } },
        generators: [],
        workers: [],
      },
      "was read by workers",
    ],
  ])("refuses %j", (state, text) => {
    const loader = new DataLoader([1, 2, 3]);
    expectError(() => loader.loadStateDict(state as never), "STATE_DICT", text);
  });
});
