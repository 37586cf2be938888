/**
 * Builds of the kernels that only tests want: every function exported, so that it can be told which one ran, and on wish with
 * small budgets (assembly/common/budgets.ts).
 */
// @ts-expect-error a script
import { compileKernels } from "../scripts/compile.mjs";
import { chooseBuild, type Simd } from "../src/module.ts";

export async function compileTestKernels(
  simd: Simd,
  options: { readonly smallBudgets?: boolean } = {},
): Promise<WebAssembly.Module> {
  const { bytes } = (await compileKernels(options)) as { bytes: Uint8Array<ArrayBuffer> };
  chooseBuild(bytes, simd);
  return WebAssembly.compile(bytes);
}
