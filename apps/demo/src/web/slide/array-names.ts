/** What the three arrays of the layer are called in a view: one of them is a gradient, or another's gradient comes in. */
import { words } from "../i18n/index.ts";
import type { View } from "./state.ts";

export function arrayNames(view: View): { inputName: string; kernelName: string; outputName: string } {
  const { names } = words.value.slide;
  return {
    inputName: view === "input" ? names.inputGrad : names.input,
    kernelName: view === "kernel" ? names.kernelGrad : names.kernel,
    outputName: view === "output" ? names.output : names.outputGrad,
  };
}
