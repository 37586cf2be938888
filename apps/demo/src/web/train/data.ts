/** The images that networks learn from, and those that they are tested with. */
import { type NumberArray, readIdx } from "@corr2d/data";
import { writtenDigits } from "../../train/digits.ts";
import { SIDE } from "../../train/pen.ts";
import { FASHION_TEST, FASHION_TRAIN } from "./fashion/counts.ts";

/** Written by rule in the page, or real photographs of clothes. */
export const DATA_NAMES = ["digits", "fashion"] as const;
export type DataName = (typeof DATA_NAMES)[number];

/** How many images there are at most to learn from. */
export const MOST_IMAGES: Readonly<Record<DataName, number>> = { digits: 4000, fashion: FASHION_TRAIN };

const TEST_DIGITS = 300;
const [TRAIN_SEED, TEST_SEED] = [1, 2];
/** Bent far enough that some are hard to tell apart. */
const REACH = 2;

/** Images [N, 28, 28] as bytes, and their classes [N]. */
export interface Images {
  readonly images: NumberArray;
  readonly classes: NumberArray;
}

export interface Data {
  readonly train: Images;
  readonly test: Images;
}

function slice({ images, classes }: Images, from: number, to: number): Images {
  const pixels = SIDE * SIDE;
  return {
    images: { data: images.data.slice(from * pixels, to * pixels), shape: [to - from, SIDE, SIDE] },
    classes: { data: classes.data.slice(from, to), shape: [to - from] },
  };
}

async function fetchFashion(): Promise<Images> {
  const [images, classes] = await Promise.all([
    fetch(new URL("./fashion/images.idx3.gz", import.meta.url)).then(readIdx),
    fetch(new URL("./fashion/labels.idx1.gz", import.meta.url)).then(readIdx),
  ]);
  return { images, classes };
}

/** @param count how many to learn from: the first ones, so that fewer are a part of more. */
export async function loadData(name: DataName, count: number): Promise<Data> {
  if (name === "digits") {
    return {
      train: writtenDigits(count, TRAIN_SEED, REACH),
      test: writtenDigits(TEST_DIGITS, TEST_SEED, REACH),
    };
  }
  const all = await fetchFashion();
  return {
    train: slice(all, 0, Math.min(count, FASHION_TRAIN)),
    test: slice(all, FASHION_TRAIN, FASHION_TRAIN + FASHION_TEST),
  };
}
