/**
 * The table of workloads; suites group them. To add one, add a line: every peer that knows the task's kind takes part
 * by itself.
 */
import type { Layer } from "./layers.ts";
import {
  type Convolution,
  type ConvolutionKind,
  type ConvolutionTask,
  convolution,
  type Workload,
} from "./workload.ts";

const W1: Convolution = convolution([1, 1, 6, 8], 1, [1, 2]);
const W6b: Convolution = convolution([1, 64, 56, 56], 64, [3, 3], { padding: 1 });
const W6c: Convolution = convolution([1, 128, 28, 28], 128, [3, 3], { padding: 1 });
const W6d: Convolution = convolution([1, 256, 14, 14], 256, [3, 3], { padding: 1 });
const W5a: Convolution = convolution([128, 1, 28, 28], 6, [5, 5], { padding: 2 });
const W5b: Convolution = convolution([128, 6, 14, 14], 16, [5, 5]);
const W7a: Convolution = convolution([1, 32, 112, 112], 32, [3, 3], { padding: 1, groups: 32 });

function workload(
  suite: string,
  id: string,
  title: string,
  shape: Convolution,
  kind: ConvolutionKind = "forward",
): Workload {
  return { id, suite, title, task: { ...shape, kind } };
}

const forward = (id: string, title: string, shape: Convolution): Workload =>
  workload("forward", id, title, shape);

const inputGradient = (id: string, title: string, shape: Convolution): Workload =>
  workload("gradients", `dX-${id}`, `dX of ${id}: ${title}`, shape, "input-gradient");

const kernelGradient = (id: string, title: string, shape: Convolution): Workload =>
  workload("gradients", `dW-${id}`, `dW of ${id}: ${title}`, shape, "kernel-gradient");

/** W1 by a program that writes `{ padding: 0 }` and the like at each call. */
const literal = (id: string, title: string, kind: ConvolutionKind): Workload => {
  const task: ConvolutionTask = { ...W1, kind, literalOptions: true };
  return { id, suite: "tiny", title: `${title}6×8, kernel 1×2, options written at each call`, task };
};

/** Layers over one input, each forwards, and with its gradients. */
function layers(
  prefix: string,
  size: string,
  shape: readonly number[],
  rows: readonly (readonly [id: string, title: string, layer: Layer])[],
): Workload[] {
  return rows.flatMap(([id, title, layer]) =>
    (["layer", "layer-gradient"] as const).map((kind) => ({
      id: `${kind === "layer" ? "" : "dX-"}${prefix}-${id}`,
      suite: "layers",
      title: `${size}: ${title}${kind === "layer" ? "" : ", and its gradients"}`,
      task: { kind, layer, shape },
      candidates: LAYERED,
    })),
  );
}

/** The Winograd transform with larger tiles, whose error only a caller can allow. */
const LARGE_WINOGRAD: Pick<Workload, "variants"> = { variants: ["cpu-wasm?winograd=large"] };

/** Those who know layers. */
const LAYERED: readonly string[] = ["cpu-js", "cpu-wasm", "pytorch"];

/** Plain JavaScript against plain JavaScript. */
const JAVASCRIPT: readonly string[] = ["cpu-js", "tfjs-cpu", "loops"];

export const WORKLOADS: readonly Workload[] = [
  workload("tiny", "W1", "the book's edge: 6×8, kernel 1×2", W1),
  workload("tiny", "W2", "the book's first example: 3×3, kernel 2×2", convolution([1, 1, 3, 3], 1, [2, 2])),
  literal("W1-literal", "", "forward"),
  literal("dX-W1-literal", "dX of ", "input-gradient"),
  literal("dW-W1-literal", "dW of ", "kernel-gradient"),
  {
    id: "P",
    suite: "tiny",
    title: "4×4: maximum of each 2×2",
    task: { kind: "max-pool", size: 4, window: 2 },
  },
  {
    id: "dX-P",
    suite: "tiny",
    title: "4×4: maximum of each 2×2, and dX",
    task: { kind: "max-pool-gradient", size: 4, window: 2 },
  },
  { id: "add16", suite: "tiny", title: "16 numbers: add", task: { kind: "add", size: 16 } },

  forward("W3-3", "512×512 grey, 3×3 same", convolution([1, 1, 512, 512], 1, [3, 3], { padding: 1 })),
  forward("W3-5", "512×512 grey, 5×5 same", convolution([1, 1, 512, 512], 1, [5, 5], { padding: 2 })),
  forward("W3-11", "512×512 grey, 11×11 same", convolution([1, 1, 512, 512], 1, [11, 11], { padding: 5 })),
  forward("W3b", "2048×2048 grey, 3×3 same", convolution([1, 1, 2048, 2048], 1, [3, 3], { padding: 1 })),
  forward("W4", "CIFAR: 32×3×32×32 → 16, 5×5", convolution([32, 3, 32, 32], 16, [5, 5])),
  forward("W5a", "LeNet 1: 128×1×28×28 → 6, 5×5 p2", W5a),
  forward("W5b", "LeNet 2: 128×6×14×14 → 16, 5×5", W5b),
  forward(
    "W6a",
    "ResNet stem: 3×224×224 → 64, 7×7 s2 p3",
    convolution([1, 3, 224, 224], 64, [7, 7], { stride: 2, padding: 3 }),
  ),
  { ...forward("W6b", "64@56×56 → 64, 3×3 p1", W6b), ...LARGE_WINOGRAD },
  { ...forward("W6c", "128@28×28 → 128, 3×3 p1", W6c), ...LARGE_WINOGRAD },
  { ...forward("W6d", "256@14×14 → 256, 3×3 p1", W6d), ...LARGE_WINOGRAD },
  forward("W6e", "512@7×7 → 512, 3×3 p1", convolution([1, 512, 7, 7], 512, [3, 3], { padding: 1 })),
  forward("W6f", "64@56×56 → 256, 1×1", convolution([1, 64, 56, 56], 256, [1, 1])),
  forward("W6g", "1024@14×14 → 256, 1×1", convolution([1, 1024, 14, 14], 256, [1, 1])),
  forward("W7a", "depthwise 32@112×112, 3×3 p1", W7a),
  forward(
    "W7b",
    "depthwise 96@112×112, 3×3 s2 p1",
    convolution([1, 96, 112, 112], 96, [3, 3], { stride: 2, padding: 1, groups: 96 }),
  ),
  forward("W7c", "32@112×112 → 64, 1×1", convolution([1, 32, 112, 112], 64, [1, 1])),

  inputGradient("W6b", "64@56×56, 3×3 p1", W6b),
  inputGradient("W6c", "128@28×28, 3×3 p1", W6c),
  inputGradient("W6d", "256@14×14, 3×3 p1", W6d),
  inputGradient("W5b", "LeNet 2, batch 128", W5b),
  inputGradient("W7a", "depthwise 32@112×112, 3×3 p1", W7a),
  kernelGradient("W6b", "64@56×56, 3×3 p1", W6b),
  kernelGradient("W6c", "128@28×28, 3×3 p1", W6c),
  kernelGradient("W6d", "256@14×14, 3×3 p1", W6d),
  kernelGradient("W5a", "LeNet 1, batch 128", W5a),
  kernelGradient("W5b", "LeNet 2, batch 128", W5b),
  kernelGradient("W7a", "depthwise 32@112×112, 3×3 p1", W7a),

  {
    id: "T1",
    suite: "training",
    title: "LeNet step, batch 128: forward, cross-entropy, backward, SGD",
    task: { kind: "lenet-step", batch: 128, learningRate: 0.1 },
  },
  {
    id: "T-32-64",
    suite: "training",
    title: "step of 3×3 convolutions of 32 and 64 channels on 28×28, batch 128, Adam",
    task: { kind: "network-step", network: "channels-32-64", batch: 128 },
    candidates: LAYERED,
  },
  {
    id: "T-ResNet-8",
    suite: "training",
    title: "ResNet-8 step on 32×32, batch 128, SGD with momentum",
    task: { kind: "network-step", network: "resnet-8", batch: 128 },
    candidates: LAYERED,
  },
  {
    id: "T2",
    suite: "training",
    title: "the chapter's 10 steps: a 1×2 kernel learnt from a 6×8 image",
    task: { kind: "learn-kernel", steps: 10, learningRate: 0.03 },
  },

  { id: "M512", suite: "matmul", title: "512×512 · 512×512", task: { kind: "matmul", size: 512 } },
  { id: "M1024", suite: "matmul", title: "1024×1024 · 1024×1024", task: { kind: "matmul", size: 1024 } },

  { id: "E-add", suite: "elementwise", title: "2²⁰ floats: add", task: { kind: "add", size: 2 ** 20 } },
  { id: "E-relu", suite: "elementwise", title: "2²⁰ floats: relu", task: { kind: "relu", size: 2 ** 20 } },
  { id: "R-sum", suite: "elementwise", title: "2²⁰ floats: sum", task: { kind: "sum", size: 2 ** 20 } },

  // Photographs as `demo edges` filters them.
  workload(
    "image",
    "I-sobel",
    "640×480 grey, both Sobel kernels",
    convolution([1, 1, 480, 640], 2, [3, 3], { padding: 1 }),
  ),
  workload(
    "image",
    "I-blur",
    "1024×768 RGB, blur 5×5 per channel",
    convolution([1, 3, 768, 1024], 3, [5, 5], { padding: 2, groups: 3 }),
  ),

  ...layers(
    "act",
    "2²⁰ floats",
    [2 ** 20],
    [
      ["gelu", "GELU", { function: "gelu" }],
      ["gelu-tanh", "GELU by tanh", { function: "gelu-tanh" }],
      ["silu", "SiLU", { function: "silu" }],
    ],
  ),
  ...layers(
    "rows",
    "1024 rows of 1000",
    [1024, 1000],
    [
      ["softmax", "softmax", { function: "softmax" }],
      ["log-softmax", "its logarithm", { function: "log-softmax" }],
      ["cross-entropy", "cross-entropy", { function: "cross-entropy" }],
    ],
  ),
  ...layers(
    "pool",
    "64@112×112",
    [1, 64, 112, 112],
    [
      ["max-s1", "maximum of 3×3, p1", { function: "max-pool", window: 3, stride: 1, padding: 1 }],
      ["max-s2", "maximum of 3×3, s2 p1", { function: "max-pool", window: 3, stride: 2, padding: 1 }],
      ["avg-s1", "mean of 3×3, p1", { function: "avg-pool", window: 3, stride: 1, padding: 1 }],
      ["avg-s2", "mean of 3×3, s2 p1", { function: "avg-pool", window: 3, stride: 2, padding: 1 }],
    ],
  ),
  ...layers(
    "pool",
    "8×512@7×7",
    [8, 512, 7, 7],
    [["mean", "mean of each plane", { function: "adaptive-avg-pool", size: 1 }]],
  ),
  ...layers(
    "pool",
    "8×256@13×13",
    [8, 256, 13, 13],
    [["bins", "means of 6×6 bins", { function: "adaptive-avg-pool", size: 6 }]],
  ),
  ...layers(
    "up",
    "8×16@32×32 → 64×64",
    [8, 16, 32, 32],
    [
      ["nearest", "nearest", { function: "interpolate", mode: "nearest", size: 64 }],
      ["bilinear", "bilinear", { function: "interpolate", mode: "bilinear", size: 64 }],
      ["bicubic", "bicubic", { function: "interpolate", mode: "bicubic", size: 64 }],
      ["area", "area", { function: "interpolate", mode: "area", size: 64 }],
    ],
  ),
  ...layers(
    "down",
    "3@224×224 → 112×112",
    [1, 3, 224, 224],
    [
      ["nearest", "nearest", { function: "interpolate", mode: "nearest", size: 112 }],
      ["bilinear", "bilinear", { function: "interpolate", mode: "bilinear", size: 112 }],
      ["bicubic", "bicubic", { function: "interpolate", mode: "bicubic", size: 112 }],
      ["area", "area", { function: "interpolate", mode: "area", size: 112 }],
    ],
  ),
  ...layers(
    "odd",
    "3@224×224 → 160×160",
    [1, 3, 224, 224],
    [
      ["nearest", "nearest", { function: "interpolate", mode: "nearest", size: 160 }],
      ["bilinear", "bilinear", { function: "interpolate", mode: "bilinear", size: 160 }],
      ["area", "area", { function: "interpolate", mode: "area", size: 160 }],
    ],
  ),
  ...layers(
    "norm",
    "32×64@28×28",
    [32, 64, 28, 28],
    [
      ["batch", "batch normalisation, in training", { function: "batch-norm" }],
      ["instance", "instance normalisation", { function: "instance-norm" }],
      ["group", "group normalisation, 8 groups", { function: "group-norm", groups: 8 }],
    ],
  ),
  ...layers(
    "norm",
    "2048 rows of 512",
    [2048, 512],
    [
      ["layer", "layer normalisation", { function: "layer-norm" }],
      ["rms", "root-mean-square normalisation", { function: "rms-norm" }],
    ],
  ),

  {
    id: "js",
    suite: "js",
    title: "plain JavaScript: 64@56×56 → 64, 3×3 p1",
    task: { ...W6b, kind: "forward" },
    candidates: JAVASCRIPT,
  },
  {
    id: "js-T1",
    suite: "js",
    title: "plain JavaScript: the LeNet step of T1",
    task: { kind: "lenet-step", batch: 128, learningRate: 0.1 },
    candidates: JAVASCRIPT,
  },
];
