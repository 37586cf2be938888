/** The sections of the book beside the chapter: padding and stride, channels, pooling, LeNet. */
import { channels, compareChannels } from "../chapter/channels.ts";
import { agrees, type Comparison } from "../chapter/comparison.ts";
import { compareLenetShapes, lenetShapes } from "../chapter/lenet.ts";
import { comparePaddingStride, paddingStride } from "../chapter/padding-stride.ts";
import { comparePooling, pooling } from "../chapter/pooling.ts";
import { defineExample, type Example } from "./example.ts";

const shapeText = (shape: readonly number[]): string => shape.join("×");

export const SIBLING_EXAMPLES: readonly Example[] = [
  defineExample({
    name: "padding",
    title: "Padding and stride",
    section: "Dive into Deep Learning, 7.3",
    run: paddingStride,
    compare: comparePaddingStride,
    show: (layers, page, comparisons) =>
      page.table(
        ["Conv2d(1, 1, …)", "input", "book", "computed"],
        layers.map(({ layer, input, output }, i) => [
          layer.slice("Conv2d(1, 1, ".length, -1),
          shapeText(input),
          shapeText(comparisons[i]!.expected as number[]),
          `${shapeText(output)} ${page.mark(agrees(comparisons[i]!))}`,
        ]),
      ),
  }),
  defineExample({
    name: "channels",
    title: "Multiple input and output channels",
    section: "Dive into Deep Learning, 7.4",
    run: channels,
    compare: compareChannels,
    show: ({ input, kernel }, page, comparisons) => {
      const operands = page.blocks([
        { head: "X, two channels", body: page.tensor(input) },
        { head: "K, one per channel", body: page.tensor(kernel) },
      ]);
      return `${operands}\n\n${page.compare(comparisons)}`;
    },
  }),
  defineExample({
    name: "pooling",
    title: "Pooling",
    section: "Dive into Deep Learning, 7.5",
    run: pooling,
    compare: comparePooling,
    show: (_, page, comparisons) => page.compare(comparisons),
  }),
  defineExample({
    name: "lenet",
    title: "LeNet, layer by layer",
    section: "Dive into Deep Learning, 7.6",
    run: lenetShapes,
    compare: compareLenetShapes,
    show: ({ layers, parameters }, page, comparisons) => {
      const [shapes, total] = comparisons as [Comparison, Comparison];
      const expected = shapes.expected as number[][];
      const rows = layers.map(({ layer, output, parameters: own }, i) => {
        const same = shapeText(output) === shapeText(expected[i]!);
        return [
          layer.replace(/\(.*/, ""),
          shapeText(expected[i]!),
          `${shapeText(output)} ${page.mark(same)}`,
          own === 0 ? "" : own.toLocaleString("en"),
        ];
      });
      rows.push(["", "", "", `${parameters.toLocaleString("en")} ${page.mark(agrees(total))}`]);
      const input = page.indent("input 1×28×28; book: 61,706 parameters");
      return `${input}\n\n${page.table(["layer", "book", "computed", "parameters"], rows)}`;
    },
  }),
];
