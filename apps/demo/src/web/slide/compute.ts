/**
 * Everything that the slide tab shows, computed with @corr2d/core on the chosen backend.
 *
 * A correlation is one trilinear form with three faces over one window (core's ops/corr2d.ts): F reads the large array
 * and writes the small one, T goes back from small to large, and G brings large and small together into a kernel. A
 * convolution's output, input gradient and kernel gradient are F, T, G; those of the transposed one are T, F, G. The
 * three differ in what a position of the window does: gather a sum, scatter the kernel, or collect a window.
 */
import {
  type Backend,
  convTranspose2d,
  convTransposeWindow,
  corr2d,
  corr2dWindow,
  outputSizeOf,
  pad,
  type Tensor,
  tensor,
  type Window2d,
  type WindowAxis,
} from "@corr2d/core";
import type { Planes, Size } from "./arrays.ts";
import type { SlideState, View } from "./state.ts";

export type Face = "gather" | "scatter" | "collect";

/** Which face of the form a view of the layer is. */
export function faceOf(transposed: boolean, view: View): Face {
  if (view === "kernel") return "collect";
  return (view === "output") === transposed ? "scatter" : "gather";
}

export interface Layer {
  /** What this was computed from. */
  readonly state: SlideState;
  readonly face: Face;
  /** Of the small array over the large one. */
  readonly window: Window2d;
  /** The large array with the window's padding as a border, where it is an operand; its own cells alone where it is the result. */
  readonly large: Planes;
  readonly small: Planes;
  readonly kernel: readonly Planes[];
}

/** One position of the window. */
export interface Step {
  /** The cells under the window, per channel of the group; null where the large array is being written. */
  readonly patch: Planes | null;
  /** The kernel's cells; null where the kernel is being written. */
  readonly weights: Planes | null;
  /** The cell of the small array. */
  readonly cell: number;
  /** patch ⊙ weights, cell · weights, or cell · patch. */
  readonly products: Planes;
  /** Sums of the products, per channel. */
  readonly partial: readonly number[];
  /** The result as far as the window has come: large for scatter, kernel for collect. */
  readonly soFar: readonly Planes[] | null;
}

const nested = async (x: Tensor): Promise<Planes> => (await x.toArray()) as unknown as Planes;
const nestedBlocks = async (x: Tensor): Promise<readonly Planes[]> =>
  (await x.toArray()) as unknown as readonly Planes[];

const shapeOf = (planes: Planes): [number, number, number] => [
  planes.length,
  planes[0]!.length,
  planes[0]![0]!.length,
];

const numericPadding = (padding: Size | "same"): Size => (padding === "same" ? [0, 0] : padding);

/**
 * The window of the layer.
 * @throws Corr2dError of core where the setting fits no window.
 */
function windowOf(state: SlideState): Window2d {
  const { stride, dilation, groups, padding, outputPadding } = state;
  const kernel = [state.kernel.length, ...shapeOf(state.kernel[0]!)];
  const input = [1, ...shapeOf(state.input)];
  return state.transposed
    ? convTransposeWindow(input, kernel, {
        stride,
        dilation,
        groups,
        outputPadding,
        padding: numericPadding(padding),
      })
    : corr2dWindow(input, kernel, { stride, dilation, groups, padding });
}

/** How many positions the window has: cells of the small array. */
export const positionCount: (w: Window2d) => number = outputSizeOf;

/** The shape of the array that windows slide over. */
export const largeShape = ({ inChannels, axes }: Window2d): [number, number, number] => [
  inChannels,
  axes[0].input,
  axes[1].input,
];

/** The shape of the array that has a cell for each position of the window. */
export const smallShape = ({ outChannels, axes }: Window2d): [number, number, number] => [
  outChannels,
  axes[0].output,
  axes[1].output,
];

/** The large array with a border of the window's padding: zeros, but around the plain layer's input as its mode says. */
export function addBorder(x: Tensor, { axes }: Window2d, state: SlideState): Tensor {
  const [height, width] = axes;
  return pad(x, [width.before, width.after, height.before, height.after], {
    mode: state.transposed ? "zeros" : state.paddingMode,
  });
}

/** The layer itself: x [C, H, W], k → output. */
function applyLayer(state: SlideState, x: Tensor, k: Tensor): Tensor {
  const { stride, dilation, groups, outputPadding, padding, paddingMode } = state;
  const options = { stride, dilation, groups };
  if (state.transposed) {
    return convTranspose2d(x, k, { ...options, outputPadding, padding: numericPadding(padding) });
  }
  if (paddingMode === "zeros") return corr2d(x, k, { ...options, padding });
  return corr2d(addBorder(x, windowOf(state), state), k, options);
}

const outputShape = ({ transposed }: SlideState, window: Window2d): [number, number, number] =>
  transposed ? largeShape(window) : smallShape(window);

/** The shape of the layer's output. @throws Corr2dError of core where no window fits. */
export const outputShapeOf = (state: SlideState): [number, number, number] =>
  outputShape(state, windowOf(state));

/** The gradient that was given, if it is of the output's shape; else ones arrive. */
export function usableGradient(given: Planes | null, shape: readonly number[]): Planes | null {
  return given !== null && shapeOf(given).every((size, axis) => size === shape[axis]) ? given : null;
}

interface Operands {
  readonly x: Tensor;
  readonly k: Tensor;
  /** The layer's output, recorded. */
  readonly y: Tensor;
  /** The gradient that arrives at the output. */
  readonly g: Tensor;
}

function operandsOf(backend: Backend, state: SlideState, window: Window2d): Operands {
  const x = tensor(state.input as number[][][], { backend, requiresGrad: true });
  const k = tensor(state.kernel as number[][][][], { backend, requiresGrad: true });
  const y = applyLayer(state, x, k);
  const given = usableGradient(state.outputGrad, outputShape(state, window));
  const g = given === null ? y.detach().onesLike() : tensor(given as number[][][], { backend });
  return { x, k, y, g };
}

/** The layer with the gradients that its view asks for. */
export async function computeLayer(backend: Backend, state: SlideState): Promise<Layer> {
  const window = windowOf(state);
  const { x, k, y, g } = operandsOf(backend, state, window);
  const face = faceOf(state.transposed, state.view);
  if (state.view !== "output") y.backward(g);
  const atInput = state.view === "input" ? x.grad! : x.detach();
  const atOutput = state.view === "output" ? y.detach() : g;
  const [large, small] = state.transposed ? [atOutput, atInput] : [atInput, atOutput];
  return {
    state,
    face,
    window,
    large: await nested(face === "scatter" ? large : addBorder(large, window, state)),
    small: await nested(small),
    kernel: await nestedBlocks(state.view === "kernel" ? k.grad! : k.detach()),
  };
}

/** Channel, row and column of a position. */
export function placeOf(
  w: Window2d,
  position: number,
): readonly [channel: number, row: number, column: number] {
  const [, rows, columns] = smallShape(w);
  const line = Math.floor(position / columns);
  return [Math.floor(line / rows), line % rows, position % columns];
}

/** The first channel of the large array that the small array's channel sees. */
export const firstChannel = (w: Window2d, channel: number): number =>
  Math.floor(channel / (w.outChannels / w.groups)) * (w.inChannels / w.groups);

/** Rows (of axis 0) or columns (of axis 1) of the bordered large array under the window at `place` of that axis. */
export function cellsUnder({ kernel, stride, dilation }: WindowAxis, place: number): number[] {
  return Array.from({ length: kernel }, (_, k) => place * stride + k * dilation);
}

/** The cells of a bordered large array under the window, [C/groups, h, w]: a slice with steps. */
function patchOf(framed: Tensor, w: Window2d, [channel, row, column]: ReturnType<typeof placeOf>): Tensor {
  const first = firstChannel(w, channel);
  const under = (axis: WindowAxis, place: number): [number, number, number] => {
    const cells = cellsUnder(axis, place);
    return [cells[0]!, cells.at(-1)! + 1, axis.dilation];
  };
  return framed.slice(
    [first, first + w.inChannels / w.groups],
    under(w.axes[0], row),
    under(w.axes[1], column),
  );
}

/** The result again, from those cells of the small array alone that the mask has kept. */
async function accumulate(
  state: SlideState,
  { x, k, y, g }: Operands,
  mask: Tensor,
): Promise<readonly Planes[]> {
  if (!state.transposed) {
    y.backward(g.mul(mask));
    return state.view === "kernel" ? nestedBlocks(k.grad!) : [await nested(x.grad!)];
  }
  const part = applyLayer(state, x.detach().mul(mask), k);
  if (state.view === "output") return [await nested(part)];
  part.backward(g);
  return nestedBlocks(k.grad!);
}

/** One position of the window: what it reads, multiplies and adds. */
export async function computeStep(backend: Backend, state: SlideState, position: number): Promise<Step> {
  const window = windowOf(state);
  const operands = operandsOf(backend, state, window);
  const { x, k, g } = operands;
  const face = faceOf(state.transposed, state.view);
  const at = Math.min(position, positionCount(window) - 1);
  const place = placeOf(window, at);

  const large = state.transposed ? g : x.detach();
  const patch = face === "scatter" ? null : patchOf(addBorder(large, window, state), window, place);
  const weights = face === "collect" ? null : k.detach().slice(place[0]);
  if (face === "gather") {
    const products = patch!.mul(weights!);
    return describe(patch, weights, products.sum(), products, null);
  }
  const small = state.transposed ? x.detach() : g;
  const cell = small.slice(...place);
  const visited = Float32Array.from({ length: small.numel() }, (_, i) => (i <= at ? 1 : 0));
  const mask = tensor(visited, { backend, shape: small.shape });
  const soFar = await accumulate(state, operands, mask);
  return describe(patch, weights, cell, (patch ?? weights!).mul(cell), soFar);
}

async function describe(
  patch: Tensor | null,
  weights: Tensor | null,
  cell: Tensor,
  products: Tensor,
  soFar: Step["soFar"],
): Promise<Step> {
  return {
    patch: patch && (await nested(patch)),
    weights: weights && (await nested(weights)),
    cell: await cell.item(),
    products: await nested(products),
    partial: [...(await products.sum([1, 2]).data())],
    soFar,
  };
}
