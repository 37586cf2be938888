/** A chain in the address: `layers=conv,relu,max`, and of each what is not as usual: `k1=…&stride3=1`. */
import { blocksText, pairText, parseBlocks, parseChoice, parsePair } from "../../state/codec.ts";
import type { Params } from "../../state/route.ts";
import { LIMITS, type Size } from "../arrays.ts";
import { type ChainLayer, LAYER_KINDS, type LayerKind, MOST_LAYERS, newLayer } from "./layers.ts";

/** The layer of a kind with what the address says of the n-th. */
function readLayer(kind: LayerKind, n: number, params: Params): ChainLayer {
  const usual = newLayer(kind);
  if (!("stride" in usual)) return usual;
  const pair = (name: string, least: number, most: number): Size | undefined =>
    parsePair(params[`${name}${n}`], least, most);
  const moved = {
    stride: pair("stride", 1, LIMITS.stride) ?? usual.stride,
    padding: pair("padding", 0, LIMITS.padding) ?? usual.padding,
  };
  if (usual.kind !== "conv") {
    return { ...usual, size: pair("size", 1, LIMITS.kernel) ?? usual.size, ...moved };
  }
  const kernel = parseBlocks(params[`k${n}`], LIMITS.channels, LIMITS.kernel);
  return { ...usual, kernel: kernel ?? usual.kernel, ...moved };
}

/** Null where the address names no layers, or one that there is not. */
export function readChain(params: Params): readonly ChainLayer[] | null {
  const kinds = params.layers?.split(",").map((name) => parseChoice(name, LAYER_KINDS));
  if (kinds === undefined || kinds.length > MOST_LAYERS || kinds.includes(undefined)) return null;
  return (kinds as LayerKind[]).map((kind, i) => readLayer(kind, i + 1, params));
}

function layerParams(layer: ChainLayer, n: number): Params {
  const usual = newLayer(layer.kind);
  if (!("stride" in layer && "stride" in usual)) return {};
  const unlessUsual = (text: string, of: string): string | undefined => (text === of ? undefined : text);
  const own: Params =
    layer.kind === "conv"
      ? { [`k${n}`]: blocksText(layer.kernel) }
      : { [`size${n}`]: unlessUsual(pairText(layer.size), "2") };
  return {
    ...own,
    [`stride${n}`]: unlessUsual(pairText(layer.stride), pairText(usual.stride)),
    [`padding${n}`]: unlessUsual(pairText(layer.padding), "0"),
  };
}

export function chainParams(chain: readonly ChainLayer[] | null): Params {
  if (chain === null) return {};
  return Object.assign(
    { layers: chain.map(({ kind }) => kind).join(",") },
    ...chain.map((layer, i) => layerParams(layer, i + 1)),
  ) as Params;
}
