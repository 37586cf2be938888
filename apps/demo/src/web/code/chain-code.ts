/** A chain of the slide tab as a program that prints its output, or the gradient of its input. */
import type { BackendChoice } from "../compute/session.ts";
import type { ChainLayer } from "../slide/chain/layers.ts";
import type { SlideState } from "../slide/state.ts";
import { backendCode, CPU_JS } from "./backend-code.ts";
import type { Code } from "./code.ts";
import { pairCode, pyLiteral, tsLiteral } from "./literals.ts";

interface Chained extends SlideState {
  readonly chain: readonly ChainLayer[];
}

const TS_NAMES = {
  conv: "corr2d",
  relu: "relu",
  sigmoid: "sigmoid",
  tanh: "tanh",
  max: "maxPool2d",
  avg: "avgPool2d",
} as const;

const PY_NAMES = {
  conv: "F.conv2d",
  relu: "F.relu",
  sigmoid: "torch.sigmoid",
  tanh: "torch.tanh",
  max: "F.max_pool2d",
  avg: "F.avg_pool2d",
} as const;

/** Options that differ from the defaults. */
function options(layer: ChainLayer, open: "[" | "(", sign: string): string[] {
  if (!("stride" in layer)) return [];
  const usual = layer.kind === "conv" ? [1, 1] : layer.size;
  const texts: string[] = [];
  if (layer.stride.join() !== usual.join()) texts.push(`stride${sign}${pairCode(layer.stride, open)}`);
  if (layer.padding.join() !== "0,0") texts.push(`padding${sign}${pairCode(layer.padding, open)}`);
  return texts;
}

/** What a layer is called with besides its input and its options. */
function argument(layer: ChainLayer, n: number, open: "[" | "("): string[] {
  if (layer.kind === "conv") return [`k${n}`];
  return "size" in layer ? [pairCode(layer.size, open)] : [];
}

function typescript({ input, chain, view, outputGrad }: Chained, backend: BackendChoice): string {
  const { importing, setting } = backendCode(backend);
  const isBackward = view !== "output";
  const names = [...new Set(["setBackend", "tensor", ...chain.map(({ kind }) => TS_NAMES[kind])])].sort();
  const calls = chain.map((layer, i) => {
    const given = options(layer, "[", ": ");
    const rest = given.length === 0 ? [] : [`{ ${given.join(", ")} }`];
    const from = i === 0 ? "x" : `y${i}`;
    return `const y${i + 1} = ${TS_NAMES[layer.kind]}(${[from, ...argument(layer, i + 1, "["), ...rest].join(", ")});`;
  });
  const last = `y${chain.length}`;
  const g = outputGrad === null ? `${last}.detach().onesLike()` : `tensor(${tsLiteral(outputGrad)})`;
  return [
    `import { ${names.join(", ")} } from "@corr2d/core";`,
    importing,
    "",
    setting,
    "",
    `const x = tensor(${tsLiteral(input)}${isBackward ? ", { requiresGrad: true }" : ""});`,
    ...chain.flatMap((layer, i) =>
      layer.kind === "conv" ? [`const k${i + 1} = tensor(${tsLiteral(layer.kernel)});`] : [],
    ),
    "",
    ...calls,
    ...(isBackward
      ? [`${last}.backward(${g});`, "console.log(String(x.grad));"]
      : [`console.log(String(${last}));`]),
    "",
  ].join("\n");
}

function pytorch({ input, chain, view, outputGrad }: Chained): string {
  const isBackward = view !== "output";
  const isFunctional = chain.some(({ kind }) => PY_NAMES[kind].startsWith("F."));
  const calls = chain.map((layer, i) => {
    const from = i === 0 ? "x" : `y${i}`;
    const given = [from, ...argument(layer, i + 1, "("), ...options(layer, "(", "=")];
    return `y${i + 1} = ${PY_NAMES[layer.kind]}(${given.join(", ")})`;
  });
  const last = `y${chain.length}`;
  const g = outputGrad === null ? `torch.ones_like(${last})` : `torch.tensor(${pyLiteral(outputGrad)})`;
  return [
    "import torch",
    ...(isFunctional ? ["import torch.nn.functional as F"] : []),
    "",
    `x = torch.tensor(${pyLiteral(input)}${isBackward ? ", requires_grad=True" : ""})`,
    ...chain.flatMap((layer, i) =>
      layer.kind === "conv" ? [`k${i + 1} = torch.tensor(${pyLiteral(layer.kernel)})`] : [],
    ),
    "",
    ...calls,
    ...(isBackward ? [`${last}.backward(${g})`, "print(x.grad)"] : [`print(${last})`]),
    "",
  ].join("\n");
}

export function chainCode(state: SlideState, backend: BackendChoice = CPU_JS): Code {
  const chained = { ...state, chain: state.chain! };
  return { ts: typescript(chained, backend), py: pytorch(chained) };
}
