/**
 * The recalled chapters on Fashion-MNIST beside PyTorch's run of the same networks with seed 0, whose numbers
 * scripts/goldens/make_recall.py writes. Sums are rounded in another order there, so trained networks drift apart a little.
 */
import type { Comparison } from "../chapter/comparison.ts";
import type { TrainedClassifier } from "./classifiers.ts";
import { PYTORCH } from "./pytorch-numbers.ts";
import type { Regularization } from "./regularization.ts";
import type { VanishingGradients } from "./vanishing-gradients.ts";

const known = (
  what: string,
  expected: number | number[],
  computed: number | number[],
  within: number,
): Comparison => ({ what, source: "PyTorch", expected, computed, within });

export const comparePyTorchClassifier =
  (name: "softmax-regression" | "mlp") =>
  ({ trainLoss, testAccuracies }: TrainedClassifier): Comparison[] => {
    const expected = PYTORCH[name];
    return [
      known("training loss", expected.trainLoss, trainLoss, 0.001),
      ...testAccuracies.map((accuracy, i) =>
        known(`test accuracy, epoch ${i + 1}`, expected.testAccuracies[i]!, accuracy, 0.001),
      ),
    ];
  };

/** A thousand steps of a net with two hidden layers drift by up to 0.004. */
const LOSS = 0.01;

export const comparePyTorchRegularization =
  (name: "weight-decay" | "dropout") =>
  ({ runs }: Regularization): Comparison[] =>
    runs.flatMap(({ strength, trainLoss, testLoss }, i) => {
      const expected = PYTORCH[name][i]!;
      return [
        known(`training loss, ${strength}`, expected.trainLoss, trainLoss, LOSS),
        known(`test loss, ${strength}`, expected.testLoss, testLoss, LOSS),
      ];
    });

/** From 10⁻¹⁶ to 10¹⁰: by their logarithms. */
export function comparePyTorchGradients({ nets }: VanishingGradients): Comparison[] {
  return nets.map(({ activation, weights, gradients }, i) =>
    known(
      `log₁₀ of layer 1's, ${activation}, ${weights}`,
      Math.log10(PYTORCH.initialization[i]![0]!),
      Math.log10(gradients[0]!),
      0.001,
    ),
  );
}
