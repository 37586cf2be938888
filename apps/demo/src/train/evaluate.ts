/** How well a classifier of ten classes does on images that it does not learn from. */
import { noGrad, scope, type Tensor } from "@corr2d/core";
import type { DataLoader } from "@corr2d/data";
import { confusionMatrix, crossEntropy, type Module } from "@corr2d/nn";

export interface Evaluation {
  /** Mean over the images. */
  readonly loss: number;
  readonly accuracy: number;
  /** How many images of each class (rows) were taken for which (columns). */
  readonly confusion: number[][];
}

/** The net is in use while this goes on, and afterwards as it was. */
export async function evaluate(net: Module, loader: DataLoader<[Tensor, Tensor]>): Promise<Evaluation> {
  const wasTraining = net.training;
  net.eval();
  const confusion = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
  let total = 0;
  for await (const [images, classes] of loader) {
    const [loss, counts] = noGrad(() =>
      scope(() => {
        const scores = net(images) as Tensor;
        return [
          crossEntropy(scores, classes, { reduction: "sum" }),
          confusionMatrix(scores, classes, 10),
        ] as const;
      }),
    );
    total += await loss.item();
    for (const [i, row] of ((await counts.toArray()) as number[][]).entries()) {
      for (const [j, count] of row.entries()) confusion[i]![j]! += count;
    }
    loss.dispose();
    counts.dispose();
  }
  net.train(wasTraining);
  const images = loader.dataset.length;
  const right = confusion.reduce((sum, row, i) => sum + row[i]!, 0);
  return { loss: total / images, accuracy: right / images, confusion };
}
