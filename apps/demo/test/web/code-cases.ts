/**
 * States of the page whose programs are run: in TypeScript by the tests, in Python by scripts/run-pytorch-code.mjs, which
 * keeps what PyTorch printed.
 */
import { cpuJs } from "@corr2d/cpu-js";
import { customKernel, FILTER_KERNELS, FINISHES } from "../../src/chapter/filter-kernels.ts";
import { chainCode } from "../../src/web/code/chain-code.ts";
import type { Code } from "../../src/web/code/code.ts";
import { edgesCode } from "../../src/web/code/edges-code.ts";
import { learnCode } from "../../src/web/code/learn-code.ts";
import { slideCode } from "../../src/web/code/slide-code.ts";
import { trainCode } from "../../src/web/code/train-code.ts";
import { directionKernel } from "../../src/web/edges/state.ts";
import type { Planes } from "../../src/web/slide/arrays.ts";
import type { ChainLayer } from "../../src/web/slide/chain/layers.ts";
import { EXAMPLES, exampleState } from "../../src/web/slide/examples.ts";
import { PADDING_MODES, type SlideState, VIEWS } from "../../src/web/slide/state.ts";
import { build } from "../../src/web/train/build.ts";
import { PRESET_NAMES, parseLayers } from "../../src/web/train/layers.ts";
import { DEFAULTS, presetSettings, type Settings } from "../../src/web/train/state.ts";

const ramp = (channels: number, height: number, width: number, from = 0): number[][][] =>
  Array.from({ length: channels }, (_, c) =>
    Array.from({ length: height }, (_, i) =>
      Array.from({ length: width }, (_, j) => ((from + 7 * c + 3 * i + 5 * j) % 11) - 3),
    ),
  );
const kernels = (outs: number, ins: number, height: number, width: number): Planes[] =>
  Array.from({ length: outs }, (_, o) => ramp(ins, height, width, 2 * o + 1));

const own = (part: Partial<SlideState>): SlideState => ({ ...exampleState("book"), ...part });

/** What the examples leave out, each watched in every way. */
const OWN_STATES: Readonly<Record<string, SlideState>> = {
  "stride, padding, dilation, uneven": own({
    input: ramp(1, 7, 8),
    kernel: kernels(1, 1, 2, 3),
    stride: [2, 1],
    padding: [1, 2],
    dilation: [2, 1],
  }),
  "same, an even kernel": own({ input: ramp(1, 5, 6), kernel: kernels(1, 1, 2, 4), padding: "same" }),
  "three channels into two": own({ input: ramp(3, 4, 5), kernel: kernels(2, 3, 3, 2), padding: [1, 0] }),
  "groups, with stride": own({
    input: ramp(4, 5, 5),
    kernel: kernels(2, 2, 2, 2),
    groups: 2,
    stride: [2, 2],
  }),
  "fractions and a given gradient": own({
    input: [[[0.5, -1.25, 2], [3.125, 4, -5.5], [0, 7.75, 8]]], // biome-ignore format: a 3 × 3
    kernel: [[[[0.1, -0.2], [0.35, 1.5]]]], // biome-ignore format: a 2 × 2
    outputGrad: [[[1, -2], [0.25, 4]]], // biome-ignore format: a 2 × 2
  }),
  "transposed, output padding": own({
    transposed: true,
    input: ramp(2, 3, 3),
    kernel: kernels(2, 2, 3, 2),
    stride: [2, 3],
    padding: [1, 0],
    outputPadding: [1, 2],
  }),
  "transposed, groups, dilation": own({
    transposed: true,
    input: ramp(4, 2, 3),
    kernel: kernels(4, 1, 2, 2),
    groups: 2,
    dilation: [1, 2],
  }),
  ...Object.fromEntries(
    PADDING_MODES.flatMap((paddingMode) => [
      [
        `${paddingMode}, uneven`,
        own({
          input: ramp(2, 5, 4),
          kernel: kernels(1, 2, 3, 2),
          paddingMode,
          padding: [2, 1],
          stride: [1, 2],
        }),
      ],
      [
        `${paddingMode}, same`,
        own({ input: ramp(1, 5, 6), kernel: kernels(1, 1, 4, 3), paddingMode, padding: "same" }),
      ],
    ]),
  ),
};

const pool = (kind: "max" | "avg", part: object = {}): ChainLayer => ({
  kind,
  size: [2, 2],
  stride: [2, 2],
  padding: [0, 0],
  ...part,
});

/** The same of chains. */
const OWN_CHAINS: Readonly<Record<string, SlideState>> = {
  "maximum, uneven, padded": own({
    input: ramp(2, 6, 7),
    chain: [pool("max", { size: [3, 2], stride: [2, 1], padding: [1, 0] })],
  }),
  "average, uneven, padded": own({
    input: ramp(2, 6, 7),
    chain: [pool("avg", { size: [2, 3], padding: [0, 1] })],
  }),
  "maxima that are equally large": own({ input: [[[3, 3, 1, 3], [3, 3, 3, 1]]], chain: [pool("max")] }), // biome-ignore format: rows
  sigmoid: own({ input: ramp(1, 2, 3), chain: [{ kind: "sigmoid" }] }),
  tanh: own({ input: ramp(1, 2, 3), chain: [{ kind: "tanh" }] }),
  "two convolutions, two activations": own({
    input: ramp(2, 6, 6),
    chain: [
      { kind: "conv", kernel: kernels(3, 2, 3, 2), stride: [1, 2], padding: [1, 0] },
      { kind: "relu" },
      { kind: "conv", kernel: [[[[0.1]], [[-0.2]], [[0.05]]]], stride: [1, 1], padding: [0, 0] },
      { kind: "tanh" },
    ],
  }),
  "a chain with a given gradient": own({
    input: ramp(1, 6, 6),
    outputGrad: [[[1, -2], [0.5, 3]]], // biome-ignore format: a 2 × 2
    chain: [
      { kind: "conv", kernel: kernels(1, 1, 3, 3), stride: [1, 1], padding: [0, 0] },
      { kind: "relu" },
      pool("avg"),
    ],
  }),
};

export interface SlideCase {
  readonly name: string;
  readonly state: SlideState;
}

const EXAMPLE_STATES = EXAMPLES.map((name) => [name, exampleState(name)] as const);

const watched = (
  states: readonly (readonly [string, SlideState])[],
  views: readonly (typeof VIEWS)[number][],
): readonly SlideCase[] =>
  states.flatMap(([name, state]) =>
    views.map((view) => ({ name: `slide: ${name}, ${view}`, state: { ...state, view } })),
  );

export const SLIDE_CASES: readonly SlideCase[] = watched(
  [...EXAMPLE_STATES.filter(([, { chain }]) => chain === null), ...Object.entries(OWN_STATES)],
  VIEWS,
);

export const CHAIN_CASES: readonly SlideCase[] = watched(
  [...EXAMPLE_STATES.filter(([, { chain }]) => chain !== null), ...Object.entries(OWN_CHAINS)],
  ["output", "input"],
);

/** Few images and steps: the programs differ in nothing else from those of long runs. */
const trained = (part: Partial<Settings>): Code => {
  const state = { ...DEFAULTS, ...part, images: 48, batch: part.batch ?? 16, steps: 8 };
  return trainCode(state, build(state.layers, cpuJs()));
};

export interface CodeCase {
  readonly name: string;
  readonly code: Code;
}

export const CODE_CASES: readonly CodeCase[] = [
  ...SLIDE_CASES.map(({ name, state }) => ({ name, code: slideCode(state) })),
  ...CHAIN_CASES.map(({ name, state }) => ({ name, code: chainCode(state) })),
  ...Object.entries(FILTER_KERNELS).flatMap(([name, kernel], i) =>
    [true, false].map((gray) => ({
      name: `edges: ${name}, ${gray ? "grey" : "colour"}`,
      code: edgesCode(kernel, gray ? kernel.finish : FINISHES[i % FINISHES.length]!, gray),
    })),
  ),
  ...FINISHES.map((finish) => ({
    name: `edges: a direction, ${finish}`,
    code: edgesCode(directionKernel(30), finish, true),
  })),
  { name: "edges: one's own", code: edgesCode(customKernel([[0.5, -1, 0.25, 0.25]]), "absolute", false) },
  { name: "learn: the book", code: learnCode([0.3087, 0.6875], 0.03, 10) },
  { name: "learn: from zero, one step past the last line", code: learnCode([0, 0], 0.02, 7) },
  { name: "learn: diverging", code: learnCode([0.5, 0.5], 0.036, 20) },
  ...PRESET_NAMES.map((name) => ({ name: `train: ${name}`, code: trained(presetSettings(name)) })),
  {
    name: "train: options of every layer, weight decay, rates changed on the way",
    code: trained({
      layers: parseLayers(
        "conv4k3p1s2,tanh,max3s1,conv6k2,norm,sigmoid,avg2s1,flatten,linear20,norm,relu,linear10",
      )!,
      seed: 5,
      optimizer: "sgd",
      rates: [
        { step: 1, lr: 0.1, weightDecay: 0.01 },
        { step: 4, lr: 0.02, weightDecay: 0.001 },
      ],
    }),
  },
  { name: "train: Adam", code: trained({ optimizer: "adam", seed: 2, batch: 7 }) },
];
