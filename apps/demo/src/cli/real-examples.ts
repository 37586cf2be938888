/** The recalled chapters on the images that `demo train` trains on, and how each is shown. */

import type { Comparison } from "../chapter/comparison.ts";
import {
  compareClassifier,
  compareWithBook,
  mlpOnImages,
  softmaxOnImages,
  type TrainedClassifier,
} from "../real/classifiers.ts";
import {
  comparePyTorchClassifier,
  comparePyTorchGradients,
  comparePyTorchRegularization,
} from "../real/pytorch.ts";
import {
  compareOverfitting,
  compareWeightDecayOnImages,
  dropoutOnImages,
  type Regularization,
  weightDecayOnImages,
} from "../real/regularization.ts";
import {
  compareVanishingGradients,
  type VanishingGradients,
  vanishingGradients,
} from "../real/vanishing-gradients.ts";
import { defineExample, type Example, type ExampleDefinition } from "./example.ts";
import { type Page, percent } from "./page.ts";
import type { FoundData } from "./train/find-data.ts";

export const REAL_NAMES = ["softmax-regression", "mlp", "weight-decay", "dropout", "initialization"] as const;

const count = (images: number): string => images.toLocaleString("en");

/** Whether these are the images that the book's and PyTorch's numbers are about. */
const isFashionMnist = ({ name, train, test }: FoundData): boolean =>
  name === "Fashion-MNIST" && train.length === 60_000 && test.length === 10_000;

function showClassifier(result: TrainedClassifier, page: Page): string {
  const { batch, lr, initialLoss, trainLoss, testLoss, trainAccuracy, testAccuracy, testAccuracies } = result;
  const epochs = testAccuracies.length;
  const table = page.table(
    ["", "loss", "accuracy"],
    [
      ["test images, before", initialLoss.toFixed(4), ""],
      ["training images, after", trainLoss.toFixed(4), percent(trainAccuracy)],
      ["test images, after", testLoss.toFixed(4), percent(testAccuracy)],
    ],
  );
  return `${page.indent(`batches of ${batch}, learning rate ${lr}, ${epochs} epochs`)}\n\n${table}`;
}

const showRegularization =
  (symbol: string) =>
  ({ images, batch, lr, epochs, runs }: Regularization, page: Page): string => {
    const settings = `the first ${count(images)} images, batches of ${batch}, learning rate ${lr}, ${epochs} epochs`;
    const table = page.table(
      [symbol, "training loss", "test loss", "gap", "test accuracy", "‖w‖"],
      runs.map((run) => [
        String(run.strength),
        run.trainLoss.toFixed(4),
        run.testLoss.toFixed(4),
        run.gap.toFixed(4),
        percent(run.testAccuracy),
        run.weightNorm.toFixed(2),
      ]),
    );
    return `${page.indent(settings)}\n\n${table}`;
  };

function showGradients({ images, batch, lr, epochs, nets }: VanishingGradients, page: Page): string {
  const layers = [1, 4, 8, 11];
  const settings = [
    "ten hidden layers of 100; norms of gradients of some layers before training;",
    `then ${epochs} epoch of ${count(images)} images, batches of ${batch}, learning rate ${lr}`,
  ];
  const table = page.table(
    ["", "weights", ...layers.map((layer) => `layer ${layer}`), "test accuracy"],
    nets.map(({ activation, weights, gradients, testAccuracy }) => [
      activation,
      weights,
      ...layers.map((layer) => gradients[layer - 1]!.toExponential(1)),
      percent(testAccuracy),
    ]),
  );
  return `${page.indent(settings.join("\n"))}\n\n${table}`;
}

/** The examples, on `found` and drawn with this seed. Without Fashion-MNIST or with another seed, theory alone is known. */
export function realExamples(found: FoundData, seed: number): Example[] {
  const isBook = isFashionMnist(found);
  const isPyTorch = isBook && seed === 0;
  const about = `${found.name}: ${count(found.train.length)} images to train with, ${count(found.test.length)} to test with`;
  /** Adds what is known for these very images. */
  const example = <Result>(
    definition: Omit<ExampleDefinition<Result>, "show"> & {
      readonly show: (result: Result, page: Page) => string;
      readonly book?: (result: Result) => Comparison[];
      readonly pytorch: (result: Result) => Comparison[];
    },
  ): Example => {
    const { book = () => [], pytorch, run, compare, show, ...rest } = definition;
    return defineExample<Result & { readonly data: string }>({
      ...rest,
      run: async (backend) => ({ data: found.name, ...(await run(backend)) }),
      compare: (result) => [
        ...compare(result),
        ...(isBook ? book(result) : []),
        ...(isPyTorch ? pytorch(result) : []),
      ],
      show: (result, page, comparisons) =>
        `${page.indent(about)}\n${show(result, page)}\n\n${page.compareLines(comparisons)}`,
    });
  };

  return [
    example({
      name: "softmax-regression",
      title: "Softmax regression, on images",
      section: "Dive into Deep Learning, 4.4–4.5",
      run: (backend) => softmaxOnImages(found, backend, seed),
      compare: compareClassifier,
      book: compareWithBook,
      pytorch: comparePyTorchClassifier("softmax-regression"),
      show: showClassifier,
    }),
    example({
      name: "mlp",
      title: "Multilayer perceptron, on images",
      section: "Dive into Deep Learning, 5.2",
      run: (backend) => mlpOnImages(found, backend, seed),
      compare: compareClassifier,
      book: compareWithBook,
      pytorch: comparePyTorchClassifier("mlp"),
      show: showClassifier,
    }),
    example({
      name: "weight-decay",
      title: "Weight decay, on images",
      section: "Dive into Deep Learning, 3.7",
      run: (backend) => weightDecayOnImages(found, backend, seed),
      compare: compareWeightDecayOnImages,
      book: compareOverfitting,
      pytorch: comparePyTorchRegularization("weight-decay"),
      show: showRegularization("λ"),
    }),
    example({
      name: "dropout",
      title: "Dropout, on images",
      section: "Dive into Deep Learning, 5.6",
      run: (backend) => dropoutOnImages(found, backend, seed),
      compare: () => [],
      book: compareOverfitting,
      pytorch: comparePyTorchRegularization("dropout"),
      show: showRegularization("p"),
    }),
    example({
      name: "initialization",
      title: "Vanishing gradients, on images",
      section: "Dive into Deep Learning, 5.4",
      run: (backend) => vanishingGradients(found, backend, seed),
      compare: compareVanishingGradients,
      pytorch: comparePyTorchGradients,
      show: showGradients,
    }),
  ];
}
