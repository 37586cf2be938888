/** The edges tab's filter as a program, on an image that stands for the reader's own. */
import type { FilterKernel, Finish } from "../../chapter/filter-kernels.ts";
import type { BackendChoice } from "../compute/session.ts";
import { backendCode, CPU_JS } from "./backend-code.ts";
import type { Code } from "./code.ts";
import { COMMENTS, type CodeLanguage } from "./comments.ts";
import { pyLiteral, tsLiteral } from "./literals.ts";

const TS_FINISH: Readonly<Record<Finish, string>> = {
  clip: "clamp(y, 0, 255)",
  absolute: "clamp(y.abs(), 0, 255)",
  offset: "clamp(y.add(128), 0, 255)",
  stretch: "y.sub(y.amin()).mul(255).div(y.amax().sub(y.amin()))",
};

const PY_FINISH: Readonly<Record<Finish, string>> = {
  clip: "y.clamp(0, 255)",
  absolute: "y.abs().clamp(0, 255)",
  offset: "(y + 128).clamp(0, 255)",
  stretch: "(y - y.amin()) * 255 / (y.amax() - y.amin())",
};

const LUMA = [0.299, 0.587, 0.114];

function typescript(
  { matrices }: FilterKernel,
  finish: Finish,
  gray: boolean,
  backend: BackendChoice,
  language: CodeLanguage,
): string {
  const comments = COMMENTS[language];
  const { importing, setting } = backendCode(backend);
  const channels = gray ? 1 : 3;
  const names = ["corr2d", "manualSeed", "rand", "setBackend", "tensor"];
  if (finish !== "stretch") names.unshift("clamp");
  const call = (i: number): string => `filter(k${matrices.length === 1 ? "" : i + 1})`;
  return [
    `import { ${names.join(", ")}, type Tensor } from "@corr2d/core";`,
    importing,
    "",
    setting,
    "",
    `// ${comments.yourImage}`,
    "manualSeed(0);",
    "const image = rand([3, 48, 64]).mul(255);",
    gray
      ? `const x = corr2d(image, tensor(${tsLiteral([LUMA])}).reshape([1, 3, 1, 1])); // ${comments.gray}`
      : "const x = image;",
    ...matrices.map(
      (matrix, i) => `const k${matrices.length === 1 ? "" : i + 1} = tensor(${tsLiteral(matrix)});`,
    ),
    "",
    `// ${comments.eachChannel}`,
    "const filter = (k: Tensor): Tensor =>",
    `  corr2d(x, k.expand([${channels}, 1, ...k.shape]), { groups: ${channels} });`,
    matrices.length === 1
      ? `const y = ${call(0)};`
      : `const y = ${call(0)}.square().add(${call(1)}.square()).sqrt();`,
    `console.log(String(${TS_FINISH[finish]}));`,
    "",
  ].join("\n");
}

function pytorch({ matrices }: FilterKernel, finish: Finish, gray: boolean, language: CodeLanguage): string {
  const comments = COMMENTS[language];
  const channels = gray ? 1 : 3;
  const call = (i: number): string => `filter(k${matrices.length === 1 ? "" : i + 1})`;
  return [
    "import torch",
    "import torch.nn.functional as F",
    "",
    `# ${comments.yourImage}`,
    "torch.manual_seed(0)",
    "image = torch.rand(3, 48, 64) * 255",
    gray
      ? `x = F.conv2d(image, torch.tensor(${pyLiteral([LUMA])}).reshape(1, 3, 1, 1))  # ${comments.gray}`
      : "x = image",
    ...matrices.map(
      (matrix, i) => `k${matrices.length === 1 ? "" : i + 1} = torch.tensor(${pyLiteral(matrix)})`,
    ),
    "",
    `# ${comments.eachChannel}`,
    "def filter(k):",
    `    return F.conv2d(x, k.expand(${channels}, 1, *k.shape), groups=${channels})`,
    "",
    matrices.length === 1 ? `y = ${call(0)}` : `y = (${call(0)} ** 2 + ${call(1)} ** 2).sqrt()`,
    `print(${PY_FINISH[finish]})`,
    "",
  ].join("\n");
}

export function edgesCode(
  kernel: FilterKernel,
  finish: Finish,
  gray: boolean,
  backend: BackendChoice = CPU_JS,
  language: CodeLanguage = "en",
): Code {
  return {
    ts: typescript(kernel, finish, gray, backend, language),
    py: pytorch(kernel, finish, gray, language),
  };
}
