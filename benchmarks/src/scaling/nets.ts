/** The networks of the scaling page, with their papers' sizes. He et al. 2015; Sandler et al. 2018; LeNet is the book's. */
import {
  AdaptiveAvgPool2D,
  BatchNorm2D,
  Conv2D,
  Flatten,
  Identity,
  Linear,
  MaxPool2D,
  type Module,
  ReLU,
  ReLU6,
  Sequential,
} from "@corr2d/nn";
import { buildLenet } from "../peers/corr2d-training.ts";
import { Residual } from "../peers/residual.ts";

const norm = (channels: number): BatchNorm2D => new BatchNorm2D(channels);

function basicBlock(from: number, to: number, stride: number): Sequential {
  const body = new Sequential(
    ...[new Conv2D(from, to, 3, { stride, padding: 1, bias: false }), norm(to), new ReLU()],
    ...[new Conv2D(to, to, 3, { padding: 1, bias: false }), norm(to)],
  );
  const isSame = stride === 1 && from === to;
  const shortcut = isSame
    ? new Identity()
    : new Sequential(new Conv2D(from, to, 1, { stride, bias: false }), norm(to));
  return new Sequential(new Residual(body, shortcut), new ReLU());
}

function resnet18(): Module {
  const stages = [64, 128, 256, 512].flatMap((channels, i) => [
    basicBlock(i === 0 ? 64 : channels / 2, channels, i === 0 ? 1 : 2),
    basicBlock(channels, channels, 1),
  ]);
  return new Sequential(
    ...[new Conv2D(3, 64, 7, { stride: 2, padding: 3, bias: false }), norm(64), new ReLU()],
    ...[new MaxPool2D(3, { stride: 2, padding: 1 }), ...stages],
    ...[new AdaptiveAvgPool2D(1), new Flatten(), new Linear(512, 1000)],
  );
}

function inverted(from: number, to: number, stride: number, expand: number): Module {
  const inner = from * expand;
  const wider = expand === 1 ? [] : [new Conv2D(from, inner, 1, { bias: false }), norm(inner), new ReLU6()];
  const body = new Sequential(
    ...wider,
    ...[
      new Conv2D(inner, inner, 3, { stride, padding: 1, groups: inner, bias: false }),
      norm(inner),
      new ReLU6(),
    ],
    ...[new Conv2D(inner, to, 1, { bias: false }), norm(to)],
  );
  return stride === 1 && from === to ? new Residual(body, new Identity()) : body;
}

/** Expansion, channels, repetitions, stride: the paper's table 2. */
const MOBILE = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

function mobilenetV2(): Module {
  let from = 32;
  const blocks = MOBILE.flatMap(([expand, to, count, stride]) =>
    Array.from({ length: count }, (_, i) => {
      const block = inverted(from, to, i === 0 ? stride : 1, expand);
      from = to;
      return block;
    }),
  );
  return new Sequential(
    ...[new Conv2D(3, 32, 3, { stride: 2, padding: 1, bias: false }), norm(32), new ReLU6(), ...blocks],
    ...[new Conv2D(320, 1280, 1, { bias: false }), norm(1280), new ReLU6()],
    ...[new AdaptiveAvgPool2D(1), new Flatten(), new Linear(1280, 1000)],
  );
}

export interface NetRow {
  readonly make: () => Module;
  /** The shape of an image. */
  readonly image: readonly number[];
  readonly classes: number;
  /** The batches that tell the cost of a step from that of an image. */
  readonly batches: readonly [number, number];
}

export const NETS: Readonly<Record<"LeNet" | "ResNet-18" | "MobileNetV2", NetRow>> = {
  LeNet: { make: buildLenet, image: [1, 28, 28], classes: 10, batches: [16, 128] },
  "ResNet-18": { make: resnet18, image: [3, 224, 224], classes: 1000, batches: [1, 3] },
  MobileNetV2: { make: mobilenetV2, image: [3, 224, 224], classes: 1000, batches: [1, 3] },
};
export type NetName = keyof typeof NETS;
