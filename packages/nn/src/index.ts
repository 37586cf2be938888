/** The public names of `@corr2d/nn`. */
export { bilinear } from "./bilinear.ts";
export { type CrossEntropyOptions, crossEntropy, type NllOptions, nllLoss } from "./cross-entropy.ts";
export {
  type CosineOptions,
  cosineSimilarity,
  type NormalizeOptions,
  normalize,
  type PairwiseOptions,
  pairwiseDistance,
} from "./distance.ts";
export {
  cosineEmbeddingLoss,
  hingeEmbeddingLoss,
  type MarginOptions,
  marginRankingLoss,
  type TripletOptions,
  tripletMarginLoss,
} from "./distance-losses.ts";
export { alphaDropout, type DropoutOptions, dropout, dropout1d, dropout2d } from "./dropout.ts";
export * as init from "./init.ts";
export {
  Hardsigmoid,
  Hardswish,
  LogSigmoid,
  Mish,
  ReLU,
  ReLU6,
  SELU,
  Sigmoid,
  SiLU,
  Softsign,
  Tanh,
  Tanhshrink,
} from "./layers/activation.ts";
export {
  AdaptiveAvgPool2D,
  AdaptiveAvgPool2D as AdaptiveAvgPool2d,
  AdaptiveMaxPool2D,
  AdaptiveMaxPool2D as AdaptiveMaxPool2d,
} from "./layers/adaptive-pooling.ts";
export {
  BatchNorm1D,
  BatchNorm1D as BatchNorm1d,
  BatchNorm2D,
  BatchNorm2D as BatchNorm2d,
  type BatchNormOptions,
  LazyBatchNorm1D,
  LazyBatchNorm1D as LazyBatchNorm1d,
  LazyBatchNorm2D,
  LazyBatchNorm2D as LazyBatchNorm2d,
} from "./layers/batch-norm.ts";
export { Bilinear } from "./layers/bilinear.ts";
export {
  ConvTranspose2D,
  ConvTranspose2D as ConvTranspose2d,
  type ConvTranspose2DOptions,
} from "./layers/conv-transpose2d.ts";
export {
  Conv1D,
  Conv1D as Conv1d,
  type Conv1DOptions,
  ConvTranspose1D,
  ConvTranspose1D as ConvTranspose1d,
  type ConvTranspose1DOptions,
} from "./layers/conv1d.ts";
export {
  Conv2D,
  Conv2D as Conv2d,
  type Conv2DOptions,
  LazyConv2D,
  LazyConv2D as LazyConv2d,
} from "./layers/conv2d.ts";
export type { Convolution, ConvolutionOptions, PaddingMode } from "./layers/convolution.ts";
export { CosineSimilarity, PairwiseDistance } from "./layers/distance.ts";
export {
  AlphaDropout,
  Dropout,
  Dropout1D,
  Dropout1D as Dropout1d,
  Dropout2D,
  Dropout2D as Dropout2d,
} from "./layers/dropout.ts";
export { Embedding, type EmbeddingOptions, embedding } from "./layers/embedding.ts";
export { Fold, Unfold } from "./layers/fold.ts";
export { GroupNorm } from "./layers/group-norm.ts";
export {
  InstanceNorm1D,
  InstanceNorm1D as InstanceNorm1d,
  InstanceNorm2D,
  InstanceNorm2D as InstanceNorm2d,
  type InstanceNormOptions,
} from "./layers/instance-norm.ts";
export { LayerNorm, type LayerNormOptions, RMSNorm, type RMSNormOptions } from "./layers/layer-norm.ts";
export type { LayerOptions } from "./layers/layer-options.ts";
export { LazyLinear, Linear, type LinearOptions } from "./layers/linear.ts";
export { LocalResponseNorm } from "./layers/local-response-norm.ts";
export {
  BCELoss,
  BCEWithLogitsLoss,
  CosineEmbeddingLoss,
  CrossEntropyLoss,
  GaussianNLLLoss,
  HingeEmbeddingLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  MarginRankingLoss,
  MSELoss,
  NLLLoss,
  PoissonNLLLoss,
  SmoothL1Loss,
  TripletMarginLoss,
} from "./layers/losses.ts";
export { ModuleDict, ModuleList } from "./layers/module-containers.ts";
export {
  CircularPad1D,
  CircularPad1D as CircularPad1d,
  CircularPad2D,
  CircularPad2D as CircularPad2d,
  ConstantPad1D,
  ConstantPad1D as ConstantPad1d,
  ConstantPad2D,
  ConstantPad2D as ConstantPad2d,
  type LinePadding,
  type PlanePadding,
  ReflectionPad1D,
  ReflectionPad1D as ReflectionPad1d,
  ReflectionPad2D,
  ReflectionPad2D as ReflectionPad2d,
  ReplicationPad1D,
  ReplicationPad1D as ReplicationPad1d,
  ReplicationPad2D,
  ReplicationPad2D as ReplicationPad2d,
  ZeroPad1D,
  ZeroPad1D as ZeroPad1d,
  ZeroPad2D,
  ZeroPad2D as ZeroPad2d,
} from "./layers/padding.ts";
export { ParameterDict, ParameterList } from "./layers/parameter-containers.ts";
export {
  CELU,
  ELU,
  GELU,
  GLU,
  Hardshrink,
  Hardtanh,
  LeakyReLU,
  PReLU,
  type PReLUOptions,
  Softplus,
  Softshrink,
  Threshold,
} from "./layers/parametric-activation.ts";
export { AvgPool2D, AvgPool2D as AvgPool2d, MaxPool2D, MaxPool2D as MaxPool2d } from "./layers/pooling.ts";
export { AvgPool1D, AvgPool1D as AvgPool1d, MaxPool1D, MaxPool1D as MaxPool1d } from "./layers/pooling1d.ts";
export type { RunningNormOptions } from "./layers/running-norm.ts";
export { Sequential } from "./layers/sequential.ts";
export { Flatten, Identity, Unflatten } from "./layers/shape.ts";
export { ChannelShuffle, PixelShuffle, PixelUnshuffle } from "./layers/shuffle.ts";
export { LogSoftmax, Softmax, Softmax2D, Softmax2D as Softmax2d, Softmin } from "./layers/softmax.ts";
export {
  MaxUnpool1D,
  MaxUnpool1D as MaxUnpool1d,
  MaxUnpool2D,
  MaxUnpool2D as MaxUnpool2d,
} from "./layers/unpooling.ts";
export {
  Upsample,
  type UpsampleOptions,
  UpsamplingBilinear2D,
  UpsamplingBilinear2D as UpsamplingBilinear2d,
  UpsamplingNearest2D,
  UpsamplingNearest2D as UpsamplingNearest2d,
} from "./layers/upsample.ts";
export {
  type BceOptions,
  binaryCrossEntropyWithLogits,
  type HuberOptions,
  huberLoss,
  type LossOptions,
  l1Loss,
  mseLoss,
  type Reduction,
  type SmoothL1Options,
  smoothL1Loss,
} from "./losses.ts";
export { accuracy, confusionMatrix } from "./metrics.ts";
export { Module } from "./module.ts";
export { type BatchNormFunctionOptions, batchNorm } from "./norms/batch-norm.ts";
export { groupNorm } from "./norms/group-norm.ts";
export { type InstanceNormFunctionOptions, instanceNorm } from "./norms/instance-norm.ts";
export { layerNorm, type RmsNormFunctionOptions, rmsNorm } from "./norms/layer-norm.ts";
export { type LocalResponseNormOptions, localResponseNorm } from "./norms/local-response-norm.ts";
export type { AffineOptions, RunningOptions } from "./norms/moments.ts";
export { Adadelta, type AdadeltaOptions } from "./optim/adadelta.ts";
export { Adagrad, type AdagradOptions } from "./optim/adagrad.ts";
export { Adam, type AdamOptions, AdamW } from "./optim/adam.ts";
export { Adamax, type AdamaxOptions } from "./optim/adamax.ts";
export { type AverageFunction, getEmaAvgFn, getSwaAvgFn } from "./optim/averages/average-functions.ts";
export { AveragedModel, type AveragedModelOptions } from "./optim/averages/averaged-model.ts";
export { updateBn } from "./optim/averages/update-bn.ts";
export { ChainedScheduler, type ChainedSchedulerOptions } from "./optim/lr-scheduler/chained-scheduler.ts";
export { ConstantLR, type ConstantLROptions } from "./optim/lr-scheduler/constant-lr.ts";
export {
  CosineAnnealingLR,
  type CosineAnnealingLROptions,
} from "./optim/lr-scheduler/cosine-annealing-lr.ts";
export {
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from "./optim/lr-scheduler/cosine-annealing-warm-restarts.ts";
export type { MomentumOptions } from "./optim/lr-scheduler/cycled-momentum.ts";
export { CyclicLR, type CyclicLROptions, type CyclicMode } from "./optim/lr-scheduler/cyclic-lr.ts";
export { ExponentialLR } from "./optim/lr-scheduler/exponential-lr.ts";
export { LambdaLR } from "./optim/lr-scheduler/lambda-lr.ts";
export type { LrLambda } from "./optim/lr-scheduler/lambdas.ts";
export { LinearLR, type LinearLROptions } from "./optim/lr-scheduler/linear-lr.ts";
export { LRScheduler, type Progress, type SchedulerOptions } from "./optim/lr-scheduler/lr-scheduler.ts";
export { MultiStepLR, type MultiStepLROptions } from "./optim/lr-scheduler/multi-step-lr.ts";
export { MultiplicativeLR } from "./optim/lr-scheduler/multiplicative-lr.ts";
export { OneCycleLR, type OneCycleLROptions } from "./optim/lr-scheduler/one-cycle-lr.ts";
export { PolynomialLR, type PolynomialLROptions } from "./optim/lr-scheduler/polynomial-lr.ts";
export {
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
} from "./optim/lr-scheduler/reduce-lr-on-plateau.ts";
export {
  type AnyOptimizer,
  type Plain,
  Scheduler,
  type ScheduleState,
} from "./optim/lr-scheduler/scheduler.ts";
export { SequentialLR } from "./optim/lr-scheduler/sequential-lr.ts";
export type { PerGroup } from "./optim/lr-scheduler/settings.ts";
export { StepLR, type StepLROptions } from "./optim/lr-scheduler/step-lr.ts";
export { SWALR, type SWALROptions } from "./optim/lr-scheduler/swalr.ts";
export type { BetaOptions, DecoupledOptions, DirectionOptions } from "./optim/moments.ts";
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
export {
  binaryCrossEntropy,
  type GaussianNllOptions,
  gaussianNllLoss,
  type KlDivOptions,
  klDiv,
  type PoissonNllOptions,
  poissonNllLoss,
} from "./probability-losses.ts";
export type { LoadOptions, LoadResult } from "./state-dict.ts";
export { type Summary, type SummaryOptions, type SummaryRow, summary } from "./summary.ts";
export * as utils from "./utils.ts";
