/** Running statistics for averaged weights, which no training has seen. */
import { describeValue, isList, noGrad, scope, type Tensor } from "@corr2d/core";
import { checkTensor, invalid } from "../../arguments.ts";
import { BatchNorm } from "../../layers/batch-norm.ts";
import type { Module } from "../../module.ts";
import { checkModule } from "./check-module.ts";

/**
 * Computes the running statistics of all batch normalisation layers anew, as means over `loader`.
 *
 * @param loader batches, at once or in time: tensors, or arrays whose first item is one.
 * @param model run in training mode, without gradients.
 * @throws INVALID_ARGUMENT for a batch that is neither, and for what is no module or cannot be iterated.
 */
export async function updateBn(
  loader: Iterable<Tensor | readonly unknown[]> | AsyncIterable<Tensor | readonly unknown[]>,
  model: Module,
): Promise<void> {
  checkModule("updateBn", model);
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = Object(loader) as Partial<
    AsyncIterable<unknown> & Iterable<unknown>
  >;
  if (typeof (later ?? now) !== "function") {
    throw invalid(`updateBn: batches are an array or what can be iterated, but got ${describeValue(loader)}`);
  }
  const layers = model.modules().filter((layer) => layer instanceof BatchNorm && layer.runningMean !== null);
  if (layers.length === 0) return;
  const { training } = model;
  const tracking = layers as unknown as (BatchNorm & { momentum: number | null })[];
  const momenta = tracking.map(({ momentum }) => momentum);
  noGrad(() => {
    for (const layer of tracking) {
      layer.runningMean?.assign(0);
      layer.runningVar?.assign(1);
      layer.numBatchesTracked?.assign(0);
      layer.momentum = null;
    }
  });
  try {
    model.train();
    for await (const batch of loader) {
      const input: unknown = isList(batch) ? batch[0] : batch;
      checkTensor("updateBn", input);
      noGrad(() =>
        scope(() => {
          model(input);
        }),
      );
    }
  } finally {
    tracking.forEach((layer, i) => {
      layer.momentum = momenta[i]!;
    });
    model.train(training);
  }
}
