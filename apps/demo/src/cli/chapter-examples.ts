/** The seven examples of the chapter, in its order, and how each is shown. */

import { agrees } from "../chapter/comparison.ts";
import { compareConvLayer, convLayer } from "../chapter/conv-layer.ts";
import {
  BOOK_INPUT,
  BOOK_KERNEL,
  compareCrossCorrelation,
  crossCorrelation,
} from "../chapter/cross-correlation.ts";
import { compareEdgeDetection, edgeDetection } from "../chapter/edge-detection.ts";
import { compareImageShapes, imageShapes } from "../chapter/image-shapes.ts";
import { compareOutputSizes, outputSizes, SIZE_PROBLEMS, type SizeProblem } from "../chapter/output-size.ts";
import { compareTransposedImage, transposedImage } from "../chapter/transposed-image.ts";
import { defineExample, type Example } from "./example.ts";
import { learnExample } from "./learn-example.ts";

const SECTION = "Dive into Deep Learning";

const shapeText = (shape: readonly number[]): string => shape.join("×");

/** Example 1; with matrices of the user's own there is no book to compare with, only the two ways with each other. */
export function corr2dExample(input: number[][] = BOOK_INPUT, kernel: number[][] = BOOK_KERNEL): Example {
  const own = input !== BOOK_INPUT || kernel !== BOOK_KERNEL;
  return defineExample({
    name: "corr2d",
    number: 1,
    title: "Cross-correlation",
    section: `${SECTION}, 7.2.1`,
    run: (backend) => crossCorrelation(backend, input, kernel),
    compare: (result) =>
      own
        ? [{ what: "corr2d", source: "loop", expected: result.byHand, computed: result.library, digits: 4 }]
        : compareCrossCorrelation(result),
    show: (result, page, comparisons) => {
      const operands = page.blocks([
        { head: "X", body: page.tensor(result.input) },
        { head: "K", body: page.tensor(result.kernel) },
      ]);
      const marked = (i: number): string => ` ${page.mark(agrees(comparisons[i]!))}`;
      const results = page.blocks([
        ...(own ? [] : [{ head: "book", body: page.tensor(comparisons[0]!.expected as number[][]) }]),
        { head: "the book's double loop", body: page.tensor(result.byHand) + (own ? "" : marked(0)) },
        { head: "corr2d(X, K)", body: page.tensor(result.library) + marked(own ? 0 : 1) },
      ]);
      return `${operands}\n\n${results}`;
    },
  });
}

/** Example 2, on the chapter's sizes or on the user's. */
export function sizeExample(problems: readonly SizeProblem[] = SIZE_PROBLEMS): Example {
  return defineExample({
    name: "size",
    number: 2,
    title: "Output size",
    section: `${SECTION}, 7.2.1, 7.3`,
    run: (backend) => outputSizes(backend, problems),
    compare: compareOutputSizes,
    show: (sizes, page, comparisons) =>
      `${page.indent("stride s, padding p, dilation d")}\n\n${page.table(
        ["image", "kernel", "s", "p", "d", "formula", "computed"],
        sizes.map(({ image, kernel, stride, padding, dilation, formula, measured }, i) => [
          `${image}×${image}`,
          `${kernel}×${kernel}`,
          String(stride),
          String(padding),
          String(dilation),
          formula,
          `${measured}×${measured} ${page.mark(agrees(comparisons[i]!))}`,
        ]),
      )}`,
  });
}

const imagesExample: Example = defineExample({
  name: "images",
  number: 3,
  title: "Images are three-dimensional",
  section: `${SECTION}, 7.1`,
  run: imageShapes,
  compare: compareImageShapes,
  show: ({ image, flattened, layers }, page, comparisons) => {
    const describe = (layer: string): string =>
      layer.replace(/, (stride|bias)=.*(?=\))/, "").replaceAll("_features", "");
    const table = page.table(
      ["layer", "input", "weight", "output", "parameters"],
      layers.map(({ layer, input, weight, output, parameters }) => [
        describe(layer),
        shapeText(input),
        shapeText(weight),
        shapeText(output),
        parameters.toLocaleString("en"),
      ]),
    );
    const forms = `an image of ${shapeText(image)} numbers, or flattened ${shapeText(flattened)}`;
    return `${page.indent(forms)}\n\n${table}\n\n${page.compareLines(comparisons)}`;
  },
});

/** Example 4, from the weights that the seed draws. */
export function layerExample(seed: number): Example {
  return defineExample({
    name: "layer",
    number: 4,
    title: "A convolutional layer, written by hand",
    section: `${SECTION}, 7.2.2`,
    run: (backend) => convLayer(backend, seed),
    compare: compareConvLayer,
    show: (result, page, comparisons) => {
      const before = page.blocks([
        { head: `weight = rand(1, 2), seed ${seed}`, body: page.tensor([result.initialWeight]) },
        { head: "bias = zeros(1)", body: page.tensor([result.initialBias]) },
      ]);
      const loss = `loss ${result.lossBefore.toFixed(3)} → ${result.lossAfter.toFixed(3)} in ${result.steps} steps`;
      return `${before}\n\n${page.indent(loss)}\n\n${page.compareLines(comparisons)}`;
    },
  });
}

const detectExample: Example = defineExample({
  name: "detect",
  number: 5,
  title: "Edge detection",
  section: `${SECTION}, 7.2.3`,
  run: edgeDetection,
  compare: compareEdgeDetection,
  show: ({ image, kernel }, page, comparisons) => {
    const operands = page.blocks([
      { head: "X", body: page.tensor(image) },
      { head: "K", body: page.tensor(kernel) },
    ]);
    return `${operands}\n\n${page.compare(comparisons)}`;
  },
});

const transposeExample: Example = defineExample({
  name: "transpose",
  number: 6,
  title: "The transposed image",
  section: `${SECTION}, 7.2.3`,
  run: transposedImage,
  compare: compareTransposedImage,
  show: (_, page, comparisons) => page.compare(comparisons),
});

/** All seven. */
export function chapterExamples(seed: number): Example[] {
  return [
    corr2dExample(),
    sizeExample(),
    imagesExample,
    layerExample(seed),
    detectExample,
    transposeExample,
    learnExample({ seed }),
  ];
}
