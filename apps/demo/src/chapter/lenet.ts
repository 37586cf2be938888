/**
 * Dive into Deep Learning, 7.6 "Convolutional Neural Networks (LeNet)".
 *
 * LeNet-5 (LeCun et al. 1998): two rounds of convolution, activation and pooling turn an image into sixteen small
 * maps of features; three fully connected layers turn these into ten scores, one per class.
 */
import { type Backend, zeros } from "@corr2d/core";
import { AvgPool2D, Conv2D, Flatten, Linear, type Module, Sequential, Sigmoid } from "@corr2d/nn";
import type { Comparison } from "./comparison.ts";
import { countParameters } from "./image-shapes.ts";

/** What a network has to know of its images. */
export interface ImageKind {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}

/** MNIST's, and Fashion-MNIST's. */
export const MNIST: ImageKind = { channels: 1, height: 28, width: 28, classes: 10 };

/** A side of the last maps: 5 of 28. */
const lastSide = (side: number): number => Math.floor((Math.floor(side / 2) - 4) / 2);

/** @param kind of images; the book's unless others are given, at least 12 on a side. */
export function lenet(backend: Backend, kind: ImageKind = MNIST): Sequential {
  return new Sequential(
    new Conv2D(kind.channels, 6, 5, { padding: 2, backend }),
    new Sigmoid(),
    new AvgPool2D(2, { stride: 2 }),
    new Conv2D(6, 16, 5, { backend }),
    new Sigmoid(),
    new AvgPool2D(2, { stride: 2 }),
    new Flatten(),
    new Linear(16 * lastSide(kind.height) * lastSide(kind.width), 120, { backend }),
    new Sigmoid(),
    new Linear(120, 84, { backend }),
    new Sigmoid(),
    new Linear(84, kind.classes, { backend }),
  );
}

export interface LeNetShapes {
  readonly layers: readonly {
    /** As PyTorch prints it. */
    readonly layer: string;
    /** Without the batch. */
    readonly output: number[];
    readonly parameters: number;
  }[];
  readonly parameters: number;
}

/** What each layer of LeNet makes of a 1 × 28 × 28 image. */
export async function lenetShapes(backend: Backend): Promise<LeNetShapes> {
  const net = lenet(backend);
  let x = zeros([1, 1, 28, 28], { backend });
  const layers: LeNetShapes["layers"][number][] = [];
  for (const layer of net.children() as Module[]) {
    x = layer(x);
    layers.push({ layer: String(layer), output: x.shape.slice(1), parameters: countParameters(layer) });
  }
  return { layers, parameters: countParameters(net) };
}

export function compareLenetShapes({ layers, parameters }: LeNetShapes): Comparison[] {
  const expected = [
    ...[
      [6, 28, 28],
      [6, 28, 28],
      [6, 14, 14],
      [16, 10, 10],
      [16, 10, 10],
      [16, 5, 5],
    ],
    ...[[400], [120], [120], [84], [84], [10]],
  ];
  return [
    {
      what: "shapes, layer by layer",
      source: "book",
      expected: expected,
      computed: layers.map(({ output }) => output),
    },
    { what: "parameters", source: "book", expected: 61706, computed: parameters },
  ];
}
