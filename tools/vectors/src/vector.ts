/**
 * Test vectors from elsewhere, in the schema "tensor-vectors/1": files of cases, each an operation with attributes,
 * named input tensors and the outputs expected of it. This file knows the format and nothing of corr2d's operations.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Backend, type Tensor, tensor } from "@corr2d/core";

export type Attributes = Readonly<Record<string, never>>;

export interface VectorTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Row-major; non-finite values are strings; null: only the shape is asserted. */
  readonly data: readonly (number | string | boolean)[] | null;
}

export interface VectorCase {
  readonly name: string;
  readonly op: string;
  readonly attrs: Attributes;
  readonly inputs: readonly VectorTensor[];
  readonly outputs: readonly VectorTensor[];
  /** The same outputs in float64, where the source computed them. */
  readonly outputs_f64?: readonly VectorTensor[];
  readonly tolerance?: {
    readonly metric: string;
    readonly value?: number;
    readonly rtol?: number;
    readonly atol?: number;
  };
  /** What the case exercises; `values:integers` says that float32 holds every sum. */
  readonly features?: readonly string[];
  /** How far the expected values are from an independent float64 evaluation. */
  readonly check?: { readonly max_abs: number };
}

/** Every case below a folder, file by file in name order. */
export function* readVectors(directory: string): Generator<VectorCase & { readonly family: string }> {
  const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* readVectors(path);
    else if (entry.name.endsWith(".json")) {
      const file = JSON.parse(readFileSync(path, "utf8"));
      if (file.schema !== "tensor-vectors/1") continue;
      for (const each of file.cases) yield { ...each, family: file.family };
    }
  }
}

/** Why a tensor of the vectors cannot be one of ours, or null. */
export function unsupportedDtype({ dtype, data }: VectorTensor): string | null {
  if (dtype === "float32" || dtype === "int32" || dtype === "bool") return null;
  const fits = data?.every((value) => Math.abs(Number(value)) <= 2 ** 31 - 1) ?? true;
  return /^u?int/.test(dtype) && fits ? null : `dtype ${dtype}`;
}

/** float32 and bool stay; every kind of integer becomes int32. */
export function toTensor({ shape, dtype, data }: VectorTensor, backend: Backend): Tensor {
  const numbers = data!.map(Number);
  if (dtype === "float32") return tensor(Float32Array.from(numbers), { shape, backend });
  return tensor(Int32Array.from(numbers), { shape, backend, dtype: dtype === "bool" ? "bool" : "int32" });
}
