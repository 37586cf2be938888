/** What came before the chapter, as small examples on synthetic data. */
import { backpropagation, compareBackpropagation } from "../chapter/backpropagation.ts";
import { compareDropout, dropout } from "../chapter/dropout.ts";
import { compareInitialization, initialization } from "../chapter/initialization.ts";
import { compareLinearRegression, linearRegression } from "../chapter/linear-regression.ts";
import { compareMultilayerPerceptron, multilayerPerceptron } from "../chapter/multilayer-perceptron.ts";
import { compareSoftmaxRegression, softmaxRegression } from "../chapter/softmax-regression.ts";
import { compareWeightDecay, weightDecay } from "../chapter/weight-decay.ts";
import { defineExample, type Example } from "./example.ts";
import { numbers } from "./page.ts";

export const RECALL_NAMES = [
  "linear-regression",
  "softmax-regression",
  "mlp",
  "weight-decay",
  "dropout",
  "backpropagation",
  "initialization",
] as const;

/** All of them, on data drawn with this seed. */
export function recallExamples(seed: number): Example[] {
  return [
    defineExample({
      name: "linear-regression",
      title: "Linear regression",
      section: "Dive into Deep Learning, 3.1–3.5",
      run: (backend) => linearRegression(backend, seed),
      compare: compareLinearRegression,
      show: ({ losses }, page, comparisons) => {
        const lines = losses.map((loss, i) => `epoch ${i + 1}, loss ${loss.toFixed(6)}`);
        return `${page.indent(lines.join("\n"))}\n\n${page.compare(comparisons)}`;
      },
    }),
    defineExample({
      name: "softmax-regression",
      title: "Softmax regression",
      section: "Dive into Deep Learning, 4.1–4.5",
      run: (backend) => softmaxRegression(backend, seed),
      compare: compareSoftmaxRegression,
      show: ({ initialLoss, loss }, page, comparisons) =>
        `${page.indent(`loss ${initialLoss.toFixed(4)} → ${loss.toFixed(4)}`)}\n\n${page.compare(comparisons)}`,
    }),
    defineExample({
      name: "mlp",
      title: "Multilayer perceptron",
      section: "Dive into Deep Learning, 5.1–5.2",
      run: (backend) => multilayerPerceptron(backend, seed),
      compare: compareMultilayerPerceptron,
      show: ({ loss }, page, comparisons) =>
        `${page.indent(`loss of the perceptron ${loss.toFixed(4)}`)}\n\n${page.compare(comparisons)}`,
    }),
    defineExample({
      name: "weight-decay",
      title: "Weight decay",
      section: "Dive into Deep Learning, 3.7",
      run: (backend) => weightDecay(backend, seed),
      compare: compareWeightDecay,
      show: ({ runs }, page, comparisons) => {
        const table = page.table(
          ["λ", "training loss", "validation loss", "‖w‖"],
          runs.map((run) => [
            String(run.lambda),
            run.trainLoss.toExponential(2),
            run.validationLoss.toFixed(4),
            run.weightNorm.toFixed(4),
          ]),
        );
        return `${table}\n\n${page.compare(comparisons)}`;
      },
    }),
    defineExample({
      name: "dropout",
      title: "Dropout",
      section: "Dive into Deep Learning, 5.6",
      run: (backend) => dropout(backend, seed),
      compare: compareDropout,
      show: (_, page, comparisons) => page.compare(comparisons),
    }),
    defineExample({
      name: "backpropagation",
      title: "Forward and backward propagation",
      section: "Dive into Deep Learning, 5.3",
      run: backpropagation,
      compare: compareBackpropagation,
      show: ({ hidden, output, objective }, page, comparisons) => {
        const forward = `h = ${numbers(hidden, 2)}, o = ${numbers(output, 2)}, J = ${numbers(objective, 4)}`;
        return `${page.indent(forward)}\n\n${page.compare(comparisons)}`;
      },
    }),
    defineExample({
      name: "initialization",
      title: "Initialisation",
      section: "Dive into Deep Learning, 5.4",
      run: (backend) => initialization(backend, seed),
      compare: compareInitialization,
      show: ({ growth }, page, comparisons) => {
        const table = page.table(
          ["weights", "per layer", "after 20 layers"],
          growth.map(({ name, perLayer, after20 }) => [
            name,
            `× ${perLayer.toFixed(3)}`,
            after20.toExponential(1),
          ]),
        );
        return `${table}\n\n${page.compare(comparisons)}`;
      },
    }),
  ];
}
