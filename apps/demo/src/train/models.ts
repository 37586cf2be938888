/** The networks that `demo train` knows, for images of any kind. Dive into Deep Learning, 7.6, 8.5, 8.6. */
import { getBackend, type Tensor } from "@corr2d/core";
import {
  AdaptiveAvgPool2D,
  BatchNorm2D,
  Conv2D,
  Dropout,
  Flatten,
  init,
  Linear,
  MaxPool2D,
  Module,
  ReLU,
  Sequential,
} from "@corr2d/nn";
import { type ImageKind, lenet } from "../chapter/lenet.ts";
import type { OptimizerName } from "./optimizers.ts";

export interface ModelRow {
  readonly shows: string;
  /** A new network, whose weights are drawn from the default generator. */
  readonly make: (kind: ImageKind) => Module;
  /** The smallest side of an image that its pools leave something of. */
  readonly leastSide: number;
  readonly optimizer: OptimizerName;
  readonly lr: number;
}

/** The book's LeNet: sigmoids, average pools, Xavier's weights. */
function bookLenet(kind: ImageKind): Module {
  const net = lenet(getBackend(), kind);
  net.apply((layer) => {
    if (layer instanceof Linear || layer instanceof Conv2D) init.xavierUniform(layer.weight);
  });
  return net;
}

/** What became of it: rectifiers, maximum pools, more channels, dropout. */
function modernLenet({ channels, height, width, classes }: ImageKind): Module {
  return new Sequential(
    new Conv2D(channels, 32, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2D(2),
    new Conv2D(32, 64, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2D(2),
    new Flatten(),
    new Linear(64 * Math.floor(height / 4) * Math.floor(width / 4), 128),
    new ReLU(),
    new Dropout(0.5),
    new Linear(128, classes),
  );
}

/** Two convolutions whose result is added to what went in (He et al. 2016, "Deep residual learning for image recognition"). */
class Residual extends Module {
  readonly conv1: Conv2D;
  readonly bn1: BatchNorm2D;
  readonly conv2: Conv2D;
  readonly bn2: BatchNorm2D;
  readonly conv3: Conv2D | null;

  constructor(inChannels: number, channels: number, stride: number) {
    super();
    this.conv1 = new Conv2D(inChannels, channels, 3, { padding: 1, stride, bias: false });
    this.bn1 = new BatchNorm2D(channels);
    this.conv2 = new Conv2D(channels, channels, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2D(channels);
    this.conv3 = stride === 1 ? null : new Conv2D(inChannels, channels, 1, { stride });
  }

  override forward(x: Tensor): Tensor {
    const y = this.bn2(this.conv2(this.bn1(this.conv1(x)).relu()));
    return y.add(this.conv3 === null ? x : this.conv3(x)).relu();
  }
}

function resnet({ channels, classes }: ImageKind): Module {
  return new Sequential({
    stem: new Sequential(
      new Conv2D(channels, 16, 3, { padding: 1, bias: false }),
      new BatchNorm2D(16),
      new ReLU(),
    ),
    block1: new Residual(16, 16, 1),
    block2: new Residual(16, 32, 2),
    block3: new Residual(32, 64, 2),
    pool: new AdaptiveAvgPool2D(1),
    flatten: new Flatten(),
    classes: new Linear(64, classes),
  });
}

export const MODELS: Readonly<Record<string, ModelRow>> = {
  lenet: {
    shows: "the book's LeNet: sigmoids, average pools",
    make: bookLenet,
    leastSide: 12,
    optimizer: "sgd",
    lr: 0.9,
  },
  "lenet-modern": {
    shows: "3 × 3 convolutions, ReLU, maximum pools, dropout",
    make: modernLenet,
    leastSide: 4,
    optimizer: "adam",
    lr: 0.001,
  },
  resnet: {
    shows: "three residual blocks with batch normalisation",
    make: resnet,
    leastSide: 1,
    optimizer: "adam",
    lr: 0.003,
  },
};
