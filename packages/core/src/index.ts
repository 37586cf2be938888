/** The public names of `@corr2d/core`. */
export {
  type BackwardOptions,
  detectAnomaly,
  enableGrad,
  grad,
  isGradEnabled,
  isTensor,
  noGrad,
} from "./autograd.ts";
export type {
  Activation,
  AveragePool,
  Backend,
  BackendDefinition,
  BackendStats,
  BinaryOp,
  Capabilities,
  CompleteBackendDefinition,
  Composites,
  DType,
  Features,
  GatherSize,
  Identity,
  MatmulSize,
  Primitives,
  ReduceOp,
  StorageMembers,
  StridedView,
  TypedArray,
  UnaryOp,
  Window2d,
} from "./backend.ts";
export { arrayOf, averageDivisors, broadcastStrides } from "./composites.ts";
export {
  allclose,
  arange,
  bernoulli,
  type DataOptions,
  equal,
  eye,
  full,
  linspace,
  ones,
  type RandomOptions,
  rand,
  randint,
  randn,
  randperm,
  type TensorOptions,
  tensor,
  zeros,
} from "./create.ts";
export { getBackend, setBackend } from "./current-backend.ts";
export {
  COMPOSITES,
  CONTRACT,
  defineBackend,
  defineCompleteBackend,
  describeBackend,
} from "./define-backend.ts";
export { drawNormal, drawUniform } from "./draws.ts";
export { Corr2dError, type ErrorCode } from "./errors.ts";
export { formatTensor, type PrintOptions, setPrintOptions } from "./format.ts";
export { type GradcheckOptions, gradcheck } from "./gradcheck.ts";
export {
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  prelu,
  relu,
  relu6,
  selu,
  sigmoid,
  softplus,
  softsign,
  tanh,
} from "./ops/activation.ts";
export { convTranspose2d, corr2d, corr2dKernelGrad } from "./ops/corr2d.ts";
export type { NestedArray } from "./ops/data.ts";
export {
  add,
  addScaled,
  clamp,
  type DivOptions,
  div,
  maximum,
  minimum,
  mul,
  type Operand,
  pow,
  sub,
  where,
} from "./ops/elementwise.ts";
export { gather, indexSelect, oneHot, scatterAdd, tril, triu } from "./ops/indexing.ts";
export { linear, matmul } from "./ops/matmul.ts";
export { cat, type Range, stack } from "./ops/movement.ts";
export { type PadMode, type PadOptions, pad } from "./ops/pad.ts";
export {
  type AvgPoolOptions,
  adaptiveAvgPool2d,
  avgPool2d,
  type MaxPoolResult,
  maxPool2d,
  maxPool2dWithIndices,
} from "./ops/pool.ts";
export type { Dim, ReduceOptions, ValuesAndIndices } from "./ops/reduce.ts";
export { logSoftmax, softmax } from "./ops/softmax.ts";
export {
  defaultGenerator,
  Generator,
  type GeneratorState,
  getRngState,
  manualSeed,
  setRngState,
} from "./random.ts";
export { broadcastShapes, type Shape, sizeOf, stridesOf } from "./shape.ts";
export { keep } from "./storage.ts";
export { type NestedValues, scope, Tensor } from "./tensor.ts";
export {
  type ConvTransposeOptions,
  type Corr2dOptions,
  convTransposeWindow,
  corr2dWindow,
  type Padding,
  type Pair,
  type PoolOptions,
  poolWindow,
  samePadding,
  toPair,
  windowOutputSize,
} from "./window.ts";
