/** The record: marks, tables, and who is asked for an epoch when. */
import { describe, expect, it } from "vitest";
import { marksOf, type RaceResult, race } from "../src/record/race.ts";
import { accuracyTable, recordTable } from "../src/record/table.ts";
import type { EpochTime, Trainer } from "../src/record/trainers.ts";

const epochs: EpochTime[] = [
  { seconds: 2, testAccuracy: 0.5 },
  { seconds: 1, testAccuracy: 0.81 },
  { seconds: 1, testAccuracy: 0.79 },
];

describe("marks", () => {
  it("are the first epoch at or above, and the time up to its end", () => {
    expect(marksOf(epochs, [0.5, 0.8, 0.9])).toEqual([
      { accuracy: 0.5, epochs: 1, seconds: 2 },
      { accuracy: 0.8, epochs: 2, seconds: 3 },
      { accuracy: 0.9, epochs: null, seconds: null },
    ]);
  });
});

describe("a race", () => {
  const trainer = (name: string, accuracies: readonly number[]): Trainer => {
    let at = 0;
    const epoch = async (): Promise<EpochTime> => {
      order.push(name);
      return { seconds: 1, testAccuracy: accuracies[at++]! };
    };
    return { name, threads: 1, loading: 0.1, epoch, stop: () => {} } as unknown as Trainer;
  };
  const order: string[] = [];

  it("goes in turns, ends for each at its last mark, and gives up", async () => {
    const results = await race([trainer("a", [0.7, 0.9]), trainer("b", [0.1, 0.2, 0.3])], [0.8], {
      mostEpochs: 3,
      allEpochs: false,
      tell: () => {},
    });
    expect(order).toEqual(["a", "b", "a", "b", "b"]);
    expect(results.map(({ marks }) => marks[0]!.epochs)).toEqual([2, null]);
    expect(results[0]!.loadingShare).toBeCloseTo(0.1);
    expect(recordTable(results, 3)).toContain("not in 3 epochs");
    expect(recordTable(results, 3)).toContain("2.0 s, 2 epochs");
    expect(accuracyTable(results).split("\n").at(-1)).toMatch(/^\| +3 \| +\| +30\.00 % \|$/);
  });

  it("goes on past the marks where all epochs are wanted", async () => {
    const options = { mostEpochs: 3, allEpochs: true, tell: () => {} };
    const results = await race([trainer("a", [0.9, 0.7, 0.8])], [0.8], options);
    expect(results[0]!.marks[0]!.epochs).toBe(1);
    expect(results[0]!.epochs.map(({ testAccuracy }) => testAccuracy)).toEqual([0.9, 0.7, 0.8]);
  });

  it("has a table without figures for who was not measured", () => {
    const result: RaceResult = { name: "c", threads: 2, marks: [], epochs, loadingShare: null };
    expect(recordTable([result], 3).split("\n").at(-1)).toMatch(/^\| c +\| +2 \| +1\.00 s \| +\|$/);
  });
});
