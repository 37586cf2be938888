/**
 * What an operation's arguments say of its operands and results, for any operation, by its row: how many elements, of
 * which dtype. For wrappers and queues; what runs per call uses the plain functions of `sizes.ts`.
 */
import type {
  BinaryOp,
  Composites,
  DType,
  GatherSize,
  MatmulSize,
  NormSize,
  Primitives,
  ReduceOp,
  StridedView,
  UnaryOp,
  Window2d,
} from "./backend.ts";
import {
  type ArgumentRow,
  BINARY_OPS,
  type DTypeName,
  OPERATIONS,
  type OperandListRow,
  type OperandRow,
  type OperationName,
  type OperationRow,
  type OpRow,
  REDUCE_OPS,
  type SizeName,
  UNARY_OPS,
} from "./operations.ts";
import { type Shape, sizeOf } from "./shape.ts";
import { inputSizeOf, kernelSizeOf, normalizedSizeOf, outputSizeOf, reducedSizeOf } from "./sizes.ts";

/** Size (number of elements) and dtype of a value. */
export interface ValueInfo {
  readonly size: number;
  readonly dtype: DType;
}

/** The arguments of a call by name. The sizes of one operation read no argument that it does not have. */
interface Named {
  readonly op: UnaryOp | BinaryOp | ReduceOp;
  readonly size: number & GatherSize & MatmulSize & NormSize;
  readonly shape: Shape;
  readonly shapeA: Shape;
  readonly shapeB: Shape;
  readonly shapeCondition: Shape;
  readonly axes: readonly number[];
  readonly view: StridedView;
  readonly window: Window2d;
  readonly outer: number;
  readonly length: number;
  readonly taps: number;
  readonly inner: number;
  readonly lengths: readonly number[];
  readonly dtype: DType;
  readonly from: DType;
  readonly to: DType;
}

const SIZES: { readonly [name in SizeName]: (call: Named) => number } = {
  size: (call) => call.size,
  shape: (call) => sizeOf(call.shape),
  shapeA: (call) => sizeOf(call.shapeA),
  shapeB: (call) => sizeOf(call.shapeB),
  shapeCondition: (call) => sizeOf(call.shapeCondition),
  reduced: (call) => reducedSizeOf(call.shape, call.axes),
  source: (call) => call.view.sourceSize,
  viewed: (call) => sizeOf(call.view.shape),
  whole: ({ size }) => size.outer * size.length * size.inner,
  picked: ({ size }) => size.outer * size.count * size.inner,
  table: ({ size, taps }) => size.count * taps,
  left: ({ size }) => size.batch * size.rows * size.inner,
  right: ({ size }) => size.batch * size.inner * size.columns,
  product: ({ size }) => size.batch * size.rows * size.columns,
  input: (call) => inputSizeOf(call.window),
  kernel: (call) => kernelSizeOf(call.window),
  output: (call) => outputSizeOf(call.window),
  outChannels: (call) => call.window.outChannels,
  normalized: ({ size }) => normalizedSizeOf(size),
  channels: ({ size }) => size.channels,
  moments: ({ size }) => 3 * size.groups,
  rows: (call) => call.outer * call.length * call.inner,
  joined: (call) => call.outer * call.lengths.reduce((a, b) => a + b, 0) * call.inner,
};

const OP_ROWS: { readonly [op in UnaryOp | BinaryOp | ReduceOp]: OpRow } = {
  ...UNARY_OPS,
  ...BINARY_OPS,
  ...REDUCE_OPS,
};

function dtypeFor(name: DTypeName, call: Named): DType {
  if (name === "int32") return name;
  if (name !== "op") return call[name];
  return OP_ROWS[call.op].result ?? call.dtype;
}

const infoOf = (size: SizeName, dtype: DTypeName | undefined, call: Named): ValueInfo => ({
  size: SIZES[size](call),
  dtype: dtypeFor(dtype ?? "dtype", call),
});

const isList = (row: ArgumentRow): row is OperandListRow => "operands" in row;
const isOperand = (row: ArgumentRow): row is OperandRow => "operand" in row;

type Operations<H> = Primitives<H> & Composites<H>;
/** The arguments of an operation whose handles may be anything. */
export type OperationArguments<Name extends OperationName> = Parameters<Operations<unknown>[Name]>;

function named(rows: readonly ArgumentRow[], args: readonly unknown[]): Named {
  return Object.fromEntries(rows.map(({ name }, i) => [name, args[i]])) as unknown as Named;
}

/**
 * The sizes and dtypes of an operation's results: one, or as many as the backend gives in an array.
 *
 * @param args the arguments of the call, as a backend gets them.
 */
export function resultsOf<Name extends OperationName>(
  name: Name,
  args: OperationArguments<Name>,
): readonly ValueInfo[];
export function resultsOf(name: OperationName, args: readonly unknown[]): readonly ValueInfo[];
export function resultsOf(name: OperationName, args: readonly unknown[]): readonly ValueInfo[] {
  const row = OPERATIONS[name] as OperationRow;
  const call = named(row.arguments, args);
  return row.results.map(({ size, dtype }) => infoOf(size, dtype, call));
}

/** An operation's operands: where they stand among its arguments, what they are called, and what each handle has to be. */
export interface OperandInfo extends ValueInfo {
  readonly name: string;
  /** The argument's position. */
  readonly at: number;
  /** The position in the list of handles that the argument is; null where it is one handle. */
  readonly item: number | null;
}

/**
 * The operands of a call, in the order of its arguments.
 *
 * @param args the arguments of the call, as a backend gets them.
 */
export function operandsOf<Name extends OperationName>(
  name: Name,
  args: OperationArguments<Name>,
): readonly OperandInfo[];
export function operandsOf(name: OperationName, args: readonly unknown[]): readonly OperandInfo[];
export function operandsOf(name: OperationName, args: readonly unknown[]): readonly OperandInfo[] {
  const rows: readonly ArgumentRow[] = (OPERATIONS[name] as OperationRow).arguments;
  const call = named(rows, args);
  return rows.flatMap((row, at): OperandInfo[] => {
    if (isOperand(row)) {
      return [{ name: row.name, at, item: null, ...infoOf(row.operand, row.dtype, call) }];
    }
    if (!isList(row)) return [];
    return call.lengths.map((length, item) => ({
      name: `${row.name}[${item}]`,
      at,
      item,
      size: call.outer * length * call.inner,
      dtype: call.dtype,
    }));
  });
}
