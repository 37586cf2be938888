/** The allocator against a model: blocks never overlap, and everything freed comes back as one range. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Allocator } from "../src/allocator.ts";
import { CLASSES, classBytes, classOf, classWithin } from "../src/size-classes.ts";

describe("size classes", () => {
  test("a class holds what it is asked for, wastes at most an eighth, and is a multiple of 64", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (bytes) => {
        const size = classBytes(classOf(bytes));
        expect(size).toBeGreaterThanOrEqual(bytes);
        expect(size % 64).toBe(0);
        expect(size).toBeLessThanOrEqual(Math.max(bytes + 64, bytes * 1.125));
      }),
      { numRuns: 5000 },
    );
  });

  test("classes grow, and each size is its own class", () => {
    for (let index = 0; index < CLASSES; index++) {
      expect(classOf(classBytes(index))).toBe(index);
      expect(classWithin(classBytes(index))).toBe(index);
      if (index > 0) {
        expect(classOf(classBytes(index - 1) + 1)).toBe(index);
        expect(classWithin(classBytes(index) - 64)).toBe(index - 1);
      }
    }
    expect(classBytes(CLASSES - 1)).toBe(2 ** 31);
  });
});

const START = 65536;
const SIZE = 1 << 20;

type Step = { readonly allocate: number } | { readonly release: number } | { readonly extend: true };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 5000 }).map((allocate) => ({ allocate })) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 400_000 }).map((allocate) => ({ allocate })) },
    { weight: 6, arbitrary: fc.nat().map((release) => ({ release })) },
    { weight: 1, arbitrary: fc.constant({ extend: true } as const) },
  ),
  { maxLength: 300 },
);

describe("allocator", () => {
  test("blocks lie inside the memory, are aligned, and never overlap; freed memory coalesces", () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const allocator = new Allocator();
        let end = START + SIZE;
        allocator.extend(START, SIZE);
        const blocks: { pointer: number; bytes: number }[] = [];
        for (const step of sequence) {
          if ("extend" in step) {
            allocator.extend(end, SIZE);
            end += SIZE;
          } else if ("release" in step) {
            if (blocks.length === 0) continue;
            const [block] = blocks.splice(step.release % blocks.length, 1);
            allocator.release(block!.pointer, block!.bytes);
          } else {
            const pointer = allocator.allocate(step.allocate);
            if (pointer !== 0) blocks.push({ pointer, bytes: step.allocate });
          }
          const ordered = [...blocks].sort((a, b) => a.pointer - b.pointer);
          ordered.forEach(({ pointer, bytes }, i) => {
            const next = ordered[i + 1]?.pointer ?? end;
            if (pointer % 64 !== 0 || pointer < START || pointer + Math.max(bytes, 64) > next) {
              throw new Error(`block at ${pointer} of ${bytes} bytes reaches ${next}`);
            }
          });
        }
        const free = allocator.free().reduce((sum, range) => sum + range.bytes, 0);
        const taken = blocks.reduce((sum, { bytes }) => sum + classBytes(classOf(bytes)), 0);
        expect(free + taken).toBe(end - START);
        for (const { pointer, bytes } of blocks) allocator.release(pointer, bytes);
        expect(allocator.free()).toEqual([{ start: START, bytes: end - START }]);
      }),
      { numRuns: 300 },
    );
  });

  test("a released block serves the next request of its size", () => {
    const allocator = new Allocator();
    allocator.extend(START, SIZE);
    const first = allocator.allocate(1000);
    allocator.allocate(1000);
    allocator.release(first, 1000);
    expect(allocator.allocate(990)).toBe(first);
  });

  test("small released blocks are joined when a large request needs their room", () => {
    const allocator = new Allocator();
    allocator.extend(START, SIZE);
    const pointers = Array.from({ length: SIZE / 64 }, () => allocator.allocate(64));
    expect(allocator.allocate(64)).toBe(0);
    for (const pointer of pointers) allocator.release(pointer, 64);
    expect(allocator.allocate(SIZE)).toBe(START);
  });

  test("no room gives 0 and leaves everything as it was", () => {
    const allocator = new Allocator();
    allocator.extend(START, SIZE);
    expect(allocator.allocate(SIZE + 1)).toBe(0);
    expect(allocator.free()).toEqual([{ start: START, bytes: SIZE }]);
  });
});
