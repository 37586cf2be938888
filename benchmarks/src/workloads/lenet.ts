/**
 * LeNet as the book draws it (Dive into Deep Learning, 7.6): two convolutions with sigmoid and average pooling,
 * three linear layers. Sizes only, shared by every peer's port of the network.
 */

export const IMAGE_SIZE = 28;
export const CLASSES = 10;

/** Parameters in the order in which every port lists them: name, shape, fan-in and fan-out. */
export const LENET_PARAMETERS: readonly {
  readonly name: string;
  readonly shape: readonly number[];
  readonly fans: readonly [into: number, out: number];
}[] = [
  { name: "conv1.weight", shape: [6, 1, 5, 5], fans: [25, 150] },
  { name: "conv1.bias", shape: [6], fans: [25, 150] },
  { name: "conv2.weight", shape: [16, 6, 5, 5], fans: [150, 400] },
  { name: "conv2.bias", shape: [16], fans: [150, 400] },
  { name: "fc1.weight", shape: [120, 400], fans: [400, 120] },
  { name: "fc1.bias", shape: [120], fans: [400, 120] },
  { name: "fc2.weight", shape: [84, 120], fans: [120, 84] },
  { name: "fc2.bias", shape: [84], fans: [120, 84] },
  { name: "fc3.weight", shape: [CLASSES, 84], fans: [84, CLASSES] },
  { name: "fc3.bias", shape: [CLASSES], fans: [84, CLASSES] },
];

/** Multiply-adds of one image: [forward, backward]. The first layer has no gradient towards its input. */
export const LENET_MACS: readonly [forward: number, backward: number] = (() => {
  const conv1 = 6 * 28 * 28 * 25;
  const rest = 16 * 10 * 10 * 6 * 25 + 400 * 120 + 120 * 84 + 84 * CLASSES;
  return [conv1 + rest, conv1 + 2 * rest];
})();
