/** The slide tab's state as a program that prints what the tab shows. */

import type { BackendChoice } from "../compute/session.ts";
import type { SlideState } from "../slide/state.ts";
import { backendCode, CPU_JS } from "./backend-code.ts";
import type { Code } from "./code.ts";
import { pairCode, pyLiteral, tsLiteral } from "./literals.ts";

/** Options that differ from the defaults, as name and value. */
function options(state: SlideState, language: "ts" | "py"): string[] {
  const open = language === "ts" ? "[" : "(";
  const pairs: readonly (readonly [
    ts: string,
    py: string,
    value: readonly [number, number],
    usual: number,
  ])[] = [
    ["stride", "stride", state.stride, 1],
    ["padding", "padding", state.padding === "same" ? [0, 0] : state.padding, 0],
    ["outputPadding", "output_padding", state.transposed ? state.outputPadding : [0, 0], 0],
    ["dilation", "dilation", state.dilation, 1],
  ];
  const sign = language === "ts" ? ": " : "=";
  const isPadded = state.paddingMode !== "zeros" && !state.transposed;
  const shown = pairs.filter(
    ([name, , value, usual]) => value.some((n) => n !== usual) && !(isPadded && name === "padding"),
  );
  const texts = shown.map(
    ([ts, py, value]) => `${language === "ts" ? ts : py}${sign}${pairCode(value, open)}`,
  );
  if (state.padding === "same" && !state.transposed && !isPadded) texts.push(`padding${sign}"same"`);
  if (state.groups !== 1) texts.push(`groups${sign}${state.groups}`);
  return texts;
}

/** [left, right, top, bottom] of the padding that is not zeros, or null. */
function border(state: SlideState): readonly number[] | null {
  if (state.paddingMode === "zeros" || state.transposed) return null;
  if (state.padding !== "same") {
    const [vertical, horizontal] = state.padding;
    return vertical === 0 && horizontal === 0 ? null : [horizontal, horizontal, vertical, vertical];
  }
  const block = state.kernel[0]![0]!;
  const reach = (axis: 0 | 1, size: number): number => state.dilation[axis] * (size - 1);
  const [rows, columns] = [reach(0, block.length), reach(1, block[0]!.length)];
  return [columns >> 1, columns - (columns >> 1), rows >> 1, rows - (rows >> 1)];
}

function typescript(state: SlideState, backend: BackendChoice): string {
  const { importing, setting } = backendCode(backend);
  const call = state.transposed ? "convTranspose2d" : "corr2d";
  const sides = border(state);
  const isBackward = state.view !== "output";
  const grad = isBackward ? ", { requiresGrad: true }" : "";
  const given = options(state, "ts");
  const names = [call, ...(sides === null ? [] : ["pad"]), "setBackend", "tensor"];
  const x = sides === null ? "x" : `pad(x, [${sides.join(", ")}], { mode: "${state.paddingMode}" })`;
  const lines = [
    `import { ${names.join(", ")} } from "@corr2d/core";`,
    importing,
    "",
    setting,
    "",
    `const x = tensor(${tsLiteral(state.input)}${grad});`,
    `const k = tensor(${tsLiteral(state.kernel)}${grad});`,
    "",
    `const y = ${call}(${x}, k${given.length === 0 ? "" : `, { ${given.join(", ")} }`});`,
  ];
  if (!isBackward) return [...lines, "console.log(String(y));", ""].join("\n");
  const g = state.outputGrad === null ? "y.detach().onesLike()" : `tensor(${tsLiteral(state.outputGrad)})`;
  const of = state.view === "input" ? "x" : "k";
  return [...lines, `y.backward(${g});`, `console.log(String(${of}.grad));`, ""].join("\n");
}

/** The image in its border. Circular padding is there for batches alone. */
function pyPadded(state: SlideState): string {
  const sides = border(state);
  if (sides === null) return "x";
  const rest = `(${sides.join(", ")}), mode="${state.paddingMode}")`;
  return state.paddingMode === "circular" ? `F.pad(x[None], ${rest}[0]` : `F.pad(x, ${rest}`;
}

function pytorch(state: SlideState): string {
  const call = state.transposed ? "F.conv_transpose2d" : "F.conv2d";
  const isBackward = state.view !== "output";
  const grad = isBackward ? ", requires_grad=True" : "";
  const given = options(state, "py");
  const lines = [
    "import torch",
    "import torch.nn.functional as F",
    "",
    `x = torch.tensor(${pyLiteral(state.input)}${grad})`,
    `k = torch.tensor(${pyLiteral(state.kernel)}${grad})`,
    "",
    `y = ${call}(${[pyPadded(state), "k", ...given].join(", ")})`,
  ];
  if (!isBackward) return [...lines, "print(y)", ""].join("\n");
  const g = state.outputGrad === null ? "torch.ones_like(y)" : `torch.tensor(${pyLiteral(state.outputGrad)})`;
  const of = state.view === "input" ? "x" : "k";
  return [...lines, `y.backward(${g})`, `print(${of}.grad)`, ""].join("\n");
}

export function slideCode(state: SlideState, backend: BackendChoice = CPU_JS): Code {
  return { ts: typescript(state, backend), py: pytorch(state) };
}
