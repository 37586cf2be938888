/** Vectors that are small programs: training runs, optimisers, tables, graphs. */
import { corr2d, corr2dWindow, noGrad, poolWindow, stack, type Tensor, tensor } from "@corr2d/core";
import {
  Adam,
  AdamW,
  AvgPool2D,
  BatchNorm2D,
  Conv2D,
  crossEntropy,
  Flatten,
  Linear,
  MaxPool2D,
  Module,
  Parameter,
  ReLU,
  Sequential,
  SGD,
  Sigmoid,
} from "@corr2d/nn";
import { type Inputs, OPS, type Outputs, outside } from "./ops.ts";
import type { VectorCase } from "./vector.ts";

// biome-ignore lint/suspicious/noExplicitAny: attributes are JSON, read by the program they were written for.
type Program = (inputs: Inputs, attrs: Readonly<Record<string, any>>, of: VectorCase) => Outputs;

/** Gradient descent on the kernel of one correlation: the chapter's example 7. */
const learnKernel: Program = ({ x, target, w0 }, { lr, steps, loss }) => {
  const kernel = w0!.detach();
  kernel.requiresGrad = true;
  const losses: Tensor[] = [];
  const weights = [w0!];
  const grads: Tensor[] = [];
  for (let step = 0; step < steps; step++) {
    const error = corr2d(x!, kernel).sub(target!).square();
    const total = loss === "squared_error_mean" ? error.mean() : error.sum();
    kernel.grad = null;
    total.backward();
    grads.push(kernel.grad!);
    noGrad(() => kernel.assign(kernel.sub(kernel.grad!.mul(lr))));
    losses.push(total.detach());
    weights.push(kernel.detach());
  }
  return {
    loss: stack(losses),
    weights: stack(weights),
    grads: stack(grads),
    final_prediction: corr2d(x!, kernel).detach(),
  };
};

/** Minimises ½ wᵀA w − bᵀw, a quadratic whose gradient is A w − b. */
const optimise =
  (make: (w: Parameter, attrs: Parameters<Program>[1]) => Pick<SGD, "zeroGrad" | "step">): Program =>
  ({ A, b, w0 }, attrs) => {
    const w = new Parameter(w0!);
    const optimizer = make(w, attrs);
    const trace: Record<"w" | "loss" | "grad", Tensor[]> = { w: [w0!], loss: [], grad: [] };
    for (let step = 0; step < attrs.steps; step++) {
      optimizer.zeroGrad();
      const loss = w.matmul(A!.matmul(w)).mul(0.5).sub(b!.matmul(w));
      loss.backward();
      trace.grad.push(w.grad!);
      trace.loss.push(loss.detach());
      optimizer.step();
      trace.w.push(w.detach());
    }
    return { w: stack(trace.w), loss: stack(trace.loss), grad: stack(trace.grad) };
  };

const sgdOptions = (attrs: Parameters<Program>[1]) => ({
  lr: attrs.lr,
  momentum: attrs.momentum,
  dampening: attrs.dampening,
  weightDecay: attrs.weight_decay,
  nesterov: attrs.nesterov,
  maximize: attrs.maximize ?? false,
});
const adamOptions = (attrs: Parameters<Program>[1]) => ({
  lr: attrs.lr,
  betas: attrs.betas,
  eps: attrs.eps,
  weightDecay: attrs.weight_decay,
  amsgrad: attrs.amsgrad,
  maximize: attrs.maximize,
});

class LeNet extends Module {
  readonly conv1: Conv2D;
  readonly conv2: Conv2D;
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly fc3: Linear;
  readonly #body: Sequential;

  constructor(attrs: Parameters<Program>[1]) {
    super();
    const [c1, c2] = attrs.conv_channels;
    const [f0, f1, f2, f3] = attrs.fc;
    this.conv1 = new Conv2D(1, c1, attrs.kernel, { padding: attrs.conv1_padding });
    this.conv2 = new Conv2D(c1, c2, attrs.kernel);
    this.fc1 = new Linear(f0, f1);
    this.fc2 = new Linear(f1, f2);
    this.fc3 = new Linear(f2, f3);
    const act = () => (attrs.arch.startsWith("sigmoid") ? new Sigmoid() : new ReLU());
    const { kernel, stride } = attrs.pool;
    const pool = () =>
      attrs.arch.endsWith("avgpool") ? new AvgPool2D(kernel, { stride }) : new MaxPool2D(kernel, { stride });
    this.#body = new Sequential(
      this.conv1, act(), pool(), this.conv2, act(), pool(),
      new Flatten(), this.fc1, act(), this.fc2, act(), this.fc3,
    ); // biome-ignore format: the network in three lines
  }

  forward(x: Tensor): Tensor {
    return this.#body(x);
  }
}

const lenetTrain: Program = ({ x, target, ...parameters }, attrs) => {
  const net = new LeNet(attrs);
  net.loadStateDict(parameters as Record<string, Tensor>);
  const optimizer = new SGD(net.parameters(), { lr: attrs.lr, momentum: attrs.momentum });
  const outputs: Record<string, Tensor> = { logits: net(x!).detach() };
  const losses: Tensor[] = [];
  for (let step = 0; step < attrs.steps; step++) {
    optimizer.zeroGrad();
    const loss = crossEntropy(net(x!), target!);
    loss.backward();
    if (step === 0) for (const [name, p] of net.namedParameters()) outputs[`grad:${name}`] = p.grad!;
    losses.push(loss.detach());
    optimizer.step();
  }
  for (const [name, p] of net.namedParameters()) outputs[`after:${name}`] = p.detach();
  return { ...outputs, loss: stack(losses), logits_after: net(x!).detach() };
};

/** A BatchNorm2D with the vectors' statistics and parameters. */
function batchNorm(inputs: Inputs, attrs: Parameters<Program>[1], channels: number): BatchNorm2D {
  const { scale, bias, running_mean, running_var } = inputs;
  const layer = new BatchNorm2D(channels, { eps: attrs.epsilon, momentum: attrs.momentum });
  noGrad(() => {
    if (scale) layer.weight!.assign(scale);
    if (bias) layer.bias!.assign(bias);
    if (running_mean) layer.runningMean!.assign(running_mean);
    if (running_var) layer.runningVar!.assign(running_var);
  });
  return layer;
}

const batchNormTrain: Program = (inputs, attrs, of) => {
  const layer = batchNorm(inputs, attrs, inputs.x!.shape[1]!);
  const y = layer(inputs.x!);
  const outputs: Record<string, Tensor> = {
    y,
    running_mean: layer.runningMean!,
    running_var: layer.runningVar!,
  };
  if (inputs.dy && of.op.endsWith("_vjp")) {
    y.backward(inputs.dy);
    outputs.dx = inputs.x!.grad!;
    outputs.dscale = layer.weight!.grad!;
    outputs.dbias = layer.bias!.grad!;
  }
  return outputs;
};

const batchNormSequence: Program = (inputs, attrs) => {
  const layer = batchNorm(inputs, attrs, inputs.x0!.shape[1]!);
  const outputs: Record<string, Tensor> = {};
  for (let i = 0; i < attrs.train_batches; i++) {
    outputs[`y_train${i}`] = layer(inputs[`x${i}`]!);
    outputs[`running_mean${i}`] = layer.runningMean!.detach();
    outputs[`running_var${i}`] = layer.runningVar!.detach();
  }
  layer.eval();
  outputs.y_eval = layer(inputs[`x${attrs.train_batches}`]!);
  return outputs;
};

/** Every row of the expected table with its last two columns computed again. */
const shapeTable =
  (size: (row: Record<string, number>) => [number, number]): Program =>
  (_, { columns }, of) => {
    const [table] = of.outputs;
    const width = columns.length;
    const rows = Array.from({ length: table!.shape[0]! }, (_row, i) => {
      const row = table!.data!.slice(i * width, (i + 1) * width).map(Number);
      return [
        ...row.slice(0, -2),
        ...size(Object.fromEntries(columns.map((c: string, j: number) => [c, row[j]!]))),
      ];
    });
    return { table: tensor(rows, { dtype: "int32" }) };
  };

const convSize = (r: Record<string, number>): [number, number] => {
  const window = corr2dWindow([1, 1, r.H!, r.W!], [1, 1, r.kh!, r.kw!], {
    stride: [r.sh!, r.sw!],
    padding: [r.ph!, r.pw!],
    dilation: [r.dh!, r.dw!],
  });
  return [window.axes[0].output, window.axes[1].output];
};
const poolSize = (r: Record<string, number>): [number, number] => {
  const window = poolWindow([1, 1, r.H!, r.W!], [r.kh!, r.kw!], {
    stride: [r.sh!, r.sw!],
    padding: [r.ph!, r.pw!],
    dilation: [r.dh!, r.dw!],
    ceilMode: r.ceil_mode === 1,
  });
  return [window.axes[0].output, window.axes[1].output];
};

/** One step of torch's SGD whose momentum buffer already exists. */
const sgdStep: Program = ({ x, grad, velocity }, attrs) => {
  const p = new Parameter(x!);
  const optimizer = new SGD([p], sgdOptions(attrs));
  const state = optimizer.stateDict();
  optimizer.loadStateDict({ ...state, state: { 0: { momentumBuffer: velocity! } } });
  if (attrs.step === 0) optimizer.paramGroups[0]!.dampening = 0;
  p.grad = grad!;
  optimizer.step();
  return { y: p.detach(), velocity: optimizer.stateDict().state[0]!.momentumBuffer as Tensor };
};

interface GraphStep {
  readonly op: string;
  readonly attrs: Parameters<Program>[1];
  readonly inputs: Record<string, string>;
  readonly outputs: Record<string, string>;
}

const graph: Program = (inputs, { nodes }) => {
  const values: Record<string, Tensor> = { ...inputs };
  for (const { op, attrs, inputs: wires, outputs } of nodes as GraphStep[]) {
    const given = Object.fromEntries(Object.entries(wires).map(([role, name]) => [role, values[name]!]));
    const result = OPS[op]!(given, attrs);
    const named = "shape" in result ? { y: result as Tensor } : (result as Outputs);
    for (const [role, name] of Object.entries(outputs)) values[name] = named[role]!;
  }
  return values;
};

export const PROGRAMS: Readonly<Record<string, Program>> = {
  learn_kernel: learnKernel,
  optim_sgd: optimise((w, attrs) => new SGD([w], sgdOptions(attrs))),
  optim_adam: optimise((w, attrs) => new Adam([w], adamOptions(attrs))),
  optim_adamw: optimise((w, attrs) => new AdamW([w], adamOptions(attrs))),
  sgd_step: sgdStep,
  lenet_train: lenetTrain,
  batch_norm_train: batchNormTrain,
  batch_norm_train_vjp: batchNormTrain,
  batch_norm_sequence: batchNormSequence,
  conv2d_shape_table: shapeTable(convSize),
  max_pool2d_shape_table: shapeTable(poolSize),
  graph,
};

/** Why a graph cannot run, or null. */
export function outsideGraph(nodes: readonly GraphStep[]): string | null {
  for (const { op, attrs } of nodes) {
    if (OPS[op] === undefined) return `graph needs ${op}`;
    const reason = outside(op, attrs);
    if (reason) return `graph needs ${reason}`;
  }
  return null;
}
