/** Digits written by rule, as MNIST's four files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeIdx } from "@corr2d/data";
import { writtenDigits } from "../src/train/digits.ts";

/** Makes `folder`. With `wrongEvery` n, each n-th image to train with has the class after its own. */
export function writeDigits(
  folder: string,
  counts: { readonly train: number; readonly test: number; readonly wrongEvery?: number },
): void {
  mkdirSync(folder);
  for (const [part, count, seed] of [
    ["train", counts.train, 1],
    ["t10k", counts.test, 2],
  ] as const) {
    const { images, classes } = writtenDigits(count, seed);
    const { wrongEvery } = counts;
    if (part === "train" && wrongEvery !== undefined) {
      for (let i = 0; i < count; i += wrongEvery) classes.data[i] = (classes.data[i]! + 1) % 10;
    }
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), writeIdx(images));
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), writeIdx(classes));
  }
}
