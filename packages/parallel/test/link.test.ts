/** The artificial network, and memory that messages do not fit into. */
import { describe, expect, it, vi } from "vitest";
import { JobMemory, makeJob } from "../src/threads/job.ts";
import { group, onAll } from "./group.ts";

async function took(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

describe("an artificial link", () => {
  it("makes every round late", async () => {
    const ranks = group(2, { link: { delaySeconds: 0.02, bytesPerSecond: Infinity } });
    // Agreement, slices, sums.
    expect(await took(() => onAll(ranks, (one) => one.allReduce(new Float32Array(4))))).toBeGreaterThan(
      3 * 20 - 3,
    );
  });

  it("takes time for bytes", async () => {
    const ranks = group(2, { link: { delaySeconds: 0, bytesPerSecond: 1e6 } });
    // Half of them each way, twice.
    expect(await took(() => onAll(ranks, (one) => one.allReduce(new Float32Array(10_000))))).toBeGreaterThan(
      40 - 2,
    );
  });

  it("sends what became due between two looks at the clock", async () => {
    let time = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => (time += 7));
    try {
      const ranks = group(3, { link: { delaySeconds: 0.02, bytesPerSecond: Infinity }, timeoutSeconds: 5 });
      for (let round = 0; round < 5; round++) await onAll(ranks, (one) => one.barrier());
    } finally {
      clock.mockRestore();
    }
  });
});

describe("rings", () => {
  it("stay within what a machine has", () => {
    const bytes = (size: number): number =>
      makeJob(size, 10, { delaySeconds: 0, bytesPerSecond: Infinity }).memory.byteLength;
    expect(bytes(1)).toBeLessThan(2 ** 21);
    expect(bytes(2)).toBeLessThan(2 ** 23);
    expect(bytes(16)).toBeLessThan(2 ** 27);
    expect(bytes(64)).toBeLessThan(2 ** 28);
  });

  it("go around their end", async () => {
    const ranks = group(2);
    const values = ranks.map(({ rank }) => new Int32Array(700_001).fill(rank + 1));
    for (let round = 0; round < 5; round++)
      await onAll(ranks, (one) => one.broadcast(values[one.rank]!, round % 2));
    expect(values.every((one) => one.every((value) => value === 1))).toBe(true);
  });

  it("go on when their counts have gone around", () => {
    const job = makeJob(2, 10, { delaySeconds: 0, bytesPerSecond: Infinity });
    const memory = new JobMemory(job);
    memory.write(0, 1, new Uint8Array(77));
    // The next message begins at a multiple of 8; nothing else in the memory is 80.
    const at = memory.numbers.indexOf(80);
    memory.numbers.fill(-(2 ** 20) - 8, at, at + 2);
    const sent = Uint8Array.from({ length: 699_997 }, (_, i) => i * 7);
    for (let round = 0; round < 4; round++) {
      expect(memory.write(0, 1, sent)).toBe(sent.length);
      const got = new Uint8Array(sent.length);
      expect(memory.read(0, 1, got)).toBe(sent.length);
      expect(Buffer.compare(got, sent)).toBe(0);
    }
    expect(memory.numbers[at]).toBeGreaterThan(0);
    expect(memory.write(0, 1, new Uint8Array(job.capacity + 9))).toBe(job.capacity);
    expect(memory.write(0, 1, sent)).toBe(0);
  });
});
