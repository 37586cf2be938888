/**
 * The contract as a table: one row per operation, pure data.
 *
 * `backend.ts` says what each operation is, for authors; these rows say the same for programs. Derived from them are
 * the checks of `defineBackend`, the sizes and dtypes of results (`results.ts`), the conformance suite's signatures and
 * wrappers, and the table of operations by backend. Nothing here runs per call. The compiler holds the rows against the
 * interfaces of `backend.ts`: where a row differs from its declaration, `Rows` does not fit.
 */
import type {
  Activation,
  AveragePool,
  BinaryOp,
  Composites,
  DType,
  GatherSize,
  MatmulSize,
  NormSize,
  OptionalOp,
  Primitives,
  ReduceOp,
  StridedView,
  UnaryOp,
  Window2d,
} from "./backend.ts";

/** A function of `unary`, `binary` or `reduce`. */
export interface OpRow {
  /** Whether it is asked for non-floating dtypes too. */
  readonly integers: boolean;
  /** Whether a backend may lack it: it is asked only of those that list it in `optionalOps`. */
  readonly optional: boolean;
  /** The results' dtype, where it is not the operands'. */
  readonly result?: DType;
}

/** The row as `OptionalOp` wants it. */
type OpRowOf<Op> = OpRow & { readonly optional: Op extends OptionalOp ? true : false };

const REQUIRED = { integers: false, optional: false } as const;
const INTEGERS_TOO = { integers: true, optional: false } as const;
const OPTIONAL = { integers: false, optional: true } as const;
const COMPARISON = { integers: true, optional: false, result: "int32" } as const;
const OPTIONAL_COMPARISON = { integers: true, optional: true, result: "int32" } as const;

/** The functions of one operand, each with its row. */
export const UNARY_OPS: { readonly [op in UnaryOp]: OpRowOf<op> } = {
  neg: INTEGERS_TOO,
  abs: INTEGERS_TOO,
  sign: INTEGERS_TOO,
  square: { integers: true, optional: true },
  floor: REQUIRED,
  ceil: REQUIRED,
  round: REQUIRED,
  trunc: REQUIRED,
  sqrt: REQUIRED,
  rsqrt: OPTIONAL,
  reciprocal: REQUIRED,
  exp: REQUIRED,
  expm1: REQUIRED,
  log: REQUIRED,
  log1p: REQUIRED,
  sin: REQUIRED,
  cos: REQUIRED,
  tan: OPTIONAL,
  tanh: REQUIRED,
  sigmoid: REQUIRED,
  relu: INTEGERS_TOO,
  erf: REQUIRED,
  gelu: OPTIONAL,
  geluSlope: OPTIONAL,
};

/** The functions of two operands, each with its row. */
export const BINARY_OPS: { readonly [op in BinaryOp]: OpRowOf<op> } = {
  add: INTEGERS_TOO,
  sub: INTEGERS_TOO,
  mul: INTEGERS_TOO,
  div: INTEGERS_TOO,
  pow: REQUIRED,
  maximum: INTEGERS_TOO,
  minimum: INTEGERS_TOO,
  equal: COMPARISON,
  notEqual: OPTIONAL_COMPARISON,
  less: COMPARISON,
  lessEqual: COMPARISON,
  greater: OPTIONAL_COMPARISON,
  greaterEqual: OPTIONAL_COMPARISON,
};

/** The reductions, each with its row. */
export const REDUCE_OPS: { readonly [op in ReduceOp]: OpRowOf<op> } = {
  sum: INTEGERS_TOO,
  prod: INTEGERS_TOO,
  max: INTEGERS_TOO,
  min: { integers: true, optional: true },
  argmax: { integers: true, optional: false, result: "int32" },
  argmin: { integers: true, optional: true, result: "int32" },
};

/** How many elements a value has, as the arguments say it: an argument's own name, or a size that `results.ts` derives. */
export type SizeName =
  | "size"
  | "shape"
  | "shapeA"
  | "shapeB"
  | "shapeCondition"
  | "reduced"
  | "source"
  | "viewed"
  | "whole"
  | "picked"
  | "table"
  | "left"
  | "right"
  | "product"
  | "input"
  | "kernel"
  | "output"
  | "outChannels"
  | "normalized"
  | "channels"
  | "moments"
  | "rows"
  | "joined";

/** A value's dtype: an argument's, a fixed one, or what the row of `op` says (its `result`, else the operands'). */
export type DTypeName = "dtype" | "from" | "to" | "int32" | "op";

/** A handle among the arguments; its dtype is `dtype` where none is named. */
export interface OperandRow {
  readonly name: string;
  readonly operand: SizeName;
  readonly dtype?: DTypeName;
}

/** A list of handles: as many as `lengths`, part i of outer · lengths[i] · inner elements. */
export interface OperandListRow {
  readonly name: string;
  readonly operands: "parts";
}

/** Any other argument: what it is. */
export interface AttributeRow {
  readonly name: string;
  readonly is:
    | "unaryOp"
    | "binaryOp"
    | "reduceOp"
    | "activation"
    | "size" // a number of elements
    | "length" // of an axis
    | "number"
    | "flag"
    | "shape"
    | "axes"
    | "lengths"
    | "view"
    | "gatherSize"
    | "matmulSize"
    | "normSize"
    | "window"
    | "average"
    | "dtype";
}

/** An argument of an operation. */
export type ArgumentRow = OperandRow | OperandListRow | AttributeRow;

/** A result of an operation. */
export interface ResultRow {
  readonly size: SizeName;
  readonly dtype?: DTypeName;
}

/** The name of an operation. */
export type OperationName = keyof Primitives<unknown> | keyof Composites<unknown>;

/** An operation of the contract: its arguments and results. */
export interface OperationRow {
  /** Whether every backend has it. */
  readonly primitive: boolean;
  /** Whether it is asked for floating dtypes only. */
  readonly floating: boolean;
  /** In the order of the call. */
  readonly arguments: readonly ArgumentRow[];
  /** One, or several: then the operation gives an array of handles. */
  readonly results: readonly ResultRow[];
}

/** What each kind of attribute is, in `backend.ts`. */
interface AttributeTypes {
  readonly unaryOp: UnaryOp;
  readonly binaryOp: BinaryOp;
  readonly reduceOp: ReduceOp;
  readonly activation: Activation;
  readonly size: number;
  readonly length: number;
  readonly number: number;
  readonly flag: boolean;
  readonly shape: readonly number[];
  readonly axes: readonly number[];
  readonly lengths: readonly number[];
  readonly view: StridedView;
  readonly gatherSize: GatherSize;
  readonly matmulSize: MatmulSize;
  readonly normSize: NormSize;
  readonly window: Window2d;
  readonly average: AveragePool;
  readonly dtype: DType;
}

/** Stands for a backend's handle. */
interface Handle {
  readonly isHandle: true;
}
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type KindOf<T> = {
  [Kind in keyof AttributeTypes]: Same<AttributeTypes[Kind], T> extends true ? Kind : never;
}[keyof AttributeTypes];
type RowOf<Argument> = [Argument] extends [Handle]
  ? OperandRow
  : [Argument] extends [readonly Handle[]]
    ? OperandListRow
    : AttributeRow & { readonly is: KindOf<Argument> };
type RowsOf<Arguments extends readonly unknown[]> = { readonly [I in keyof Arguments]: RowOf<Arguments[I]> };
type ResultRowsOf<Result> = Result extends readonly Handle[]
  ? { readonly [I in keyof Result]: ResultRow }
  : readonly [ResultRow];

/** Each operation's row as its declaration in `backend.ts` wants it. */
type Rows = {
  readonly [Name in OperationName]: OperationRow & {
    readonly primitive: Name extends keyof Primitives<Handle> ? true : false;
    readonly arguments: RowsOf<Parameters<(Primitives<Handle> & Composites<Handle>)[Name]>>;
    readonly results: ResultRowsOf<ReturnType<(Primitives<Handle> & Composites<Handle>)[Name]>>;
  };
};

const DTYPE = { name: "dtype", is: "dtype" } as const;
const WINDOW = { name: "window", is: "window" } as const;
const AVERAGE = { name: "average", is: "average" } as const;
const NORM_SIZE = { name: "size", is: "normSize" } as const;
const WEIGHT = { name: "weight", operand: "channels" } as const;
const MOMENTS = { name: "moments", operand: "moments" } as const;
const ROWS = [
  { name: "outer", is: "length" },
  { name: "length", is: "length" },
  { name: "inner", is: "length" },
] as const;

/** All operations of the contract, each with its row. */
export const OPERATIONS: Rows = {
  cast: {
    primitive: true,
    floating: false,
    arguments: [
      { name: "x", operand: "size", dtype: "from" },
      { name: "size", is: "size" },
      { name: "from", is: "dtype" },
      { name: "to", is: "dtype" },
    ],
    results: [{ size: "size", dtype: "to" }],
  },
  unary: {
    primitive: true,
    floating: false,
    arguments: [
      { name: "op", is: "unaryOp" },
      { name: "x", operand: "size" },
      { name: "size", is: "size" },
      DTYPE,
    ],
    results: [{ size: "size" }],
  },
  binary: {
    primitive: true,
    floating: false,
    arguments: [
      { name: "op", is: "binaryOp" },
      { name: "a", operand: "shapeA" },
      { name: "shapeA", is: "shape" },
      { name: "b", operand: "shapeB" },
      { name: "shapeB", is: "shape" },
      { name: "shape", is: "shape" },
      DTYPE,
    ],
    results: [{ size: "shape", dtype: "op" }],
  },
  select: {
    primitive: true,
    floating: false,
    arguments: [
      { name: "condition", operand: "shapeCondition", dtype: "int32" },
      { name: "shapeCondition", is: "shape" },
      { name: "a", operand: "shapeA" },
      { name: "shapeA", is: "shape" },
      { name: "b", operand: "shapeB" },
      { name: "shapeB", is: "shape" },
      { name: "shape", is: "shape" },
      DTYPE,
    ],
    results: [{ size: "shape" }],
  },
  reduce: {
    primitive: true,
    floating: false,
    arguments: [
      { name: "op", is: "reduceOp" },
      { name: "x", operand: "shape" },
      { name: "shape", is: "shape" },
      { name: "axes", is: "axes" },
      DTYPE,
    ],
    results: [{ size: "reduced", dtype: "op" }],
  },
  strided: {
    primitive: true,
    floating: false,
    arguments: [{ name: "x", operand: "source" }, { name: "view", is: "view" }, DTYPE],
    results: [{ size: "viewed" }],
  },
  stridedAdd: {
    primitive: true,
    floating: false,
    arguments: [{ name: "x", operand: "viewed" }, { name: "view", is: "view" }, DTYPE],
    results: [{ size: "source" }],
  },
  gather: {
    primitive: true,
    floating: false,
    arguments: [
      { name: "x", operand: "whole" },
      { name: "index", operand: "picked", dtype: "int32" },
      { name: "size", is: "gatherSize" },
      DTYPE,
    ],
    results: [{ size: "picked" }],
  },
  scatterAdd: {
    primitive: true,
    floating: false,
    arguments: [
      { name: "x", operand: "picked" },
      { name: "index", operand: "picked", dtype: "int32" },
      { name: "size", is: "gatherSize" },
      DTYPE,
    ],
    results: [{ size: "whole" }],
  },
  matmul: {
    primitive: true,
    floating: true,
    arguments: [
      { name: "a", operand: "left" },
      { name: "b", operand: "right" },
      { name: "size", is: "matmulSize" },
      DTYPE,
    ],
    results: [{ size: "product" }],
  },
  fill: {
    primitive: false,
    floating: false,
    arguments: [{ name: "value", is: "number" }, { name: "size", is: "size" }, DTYPE],
    results: [{ size: "size" }],
  },
  concat: {
    primitive: false,
    floating: false,
    arguments: [
      { name: "parts", operands: "parts" },
      { name: "lengths", is: "lengths" },
      { name: "outer", is: "length" },
      { name: "inner", is: "length" },
      DTYPE,
    ],
    results: [{ size: "joined" }],
  },
  corr2d: {
    primitive: false,
    floating: true,
    arguments: [{ name: "x", operand: "input" }, { name: "kernel", operand: "kernel" }, WINDOW, DTYPE],
    results: [{ size: "output" }],
  },
  corr2dInput: {
    primitive: false,
    floating: true,
    arguments: [{ name: "g", operand: "output" }, { name: "kernel", operand: "kernel" }, WINDOW, DTYPE],
    results: [{ size: "input" }],
  },
  corr2dKernel: {
    primitive: false,
    floating: true,
    arguments: [{ name: "x", operand: "input" }, { name: "g", operand: "output" }, WINDOW, DTYPE],
    results: [{ size: "kernel" }],
  },
  corr2dBias: {
    primitive: false,
    floating: true,
    arguments: [
      { name: "x", operand: "input" },
      { name: "kernel", operand: "kernel" },
      { name: "bias", operand: "outChannels" },
      WINDOW,
      DTYPE,
    ],
    results: [{ size: "output" }],
  },
  maxPool2d: {
    primitive: false,
    floating: true,
    arguments: [{ name: "x", operand: "input" }, WINDOW, DTYPE],
    results: [{ size: "output" }, { size: "output", dtype: "int32" }],
  },
  avgPool2d: {
    primitive: false,
    floating: true,
    arguments: [{ name: "x", operand: "input" }, WINDOW, AVERAGE, DTYPE],
    results: [{ size: "output" }],
  },
  avgPool2dInput: {
    primitive: false,
    floating: true,
    arguments: [{ name: "g", operand: "output" }, WINDOW, AVERAGE, DTYPE],
    results: [{ size: "input" }],
  },
  gatherSum: {
    primitive: false,
    floating: true,
    arguments: [
      { name: "x", operand: "whole" },
      { name: "index", operand: "table", dtype: "int32" },
      { name: "weights", operand: "table" },
      { name: "size", is: "gatherSize" },
      { name: "taps", is: "length" },
      DTYPE,
    ],
    results: [{ size: "picked" }],
  },
  normalize: {
    primitive: false,
    floating: true,
    arguments: [
      { name: "x", operand: "normalized" },
      WEIGHT,
      { name: "bias", operand: "channels" },
      NORM_SIZE,
      { name: "eps", is: "number" },
      DTYPE,
    ],
    results: [{ size: "normalized" }, { size: "moments" }],
  },
  normalizeInput: {
    primitive: false,
    floating: true,
    arguments: [
      { name: "g", operand: "normalized" },
      { name: "x", operand: "normalized" },
      WEIGHT,
      MOMENTS,
      NORM_SIZE,
      DTYPE,
    ],
    results: [{ size: "normalized" }],
  },
  normalizeGrads: {
    primitive: false,
    floating: true,
    arguments: [
      { name: "g", operand: "normalized" },
      { name: "x", operand: "normalized" },
      WEIGHT,
      MOMENTS,
      NORM_SIZE,
      DTYPE,
    ],
    results: [{ size: "normalized" }, { size: "channels" }, { size: "channels" }],
  },
  softmax: {
    primitive: false,
    floating: true,
    arguments: [{ name: "x", operand: "rows" }, ...ROWS, DTYPE],
    results: [{ size: "rows" }],
  },
  logSoftmax: {
    primitive: false,
    floating: true,
    arguments: [{ name: "x", operand: "rows" }, ...ROWS, DTYPE],
    results: [{ size: "rows" }],
  },
  sort: {
    primitive: false,
    floating: false,
    arguments: [{ name: "x", operand: "rows" }, ...ROWS, { name: "descending", is: "flag" }, DTYPE],
    results: [{ size: "rows" }, { size: "rows", dtype: "int32" }],
  },
  cumsum: {
    primitive: false,
    floating: false,
    arguments: [{ name: "x", operand: "rows" }, ...ROWS, DTYPE],
    results: [{ size: "rows" }],
  },
  activationGrad: {
    primitive: false,
    floating: true,
    arguments: [
      { name: "op", is: "activation" },
      { name: "y", operand: "size" },
      { name: "g", operand: "size" },
      { name: "size", is: "size" },
      DTYPE,
    ],
    results: [{ size: "size" }],
  },
  addScaled: {
    primitive: false,
    floating: true,
    arguments: [
      { name: "a", operand: "size" },
      { name: "scaleA", is: "number" },
      { name: "b", operand: "size" },
      { name: "scaleB", is: "number" },
      { name: "size", is: "size" },
      DTYPE,
    ],
    results: [{ size: "size" }],
  },
};

/** Every operation, in the table's order. */
export const OPERATION_NAMES: readonly OperationName[] = /* @__PURE__ */ Object.keys(
  OPERATIONS,
) as OperationName[];
