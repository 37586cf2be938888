/** Settings to start from: the book's, and one for each kind of geometry. */
import { BOOK_INPUT, BOOK_KERNEL } from "../../chapter/cross-correlation.ts";
import type { Plane } from "./arrays.ts";
import { type ChainLayer, newLayer } from "./chain/layers.ts";
import { DEFAULT_STATE, type SlideState } from "./state.ts";

export const EXAMPLES = [
  "book",
  "edges",
  "same",
  "stride",
  "dilated",
  "multiIn",
  "multiOut",
  "groups",
  "reflect",
  "transposed",
  "maxPool",
  "avgPool",
  "relu",
  "chain",
] as const;
export type ExampleName = (typeof EXAMPLES)[number];

/** 0, 1, 2, … row by row. */
export function countingPlane(height: number, width: number, from = 0): number[][] {
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => from + row * width + column),
  );
}

const plus = (plane: Plane, n: number): number[][] => plane.map((row) => row.map((value) => value + n));
const ones = (height: number, width: number): number[][] =>
  Array.from({ length: height }, () => Array<number>(width).fill(1));

/** Ones with a band of zeros in the middle, as the book's section on edges has it. */
const BAND = Array.from({ length: 6 }, () => [1, 1, 0, 0, 0, 0, 1, 1]);
const K = BOOK_KERNEL;
const CROSS = [
  [0, 1, 0],
  [1, 2, 1],
  [0, 1, 0],
];

/** The book's first pools: two by two, moved by one. */
const SLOWLY = { size: [2, 2], stride: [1, 1], padding: [0, 0] } as const;

const RISE = [
  [-3, -2, -1],
  [-0.5, 0, 0.5],
  [1, 2, 3],
];

/** A seven, and a kernel that finds its slope. */
const SEVEN = [
  [0, 0, 0, 0, 0, 0],
  [0, 1, 1, 1, 1, 0],
  [0, 0, 0, 1, 1, 0],
  [0, 0, 1, 1, 0, 0],
  [0, 0, 1, 0, 0, 0],
  [0, 0, 1, 0, 0, 0],
];
const SLOPE = [
  [-1, 0, 1],
  [-1, 2, 0],
  [1, 0, -1],
];
const CONV_RELU_POOL: readonly ChainLayer[] = [
  { kind: "conv", kernel: [[SLOPE]], stride: [1, 1], padding: [0, 0] },
  newLayer("relu"),
  newLayer("max"),
];

const PARTS: Readonly<Record<ExampleName, Partial<SlideState>>> = {
  book: { input: [BOOK_INPUT], kernel: [[K]] },
  edges: { input: [BAND], kernel: [[[[1, -1]]]] },
  same: { input: [countingPlane(5, 5)], kernel: [[CROSS]], padding: [1, 1] },
  stride: { input: [countingPlane(7, 7)], kernel: [[CROSS]], stride: [2, 2] },
  dilated: { input: [countingPlane(7, 7)], kernel: [[ones(3, 3)]], dilation: [2, 2] },
  multiIn: { input: [BOOK_INPUT, plus(BOOK_INPUT, 1)], kernel: [[K, plus(K, 1)]] },
  multiOut: {
    input: [BOOK_INPUT, plus(BOOK_INPUT, 1)],
    kernel: [0, 1, 2].map((n) => [plus(K, n), plus(K, n + 1)]),
  },
  groups: {
    input: [0, 1, 2, 3].map((n) => plus(BOOK_INPUT, n)),
    kernel: [0, 1].map((n) => [plus(K, n), plus(K, n + 1)]),
    groups: 2,
  },
  reflect: { input: [countingPlane(4, 4)], kernel: [[CROSS]], padding: [1, 1], paddingMode: "reflect" },
  transposed: {
    transposed: true,
    input: [
      [
        [1, 2],
        [3, 4],
      ],
    ],
    kernel: [[ones(3, 3)]],
    stride: [2, 2],
  },
  maxPool: { input: [BOOK_INPUT], chain: [{ kind: "max", ...SLOWLY }] },
  avgPool: { input: [BOOK_INPUT], chain: [{ kind: "avg", ...SLOWLY }] },
  relu: { input: [RISE], chain: [newLayer("relu")] },
  chain: { input: [SEVEN], chain: CONV_RELU_POOL },
};

export function exampleState(name: ExampleName): SlideState {
  return { ...DEFAULT_STATE, ...PARTS[name] };
}

/** The example that a state is, whatever of it is being watched. */
export function exampleOf(state: SlideState): ExampleName | undefined {
  const plain = (s: SlideState): string => JSON.stringify({ ...s, view: "", outputGrad: null });
  return EXAMPLES.find((name) => plain(exampleState(name)) === plain(state));
}
