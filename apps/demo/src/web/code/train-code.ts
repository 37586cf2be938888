/** The train tab's run as a program, on random images that stand for the reader's own. */
import type { BackendChoice } from "../compute/session.ts";
import { type Built, CLASSES, IMAGE_SHAPE } from "../train/build.ts";
import type { Layer } from "../train/layers.ts";
import type { Settings } from "../train/state.ts";
import { backendCode, CPU_JS } from "./backend-code.ts";
import type { Code } from "./code.ts";

/** A layer as source text. Its class is written here as PyTorch writes it, and its options as `name=value`. */
function layerCode(layer: Layer, input: readonly number[]): readonly [name: string, args: string[]] {
  const stride = (usual: number, n: number): string[] => (n === usual ? [] : [`stride=${n}`]);
  switch (layer.kind) {
    case "conv": {
      const { channels, kernel, padding } = layer;
      const options = [...(padding === 0 ? [] : [`padding=${padding}`]), ...stride(1, layer.stride)];
      return ["Conv2d", [`${input[0]}`, `${channels}`, `${kernel}`, ...options]];
    }
    case "max":
      return ["MaxPool2d", [`${layer.kernel}`, ...stride(layer.kernel, layer.stride)]];
    case "avg":
      return ["AvgPool2d", [`${layer.kernel}`, ...stride(layer.kernel, layer.stride)]];
    case "linear":
      return ["Linear", [`${input.at(-1)}`, `${layer.features}`]];
    case "norm":
      return [input.length === 1 ? "BatchNorm1d" : "BatchNorm2d", [`${input[0]}`]];
    case "dropout":
      return ["Dropout", [`${layer.p}`]];
    case "relu":
      return ["ReLU", []];
    case "sigmoid":
      return ["Sigmoid", []];
    case "tanh":
      return ["Tanh", []];
    case "flatten":
      return ["Flatten", []];
  }
}

const isOption = (arg: string): boolean => arg.includes("=");

/** `{ a: 1, b: 2 }` of `a=1`, `b=2`. */
const tsOptions = (args: readonly string[]): string =>
  `{ ${args.map((arg) => arg.replace("=", ": ")).join(", ")} }`;

function tsLayer([name, args]: readonly [string, string[]]): string {
  const options = args.filter(isOption);
  const all = [
    ...args.filter((arg) => !isOption(arg)),
    ...(options.length === 0 ? [] : [tsOptions(options)]),
  ];
  return `new ${tsName(name)}(${all.join(", ")})`;
}

const tsName = (name: string): string => name.replace(/([12])d$/, "$1D");

/** The layers, each with the shape that reaches it; where one does not fit, the shape that it did not take. */
function layersOf(settings: Settings, { layers }: Built): (readonly [string, string[]])[] {
  return settings.layers.map((layer, i) =>
    layerCode(layer, layers[i]?.input ?? layers.at(-1)?.output ?? IMAGE_SHAPE),
  );
}

/** Losses that are printed. */
const LINES = 10;
const everyOf = ({ steps }: Settings): number => Math.max(1, Math.round(steps / LINES));

const OPTIMIZERS = { sgd: "SGD", momentum: "SGD", adam: "Adam" } as const;

function typescript(settings: Settings, built: Built, backend: BackendChoice): string {
  const { importing, setting } = backendCode(backend);
  const { images, batch, steps, seed, init, optimizer, rates } = settings;
  const [first, ...changes] = rates;
  const layers = layersOf(settings, built);
  const names = new Set([
    ...layers.map(([name]) => tsName(name)),
    "crossEntropy",
    "Sequential",
    OPTIMIZERS[optimizer],
    ...(init === "xavier" ? ["Conv2D", "Linear", "init"] : []),
  ]);
  const sorted = [...names].sort((a, b) => a.localeCompare(b));
  const options = [
    `lr: ${first!.lr}`,
    ...(optimizer === "momentum" ? ["momentum: 0.9"] : []),
    `weightDecay: ${first!.weightDecay}`,
  ];
  return [
    'import { manualSeed, rand, randint, scope, setBackend } from "@corr2d/core";',
    importing,
    'import { DataLoader, TensorDataset } from "@corr2d/data";',
    `import { ${sorted.join(", ")} } from "@corr2d/nn";`,
    "",
    setting,
    `manualSeed(${seed});`,
    "",
    "// Your images: [count, 1, 28, 28], from 0 to 1, and the class of each.",
    `const images = rand([${[images, ...IMAGE_SHAPE].join(", ")}]);`,
    `const classes = randint(0, ${CLASSES}, [${images}]);`,
    "",
    "const net = new Sequential(",
    ...layers.map((layer) => `  ${tsLayer(layer)},`),
    ");",
    ...(init === "xavier"
      ? [
          "for (const layer of net) {",
          "  if (layer instanceof Conv2D || layer instanceof Linear) init.xavierUniform(layer.weight);",
          "}",
        ]
      : []),
    `const optimizer = new ${OPTIMIZERS[optimizer]}(net.parameters(), { ${options.join(", ")} });`,
    `const loader = new DataLoader(new TensorDataset(images, classes), { batchSize: ${batch}, shuffle: true });`,
    "",
    "let step = 0;",
    `while (step < ${steps}) {`,
    "  for (const [x, y] of loader) {",
    "    step++;",
    ...changes.map(
      ({ step, lr, weightDecay }) =>
        `    if (step === ${step}) Object.assign(optimizer.paramGroups[0]!, { lr: ${lr}, weightDecay: ${weightDecay} });`,
    ),
    "    const loss = scope(() => {",
    "      optimizer.zeroGrad();",
    "      const loss = crossEntropy(net(x), y);",
    "      loss.backward();",
    "      optimizer.step();",
    "      return loss;",
    "    });",
    `    if (step % ${everyOf(settings)} === 0) console.log(\`step \${step}, loss \${(await loss.item()).toFixed(4)}\`);`,
    `    if (step === ${steps}) break;`,
    "  }",
    "}",
    "",
  ].join("\n");
}

function pytorch(settings: Settings, built: Built): string {
  const { images, batch, steps, seed, init, optimizer, rates } = settings;
  const [first, ...changes] = rates;
  const options = [
    `lr=${first!.lr}`,
    ...(optimizer === "momentum" ? ["momentum=0.9"] : []),
    `weight_decay=${first!.weightDecay}`,
  ];
  return [
    "import torch",
    "from torch import nn",
    "from torch.utils.data import DataLoader, TensorDataset",
    "",
    `torch.manual_seed(${seed})`,
    "",
    "# Your images: [count, 1, 28, 28], from 0 to 1, and the class of each.",
    `images = torch.rand(${[images, ...IMAGE_SHAPE].join(", ")})`,
    `classes = torch.randint(0, ${CLASSES}, (${images},))`,
    "",
    "net = nn.Sequential(",
    ...layersOf(settings, built).map(([name, args]) => `    nn.${name}(${args.join(", ")}),`),
    ")",
    ...(init === "xavier"
      ? [
          "for layer in net:",
          "    if isinstance(layer, (nn.Conv2d, nn.Linear)):",
          "        nn.init.xavier_uniform_(layer.weight)",
        ]
      : []),
    `optimizer = torch.optim.${OPTIMIZERS[optimizer]}(net.parameters(), ${options.join(", ")})`,
    `loader = DataLoader(TensorDataset(images, classes), batch_size=${batch}, shuffle=True)`,
    "",
    "step = 0",
    `while step < ${steps}:`,
    "    for x, y in loader:",
    "        step += 1",
    ...changes.map(
      ({ step, lr, weightDecay }) =>
        `        if step == ${step}:\n            optimizer.param_groups[0].update(lr=${lr}, weight_decay=${weightDecay})`,
    ),
    "        optimizer.zero_grad()",
    "        loss = nn.functional.cross_entropy(net(x), y)",
    "        loss.backward()",
    "        optimizer.step()",
    `        if step % ${everyOf(settings)} == 0:`,
    '            print(f"step {step}, loss {loss:.4f}")',
    `        if step == ${steps}:`,
    "            break",
    "",
  ].join("\n");
}

export function trainCode(settings: Settings, built: Built, backend: BackendChoice = CPU_JS): Code {
  return { ts: typescript(settings, built, backend), py: pytorch(settings, built) };
}
