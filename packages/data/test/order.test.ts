/** PyTorch's order, draw for draw: what is read, and what every generator draws next. */
import { defaultGenerator, drawUniform, Generator, manualSeed } from "@corr2d/core";
import { randomSplit } from "@corr2d/data";
import { describe, expect, it } from "vitest";
import { after, generatorsOf, goldens, type LoaderCase, loaderOf } from "./goldens.ts";
import { numbers, type Sample } from "./numbers.ts";

const inProcess = goldens.loaders.filter(({ loaders }) =>
  Object.values(loaders).every(({ numWorkers = 0 }) => numWorkers === 0),
);

async function later(loader: AsyncIterable<Sample[]>, most = Infinity): Promise<Sample[][]> {
  const batches: Sample[][] = [];
  for await (const batch of loader) {
    batches.push(batch);
    if (batches.length === most) break;
  }
  return batches;
}

function now(loader: Iterable<Sample[]>, most = Infinity): Sample[][] {
  const batches: Sample[][] = [];
  for (const batch of loader) {
    batches.push(batch);
    if (batches.length === most) break;
  }
  return batches;
}

/** Numbers that were float32 in PyTorch. */
const rounded = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(rounded) : typeof value === "number" ? Math.fround(value) : value;

describe.each(["for…of", "for await"])("%s", (way) => {
  it.each(inProcess.map((each) => [each.name, each] as [string, LoaderCase]))("%s", async (_, given) => {
    manualSeed(given.seed);
    const generators = generatorsOf(given.generators);
    const loaders = Object.fromEntries(
      Object.entries(given.loaders).map(([name, spec]) => [name, loaderOf(spec, generators)]),
    );
    for (const { read, most, batches } of given.steps) {
      const loader = loaders[read]!;
      const got = way === "for await" ? await later(loader, most) : now(loader, most);
      expect(rounded(got)).toEqual(rounded(batches));
    }
    expect(after(generators)).toEqual(rounded(given.after));
  });
});

describe("randomSplit", () => {
  it.each(goldens.splits)("$n samples by $lengths", ({ seed, n, lengths, generator, parts, after: next }) => {
    manualSeed(seed);
    const options = generator === undefined ? {} : { generator: new Generator(generator) };
    const split = randomSplit(numbers(n), lengths, options);
    expect(split.map(({ indices }) => [...indices])).toEqual(parts);
    expect([...drawUniform(defaultGenerator, 2, "float32")]).toEqual(rounded(next));
  });
});
