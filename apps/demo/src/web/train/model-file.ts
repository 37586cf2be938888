/** Networks as safetensors files, with their layers and what they learnt from in the metadata; the code for them is loaded when it is first asked for. */
import { type Backend, tensor } from "@corr2d/core";
import { parseChoice } from "../state/codec.ts";
import { DATA_NAMES, type DataName } from "./data.ts";
import type { Weights } from "./fit.ts";
import { type Layer, layersText, parseLayers } from "./layers.ts";

export interface Model {
  readonly layers: readonly Layer[];
  /** What it learnt from. */
  readonly data: DataName;
  readonly weights: Weights;
}

/** The names are those of a Sequential here and in PyTorch: `0.weight`. */
export async function modelBytes({ layers, data, weights }: Model, backend: Backend): Promise<Uint8Array> {
  const { writeSafetensors } = await import("@corr2d/io");
  const tensors = Object.entries(weights).map(([name, { data, shape }]) => [
    name,
    tensor(data, { shape, backend, dtype: data instanceof Int32Array ? "int32" : "float32" }),
  ]);
  const metadata = { format: "pt", layers: layersText(layers), data };
  return writeSafetensors(Object.fromEntries(tensors), { metadata, int64: true });
}

/**
 * @returns undefined where the file does not say its layers.
 * @throws FILE_INVALID where it is no such file.
 */
export async function readModel(file: Blob, backend: Backend): Promise<Model | undefined> {
  const { openSafetensors } = await import("@corr2d/io");
  const opened = await openSafetensors(file);
  const entries = [];
  for (const name of opened.names) {
    const value = await opened.get(name, { backend });
    const data = await value.data();
    const kept = data instanceof Int32Array ? data.slice() : Float32Array.from(data);
    entries.push([name, { data: kept, shape: [...value.shape] }] as const);
    value.dispose();
  }
  await opened.close();
  const layers = parseLayers(opened.metadata.layers);
  // Files of before say no images: these are the ones that most were trained with.
  const data = parseChoice(opened.metadata.data, DATA_NAMES) ?? "digits";
  return layers === undefined ? undefined : { layers, data, weights: Object.fromEntries(entries) };
}
