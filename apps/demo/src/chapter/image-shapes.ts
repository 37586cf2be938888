/**
 * Example 3. Images are three-dimensional. Dive into Deep Learning, 7.1 "From Fully Connected Layers to Convolutions".
 *
 * A colour image of 32 × 32 pixels is 3 × 32 × 32 numbers. A fully connected layer stretches it to 3072 × 1 and
 * forgets which pixels were neighbours; every output needs a weight per pixel. A convolutional layer keeps the image
 * as it is: its kernel is 3 × F × F, as deep as the image, and the same few weights serve every place.
 */
import { type Backend, type Shape, zeros } from "@corr2d/core";
import { Conv2D, Flatten, Linear, type Module } from "@corr2d/nn";
import type { Comparison } from "./comparison.ts";

export interface LayerShape {
  /** As PyTorch prints the layer. */
  readonly layer: string;
  readonly input: Shape;
  readonly weight: Shape;
  readonly output: Shape;
  /** Weights and biases. */
  readonly parameters: number;
}

export interface ImageShapes {
  readonly image: Shape;
  readonly flattened: Shape;
  readonly layers: readonly LayerShape[];
}

/** How many numbers a module learns. */
export function countParameters(module: Module): number {
  return module.parameters().reduce((sum, parameter) => sum + parameter.numel(), 0);
}

export async function imageShapes(backend: Backend): Promise<ImageShapes> {
  const image = zeros([1, 3, 32, 32], { backend });
  const flat = new Flatten()(image);

  const perFilter = new Conv2D(3, 1, 5, { backend });
  const sixFilters = new Conv2D(3, 6, 5, { backend });
  const tenClasses = new Linear(3072, 10, { backend });
  // What a fully connected layer would need to give the same 6 × 28 × 28 numbers: counted, not made (58 MB).
  const outputs = 6 * 28 * 28;

  const describe = (layer: Conv2D | Linear, x: typeof image): LayerShape => ({
    layer: String(layer),
    input: x.shape.slice(1),
    weight: layer.weight.shape,
    output: layer(x).shape.slice(1),
    parameters: countParameters(layer),
  });

  return {
    image: [3, 32, 32],
    flattened: [flat.shape[1]!, 1],
    layers: [
      describe(tenClasses, flat),
      {
        layer: `Linear(in_features=3072, out_features=${outputs}, bias=True)`,
        input: [3072],
        weight: [outputs, 3072],
        output: [outputs],
        parameters: outputs * 3072 + outputs,
      },
      describe(perFilter, image),
      describe(sixFilters, image),
    ],
  };
}

/** The chapter's shapes, and the counts that follow from them. */
export function compareImageShapes({ flattened, layers }: ImageShapes): Comparison[] {
  const [tenClasses, , perFilter, sixFilters] = layers as [LayerShape, LayerShape, LayerShape, LayerShape];
  return [
    { what: "the image, flattened", source: "book", expected: [3072, 1], computed: [...flattened] },
    {
      what: "a filter's weight: 1 × (3 × F × F)",
      source: "book",
      expected: [1, 3, 5, 5],
      computed: [...perFilter.weight],
    },
    {
      what: "its output, (32 − 5) / 1 + 1 = 28",
      source: "theory",
      expected: [1, 28, 28],
      computed: [...perFilter.output],
    },
    {
      what: "six filters' output",
      source: "theory",
      expected: [6, 28, 28],
      computed: [...sixFilters.output],
    },
    {
      what: "parameters of Linear, 3072·10 + 10",
      source: "theory",
      expected: 30730,
      computed: tenClasses.parameters,
    },
    {
      what: "parameters of six filters, 6·(3·5·5 + 1)",
      source: "theory",
      expected: 456,
      computed: sixFilters.parameters,
    },
  ];
}
