/** The functions that LambdaLR and MultiplicativeLR take. */
import { describeValue, isList } from "@corr2d/core";
import { invalid, type Signature } from "../../arguments.ts";
import { type AnyOptimizer, checkOptimizer } from "./scheduler.ts";

/** The factor of an epoch. */
export type LrLambda = (epoch: number) => number;

/** The options of both. */
export const LAMBDA_OPTIONS: Signature = {
  options: { lastEpoch: "number" },
  positional: { number: ["lastEpoch"] },
};

/**
 * One function for each group.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export function lambdasOf(optimizer: AnyOptimizer, given: LrLambda | readonly LrLambda[]): LrLambda[] {
  checkOptimizer(optimizer);
  const { length } = optimizer.paramGroups;
  const lambdas: readonly LrLambda[] = isList(given)
    ? Array.from(given as readonly LrLambda[])
    : new Array<LrLambda>(length).fill(given as LrLambda);
  if (lambdas.length !== length) {
    throw invalid(`Expected ${length} lr_lambdas, but got ${lambdas.length}`);
  }
  for (const lambda of lambdas) {
    if (typeof lambda === "function") continue;
    throw invalid(`lr_lambda should be a function, but got ${describeValue(lambda)}`);
  }
  return [...lambdas];
}
