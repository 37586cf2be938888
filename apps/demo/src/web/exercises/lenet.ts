/** Dive into Deep Learning, 7.6 "Convolutional Neural Networks (LeNet)": what has to be known before its exercises. */
import { type Backend, zeros } from "@corr2d/core";
import { AvgPool2D, Conv2D, Linear } from "@corr2d/nn";
import { type Answer, blankNumbers, compare, type Exercise } from "./exercise.ts";

const SIDE = 28;

/** The sides after each convolution and pooling, and the length of what is flattened. */
async function sides(backend: Backend): Promise<Answer> {
  const layers = [
    new Conv2D(1, 6, 5, { padding: 2, backend }),
    new AvgPool2D(2),
    new Conv2D(6, 16, 5, { backend }),
    new AvgPool2D(2),
  ];
  let x = zeros([1, 1, SIDE, SIDE], { backend });
  const found = layers.map((layer) => {
    x = layer(x);
    return x.shape[3]!;
  });
  return [[[...found, x.numel()]]];
}

/** Weights and biases of the convolutions, and of the fully connected layers. */
async function weights(backend: Backend): Promise<Answer> {
  const count = (layers: readonly (Conv2D | Linear)[]): number =>
    layers.flatMap((layer) => [...layer.parameters()]).reduce((sum, parameter) => sum + parameter.numel(), 0);
  const convolutions = [new Conv2D(1, 6, 5, { backend }), new Conv2D(6, 16, 5, { backend })];
  const connected = [
    new Linear(400, 120, { backend }),
    new Linear(120, 84, { backend }),
    new Linear(84, 10, { backend }),
  ];
  return [[[count(convolutions), count(connected)]]];
}

export const lenet: readonly Exercise[] = [
  {
    id: "lenetShapes",
    section: "lenet",
    number: undefined,
    given: [],
    kind: "numbers",
    blank: blankNumbers(5),
    check: (backend, answer) => compare(answer, sides(backend)),
  },
  {
    id: "lenetWeights",
    section: "lenet",
    number: undefined,
    given: [],
    kind: "numbers",
    blank: blankNumbers(2),
    check: (backend, answer) => compare(answer, weights(backend)),
  },
];
