/** What kind of images a data set holds. */
import type { ImageDataset } from "@corr2d/data";
import type { ImageKind } from "../chapter/lenet.ts";

/** Of a set to train with and one to test with, whose images are alike. */
export function kindOf(...sets: readonly ImageDataset[]): ImageKind {
  const [, channels, height, width] = sets[0]!.fields[0].shape as [number, number, number, number];
  let most = 0;
  for (const { fields } of sets) {
    const labels = fields[1].data;
    for (let i = 0; i < labels.length; i++) most = Math.max(most, labels[i]!);
  }
  return { channels, height, width, classes: most + 1 };
}
