/** The memory that a command may take. */
import { expect, test } from "vitest";
import { FILTER_KERNELS } from "../src/chapter/filter-kernels.ts";
import { checkFiltering, checkMemory } from "../src/cli/room.ts";
import { CommandError } from "../src/cli/usage-error.ts";

test("what fits is let be", () => {
  expect(() => checkMemory("it", 7.9e9, "less", 64e9)).not.toThrow();
});

test("more than anything here should need, on however large a machine", () => {
  expect(() => checkMemory("it", 123.4e9, "ask for less", 512e9)).toThrow(
    new CommandError("it would take about 123 GB of memory, and the limit is 8 GB; ask for less"),
  );
});

test("more than a small machine has", () => {
  expect(() => checkMemory("it", 2.25e9, "ask for less", 2e9)).toThrow(
    new CommandError("it would take about 2.3 GB of memory, and this machine has 2 GB; ask for less"),
  );
});

test("a photo and its result, on a machine that has less", () => {
  const photo = { width: 8000, height: 6000, channels: 3, decodingBytes: 4e8 } as const;
  expect(() => checkFiltering(photo, FILTER_KERNELS.sobel!, {}, 16e9)).not.toThrow();
  expect(() => checkFiltering(photo, FILTER_KERNELS.sobel!, {}, 2e9)).toThrow(
    /the result of 7998×5998 pixels would take about [2-4](\.\d)? GB of memory, and this machine has 2 GB; choose less --padding/,
  );
});
