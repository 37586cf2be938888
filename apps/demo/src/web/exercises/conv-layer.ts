/** Dive into Deep Learning, 7.2 "Convolutions for Images". */
import { type Backend, corr2d, eye, manualSeed, rand, type Tensor, tensor } from "@corr2d/core";
import { convLayer as trainByHand } from "../../chapter/conv-layer.ts";
import { BOOK_INPUT, BOOK_KERNEL } from "../../chapter/cross-correlation.ts";
import { type Answer, blankGrid, blankNumbers, compare, type Exercise, type Grid } from "./exercise.ts";

const values = async (x: Tensor): Promise<Grid> => (await x.toArray()) as number[][];

const DIAGONAL = [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => (i === j ? 1 : 0)));
const EDGE = [[1, -1]];

/** A 7 × 7 image from the position of its pixels: x to the right, y upwards, both from −3 to 3. */
function picture(backend: Backend, brightness: (x: number, y: number) => number): Tensor {
  const side = [-3, -2, -1, 0, 1, 2, 3];
  return tensor(
    side.map((down) => side.map((x) => brightness(x, -down))),
    { backend },
  );
}

/** What a kernel makes of several images, and the sizes of the largest and smallest values. */
async function responses(
  backend: Backend,
  kernel: Grid,
  images: readonly Tensor[],
): Promise<readonly Grid[]> {
  const k = tensor(kernel as number[][], { backend });
  return Promise.all(images.map((image) => values(corr2d(image, k))));
}

const every = (grid: Grid, test: (value: number) => boolean): boolean => grid.flat().every(test);
const isZero = (value: number): boolean => Math.abs(value) < 1e-4;

/** v = (3, 4) / 5. */
const V = [0.6, 0.8] as const;

export const convLayer: readonly Exercise[] = [
  {
    id: "diagonal",
    section: "convLayer",
    number: 1,
    given: [DIAGONAL, EDGE],
    kind: "grids",
    blank: [blankGrid(4, 3), blankGrid(3, 4)],
    check: (backend, answer) => {
      const x = eye(4, 4, { backend });
      const k = tensor(EDGE, { backend });
      return compare(answer, Promise.all([values(corr2d(x, k)), values(corr2d(x, k.t()))]));
    },
  },
  {
    id: "direction",
    section: "convLayer",
    number: 2,
    given: [],
    kind: "grids",
    blank: [blankGrid(3, 3, 0)],
    check: async (backend, [kernel]) => {
      const [along, across, flat] = await responses(backend, kernel!, [
        picture(backend, (x, y) => V[0] * x + V[1] * y),
        picture(backend, (x, y) => V[1] * x - V[0] * y),
        picture(backend, () => 1),
      ]);
      const ok = every(along!, (value) => value > 1e-4) && every(across!, isZero) && every(flat!, isZero);
      return { ok, evidence: [along!, across!, flat!] };
    },
  },
  {
    id: "second",
    section: "convLayer",
    number: 2,
    given: [],
    kind: "grids",
    blank: [blankGrid(1, 3, 0)],
    check: async (backend, [kernel]) => {
      const [flat, ramp, parabola] = await responses(backend, kernel!, [
        picture(backend, () => 1),
        picture(backend, (x) => x),
        picture(backend, (x) => (x * x) / 2),
      ]);
      // The second derivative of x² / 2 is 1.
      const ok =
        every(flat!, isZero) && every(ramp!, isZero) && every(parabola!, (value) => isZero(value - 1));
      return { ok, evidence: [flat!.slice(0, 1), ramp!.slice(0, 1), parabola!.slice(0, 1)] };
    },
  },
  {
    id: "orders",
    section: "convLayer",
    number: 2,
    given: [],
    kind: "numbers",
    blank: blankNumbers(3),
    // The smallest kernel takes differences of differences: each order adds one cell.
    check: async (backend, answer) => {
      const sizes = [];
      for (const order of [1, 2, 5]) {
        let kernel = tensor([[1]], { backend });
        for (let i = 0; i < order; i++)
          kernel = corr2d(kernel, tensor([[-1, 1]], { backend }), { padding: [0, 1] });
        sizes.push(kernel.shape[1]!);
      }
      return compare(answer, Promise.resolve([[sizes]]));
    },
  },
  {
    id: "blur",
    section: "convLayer",
    number: 2,
    given: [],
    kind: "grids",
    blank: [blankGrid(3, 3, 0)],
    check: async (backend, [kernel]) => {
      manualSeed(0);
      const noise = rand([7, 7], { backend });
      const [flat, blurred] = await responses(backend, kernel!, [picture(backend, () => 1), noise]);
      const isMean = every(kernel!, (value) => value >= 0) && every(flat!, (value) => isZero(value - 1));
      const weights = kernel!.flat().filter((value) => value > 0).length;
      return { ok: isMean && weights > 1, evidence: [flat!, await values(noise), blurred!] };
    },
  },
  {
    id: "handmade",
    section: "convLayer",
    number: 3,
    given: [],
    kind: "choice",
    blank: blankNumbers(1),
    check: async (backend, answer) => {
      const { gradient, gradientByHand } = await trainByHand(backend);
      return { ok: answer[0]![0]![0] === 1, evidence: [[gradientByHand], [gradient]] };
    },
  },
  {
    id: "matrix",
    section: "convLayer",
    number: 4,
    given: [BOOK_INPUT, BOOK_KERNEL],
    kind: "grids",
    blank: [blankGrid(4, 9)],
    check: (backend, answer) => {
      // Each column is what corr2d makes of an image with a single one.
      const units = eye(9, 9, { backend }).reshape([9, 1, 3, 3]);
      const k = tensor(BOOK_KERNEL, { backend }).reshape([1, 1, 2, 2]);
      const matrix = corr2d(units, k).reshape([9, 4]).t();
      return compare(
        answer,
        values(matrix).then((grid): Answer => [grid]),
      );
    },
  },
];
