/** DistributedSampler against PyTorch's (scripts/goldens/make_parallel.py), and in a loader that is resumed. */
import { readFileSync } from "node:fs";
import { setBackend } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { DataLoader } from "@corr2d/data";
import { describe, expect, it } from "vitest";
import { DistributedSampler } from "../src/index.ts";

interface Golden {
  readonly length: number;
  readonly size: number;
  readonly options: { readonly shuffle?: boolean; readonly seed?: number; readonly dropLast?: boolean };
  readonly epochs: readonly { readonly epoch: number; readonly ranks: number[][] }[];
}

const goldens = JSON.parse(
  readFileSync(new URL("fixtures/sampler.json", import.meta.url), "utf8"),
) as Golden[];

describe("PyTorch's order", () => {
  it.each(
    goldens.map(
      (golden) => [`${golden.length} on ${golden.size}, ${JSON.stringify(golden.options)}`, golden] as const,
    ),
  )("of %s", (_, { length, size, options, epochs }) => {
    for (let rank = 0; rank < size; rank++) {
      const sampler = new DistributedSampler({ length }, { rank, size }, options);
      for (const { epoch, ranks } of epochs) {
        sampler.setEpoch(epoch);
        expect([...sampler]).toEqual(ranks[rank]);
        expect(sampler.length).toBe(ranks[rank]!.length);
      }
    }
  });
});

it("a loader goes on in the middle of an epoch", async () => {
  setBackend(cpuJs());
  const dataset = Array.from({ length: 13 }, (_, i) => i);
  const make = (): [DistributedSampler, DataLoader<number>] => {
    const sampler = new DistributedSampler(dataset, { rank: 1, size: 2 });
    sampler.setEpoch(4);
    return [sampler, new DataLoader(dataset, { batchSize: 2, sampler })];
  };
  const [, whole] = make();
  const expected: unknown[] = [];
  for await (const batch of whole) expected.push(await batch.toArray());
  const [, first] = make();
  const got: unknown[] = [];
  for await (const batch of first) {
    got.push(await batch.toArray());
    if (got.length === 2) break;
  }
  const [, second] = make();
  second.loadStateDict(first.stateDict());
  for await (const batch of second) got.push(await batch.toArray());
  expect(got).toEqual(expected);
});

it("refuses what is none of its arguments", () => {
  const make = (...args: unknown[]): DistributedSampler =>
    new (DistributedSampler as new (...args: unknown[]) => DistributedSampler)(...args);
  const place = { rank: 0, size: 2 };
  expect(() => make(3, place)).toThrow("expected a data set, or what else has a length, but got 3");
  expect(() => make(undefined, place)).toThrow("expected a data set");
  expect(() => make([1], 2)).toThrow("expected a collective, or { rank, size }, but got 2");
  expect(() => make([1], { rank: 2, size: 2 })).toThrow("'rank' is a rank from 0 to 1, but got 2");
  expect(() => make([1], place, { drop: true })).toThrow(
    "unknown option 'drop'; the options are shuffle, seed, dropLast",
  );
  expect(() => make([1], place, { seed: 0.5 })).toThrow("'seed' is a whole number, but got 0.5");
  expect(() => make([1], place).setEpoch("1" as never)).toThrow("the epoch is a whole number, but got '1'");
});
