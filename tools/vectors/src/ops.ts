/**
 * The vectors' operations in corr2d's words. An operation that is not here is reported as pending, with its reason
 * where one is known.
 */
import {
  adaptiveAvgPool2d,
  avgPool2d,
  cat,
  clamp,
  convTranspose2d,
  corr2d,
  elu,
  gelu,
  hardsigmoid,
  hardswish,
  isFloating,
  leakyRelu,
  linear,
  logSoftmax,
  matmul,
  maximum,
  maxPool2d,
  minimum,
  noGrad,
  pad,
  prelu,
  relu6,
  selu,
  softmax,
  softplus,
  softsign,
  type Tensor,
  tril,
  triu,
  where,
} from "@corr2d/core";
import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  huberLoss,
  LayerNorm,
  l1Loss,
  mseLoss,
  nllLoss,
} from "@corr2d/nn";

export type Inputs = Readonly<Record<string, Tensor>>;
export type Outputs = Readonly<Record<string, Tensor>>;
// biome-ignore lint/suspicious/noExplicitAny: attributes are JSON, read by the operation they were written for.
type Attrs = Readonly<Record<string, any>>;
type Run = (inputs: Inputs, attrs: Attrs) => Tensor | Outputs;

const unary =
  (fn: (x: Tensor) => Tensor): Run =>
  ({ x }) =>
    fn(x!);
const binary =
  (fn: (a: Tensor, b: Tensor) => Tensor): Run =>
  ({ a, b }) =>
    fn(a!, b!);
const swap = (x: Tensor, yes: boolean): Tensor => (yes ? x.transpose(-1, -2) : x);

/** `null`: all axes. `[]`: none, the operation is then elementwise. */
const reduced = (
  fn: (x: Tensor, dim: readonly number[] | null, options: { keepdim: boolean }) => Tensor,
): Run => {
  return ({ x }, { axes, keepdims }) => fn(x!, axes, { keepdim: keepdims });
};

const perChannel = (p: Tensor, x: Tensor, axis: number): Tensor =>
  p.reshape(x.shape.map((_, i) => (i === axis ? p.numel() : 1)));

const normalise = (x: Tensor, mean: Tensor, variance: Tensor, epsilon: number): Tensor =>
  x.sub(mean).div(variance.add(epsilon).sqrt());

const affine = (x: Tensor, scale: Tensor | undefined, bias: Tensor | undefined): Tensor => {
  const scaled = scale ? x.mul(scale) : x;
  return bias ? scaled.add(bias) : scaled;
};

const PAD_MODES: Record<string, "constant" | "reflect" | "replicate" | "circular"> = {
  constant: "constant",
  reflect: "reflect",
  edge: "replicate",
  wrap: "circular",
};

const loss = (fn: (x: Tensor, target: Tensor, options: object) => Tensor): Run => {
  return ({ x, target }, attrs) => fn(x!, target!, attrs);
};

const classes = (attrs: Attrs, weight: Tensor | undefined) => ({
  reduction: attrs.reduction,
  // No index is ignored where the vectors say so; −100 cannot be one.
  ignoreIndex: attrs.ignore_index ?? -100,
  weight: weight ?? null,
});

const pool = (attrs: Attrs) => ({
  stride: attrs.stride,
  padding: attrs.padding,
  dilation: attrs.dilation ?? 1,
  ceilMode: attrs.ceil_mode ?? false,
});

/** Operations whose every output is one call's; `name_vjp` cases run through them too. */
export const OPS: Readonly<Record<string, Run>> = {
  conv2d: ({ x, w, b }, { stride, padding, dilation, groups }) =>
    corr2d(x!, w!, { stride, padding, dilation, groups, bias: b }),
  conv_transpose2d: ({ x, w, b }, { stride, padding, output_padding, dilation, groups }) =>
    convTranspose2d(x!, w!, { stride, padding, outputPadding: output_padding, dilation, groups, bias: b }),
  corr2d: ({ x, k }) => corr2d(x!, k!),
  max_pool2d: ({ x }, attrs) => maxPool2d(x!, attrs.kernel, pool(attrs)),
  avg_pool2d: ({ x }, attrs) =>
    avgPool2d(x!, attrs.kernel, { ...pool(attrs), countIncludePad: attrs.count_include_pad }),
  l2_pool2d: ({ x }, attrs) =>
    avgPool2d(x!.square(), attrs.kernel, { ...pool(attrs), divisorOverride: 1 }).sqrt(),
  global_avg_pool2d: unary((x) => x.mean([2, 3], { keepdim: true })),
  global_max_pool2d: unary((x) => x.amax([2, 3], { keepdim: true })),
  adaptive_avg_pool2d: ({ x }, { output_size }) => adaptiveAvgPool2d(x!, output_size),
  matmul: ({ a, b }, { trans_a, trans_b }) => matmul(swap(a!, trans_a), swap(b!, trans_b)),
  gemm: ({ a, b, c }, { alpha, beta, trans_a, trans_b }) => {
    const product = matmul(swap(a!, trans_a), swap(b!, trans_b)).mul(alpha);
    return c ? product.add(c.mul(beta)) : product;
  },
  linear: ({ x, w, b }) => linear(x!, w!, b),

  add: binary((a, b) => a.add(b)),
  sub: binary((a, b) => a.sub(b)),
  mul: binary((a, b) => a.mul(b)),
  div: binary((a, b) => (!isFloating(a.dtype) ? a.div(b, { roundingMode: "trunc" }) : a.div(b))),
  max: binary(maximum),
  min: binary(minimum),
  pow: binary((a, b) => (!isFloating(a.dtype) ? a.float().pow(b.float()).int() : a.pow(b.float()))),
  equal: binary((a, b) => a.eq(b)),
  not_equal: binary((a, b) => a.ne(b)),
  greater: binary((a, b) => a.gt(b)),
  greater_or_equal: binary((a, b) => a.ge(b)),
  lesser: binary((a, b) => a.lt(b)),
  lesser_or_equal: binary((a, b) => a.le(b)),
  where: ({ cond, a, b }) => where(cond!, a!, b!),

  relu: unary((x) => x.relu()),
  relu6: unary(relu6),
  sigmoid: unary((x) => x.sigmoid()),
  tanh: unary((x) => x.tanh()),
  abs: unary((x) => x.abs()),
  neg: unary((x) => x.neg()),
  exp: unary((x) => x.exp()),
  log: unary((x) => x.log()),
  sqrt: unary((x) => x.sqrt()),
  ceil: unary((x) => x.ceil()),
  floor: unary((x) => x.floor()),
  reciprocal: unary((x) => x.reciprocal()),
  sin: unary((x) => x.sin()),
  cos: unary((x) => x.cos()),
  tan: unary((x) => x.tan()),
  erf: unary((x) => x.erf()),
  sign: unary((x) => x.sign()),
  square: unary((x) => x.square()),
  identity: unary((x) => x.clone()),
  softplus: unary(softplus),
  softsign: unary(softsign),
  hard_swish: unary(hardswish),
  selu: unary(selu),
  leaky_relu: ({ x }, { alpha }) => leakyRelu(x!, alpha),
  elu: ({ x }, { alpha }) => elu(x!, alpha),
  gelu: ({ x }, { approximate }) => gelu(x!, { approximate }),
  hard_sigmoid: ({ x }, { alpha, beta }) => hardsigmoid(x!, alpha, beta),
  affine: ({ x }, { alpha, beta }) => x!.mul(alpha).add(beta),
  clamp: ({ x }, { min, max }) => clamp(x!, Number(min), Number(max)),
  prelu: ({ x, slope }) => prelu(x!, slope!),
  softmax: ({ x }, { axis }) => softmax(x!, axis),
  log_softmax: ({ x }, { axis }) => logSoftmax(x!, axis),

  reduce_sum: reduced((x, dim, o) => x.sum(dim, o)),
  reduce_mean: reduced((x, dim, o) => x.mean(dim, o)),
  reduce_max: reduced((x, dim, o) => x.amax(dim, o)),
  reduce_min: reduced((x, dim, o) => x.amin(dim, o)),
  reduce_prod: reduced((x, dim, o) => x.prod(dim, o)),
  reduce_l1: reduced((x, dim, o) => x.norm(1, dim, o)),
  reduce_l2: reduced((x, dim, o) => x.norm(2, dim, o)),
  reduce_log_sum: reduced((x, dim, o) => x.sum(dim, o).log()),
  reduce_log_sum_exp: reduced((x, dim, o) => x.logsumexp(dim, o)),
  reduce_sum_square: reduced((x, dim, o) => x.square().sum(dim, o)),
  argmax: ({ x }, { axis, keepdims }) => x!.argmax(axis, { keepdim: keepdims }),
  argmin: ({ x }, { axis, keepdims }) => x!.argmin(axis, { keepdim: keepdims }),

  batch_norm: ({ x, mean, var: variance, scale, bias }, { axis, epsilon }) => {
    const at = (p: Tensor | undefined) => p && perChannel(p, x!, axis);
    return affine(normalise(x!, at(mean)!, at(variance)!, epsilon), at(scale), at(bias));
  },
  instance_norm: ({ x, scale, bias }, { epsilon }) => {
    const over = { keepdim: true };
    const centred = normalise(x!, x!.mean([2, 3], over), x!.var([2, 3], { ...over, correction: 0 }), epsilon);
    return affine(centred, scale && perChannel(scale, x!, 1), bias && perChannel(bias, x!, 1));
  },
  layer_norm: ({ x, scale, bias }, { axes, epsilon }) => {
    // Our layer norm takes the last axes: bring the named ones there, in their order, and back.
    const named = (axes as number[]).map((axis) => (axis < 0 ? axis + x!.shape.length : axis));
    if (named.length === 0) return affine(x!.sub(x!), scale, bias);
    const order = [...x!.shape.keys()].filter((axis) => !named.includes(axis)).concat(named);
    const shape = named.map((axis) => x!.shape[axis]!);
    const layer = new LayerNorm(shape, { eps: epsilon });
    noGrad(() => {
      if (scale) layer.weight!.assign(scale);
      if (bias) layer.bias!.assign(bias);
    });
    const out = layer(x!.permute(order));
    return out.permute(order.map((_, axis) => order.indexOf(axis)));
  },

  pad: ({ x }, { begin, end, mode, value }) => {
    const sides = (begin as number[]).flatMap((_, i) => {
      const axis = begin.length - 1 - i;
      return [begin[axis], end[axis]];
    });
    return pad(x!, sides, { mode: PAD_MODES[mode]!, value: Number(value ?? 0) });
  },
  transpose: ({ x }, { perm }) => x!.permute(perm),
  reshape: ({ x }, { shape }) => x!.reshape(shape),
  expand: ({ x }, { shape }) => x!.expand(shape),
  squeeze: ({ x }, { axes }) => x!.squeeze(axes),
  unsqueeze: ({ x }, { shape }) => x!.reshape(shape),
  flatten2d: ({ x }, { shape }) => x!.reshape(shape),
  flatten: ({ x }, { start_dim, end_dim }) => x!.flatten(start_dim, end_dim),
  tile: ({ x }, { reps }) => x!.tile(reps),
  concat: (inputs, { axis }) =>
    cat(
      Object.keys(inputs)
        .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
        .map((name) => inputs[name]!),
      axis,
    ),
  split: ({ x }, { sizes, axis }) =>
    Object.fromEntries(x!.split(sizes, axis).map((part, i) => [`y${i}`, part])),
  slice: ({ x }, { starts, sizes, steps }) =>
    x!.slice(
      ...(starts as number[]).map((start, i): [number, number | null, number] => {
        const end = start + sizes[i] * steps[i];
        return [start, end < 0 ? null : end, steps[i]];
      }),
    ),
  gather: ({ x, indices }, { axis }) => {
    const at = axis < 0 ? axis + x!.shape.length : axis;
    const size = x!.shape[at]!;
    const picked = x!.indexSelect(at, indices!.clamp(-size, size - 1).reshape([indices!.numel()]));
    return picked.reshape([...x!.shape.slice(0, at), ...indices!.shape, ...x!.shape.slice(at + 1)]);
  },
  triangular: ({ x }, { upper, diagonal }) => (upper ? triu(x!, diagonal) : tril(x!, diagonal)),
  cast: ({ x }, { to }) => x!.type(to === "int64" ? "int32" : to),
  dropout: unary((x) => x.clone()),

  nll_loss: ({ x, target, weight }, attrs) => nllLoss(x!, target!, classes(attrs, weight)),
  cross_entropy: ({ x, target, weight }, attrs) => ({
    y: crossEntropy(x!, target!, { ...classes(attrs, weight), labelSmoothing: attrs.label_smoothing ?? 0 }),
    log_prob: noGrad(() => logSoftmax(x!, x!.shape.length === 1 ? 0 : 1)),
  }),
  mse_loss: loss(mseLoss),
  l1_loss: loss(l1Loss),
  huber_loss: loss(huberLoss),
  bce_with_logits: loss(binaryCrossEntropyWithLogits),
};

/** Why a case of a known operation is outside corr2d, or null. */
export function outside(op: string, attrs: Attrs): string | null {
  if (op === "pad" && PAD_MODES[attrs.mode] === undefined) return `pad mode ${attrs.mode} (PyTorch has none)`;
  if (op.startsWith("batch_norm") && attrs.running_var_unbiased === false) {
    return "running variance without Bessel's correction (PyTorch's has it)";
  }
  if (op.endsWith("_pool2d") && attrs.kernel && Math.max(...attrs.padding) >= Math.max(...attrs.kernel)) {
    return "pooling windows that lie in the padding alone (PyTorch refuses them)";
  }
  if (op === "cast" && !["float32", "int32", "int64", "bool"].includes(attrs.to))
    return `cast to ${attrs.to}`;
  return null;
}
