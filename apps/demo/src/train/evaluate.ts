/** How well a classifier does on images that it does not learn from. */
import { noGrad, scope, type Tensor } from "@corr2d/core";
import type { DataLoader } from "@corr2d/data";
import { confusionMatrix, crossEntropy, type Module } from "@corr2d/nn";
import { type Collective, soleRank } from "@corr2d/parallel";

export interface Evaluation {
  /** Mean over the images. */
  readonly loss: number;
  readonly accuracy: number;
  /** How many images of each class (rows) were taken for which (columns). */
  readonly confusion: number[][];
}

/**
 * The net is in use while this goes on, and afterwards as it was.
 * @param classes how many the net tells apart.
 * @param collective whose ranks have each a share of the images; all get the result.
 */
export async function evaluate(
  net: Module,
  loader: DataLoader<[Tensor, Tensor]>,
  classes: number,
  collective: Collective = soleRank(),
): Promise<Evaluation> {
  const wasTraining = net.training;
  net.eval();
  const sums = new Float64Array(classes * classes + 1);
  for await (const [images, labels] of loader) {
    const [loss, counts] = noGrad(() =>
      scope(() => {
        const scores = net(images) as Tensor;
        return [
          crossEntropy(scores, labels, { reduction: "sum" }),
          confusionMatrix(scores, labels, classes),
        ] as const;
      }),
    );
    const all = await counts.data();
    for (const [i, count] of all.entries()) sums[i]! += count;
    sums[all.length]! += await loss.item();
    loss.dispose();
    counts.dispose();
  }
  net.train(wasTraining);
  await collective.allReduce(sums);
  const confusion = Array.from({ length: classes }, (_, i) => [
    ...sums.subarray(i * classes, (i + 1) * classes),
  ]);
  const images = loader.dataset.length;
  const right = confusion.reduce((sum, row, i) => sum + row[i]!, 0);
  return { loss: sums.at(-1)! / images, accuracy: right / images, confusion };
}
