/** Dive into Deep Learning, 7.4 "Multiple Input and Multiple Output Channels". */
import { corr2d, corr2dWindow, kernelSizeOf, manualSeed, outputSizeOf, rand, tensor } from "@corr2d/core";
import { Conv2D } from "@corr2d/nn";
import { channels as bookChannels } from "../../chapter/channels.ts";
import { blankGrid, blankNumbers, compare, type Exercise, type Grid } from "./exercise.ts";

const FIRST = [[1, 2]];
const SECOND = [[3, 1]];

interface Cost {
  readonly inputs: number;
  readonly outputs: number;
  readonly side: number;
  readonly padding: number;
}

/** Multiplications, weights and outputs of a 3 × 3 layer. */
function costOf({ inputs, outputs, side, padding }: Cost): [number, number, number] {
  const w = corr2dWindow([1, inputs, side, side], [outputs, inputs, 3, 3], { padding });
  const cells = outputSizeOf(w);
  return [cells * inputs * 9, kernelSizeOf(w), cells];
}

export const channels: readonly Exercise[] = [
  {
    id: "compose",
    section: "channels",
    number: 1,
    given: [FIRST, SECOND],
    kind: "grids",
    blank: [blankGrid(1, 3)],
    check: async (backend, [kernel]) => {
      manualSeed(0);
      const x = rand([1, 8], { backend });
      const twice = corr2d(corr2d(x, tensor(FIRST, { backend })), tensor(SECOND, { backend }));
      const once = corr2d(x, tensor(kernel as number[][], { backend }));
      const difference = await twice.sub(once).abs().amax().item();
      return {
        ok: difference < 1e-4,
        evidence: [(await twice.toArray()) as Grid, (await once.toArray()) as Grid],
      };
    },
  },
  {
    id: "cost",
    section: "channels",
    number: 2,
    given: [],
    kind: "numbers",
    blank: blankNumbers(3),
    check: async (_, answer) =>
      compare(answer, Promise.resolve([[costOf({ inputs: 3, outputs: 8, side: 16, padding: 1 })]])),
  },
  {
    id: "double",
    section: "channels",
    number: 3,
    given: [],
    kind: "numbers",
    blank: blankNumbers(2),
    check: async (_, answer) => {
      const usual: Cost = { inputs: 3, outputs: 8, side: 8, padding: 1 };
      const [before] = costOf(usual);
      const [after] = costOf({ ...usual, inputs: 6, outputs: 16 });
      const places = costOf({ ...usual, outputs: 1, padding: 2 })[2];
      return compare(answer, Promise.resolve([[[after / before, places]]]));
    },
  },
  {
    id: "equal",
    section: "channels",
    number: 4,
    given: [],
    kind: "choice",
    blank: blankNumbers(1),
    check: async (backend, answer) => {
      const { oneByOneDifference } = await bookChannels(backend);
      return { ok: answer[0]![0]![0] === 1, evidence: [[[oneByOneDifference]]] };
    },
  },
  {
    id: "blocks",
    section: "channels",
    number: 7,
    given: [],
    kind: "numbers",
    blank: blankNumbers(2),
    check: async (backend, answer) => {
      const options = { bias: false, backend };
      const whole = new Conv2D(64, 64, 3, options).weight.numel();
      const blocks = new Conv2D(64, 64, 3, { ...options, groups: 4 }).weight.numel();
      return compare(answer, Promise.resolve([[[blocks, whole / blocks]]]));
    },
  },
];
