/** torchvision's transforms: what they give, and what they draw. */
import { readFileSync } from "node:fs";
import { defaultGenerator, drawUniform, manualSeed, ones, type Tensor, tensor, zeros } from "@corr2d/core";
import { MapDataset, transforms } from "@corr2d/data";
import { describe, expect, it } from "vitest";
import { onEachBackend } from "./backends.ts";
import { expectError } from "./support.ts";

interface Case {
  readonly transform: string;
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly shape: readonly number[];
  readonly results: readonly { seed: number; shape: number[]; data: number[]; after: number }[];
}

const { cases } = JSON.parse(readFileSync(new URL("fixtures/transforms.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
};

type Make = (...args: unknown[]) => transforms.Transform;

function made({ transform, args, options }: Case): transforms.Transform {
  const name = transform[0]!.toLowerCase() + transform.slice(1);
  const make = (transforms as unknown as Record<string, Make>)[name]!;
  return Object.keys(options).length > 0 ? make(...args, options) : make(...args);
}

/** The image of the goldens. */
function imageOf(shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => ((i * 37 + 11) % 101) / 100),
    { shape },
  );
}

onEachBackend((backend) => {
  it.each(
    cases.map(
      (each) => [`${each.transform}(${JSON.stringify([...each.args, each.options])})`, each] as const,
    ),
  )("%s", (_, given) => {
    const run = made(given);
    for (const { seed, shape, data, after } of given.results) {
      manualSeed(seed);
      const image = imageOf(given.shape);
      const result = run(image);
      expect(result.shape).toEqual(shape);
      const worst = Math.max(0, ...Array.from(result.dataSync(), (value, i) => Math.abs(value - data[i]!)));
      expect(worst).toBeLessThan(2e-6);
      expect(drawUniform(defaultGenerator, 1, "float32")[0]).toBe(Math.fround(after));
      expect(image.isDisposed).toBe(false);
    }
  });

  it("compose runs them in order, and frees what is made on the way", () => {
    const augment = transforms.compose([
      transforms.randomCrop(4, { padding: 1 }),
      transforms.randomHorizontalFlip(),
      transforms.normalize(0.5, 0.5),
    ]);
    const image = imageOf([1, 4, 4]);
    augment(image).dispose();
    const before = backend.stats!().liveHandles;
    for (let i = 0; i < 5; i++) augment(image).dispose();
    // Each step's result is the next one's input, which only the collector frees.
    expect(backend.stats!().liveHandles - before).toBeLessThanOrEqual(10);
    const dataset = new MapDataset([image], augment);
    expect((dataset.at(0) as Tensor).shape).toEqual([1, 4, 4]);
  });
});

describe("what is wrong", () => {
  const image = imageOf([3, 4, 4]);
  it.each([
    [
      () => transforms.randomCrop(5)(image),
      "SHAPE_MISMATCH",
      "Required crop size (5, 5) is larger than input image size (4, 4)",
    ],
    [
      () => transforms.randomCrop(0),
      "INVALID_ARGUMENT",
      "a size is a positive integer, or [height, width], but got 0",
    ],
    [() => transforms.randomCrop(4, 4 as never), "INVALID_ARGUMENT", "write { padding: 4 }"],
    [() => transforms.pad([1, 2, 3] as never), "INVALID_ARGUMENT", "padding is a number"],
    [
      () => transforms.pad(1, { paddingMode: "zeros" as never }),
      "INVALID_ARGUMENT",
      "'constant', 'edge', 'reflect'",
    ],
    [
      () => transforms.resize(4, { maxSize: 3 }),
      "INVALID_ARGUMENT",
      "maxSize is for a size that is one number",
    ],
    [
      () => transforms.resize(4)(zeros([3, 0, 4])),
      "SHAPE_MISMATCH",
      "resize: an image without pixels, [3, 0, 4]",
    ],
    [() => transforms.resize(1e9)(image), "OUT_OF_MEMORY", "interpolate: "],
    [
      () => transforms.randomHorizontalFlip({ p: 2 }),
      "INVALID_ARGUMENT",
      "p is a probability from 0 to 1, but got 2",
    ],
    [
      () => transforms.randomHorizontalFlip()(zeros([4, 4])),
      "SHAPE_MISMATCH",
      "expected an image [C, H, W] or a batch [N, C, H, W], but got [4, 4]",
    ],
    [() => transforms.randomHorizontalFlip()(3 as never), "INVALID_ARGUMENT", "randomHorizontalFlip"],
    [
      () => transforms.normalize([0, 0], 1)(image),
      "INVALID_ARGUMENT",
      "'mean' has 2 numbers for an image of 3 channels",
    ],
    [() => transforms.normalize(0, 0), "INVALID_ARGUMENT", "division by zero"],
    [
      () => transforms.normalize(0, 1)(ones([3, 4, 4], { dtype: "int32" })),
      "DTYPE_UNSUPPORTED",
      "x.float().div(255)",
    ],
    [
      () => transforms.colorJitter({ hue: 0.7 }),
      "INVALID_ARGUMENT",
      "'hue' is [low, high], from -0.5 to 0.5",
    ],
    [() => transforms.colorJitter({ brightness: -1 }), "INVALID_ARGUMENT", "it must be non negative"],
    [() => transforms.colorJitter({ contrast: [2, 1] }), "INVALID_ARGUMENT", "'contrast' is [low, high]"],
    [
      () => transforms.colorJitter()(zeros([2, 4, 4])),
      "SHAPE_MISMATCH",
      "expected 1 or 3 channels, but got 2",
    ],
    [() => transforms.randomErasing({ scale: [0, 2] }), "INVALID_ARGUMENT", "'scale' is [low, high]"],
    [() => transforms.randomErasing({ value: "noise" as never }), "INVALID_ARGUMENT", "'value' is a number"],
    [() => transforms.grayscale(2 as never), "INVALID_ARGUMENT", "either 1 or 3"],
    [() => transforms.compose([1 as never]), "INVALID_ARGUMENT", "'transforms[0]' is a function"],
  ] as const)("%#", (run, code, text) => {
    expectError(run, code, text);
  });
});
