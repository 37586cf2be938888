/**
 * Activation functions: the three whose gradient comes from their result (native on backends), then those composed
 * of other operations, each with its gradient in closed form, so that the values at kinks are PyTorch's.
 */
import { apply, checkTensor, checkTensors, makeTensor, type Op } from "../autograd.ts";
import type { Activation } from "../backend.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, describeValue, type OptionTypes } from "../options.ts";
import { normalizeAxis } from "../shape.ts";
import { runScoped, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { checkFloating, checkNumbers, checkSameDtype } from "./operands.ts";
import * as primitives from "./primitives.ts";
import { floated } from "./promote.ts";
import { optional } from "./unary.ts";
import { where } from "./where.ts";

/** g · f'(x) as a function of y = f(x); itself differentiable, so activations have gradients of any order. */
const ACTIVATION_GRAD: Op<{ readonly op: Activation }> = {
  name: "ActivationBackward0",
  forward([y, g], { op }) {
    const { backend, size, stored, handle } = y!.storage;
    if (backend.activationGrad === undefined || size === 0) {
      return runScoped(() => composedActivationGrad(op, y!, g!));
    }
    const result = backend.activationGrad(op, handle, g!.storage.handle, size, stored);
    return makeTensor(new Storage(backend, result, size, stored), y!.ownShape);
  },
  savesInputs: true,
  gradients: [
    (c, saved) => {
      // d/dy of relu' is 0 almost everywhere, of y (1 − y) is 1 − 2y, of 1 − y² is −2y.
      const { op } = saved.attributes;
      if (op === "relu") return c.zerosLike();
      const y = saved.input(0);
      return c.mul(saved.input(1)).mul(op === "sigmoid" ? y.mul(-2).add(1) : y.mul(-2));
    },
    (c, saved) => activationGrad(saved.attributes.op, saved.input(0), c),
  ],
};

/** The fallback. sigmoid' = y (1 − y); tanh' = 1 − y². */
function composedActivationGrad(op: Activation, y: Tensor, g: Tensor): Tensor {
  if (op === "relu") return where(y.le(0), 0, g);
  const slope = op === "sigmoid" ? y.mul(y.neg().add(1)) : y.square().neg().add(1);
  return g.mul(slope);
}

/** The gradient of an activation from its result y and the incoming g. */
export function activationGrad(op: Activation, y: Tensor, g: Tensor): Tensor {
  return apply(ACTIVATION_GRAD, [y, g], { op });
}

function activation(op: Activation, name: string): Op {
  return {
    name,
    forward: ([x]) => makeTensor(primitives.unary(op, x!.storage), x!.ownShape),
    savesOutput: true,
    gradients: [(g, c) => activationGrad(op, c.output(), g)],
  };
}

const RELU = activation("relu", "ReluBackward0");
const SIGMOID = activation("sigmoid", "SigmoidBackward0");
const TANH = activation("tanh", "TanhBackward0");

/** max(x, 0); its gradient at 0 is 0. On int32 too. */
export function relu(x: Tensor): Tensor {
  checkTensor("relu", x);
  checkNumbers("relu", x.dtype);
  return apply(RELU, [x], undefined);
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: Tensor): Tensor {
  checkTensor("sigmoid", x);
  return floated(x, (floating) => apply(SIGMOID, [floating], undefined));
}

/** The hyperbolic tangent of each element. */
export function tanh(x: Tensor): Tensor {
  checkTensor("tanh", x);
  return floated(x, (floating) => apply(TANH, [floating], undefined));
}

type Parameters = Readonly<Record<string, number>>;

function checkNumber(label: string, option: string, value: unknown): void {
  if (typeof value === "number") return;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `${label}: ${option} must be a number, but got ${describeValue(value)}`,
  );
}

/**
 * An activation written in tensor operations: value and derivative as functions of x and parameters. Calls are marked
 * pure for the bundlers that would not see it, so that activations nobody uses are left out.
 */
function composed(
  name: string,
  value: (x: Tensor, p: Parameters) => Tensor,
  slope: (x: Tensor, p: Parameters) => Tensor,
): (x: Tensor, label: string, p?: Parameters) => Tensor {
  const op: Op<Parameters> = {
    name,
    forward: ([x], p) => runScoped(() => value(x!, p)),
    savesInputs: true,
    gradients: [(g, c) => g.mul(slope(c.input(0), c.attributes))],
  };
  return (x, label, p = {}) => {
    checkTensor(label, x);
    checkFloating(label, x);
    for (const option in p) checkNumber(label, option, p[option]);
    return apply(op, [x], p);
  };
}

const runLeakyRelu = /* @__PURE__ */ composed(
  "LeakyReluBackward0",
  (x, p) => where(x.gt(0), x, x.mul(p.slope!)),
  (x, p) => where(x.gt(0), x.onesLike(), p.slope!),
);
/** x where x > 0, otherwise `negativeSlope · x`. */
export const leakyRelu = (x: Tensor, negativeSlope = 0.01): Tensor =>
  runLeakyRelu(x, "leakyRelu", { slope: negativeSlope });

const runElu = /* @__PURE__ */ composed(
  "EluBackward0",
  (x, p) => where(x.gt(0), x.mul(p.scale!), x.expm1().mul(p.alpha! * p.scale!)),
  (x, p) => where(x.gt(0), x.onesLike().mul(p.scale!), x.exp().mul(p.alpha! * p.scale!)),
);
/** x where x > 0, otherwise `alpha · (eˣ − 1)`. */
export const elu = (x: Tensor, alpha = 1): Tensor => runElu(x, "elu", { alpha, scale: 1 });

/** ELU with the constants that keep mean 0 and variance 1 (Klambauer et al. 2017, "Self-normalizing neural networks"). */
export const selu = (x: Tensor): Tensor =>
  runElu(x, "selu", { alpha: 1.6732632423543772, scale: 1.0507009873554805 });

const runCelu = /* @__PURE__ */ composed(
  "EluBackward0",
  (x, p) => where(x.gt(0), x, x.div(p.alpha!).expm1().mul(p.alpha!)),
  (x, p) => where(x.gt(0), x.onesLike(), x.div(p.alpha!).exp()),
);
/** x where x > 0, otherwise `alpha · (e^(x/alpha) − 1)` (Barron 2017, "Continuously differentiable exponential linear units"). */
export const celu = (x: Tensor, alpha = 1): Tensor => runCelu(x, "celu", { alpha });

const runSoftplus = /* @__PURE__ */ composed(
  "SoftplusBackward0",
  (x) => x.abs().neg().exp().log1p().add(x.relu()),
  (x) => x.sigmoid(),
);
/**
 * ln(1 + e^(beta · x)) / beta, without overflow.
 *
 * @param threshold where beta · x is above, the result is x itself. PyTorch's default of 20 changes nothing that float32 shows, so
 *   that here there is none.
 */
export function softplus(x: Tensor, beta = 1, threshold: number = Infinity): Tensor {
  checkTensor("softplus", x);
  checkFloating("softplus", x);
  checkNumber("softplus", "beta", beta);
  checkNumber("softplus", "threshold", threshold);
  const soft = beta === 1 ? runSoftplus(x, "softplus") : runSoftplus(x.mul(beta), "softplus").div(beta);
  return threshold === Infinity ? soft : where(x.mul(beta).gt(threshold), x, soft);
}

const runLogSigmoid = /* @__PURE__ */ composed(
  "LogSigmoidBackward0",
  (x) => x.neg().relu().add(x.abs().neg().exp().log1p()).neg(),
  (x) => x.neg().sigmoid(),
);
/** ln(1 / (1 + e⁻ˣ)), without overflow. */
export const logsigmoid = (x: Tensor): Tensor => runLogSigmoid(x, "logsigmoid");

const runSilu = /* @__PURE__ */ composed(
  "SiluBackward0",
  (x) => x.mul(x.sigmoid()),
  (x) => {
    const y = x.sigmoid();
    return y.add(activationGrad("sigmoid", y, x));
  },
);
/** x · sigmoid(x) (Elfwing et al. 2017, "Sigmoid-weighted linear units"; also called swish). */
export const silu = (x: Tensor): Tensor => runSilu(x, "silu");

const runMish = /* @__PURE__ */ composed(
  "MishBackward0",
  (x) => x.mul(softplus(x).tanh()),
  (x) => {
    const t = softplus(x).tanh();
    return t.add(x.mul(x.sigmoid()).mul(t.square().neg().add(1)));
  },
);
/** x · tanh(softplus(x)) (Misra 2019, "Mish: a self regularized non-monotonic activation function"). */
export const mish = (x: Tensor): Tensor => runMish(x, "mish");

const runSoftsign = /* @__PURE__ */ composed(
  "SoftsignBackward0",
  (x) => x.div(x.abs().add(1)),
  (x) => x.abs().add(1).square().reciprocal(),
);
/** x / (1 + |x|). */
export const softsign = (x: Tensor): Tensor => runSoftsign(x, "softsign");

/** e^(−x²/2) / √(2π). */
const density = (x: Tensor): Tensor =>
  x
    .square()
    .mul(-0.5)
    .exp()
    .mul(1 / Math.sqrt(2 * Math.PI));
const runGeluSlope = /* @__PURE__ */ composed(
  "GeluSlopeBackward0",
  /* @__PURE__ */ optional("geluSlope", (x) =>
    x
      .mul(Math.SQRT1_2)
      .erf()
      .add(1)
      .mul(0.5)
      .add(x.mul(density(x))),
  ),
  (x) => density(x).mul(x.square().neg().add(2)),
);
/** The derivative of `gelu`: Φ(x) + x · φ(x). */
export const geluSlope = (x: Tensor): Tensor => runGeluSlope(x, "gelu");
const runGelu = /* @__PURE__ */ composed(
  "GeluBackward0",
  /* @__PURE__ */ optional("gelu", (x) => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1))),
  geluSlope,
);
// By tanh: x · (1 + tanh(u)) / 2 is x · sigmoid(2 u).
const TWO_TANH_SCALE = 2 * Math.sqrt(2 / Math.PI);
const geluShare = (x: Tensor): Tensor =>
  x
    .square()
    .mul(0.044715 * TWO_TANH_SCALE)
    .add(TWO_TANH_SCALE)
    .mul(x)
    .sigmoid();
const runGeluTanh = /* @__PURE__ */ composed(
  "GeluBackward0",
  (x) => x.mul(geluShare(x)),
  (x) => {
    const y = geluShare(x);
    const inner = x
      .square()
      .mul(3 * 0.044715 * TWO_TANH_SCALE)
      .add(TWO_TANH_SCALE);
    return y.add(activationGrad("sigmoid", y, x.mul(inner)));
  },
);
const GELU_OPTIONS: OptionTypes = { approximate: "any" };

/**
 * x · Φ(x), exactly or by the tanh approximation (Hendrycks & Gimpel 2016, "Gaussian error linear units").
 * @throws INVALID_ARGUMENT for an unknown approximation.
 */
export function gelu(
  x: Tensor,
  options?: {
    /** 'none' (default), or 'tanh' for the approximation by a hyperbolic tangent. */
    readonly approximate?: "none" | "tanh" | undefined;
  },
): Tensor {
  checkOptions("gelu", options, GELU_OPTIONS, "{ approximate: 'tanh' }");
  const approximate = options?.approximate ?? "none";
  if (approximate === "none") return runGelu(x, "gelu");
  if (approximate === "tanh") return runGeluTanh(x, "gelu");
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `gelu: approximate must be 'none' or 'tanh', but got ${describeValue(approximate)}`,
  );
}

const runHardSigmoid = /* @__PURE__ */ composed(
  "HardsigmoidBackward0",
  (x, p) => x.mul(p.alpha!).add(p.beta!).clamp(0, 1),
  (x, p) => {
    const y = x.mul(p.alpha!).add(p.beta!);
    return where(y.gt(0).mul(y.lt(1)), p.alpha!, x.zerosLike());
  },
);
/** clamp(alpha · x + beta, 0, 1); PyTorch's constants are 1/6 and 1/2. */
export const hardsigmoid = (x: Tensor, alpha: number = 1 / 6, beta: number = 0.5): Tensor =>
  runHardSigmoid(x, "hardsigmoid", { alpha, beta });

const runHardSwish = /* @__PURE__ */ composed(
  "HardswishBackward0",
  (x) => x.mul(x.div(6).add(0.5).clamp(0, 1)),
  (x) => where(x.le(-3), x.zerosLike(), where(x.lt(3), x.div(3).add(0.5), x.onesLike())),
);
/** x · hardsigmoid(x) (Howard et al. 2019, "Searching for MobileNetV3"). */
export const hardswish = (x: Tensor): Tensor => runHardSwish(x, "hardswish");

// Unlike clamp, hardtanh passes no gradient at its bounds (PyTorch's hardtanh_backward).
const HARDTANH: Op<{ readonly min: number; readonly max: number }> = {
  name: "HardtanhBackward0",
  forward: ([x], { min, max }) => runScoped(() => x!.clamp(min, max)),
  savesInputs: true,
  gradients: [
    (g, c) => {
      const { min, max } = c.attributes;
      return where(c.input(0).gt(min).mul(c.input(0).lt(max)), g, 0);
    },
  ],
};

/** clamp(x, minVal, maxVal), without a gradient at the bounds. */
export function hardtanh(x: Tensor, minVal = -1, maxVal = 1): Tensor {
  checkTensor("hardtanh", x);
  checkNumber("hardtanh", "minVal", minVal);
  checkNumber("hardtanh", "maxVal", maxVal);
  return apply(HARDTANH, [x], { min: minVal, max: maxVal });
}

/** clamp(x, 0, 6). */
export function relu6(x: Tensor): Tensor {
  checkTensor("relu6", x);
  return apply(HARDTANH, [x], { min: 0, max: 6 });
}

/** x where x > threshold, otherwise `value`. */
export function threshold(x: Tensor, threshold: number, value: number): Tensor {
  checkTensor("threshold", x);
  checkNumber("threshold", "threshold", threshold);
  checkNumber("threshold", "value", value);
  return where(x.le(threshold), value, x);
}

/** x where |x| > lambd, otherwise 0. */
export function hardshrink(x: Tensor, lambd = 0.5): Tensor {
  checkTensor("hardshrink", x);
  checkFloating("hardshrink", x);
  checkNumber("hardshrink", "lambd", lambd);
  return where(x.abs().le(lambd), 0, x);
}

const runSoftshrink = /* @__PURE__ */ composed(
  "SoftshrinkBackward0",
  (x, p) => x.sub(x.clamp(-p.lambd!, p.lambd!)),
  (x, p) => where(x.abs().le(p.lambd!), 0, x.onesLike()),
);
/** x moved towards 0 by `lambd`, which nothing passes. */
export const softshrink = (x: Tensor, lambd = 0.5): Tensor => runSoftshrink(x, "softshrink", { lambd });

/** x − tanh(x). */
export function tanhshrink(x: Tensor): Tensor {
  checkTensor("tanhshrink", x);
  return x.sub(tanh(x));
}

/**
 * a · sigmoid(b), for the two halves a and b of x along `dim` (Dauphin et al. 2017, "Language modeling with gated convolutional
 * networks").
 * @throws SHAPE_MISMATCH, with PyTorch's message, for an axis that has no halves.
 */
export function glu(x: Tensor, dim = -1): Tensor {
  checkTensor("glu", x);
  checkFloating("glu", x);
  const axis = normalizeAxis("glu", dim, x.ownShape.length);
  const size = x.ownShape[axis] ?? 1;
  if (x.ownShape.length === 0 || size % 2 !== 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      x.ownShape.length === 0
        ? "glu does not support 0-dimensional tensors"
        : `Halving dimension must be even, but dimension ${axis} is size ${size}`,
    );
  }
  return x.narrow(axis, 0, size / 2).mul(x.narrow(axis, size / 2, size / 2).sigmoid());
}

/**
 * x where x > 0, otherwise `slope · x`, with a slope that is learnt.
 *
 * @param weight broadcasts against x (in PyTorch's layer: one per channel, shaped [C, 1, 1]).
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  checkTensors("prelu", [x, weight]);
  checkSameDtype("prelu", x, weight);
  return where(x.gt(0), x, x.mul(weight));
}
