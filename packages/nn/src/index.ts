/** The public names of `@corr2d/nn`. */
export type { HookRemover } from "./calls.ts";
export { type CrossEntropyOptions, crossEntropy, type NllOptions, nllLoss } from "./cross-entropy.ts";
export * as init from "./init.ts";
export { GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh } from "./layers/activation.ts";
export { ConvTranspose2D, type ConvTranspose2DOptions } from "./layers/conv-transpose2d.ts";
export { Conv2D, type Conv2DOptions, LazyConv2D } from "./layers/conv2d.ts";
export type { Convolution, ConvolutionOptions, PaddingMode } from "./layers/convolution.ts";
export { Dropout } from "./layers/dropout.ts";
export type { LayerOptions } from "./layers/layer-options.ts";
export { LazyLinear, Linear, type LinearOptions } from "./layers/linear.ts";
export {
  BatchNorm2D,
  type BatchNormOptions,
  GroupNorm,
  LayerNorm,
  type LayerNormOptions,
} from "./layers/normalization.ts";
export { AvgPool2D, MaxPool2D } from "./layers/pooling.ts";
export { Sequential } from "./layers/sequential.ts";
export { Flatten, Identity } from "./layers/shape.ts";
export {
  type BceOptions,
  bceWithLogits,
  huberLoss,
  type LossOptions,
  l1Loss,
  mseLoss,
  type Reduction,
  smoothL1Loss,
} from "./losses.ts";
export { Module } from "./module.ts";
export { Adadelta, type AdadeltaOptions } from "./optim/adadelta.ts";
export { Adagrad, type AdagradOptions } from "./optim/adagrad.ts";
export { Adam, type AdamOptions, AdamW } from "./optim/adam.ts";
export { Adamax, type AdamaxOptions } from "./optim/adamax.ts";
export { NAdam, type NAdamOptions } from "./optim/nadam.ts";
export {
  type Given,
  type GroupOf,
  Optimizer,
  type OptimizerState,
  type Options,
  type ParamGroup,
  type ParamState,
  type Params,
} from "./optim/optimizer.ts";
export { RAdam, type RAdamOptions } from "./optim/radam.ts";
export { RMSprop, type RMSpropOptions } from "./optim/rmsprop.ts";
export { SGD, type SGDOptions } from "./optim/sgd.ts";
export { Buffer, type BufferOptions, isParameter, Parameter } from "./parameter.ts";
export type { LoadOptions, LoadResult } from "./state-dict.ts";
export { type Summary, type SummaryOptions, type SummaryRow, summary } from "./summary.ts";
