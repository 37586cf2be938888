/** What a network, as it was after some step, makes of one image: what every layer gives, and the probabilities of the classes. */
import { type Backend, noGrad, scope, type Tensor, tensor } from "@corr2d/core";
import type { Module, Sequential } from "@corr2d/nn";
import { SIDE } from "../../train/pen.ts";
import { type Built, buildInPieces, netOf } from "./build.ts";
import { loadWeights, type Snapshot, type Weights } from "./fit.ts";
import { type Layer, layersText } from "./layers.ts";

export interface LayerLook {
  /** As the library prints it. */
  readonly name: string;
  /** Without the batch. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Look {
  readonly layers: readonly LayerLook[];
  /** Of the ten classes. */
  readonly probabilities: Float32Array;
}

interface Known {
  readonly key: string;
  readonly backend: Backend;
  readonly built: Promise<Built>;
}
/** The network that is set, and the one that is trained. */
let known: readonly Known[] = [];

/** Layers as they were built before, if they were: drawing their first weights takes time. Their weights are of no account. */
export function builtFor(layers: readonly Layer[], backend: Backend): Promise<Built> {
  const key = layersText(layers);
  const found = known.find((one) => one.key === key && one.backend === backend);
  const used = found ?? { key, backend, built: buildInPieces(layers, backend) };
  known = [used, ...known.filter((one) => one !== used)].slice(0, 2);
  return used.built;
}

async function netFor(layers: readonly Layer[], backend: Backend): Promise<Sequential> {
  return netOf(await builtFor(layers, backend)).eval();
}

/** @throws what the library says of layers that do not fit, or of weights that are not theirs. */
export async function checkWeights(
  layers: readonly Layer[],
  weights: Weights,
  backend: Backend,
): Promise<void> {
  loadWeights(await netFor(layers, backend), weights, backend);
}

/** @param image [28, 28], from 0 to 255. */
export async function lookAt(
  backend: Backend,
  layers: readonly Layer[],
  snapshot: Snapshot,
  image: Uint8Array,
): Promise<Look> {
  const net = await netFor(layers, backend);
  loadWeights(net, snapshot.weights, backend);
  const results = noGrad(() =>
    scope(() => {
      const outputs: Tensor[] = [];
      let x = tensor(
        Float32Array.from(image, (value) => value / 255),
        { shape: [1, 1, SIDE, SIDE], backend },
      );
      for (const layer of net) {
        x = layer(x) as Tensor;
        outputs.push(x);
      }
      return [...outputs, x.softmax(1)];
    }),
  );
  const values = await Promise.all(results.map(async (result) => Float32Array.from(await result.data())));
  const shapes = results.map(({ shape }) => shape.slice(1));
  for (const result of new Set(results)) result.dispose();
  return {
    layers: (net.children() as Module[]).map((layer, i) => ({
      name: String(layer),
      shape: shapes[i]!,
      values: values[i]!,
    })),
    probabilities: values.at(-1)!,
  };
}
