/**
 * Recalled: initialisation. Dive into Deep Learning, 5.4 "Numerical Stability and Initialization".
 *
 * A layer with n inputs and weights of standard deviation σ multiplies the size of its signal by about σ √n. Twenty
 * layers of 256: with σ = 1 it explodes by 16²⁰, with σ = 0.01 it vanishes by 0.16²⁰; Xavier's σ² = 2 / (in + out) keeps
 * it. The numbers drawn for a seed are PyTorch's, so its networks can be followed weight by weight.
 */
import { type Backend, manualSeed, noGrad, randn, type Tensor } from "@corr2d/core";
import { Conv2D, init, Linear } from "@corr2d/nn";
import type { Comparison } from "./comparison.ts";

export interface Initialization {
  /** Conv2D(1, 1, (1, 2), bias=False).weight after manualSeed(0). */
  readonly pytorchWeight: number[];
  /** Standard deviation of a Linear(300, 100)'s weights after Xavier's normal. */
  readonly xavierStd: number;
  /** How much twenty layers multiply the signal by, per layer (geometric mean). */
  readonly growth: readonly { readonly name: string; readonly perLayer: number; readonly after20: number }[];
}

export async function initialization(backend: Backend, seed = 0): Promise<Initialization> {
  manualSeed(0);
  const pytorchWeight = [...(await new Conv2D(1, 1, [1, 2], { bias: false, backend }).weight.data())];

  manualSeed(seed);
  const xavier = init.xavierNormal(new Linear(300, 100, { backend }).weight);
  const xavierStd = await xavier.detach().std().item();

  const growth: Initialization["growth"][number][] = [];
  for (const [name, draw] of [
    ["N(0, 1)", (weight: Tensor) => init.normal(weight, 0, 1)],
    ["N(0, 0.01²)", (weight: Tensor) => init.normal(weight, 0, 0.01)],
    ["Xavier", (weight: Tensor) => init.xavierNormal(weight)],
  ] as const) {
    const after20 = await growthAfter(20, draw, backend);
    growth.push({ name, perLayer: after20 ** (1 / 20), after20 });
  }
  return { pytorchWeight, xavierStd, growth };
}

/** How many times larger a signal is after `layers` linear layers of 256, by its mean size. */
async function growthAfter(
  layers: number,
  draw: (weight: Tensor) => Tensor,
  backend: Backend,
): Promise<number> {
  let x = randn([64, 256], { backend });
  const before = x.abs().mean();
  for (let i = 0; i < layers; i++) {
    const layer = new Linear(256, 256, { bias: false, backend });
    draw(layer.weight);
    x = noGrad(() => layer(x));
  }
  return x.abs().mean().div(before).item();
}

export function compareInitialization({ pytorchWeight, xavierStd, growth }: Initialization): Comparison[] {
  const [normal, small, xavier] = growth.map(({ perLayer }) => perLayer) as [number, number, number];
  return [
    {
      what: "Conv2D weight, seed 0",
      source: "PyTorch",
      expected: [-0.0053, 0.3793],
      computed: pytorchWeight,
      digits: 4,
    },
    {
      what: "Xavier σ = √(2/400)",
      source: "theory",
      expected: Math.sqrt(2 / 400),
      computed: xavierStd,
      within: 0.001,
    },
    { what: "growth per layer, σ = 1", source: "theory", expected: 16, computed: normal, within: 0.5 },
    { what: "growth per layer, σ = 0.01", source: "theory", expected: 0.16, computed: small, within: 0.005 },
    { what: "growth per layer, Xavier", source: "theory", expected: 1, computed: xavier, within: 0.03 },
  ];
}
