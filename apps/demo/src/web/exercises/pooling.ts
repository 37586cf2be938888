/** Dive into Deep Learning, 7.5 "Pooling". */
import {
  avgPool2d,
  type Backend,
  corr2d,
  manualSeed,
  maxPool2d,
  outputSizeOf,
  poolWindow,
  randn,
  relu,
  softmax,
  type Tensor,
  tensor,
} from "@corr2d/core";
import { blankGrid, blankNumbers, compare, type Exercise, type Grid } from "./exercise.ts";

const grid = async (x: Tensor): Promise<Grid> => (await x.toArray()) as number[][];

function sample(backend: Backend): Tensor {
  manualSeed(0);
  return randn([1, 4, 4], { backend });
}

async function close(a: Tensor, b: Tensor): Promise<boolean> {
  return (await a.sub(b).abs().amax().item()) < 1e-4;
}

/** The largest value of a 2 × 2 grid, by the library's pooling. */
function largest(backend: Backend, values: Grid): Tensor {
  return maxPool2d(tensor([values as number[][]], { backend }), 2).reshape([1, 1]);
}

/** ln 3, as it is shown. */
const LN3 = 1.0986;

export const pooling: readonly Exercise[] = [
  {
    id: "average",
    section: "pooling",
    number: 1,
    given: [],
    kind: "grids",
    blank: [blankGrid(2, 2, 0)],
    check: async (backend, [kernel]) => {
      const x = sample(backend);
      const k = tensor([[kernel as number[][]]], { backend });
      const [pooled, correlated] = [avgPool2d(x, 2), corr2d(x, k, { stride: 2 })];
      return {
        ok: await close(pooled, correlated),
        evidence: [await grid(pooled.slice(0)), await grid(correlated.slice(0))],
      };
    },
  },
  {
    id: "nonlinear",
    section: "pooling",
    number: 2,
    given: [],
    kind: "grids",
    blank: [blankGrid(2, 2, 0), blankGrid(2, 2, 0)],
    check: async (backend, [a, b]) => {
      const sum = a!.map((row, i) => row.map((value, j) => value + b![i]![j]!));
      const ofSum = largest(backend, sum);
      const sumOf = largest(backend, a!).add(largest(backend, b!));
      return { ok: !(await close(ofSum, sumOf)), evidence: [await grid(ofSum), await grid(sumOf)] };
    },
  },
  {
    id: "relu",
    section: "pooling",
    number: 3,
    given: [],
    kind: "numbers",
    blank: blankNumbers(3),
    check: async (backend, answer) => {
      const [p, q, r] = answer[0]![0] as [number, number, number];
      const pairs = sample(backend).reshape([2, 8]);
      const [a, b] = [pairs.slice(0), pairs.slice(1)];
      const built = relu(a.sub(b)).mul(p).add(a.mul(q)).add(b.mul(r));
      const wanted = pairs.amax(0);
      return {
        ok: await close(built, wanted),
        evidence: [await grid(pairs), await grid(wanted.reshape([1, 8])), await grid(built.reshape([1, 8]))],
      };
    },
  },
  {
    id: "poolCost",
    section: "pooling",
    number: 4,
    given: [],
    kind: "numbers",
    blank: blankNumbers(2),
    check: async (_, answer) => {
      const w = poolWindow([1, 16, 24, 24], 2);
      const outputs = outputSizeOf(w);
      const cells = w.axes[0].kernel * w.axes[1].kernel;
      return compare(answer, Promise.resolve([[[outputs, outputs * (cells - 1)]]]));
    },
  },
  {
    id: "minimum",
    section: "pooling",
    number: 6,
    given: [],
    kind: "numbers",
    blank: blankNumbers(2),
    check: async (backend, answer) => {
      const [outside, inside] = answer[0]![0] as [number, number];
      const x = sample(backend);
      const built = maxPool2d(x.mul(inside), 2).mul(outside);
      // The smallest of each block, without pooling.
      const wanted = x.reshape([1, 2, 2, 2, 2]).amin([2, 4]);
      return {
        ok: await close(built, wanted),
        evidence: [await grid(x.slice(0)), await grid(wanted.slice(0)), await grid(built.slice(0))],
      };
    },
  },
  {
    id: "softmax",
    section: "pooling",
    number: 7,
    given: [
      [
        [0, 0],
        [0, LN3],
      ],
    ],
    kind: "numbers",
    blank: blankNumbers(3),
    check: async (backend, answer) => {
      const x = tensor([0, 0, 0, LN3], { backend });
      const pooled = async (sharpness: number): Promise<number> =>
        softmax(x.mul(sharpness), 0).mul(x).sum().item();
      return compare(
        answer,
        Promise.all([pooled(0), pooled(1), pooled(1000)]).then((row) => [[row]]),
        0.006,
      );
    },
  },
];
