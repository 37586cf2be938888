/**
 * Builds of the kernels that only tests want: every function exported, so that it can be told which one ran, and on wish with
 * small budgets (assembly/common/budgets.ts).
 */
// @ts-expect-error a script
import { compileKernels } from "../scripts/compile.mjs";
import { pack } from "../scripts/pack-module.mjs";
import { unpacker } from "../src/generated/kernels-module.ts";
import type { Simd } from "../src/module.ts";
import { unpack } from "../src/unpack.ts";

export async function compileTestKernels(
  simd: Simd,
  options: { readonly smallBudgets?: boolean } = {},
): Promise<WebAssembly.Module> {
  const { bytes } = (await compileKernels(options)) as { bytes: Uint8Array<ArrayBuffer> };
  const module = new WebAssembly.Module(Uint8Array.from(unpacker));
  return WebAssembly.compile(unpack(module, await pack(bytes), bytes.length, simd === "relaxed"));
}
