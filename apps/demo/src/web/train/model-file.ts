/** Networks as safetensors files, with their layers in the metadata; the code for them is loaded when it is first asked for. */
import { type Backend, tensor } from "@corr2d/core";
import type { Weights } from "./fit.ts";
import { type Layer, layersText, parseLayers } from "./layers.ts";

/** The names are those of a Sequential here and in PyTorch: `0.weight`. */
export async function modelBytes(
  layers: readonly Layer[],
  weights: Weights,
  backend: Backend,
): Promise<Uint8Array> {
  const { writeSafetensors } = await import("@corr2d/io");
  const tensors = Object.entries(weights).map(([name, { data, shape }]) => [
    name,
    tensor(data, { shape, backend, dtype: data instanceof Int32Array ? "int32" : "float32" }),
  ]);
  const metadata = { format: "pt", layers: layersText(layers) };
  return writeSafetensors(Object.fromEntries(tensors), { metadata, int64: true });
}

export interface Model {
  /** None where the file does not say them. */
  readonly layers: readonly Layer[] | undefined;
  readonly weights: Weights;
}

/** @throws FILE_INVALID where it is no such file. */
export async function readModel(file: Blob, backend: Backend): Promise<Model> {
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
  return { layers: parseLayers(opened.metadata.layers), weights: Object.fromEntries(entries) };
}
