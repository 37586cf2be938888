/** The public names of `@corr2d/core`. */
export {
  type BackwardOptions,
  detectAnomaly,
  enableGrad,
  type GradOptions,
  grad,
  type HookRemover,
  isGradEnabled,
  isTensor,
  noGrad,
  type TensorHook,
} from "./autograd.ts";
export * as autograd from "./autograd-names.ts";
export type {
  Activation,
  AveragePool,
  Backend,
  BackendDefinition,
  BackendStats,
  BinaryOp,
  Capabilities,
  CompleteBackend,
  Composites,
  DType,
  Features,
  GatherSize,
  Identity,
  MatmulSize,
  NormSize,
  OptionalOp,
  Primitives,
  ReduceOp,
  StorageMembers,
  StridedView,
  TypedArray,
  UnaryOp,
  Window2d,
  WindowAxis,
} from "./backend.ts";
export { checkpoint } from "./checkpoint.ts";
export { installConsoleFormatters, PrintedAsText } from "./console.ts";
export {
  allclose,
  arange,
  bernoulli,
  type DataOptions,
  equal,
  eye,
  full,
  linspace,
  logspace,
  ones,
  type RandomOptions,
  rand,
  randint,
  randn,
  randperm,
  tensor,
  zeros,
} from "./create.ts";
export { getBackend, setBackend, synchronize } from "./current-backend.ts";
export { CustomFunction, type FunctionContext, type FunctionGradients } from "./custom-function.ts";
export { getDefaultDtype, setDefaultDtype } from "./default-dtype.ts";
export { COMPOSITES, CONTRACT, isBackend, OPTIONAL_OPS } from "./define-backend.ts";
export {
  type MultinomialOptions,
  multinomial,
  normal,
  randintLike,
  randLike,
  randnLike,
} from "./draw-like.ts";
export { drawIntegers, drawNormal, drawPermutation, drawUniform } from "./draws.ts";
export {
  type BoolRow,
  DTYPE_NAMES,
  DTYPES,
  type DTypeRow,
  type FloatDType,
  type FloatRow,
  type IntegerRow,
  TENSOR_DTYPES,
  type TensorDType,
  type TypedArrayClass,
} from "./dtype.ts";
export { Corr2dError, type ErrorCode } from "./errors.ts";
export { type PrintOptions, setPrintoptions } from "./format.ts";
export { type DerivativeOptions, hessian, jacobian, jvp, type TensorFunction, vjp } from "./functional.ts";
export { type GradcheckOptions, gradcheck } from "./gradcheck.ts";
export {
  type ArgumentRow,
  BINARY_OPS,
  OPERATION_NAMES,
  OPERATIONS,
  type OperationName,
  type OperationRow,
  type OpRow,
  REDUCE_OPS,
  type ResultRow,
  UNARY_OPS,
} from "./operations.ts";
export {
  celu,
  elu,
  gelu,
  glu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  logsigmoid,
  mish,
  prelu,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  softshrink,
  softsign,
  tanh,
  tanhshrink,
  threshold,
} from "./ops/activation.ts";
export { addScaled } from "./ops/add-scaled.ts";
export {
  type AddOptions,
  add,
  type DivOptions,
  div,
  eq,
  ge,
  gt,
  le,
  lt,
  maximum,
  minimum,
  mul,
  ne,
  sub,
} from "./ops/binary.ts";
export { binaryCrossEntropyOf } from "./ops/binary-cross-entropy.ts";
export { lerp, maskedFill, type NanToNumOptions, nanToNum } from "./ops/blend.ts";
export { cat, stack } from "./ops/cat.ts";
export { clamp } from "./ops/clamp.ts";
export {
  type AddmmOptions,
  addcdiv,
  addcmul,
  addmm,
  cdist,
  clampMax,
  clampMin,
  fmod,
  remainder,
  type ValueOption,
} from "./ops/combinations.ts";
export { convTranspose2d, corr2d, corr2dKernelGrad } from "./ops/corr2d.ts";
export {
  type BincountOptions,
  bincount,
  bucketize,
  histc,
  maskedSelect,
  nonzero,
  type SearchOptions,
  searchsorted,
  type UniqueOptions,
  unique,
} from "./ops/counting.ts";
export { cumsum } from "./ops/cumulative.ts";
export type { NestedArray, NumericArray } from "./ops/data.ts";
export {
  broadcastTensors,
  broadcastTo,
  diag,
  diagonal,
  dstack,
  fliplr,
  flipud,
  hstack,
  type MeshgridOptions,
  meshgrid,
  repeatInterleave,
  rot90,
  trace,
  tril,
  triu,
  vstack,
} from "./ops/diagonals.ts";
export { einsum } from "./ops/einsum.ts";
export { exp2, log2, log10 } from "./ops/exponential.ts";
export { boundsOf, gather, indexSelect, oneHot, scatterAdd } from "./ops/indexing.ts";
export { type InterpolateMode, type InterpolateOptions, interpolate } from "./ops/interpolate.ts";
export { emptyLike, fullLike, onesLike, zerosLike } from "./ops/like.ts";
export {
  all,
  any,
  isfinite,
  isinf,
  isnan,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
} from "./ops/logical.ts";
export { linear, matmul } from "./ops/matmul.ts";
export {
  expand,
  flatten,
  flip,
  permute,
  reshape,
  squeeze,
  t,
  tile,
  transpose,
  transpose as swapaxes,
  unsqueeze,
} from "./ops/movement.ts";
export { type Normalized, normalizeGroups } from "./ops/normalize.ts";
export {
  type AvgPool1dOptions,
  avgPool1d,
  type Conv1dOptions,
  type ConvTranspose1dOptions,
  conv1d,
  convTranspose1d,
  type MaxPool1dOptions,
  maxPool1d,
  maxPool1dWithIndices,
  type Single,
} from "./ops/one-axis.ts";
export type { Operand } from "./ops/operands.ts";
export { type PadMode, type PadOptions, pad } from "./ops/pad.ts";
export type { TensorOptions } from "./ops/place.ts";
export {
  type AdaptiveSize,
  type AvgPoolOptions,
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool2d,
  type MaxPoolResult,
  maxPool2d,
  maxPool2dWithIndices,
} from "./ops/pool.ts";
export { pow } from "./ops/pow.ts";
export { bmm, dot, mm, mv, outer } from "./ops/products.ts";
export { kthvalue, median, nanmedian } from "./ops/ranks.ts";
export { chunk, movedim, repeat, roll, unbind, unflatten } from "./ops/rearrange.ts";
export {
  amax,
  amin,
  argmax,
  argmin,
  type Dim,
  type KeepDim,
  logsumexp,
  max,
  mean,
  min,
  norm,
  prod,
  type ReduceOptions,
  std,
  sum,
  type ValuesAndIndices,
  type VarianceOptions,
  variance as var,
} from "./ops/reduce.ts";
export { cummax, cummin, cumprod } from "./ops/scans.ts";
export { channelShuffle, pixelShuffle, pixelUnshuffle } from "./ops/shuffle.ts";
export { narrow, type Parts, type Range, slice, sliceScatter, split } from "./ops/slice.ts";
export { logSoftmax, softmax, softmin } from "./ops/softmax.ts";
export { argsort, type SortOptions, sort, type TopkOptions, topk } from "./ops/sort.ts";
export {
  abs,
  ceil,
  cos,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  neg,
  reciprocal,
  round,
  rsqrt,
  sign,
  sin,
  sqrt,
  square,
  tan,
  trunc,
} from "./ops/unary.ts";
export { fold, type UnfoldOptions, unfold } from "./ops/unfold.ts";
export {
  type MaxUnpool1dOptions,
  type MaxUnpoolOptions,
  maxUnpool1d,
  maxUnpool2d,
} from "./ops/unpool.ts";
export { where } from "./ops/where.ts";
export { describeValue, isInstance, isList, type OptionTypes } from "./options.ts";
export {
  defaultGenerator,
  Generator,
  type GeneratorState,
  getRngState,
  manualSeed,
  setRngState,
} from "./random.ts";
export type { OperandInfo, OperationArguments, ValueInfo } from "./results.ts";
export { fromSentError, type SentError, toSentError } from "./sent-error.ts";
export type { Shape, SizesOf } from "./shape.ts";
export { type Bounds, isKept, keep } from "./storage.ts";
export {
  initializeTensor,
  isUninitialized,
  type NestedValues,
  type ReadOptions,
  scope,
  Tensor,
  uninitializedTensor,
} from "./tensor.ts";
export {
  arrayOf,
  averageDivisors,
  binaryDtype,
  broadcastShapes,
  broadcastStrides,
  bytesOf,
  checkOptions,
  checkTensor,
  convTransposeWindow,
  corr2dWindow,
  defineBackend,
  describeBackend,
  dtypeOf,
  formatTensor,
  inputSizeOf,
  isFloating,
  isNumeric,
  kernelSizeOf,
  nativeComposites,
  operandsOf,
  outputSizeOf,
  ownOptions,
  poolWindow,
  reduceDtype,
  reducedSizeOf,
  resultsOf,
  samePadding,
  sizeOf,
  stridesOf,
  toPair,
  toSingle,
  windowOutputSize,
  withFallbacks,
} from "./tools.ts";
export type {
  ConvTransposeOptions,
  Corr2dOptions,
  Padding,
  Pair,
  PoolOptions,
} from "./window.ts";
