/**
 * What the export list gives of the functions that core itself calls with what it has checked: for those who write
 * backends, layers and tools. Anything else than they take is a coded error here.
 */
import * as autograd from "./autograd.ts";
import type { BinaryOp, DType, ReduceOp, TypedArray, Window2d } from "./backend.ts";
import * as defined from "./define-backend.ts";
import * as dtypes from "./dtype.ts";
import { Corr2dError } from "./errors.ts";
import * as fallbacks from "./fallbacks.ts";
import * as format from "./format.ts";
import * as data from "./ops/data.ts";
import * as oneAxis from "./ops/one-axis.ts";
import * as options from "./options.ts";
import * as results from "./results.ts";
import type { Shape } from "./shape.ts";
import * as shapes from "./shape.ts";
import * as sizes from "./sizes.ts";
import type { Tensor } from "./tensor.ts";
import * as windows from "./window.ts";
import * as records from "./window-record.ts";

/** @returns the error to throw instead of one that the engine threw over an argument. */
function refused(name: string, error: unknown, args: readonly unknown[]): unknown {
  const isEngines = error instanceof TypeError || error instanceof RangeError;
  if (!isEngines || Corr2dError.isInstance(error)) return error;
  const got = args.map(options.describeValue).join(", ");
  return new Corr2dError("INVALID_ARGUMENT", `${name} does not take (${got})`, {}, { cause: error });
}

/** @param nameAt which argument is looked up in a table: a text, since an object's own may take for ever to make. */
function coded<F extends (...args: never[]) => unknown>(name: string, fn: F, nameAt?: number): F {
  const checked = (...args: never[]): unknown => {
    try {
      if (nameAt !== undefined) checkName(args[nameAt]);
      return fn(...args);
    } catch (error) {
      throw refused(name, error, args);
    }
  };
  return checked as F;
}

function checkName(name: unknown): void {
  if (typeof name !== "string") throw new TypeError("not a name");
}

/** An object that only says how long it is may say that it never ends. */
function checkList(shape: unknown): void {
  if (!options.isList(shape)) throw new TypeError("not a shape");
}

// One closure that calls many functions is slow: what backends call in every operation is written out.

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  try {
    checkList(shape);
    return shapes.sizeOf(shape);
  } catch (error) {
    throw refused("sizeOf", error, [shape]);
  }
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  try {
    return shapes.stridesOf(shape);
  } catch (error) {
    throw refused("stridesOf", error, [shape]);
  }
}

/** The strides of `shape` with 0 along the axes where it is 1 and `out` is not: how an operand broadcasts to `out`. */
export function broadcastStrides(shape: Shape, out: Shape): number[] {
  try {
    return shapes.broadcastStrides(shape, out);
  } catch (error) {
    throw refused("broadcastStrides", error, [shape, out]);
  }
}

/** Elements left of a tensor of `shape` when `axes` (sorted, distinct) are reduced. */
export function reducedSizeOf(shape: Shape, axes: readonly number[]): number {
  try {
    checkList(shape);
    return sizes.reducedSizeOf(shape, axes);
  } catch (error) {
    throw refused("reducedSizeOf", error, [shape, axes]);
  }
}

/** Elements of a window's input. */
export function inputSizeOf(w: Window2d): number {
  try {
    return sizes.inputSizeOf(w);
  } catch (error) {
    throw refused("inputSizeOf", error, [w]);
  }
}

/** Elements of a window's kernel. */
export function kernelSizeOf(w: Window2d): number {
  try {
    return sizes.kernelSizeOf(w);
  } catch (error) {
    throw refused("kernelSizeOf", error, [w]);
  }
}

/** Elements of a window's output. */
export function outputSizeOf(w: Window2d): number {
  try {
    return sizes.outputSizeOf(w);
  } catch (error) {
    throw refused("outputSizeOf", error, [w]);
  }
}

/** The dtype of `binary`'s result for operands of `dtype`. */
export function binaryDtype(op: BinaryOp, dtype: DType): DType {
  try {
    checkName(op);
    return sizes.binaryDtype(op, dtype);
  } catch (error) {
    throw refused("binaryDtype", error, [op, dtype]);
  }
}

/** The dtype of `reduce`'s result for an operand of `dtype`. */
export function reduceDtype(op: ReduceOp, dtype: DType): DType {
  try {
    checkName(op);
    return sizes.reduceDtype(op, dtype);
  } catch (error) {
    throw refused("reduceDtype", error, [op, dtype]);
  }
}

/**
 * A new array for `size` elements.
 * @throws OUT_OF_MEMORY where the host has no room for it; INVALID_ARGUMENT.
 */
export function arrayOf(dtype: dtypes.TensorDType, size: number): TypedArray {
  if (typeof size !== "number") throw refused("arrayOf", new TypeError("not a size"), [dtype, size]);
  try {
    checkName(dtype);
    return dtypes.arrayOf(dtype, size);
  } catch (error) {
    throw refused("arrayOf", error, [dtype, size]);
  }
}

/** Whether elements of the dtype can be fractions (and tensors of it have gradients). */
export function isFloating(dtype: dtypes.TensorDType): dtype is dtypes.FloatDType {
  try {
    checkName(dtype);
    return dtypes.isFloating(dtype);
  } catch (error) {
    throw refused("isFloating", error, [dtype]);
  }
}

/** The dtype whose array class this is, also of another realm (a frame, a vm context); null where there is none. */
export function dtypeOf(data: ArrayBufferView): DType | null {
  try {
    return dtypes.dtypeOf(data);
  } catch (error) {
    throw refused("dtypeOf", error, [data]);
  }
}

/**
 * Checks an options object: undefined or an object, with known names, of the right types.
 *
 * @param owner what the message calls the function or class.
 * @param known its options.
 * @param hint what to write instead of a value that is no object, where something is likely: `{ stride: 2 }`.
 * @throws INVALID_ARGUMENT
 */
export function checkOptions(owner: string, given: unknown, known: options.OptionTypes, hint?: string): void {
  try {
    options.checkOptions(owner, given, known, hint);
  } catch (error) {
    throw refused("checkOptions", error, [owner, given, known, hint]);
  }
}

/**
 * Throws unless `value` is a tensor of this copy of core.
 * @throws DUPLICATE_CORE, INVALID_ARGUMENT.
 */
export function checkTensor(owner: string, value: unknown): asserts value is Tensor {
  try {
    autograd.checkTensor(owner, value);
  } catch (error) {
    throw refused("checkTensor", error, [owner, value]);
  }
}

/** A frozen copy of options that were checked, which operations recognise and need not check again. */
export const ownOptions: typeof options.ownOptions = /* @__PURE__ */ coded("ownOptions", options.ownOptions);
/** Whether a typed array holds numbers that tensors take. */
export const isNumeric: typeof data.isNumeric = /* @__PURE__ */ coded("isNumeric", data.isNumeric);
/**
 * A number or array of one as a number.
 * @throws INVALID_ARGUMENT.
 */
export const toSingle: typeof oneAxis.toSingle = /* @__PURE__ */ coded("toSingle", oneAxis.toSingle);
/**
 * A number or pair as a pair.
 * @throws INVALID_ARGUMENT.
 */
export const toPair: typeof windows.toPair = /* @__PURE__ */ coded("toPair", windows.toPair);
/** Bytes of so many elements of a dtype. */
export const bytesOf: typeof dtypes.bytesOf = /* @__PURE__ */ coded("bytesOf", dtypes.bytesOf, 0);
/**
 * The shape that two shapes broadcast to.
 * @throws SHAPE_MISMATCH.
 */
export const broadcastShapes: typeof shapes.broadcastShapes = /* @__PURE__ */ coded(
  "broadcastShapes",
  shapes.broadcastShapes,
);
/** What each window of an average pool is divided by. */
export const averageDivisors: typeof records.averageDivisors = /* @__PURE__ */ coded(
  "averageDivisors",
  records.averageDivisors,
);
/** What an operation of the contract takes, from its arguments. */
export const operandsOf: typeof results.operandsOf = /* @__PURE__ */ coded(
  "operandsOf",
  results.operandsOf,
  0,
);
/** What an operation of the contract gives, from its arguments. */
export const resultsOf: typeof results.resultsOf = /* @__PURE__ */ coded("resultsOf", results.resultsOf, 0);
/**
 * The window record of a correlation, from its options.
 * @throws INVALID_ARGUMENT, SHAPE_MISMATCH.
 */
export const corr2dWindow: typeof windows.corr2dWindow = /* @__PURE__ */ coded(
  "corr2dWindow",
  windows.corr2dWindow,
);
/**
 * The window record of a transposed correlation, from its options.
 * @throws INVALID_ARGUMENT, SHAPE_MISMATCH.
 */
export const convTransposeWindow: typeof windows.convTransposeWindow = /* @__PURE__ */ coded(
  "convTransposeWindow",
  windows.convTransposeWindow,
);
/**
 * The window record of a pool, from its options.
 * @throws INVALID_ARGUMENT.
 */
export const poolWindow: typeof windows.poolWindow = /* @__PURE__ */ coded("poolWindow", windows.poolWindow);
/** What padding 'same' adds before and after along an axis. */
export const samePadding: typeof windows.samePadding = /* @__PURE__ */ coded(
  "samePadding",
  windows.samePadding,
);
/** How many places a window has along an axis. */
export const windowOutputSize: typeof windows.windowOutputSize = /* @__PURE__ */ coded(
  "windowOutputSize",
  windows.windowOutputSize,
);
/** The text that PyTorch prints of a tensor with these values. */
export const formatTensor: typeof format.formatTensor = /* @__PURE__ */ coded(
  "formatTensor",
  format.formatTensor,
  2,
);
/**
 * Checks and freezes what a backend is made of.
 * @throws BACKEND_INVALID.
 */
export const defineBackend: typeof defined.defineBackend = /* @__PURE__ */ coded(
  "defineBackend",
  defined.defineBackend,
);
/** A backend in a line, for people. */
export const describeBackend: typeof defined.describeBackend = /* @__PURE__ */ coded(
  "describeBackend",
  defined.describeBackend,
);
/** The optional operations that a backend has itself. */
export const nativeComposites: typeof defined.nativeComposites = /* @__PURE__ */ coded(
  "nativeComposites",
  defined.nativeComposites,
);
/** A backend with every optional operation: its own, or the fallback of core. */
export const withFallbacks: typeof fallbacks.withFallbacks = /* @__PURE__ */ coded(
  "withFallbacks",
  fallbacks.withFallbacks,
);
