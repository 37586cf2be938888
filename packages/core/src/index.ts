/** The public names of `@corr2d/core`. */
export type {
  Activation,
  AveragePool,
  Backend,
  BackendDefinition,
  BackendStats,
  BinaryOp,
  Capabilities,
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
export { COMPOSITES, CONTRACT, defineBackend, describeBackend } from "./define-backend.ts";
export { Corr2dError, type ErrorCode } from "./errors.ts";
export { broadcastShapes, type Shape, sizeOf, stridesOf } from "./shape.ts";
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
  windowOutputSize,
} from "./window.ts";
