/**
 * What the slide tab shows, as one value: arrays, geometry, which result is watched, and the place of the window.
 *
 * The three arrays of a correlation are the *large* one [C, H, W], the *kernel* [O, C/groups, h, w] and the *small* one
 * [O, oH, oW]. A convolution reads large and writes small, its transpose the other way round. Only operands are kept
 * here; results are computed (compute.ts). A chain of layers has its input, the gradient at its output and its own
 * list of layers; the kernel and the geometry above are then not in use, and it is never transposed.
 */
import { type Signal, signal } from "@preact/signals";
import {
  blocksText,
  numberText,
  pairText,
  parseBlocks,
  parseChoice,
  parseInteger,
  parsePair,
  parsePlanes,
  planesText,
} from "../state/codec.ts";
import { bindAddress, type Params } from "../state/route.ts";
import { LIMITS, type Planes, type Size } from "./arrays.ts";
import { chainParams, readChain } from "./chain/codec.ts";
import type { ChainLayer } from "./chain/layers.ts";

export const PADDING_MODES = ["zeros", "reflect", "replicate", "circular"] as const;
export type PaddingMode = (typeof PADDING_MODES)[number];

/** Which result is watched: the layer's own output, or the gradient towards its input or its kernel. */
export const VIEWS = ["output", "input", "kernel"] as const;
export type View = (typeof VIEWS)[number];

export interface SlideState {
  readonly transposed: boolean;
  readonly view: View;
  /** [C, H, W] */
  readonly input: Planes;
  /** [O, C/groups, h, w]; of the transposed layer [C, O/groups, h, w]. */
  readonly kernel: readonly Planes[];
  /** The gradient that arrives at the output, of the output's shape; null for ones. */
  readonly outputGrad: Planes | null;
  readonly stride: Size;
  readonly padding: Size | "same";
  readonly paddingMode: PaddingMode;
  readonly dilation: Size;
  readonly groups: number;
  /** Of the transposed layer. */
  readonly outputPadding: Size;
  /** Layers that follow one another, in place of the one; null for the one. */
  readonly chain: readonly ChainLayer[] | null;
}

export const DEFAULT_STATE: SlideState = {
  transposed: false,
  view: "output",
  input: [
    [
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
    ],
  ],
  kernel: [
    [
      [
        [0, 1],
        [2, 3],
      ],
    ],
  ],
  outputGrad: null,
  stride: [1, 1],
  padding: [0, 0],
  paddingMode: "zeros",
  dilation: [1, 1],
  groups: 1,
  outputPadding: [0, 0],
  chain: null,
};

export const slide: Signal<SlideState> = signal(DEFAULT_STATE);

/** Which position of the window is shown, counted through the small array [O, oH, oW]. */
export const position: Signal<number> = signal(0);

/** Whether results are shown only as far as the window has come. */
export const isStepping: Signal<boolean> = signal(false);

const past: Signal<readonly SlideState[]> = signal([]);
const future: Signal<readonly SlideState[]> = signal([]);

export const canUndo = (): boolean => past.value.length > 0;
export const canRedo = (): boolean => future.value.length > 0;

const MOST_PAST = 200;
let lastKind = "";

/**
 * Changes the state so that it can be undone. Changes in a row of one `kind` (a stroke of the brush, say) are undone
 * together; an empty kind stands alone.
 */
export function change(part: Partial<SlideState>, kind = ""): void {
  if (kind === "" || kind !== lastKind) past.value = [...past.value.slice(1 - MOST_PAST), slide.value];
  lastKind = kind;
  future.value = [];
  slide.value = { ...slide.value, ...part };
}

/** Ends a run of changes that belong together. */
export function endChange(): void {
  lastKind = "";
}

function travel(from: Signal<readonly SlideState[]>, to: Signal<readonly SlideState[]>): void {
  const target = from.value.at(-1);
  if (target === undefined) return;
  endChange();
  to.value = [...to.value, slide.value];
  from.value = from.value.slice(0, -1);
  slide.value = target;
}

export const undo = (): void => travel(past, future);
export const redo = (): void => travel(future, past);

function read(params: Params): void {
  const input = parsePlanes(params.x, LIMITS.channels, LIMITS.side);
  const kernel = parseBlocks(params.k, LIMITS.channels, LIMITS.kernel);
  const pair = (name: string, least: number, most: number): Size | undefined =>
    parsePair(params[name], least, most);
  const chain = readChain(params);
  slide.value = {
    transposed: chain === null && params.op === "transposed",
    view: parseChoice(params.view, VIEWS) ?? DEFAULT_STATE.view,
    input: input ?? DEFAULT_STATE.input,
    kernel: kernel ?? DEFAULT_STATE.kernel,
    outputGrad: parsePlanes(params.dy, LIMITS.channels, 64) ?? null,
    stride: pair("stride", 1, LIMITS.stride) ?? DEFAULT_STATE.stride,
    padding:
      params.padding === "same" ? "same" : (pair("padding", 0, LIMITS.padding) ?? DEFAULT_STATE.padding),
    paddingMode: parseChoice(params.mode, PADDING_MODES) ?? DEFAULT_STATE.paddingMode,
    dilation: pair("dilation", 1, LIMITS.dilation) ?? DEFAULT_STATE.dilation,
    groups: parseInteger(params.groups, 1, LIMITS.channels) ?? DEFAULT_STATE.groups,
    outputPadding: pair("extra", 0, LIMITS.stride) ?? DEFAULT_STATE.outputPadding,
    chain,
  };
  position.value = parseInteger(params.at, 0, 10_000) ?? 0;
}

function write(): Params {
  const state = slide.value;
  const unless = (isDefault: boolean, text: string): string | undefined => (isDefault ? undefined : text);
  const pair = (value: Size, usual: number): string | undefined =>
    unless(value[0] === usual && value[1] === usual, pairText(value));
  return {
    op: unless(!state.transposed, "transposed"),
    view: unless(state.view === DEFAULT_STATE.view, state.view),
    x: unless(planesText(state.input) === planesText(DEFAULT_STATE.input), planesText(state.input)),
    k: unless(blocksText(state.kernel) === blocksText(DEFAULT_STATE.kernel), blocksText(state.kernel)),
    dy: state.outputGrad === null ? undefined : planesText(state.outputGrad),
    stride: pair(state.stride, 1),
    padding: state.padding === "same" ? "same" : pair(state.padding, 0),
    mode: unless(state.paddingMode === "zeros", state.paddingMode),
    dilation: pair(state.dilation, 1),
    groups: unless(state.groups === 1, numberText(state.groups)),
    extra: pair(state.outputPadding, 0),
    ...chainParams(state.chain),
    at: unless(position.value === 0, numberText(position.value)),
  };
}

/** Joins this tab to the address. */
export function bindSlide(): void {
  bindAddress("slide", { read, write });
}
