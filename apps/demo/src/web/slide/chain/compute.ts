/**
 * A chain of layers, computed with @corr2d/core on the chosen backend: what stands between them, and the gradients of it.
 *
 * Positions count through all layers: forwards the cells of the first layer's result, then the second's, and so on;
 * backwards from the last layer's to the first's.
 */
import {
  avgPool2d,
  type Backend,
  corr2d,
  corr2dWindow,
  maxPool2d,
  maxPool2dWithIndices,
  outputSizeOf,
  poolWindow,
  relu,
  sigmoid,
  type Tensor,
  tanh,
  tensor,
  vjp,
  type Window2d,
} from "@corr2d/core";
import type { Planes } from "../arrays.ts";
import { computeLayer, computeStep, type Layer, type Step, smallShape, usableGradient } from "../compute.ts";
import { DEFAULT_STATE, type SlideState, type View } from "../state.ts";
import type { ChainLayer, ConvLayer } from "./layers.ts";

export interface Stage {
  readonly layer: ChainLayer;
  /** Over the array before the layer; of an activation one cell wide. */
  readonly window: Window2d;
  /** Of maximum pooling: for each cell of the result, the place in its channel of the cell that won. */
  readonly winners: readonly number[] | null;
}

export interface Chain {
  /** What this was computed from. */
  readonly state: SlideState;
  readonly stages: readonly Stage[];
  /** Before, between and after the layers: the input first, the output last. */
  readonly values: readonly Planes[];
  /** Of the same; null where forwards is watched. */
  readonly gradients: readonly Planes[] | null;
  /** For each layer its kernel's gradient; null where it has no kernel, or forwards is watched. */
  readonly kernelGradients: readonly (readonly Planes[] | null)[];
}

/** Where a chain is watched there are two views: backwards shows the gradients of arrays and kernels alike. */
export const isBackward = ({ view }: { readonly view: View }): boolean => view !== "output";

function windowOf(layer: ChainLayer, shape: readonly number[]): Window2d {
  const input = [1, ...shape];
  if (layer.kind === "conv") {
    const [block] = layer.kernel;
    const kernel = [layer.kernel.length, block!.length, block![0]!.length, block![0]![0]!.length];
    return corr2dWindow(input, kernel, layer);
  }
  if ("size" in layer) {
    const { size, stride, padding } = layer;
    return poolWindow(input, size, { stride, padding }, `${layer.kind}Pool2d`);
  }
  return poolWindow(input, 1);
}

/** The windows of a chain's layers, one after the other. @throws Corr2dError where one fits nowhere. */
function windowsOf({ input, chain }: SlideState): Window2d[] {
  let shape = [input.length, input[0]!.length, input[0]![0]!.length];
  return chain!.map((layer) => {
    const window = windowOf(layer, shape);
    shape = [window.outChannels, window.axes[0].output, window.axes[1].output];
    return window;
  });
}

/** The shape of a chain's output. @throws Corr2dError of core where a layer does not fit what arrives at it. */
export const chainOutputShape = (state: SlideState): [number, number, number] =>
  smallShape(windowsOf(state).at(-1)!);

const kernelOf = ({ kernel }: ConvLayer, backend: Backend): Tensor =>
  tensor(kernel as number[][][][], { backend });
const convolve = (x: Tensor, kernel: Tensor, { stride, padding }: ConvLayer): Tensor =>
  corr2d(x, kernel, { stride, padding });

const ACTIVATE = { relu, sigmoid, tanh } as const;

function applyLayer(layer: ChainLayer, x: Tensor): Tensor {
  switch (layer.kind) {
    case "conv":
      return convolve(x, kernelOf(layer, x.backend), layer);
    case "max":
      return maxPool2d(x, layer.size, { stride: layer.stride, padding: layer.padding });
    case "avg":
      return avgPool2d(x, layer.size, { stride: layer.stride, padding: layer.padding });
    default:
      return ACTIVATE[layer.kind](x);
  }
}

async function winnersOf(layer: ChainLayer, x: Tensor): Promise<readonly number[] | null> {
  if (layer.kind !== "max") return null;
  const { size, stride, padding } = layer;
  return [...(await maxPool2dWithIndices(x, size, { stride, padding }).indices.data())].map(Number);
}

const nested = async (x: Tensor): Promise<Planes> => (await x.toArray()) as unknown as Planes;
const nestedBlocks = async (x: Tensor): Promise<readonly Planes[]> =>
  (await x.toArray()) as unknown as readonly Planes[];
const onBackend = (planes: Planes, backend: Backend): Tensor => tensor(planes as number[][][], { backend });

/** The gradient of a convolution's kernel, where it was given `x` and its result has the gradient `g`; null of any other layer. */
async function kernelGradient(layer: ChainLayer, x: Tensor, g: Tensor): Promise<readonly Planes[] | null> {
  if (layer.kind !== "conv") return null;
  return nestedBlocks(vjp((kernel) => convolve(x, kernel, layer), kernelOf(layer, x.backend), g)[1]);
}

/** @throws Corr2dError of core where a layer does not fit what arrives at it. */
export async function computeChain(backend: Backend, state: SlideState): Promise<Chain> {
  const layers = state.chain!;
  const windows = windowsOf(state);
  const values = [onBackend(state.input, backend)];
  for (const layer of layers) values.push(applyLayer(layer, values.at(-1)!));
  const shown = await Promise.all(values.map(nested));
  const winners = await Promise.all(layers.map((layer, s) => winnersOf(layer, values[s]!)));
  const stages = layers.map((layer, s) => ({ layer, window: windows[s]!, winners: winners[s]! }));
  const known = { state, stages, values: shown };
  if (!isBackward(state)) return { ...known, gradients: null, kernelGradients: layers.map(() => null) };

  const given = usableGradient(state.outputGrad, smallShape(windows.at(-1)!));
  const gradients = [given === null ? values.at(-1)!.onesLike() : onBackend(given, backend)];
  for (const [s, layer] of [...layers.entries()].reverse()) {
    gradients.unshift(vjp((x) => applyLayer(layer, x), values[s]!, gradients[0])[1]);
  }
  return {
    ...known,
    gradients: await Promise.all(gradients.map(nested)),
    kernelGradients: await Promise.all(
      layers.map((layer, s) => kernelGradient(layer, values[s]!, gradients[s + 1]!)),
    ),
  };
}

/** A cell of a layer's result. */
export interface Place {
  readonly stage: number;
  readonly cell: number;
}

/** Stages in the order in which they are walked through. */
const walk = (stages: readonly unknown[], backward: boolean): number[] => {
  const order = [...stages.keys()];
  return backward ? order.reverse() : order;
};

export const chainPositions = ({ stages }: Chain): number =>
  stages.reduce((sum, { window }) => sum + outputSizeOf(window), 0);

export function placeAt({ stages, state }: Chain, position: number): Place {
  let cell = position;
  for (const stage of walk(stages, isBackward(state))) {
    const cells = outputSizeOf(stages[stage]!.window);
    if (cell < cells) return { stage, cell };
    cell -= cells;
  }
  return { stage: 0, cell: 0 };
}

export function positionAt({ stages, state }: Chain, { stage, cell }: Place): number {
  const order = walk(stages, isBackward(state));
  const before = order.slice(0, order.indexOf(stage));
  return before.reduce((sum, s) => sum + outputSizeOf(stages[s]!.window), 0) + cell;
}

/** The position of the output's first cell; 0 where there is no output. */
export function outputPosition(state: SlideState): number {
  if (state.chain === null || isBackward(state)) return 0;
  try {
    return windowsOf(state)
      .slice(0, -1)
      .reduce((sum, window) => sum + outputSizeOf(window), 0);
  } catch {
    return 0; // the library's own words are shown
  }
}

export interface ChainStep {
  readonly place: Place;
  /** Of a convolution: the layer by itself at this position. */
  readonly conv: { readonly layer: Layer; readonly step: Step; readonly at: number } | null;
  /** Backwards: the gradient of the array before the layer, as far as its cells have sent theirs. */
  readonly soFar: Planes | null;
  /** Backwards, of a convolution: its kernel's gradient, from the same cells. */
  readonly kernelSoFar: readonly Planes[] | null;
}

/** A convolution of the chain as the one layer that the rest of this tab shows. */
const alone = ({ state, values, gradients }: Chain, stage: number, layer: ConvLayer): SlideState => ({
  ...DEFAULT_STATE,
  view: gradients === null ? "output" : "input",
  input: values[stage]!,
  kernel: layer.kernel,
  stride: layer.stride,
  padding: layer.padding,
  outputGrad: gradients?.[stage + 1] ?? state.outputGrad,
});

export async function computeChainStep(backend: Backend, chain: Chain, position: number): Promise<ChainStep> {
  const place = placeAt(chain, position);
  const { stage, cell } = place;
  const { layer } = chain.stages[stage]!;
  const masked = chain.gradients && upTo(cell, onBackend(chain.gradients[stage + 1]!, backend));
  const x = onBackend(chain.values[stage]!, backend);
  if (layer.kind === "conv") {
    const state = alone(chain, stage, layer);
    const [found, step, kernelSoFar] = await Promise.all([
      computeLayer(backend, state),
      computeStep(backend, state, cell),
      masked && kernelGradient(layer, x, masked),
    ]);
    const conv = { layer: found, step, at: cell };
    return { place, conv, soFar: step.soFar?.[0] ?? null, kernelSoFar };
  }
  if (masked === null) return { place, conv: null, soFar: null, kernelSoFar: null };
  const [, soFar] = vjp((values) => applyLayer(layer, values), x, masked);
  return { place, conv: null, soFar: await nested(soFar), kernelSoFar: null };
}

/** A gradient without the cells after one. */
function upTo(cell: number, g: Tensor): Tensor {
  const visited = Float32Array.from({ length: g.numel() }, (_, i) => (i <= cell ? 1 : 0));
  return g.mul(tensor(visited, { backend: g.backend, shape: g.shape }));
}
