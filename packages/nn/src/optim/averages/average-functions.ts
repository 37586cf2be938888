/** How averages of weights take in the next value. */
import { addScaled, describeValue, type Tensor } from "@corr2d/core";
import { invalid } from "../../arguments.ts";

/**
 * The average that follows.
 * @param average so far.
 * @param value the next one, of the same shape.
 * @param count a scalar of their dtype: how many values the average has taken in.
 */
export type AverageFunction = (average: Tensor, value: Tensor, count: Tensor) => Tensor;

/** The mean of all values, for `AveragedModel`. */
export function getSwaAvgFn(): AverageFunction {
  return (average, value, count) => average.add(value.sub(average).div(count.add(1)));
}

/**
 * A moving average, for `AveragedModel`: decay · average + (1 − decay) · value.
 * @throws INVALID_ARGUMENT unless decay is in [0, 1], with PyTorch's message.
 */
export function getEmaAvgFn(decay = 0.999): AverageFunction {
  if (!(typeof decay === "number" && decay >= 0 && decay <= 1)) {
    throw invalid(
      `Invalid decay value ${describeValue(decay)} provided. Please provide a value in [0,1] range.`,
    );
  }
  return (average, value) => addScaled(average, decay, value, 1 - decay);
}
