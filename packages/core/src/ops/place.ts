/**
 * Where new tensors go, and as what: the options that all functions share which make some, checked before any work is done.
 */
import type { Backend } from "../backend.ts";
import { checkBackend, getBackend } from "../current-backend.ts";
import { getDefaultDtype } from "../default-dtype.ts";
import type { TensorDType } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { checkOptions, describeValue, type OptionTypes } from "../options.ts";
import { type Shape, sizeOf, toShape } from "../shape.ts";
import type { Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { withDtype } from "./data.ts";
import { fill } from "./fill.ts";
import { checkCanRequireGrad, checkDtype, checkRoom } from "./operands.ts";

/** Options of new tensors. */
export interface TensorOptions {
  /** Default: the one given to `setDefaultDtype`, float32 at first. */
  readonly dtype?: TensorDType | undefined;
  /** Default: the one given to `setBackend`. */
  readonly backend?: Backend | undefined;
  /** Whether `backward` shall give this tensor a `.grad` (default false). Floating dtypes only. */
  readonly requiresGrad?: boolean | undefined;
}

export const TENSOR_OPTIONS: OptionTypes = { dtype: "any", backend: "any", requiresGrad: "boolean" };
/** Where a new tensor goes, and as what: all that can be wrong with it is found before any work or draw. */
export interface Place {
  readonly backend: Backend;
  readonly dtype: TensorDType;
  readonly shape: Shape;
  readonly requiresGrad: boolean;
}

/**
 * @param usual the dtype where the options name none.
 * @param home the backend where they name none.
 * @throws INVALID_ARGUMENT, DTYPE_UNSUPPORTED, BACKEND_MISSING; OUT_OF_MEMORY for more than the backend can ever hold.
 */
export function place(
  op: string,
  sizes: unknown,
  options: TensorOptions,
  usual: TensorDType = getDefaultDtype(),
  home?: Backend,
): Place {
  const backend = options.backend === undefined ? (home ?? getBackend()) : checkBackend(options.backend);
  const dtype = options.dtype ?? usual;
  checkDtype(op, backend, dtype);
  const shape = toShape(op, sizes);
  checkRoom(op, backend, shape, dtype);
  const requiresGrad = options.requiresGrad ?? false;
  if (requiresGrad) checkCanRequireGrad(dtype);
  return { backend, dtype, shape, requiresGrad };
}

/** The new tensor, as its options want it. */
export function marked(result: Tensor, { requiresGrad }: Place): Tensor {
  if (requiresGrad) result.requiresGrad = true;
  return result;
}

/**
 * `value` everywhere.
 * @throws INVALID_ARGUMENT for what is no number, or none that the dtype holds.
 */
export function constant(op: string, value: number | boolean, at: Place): Storage {
  if (typeof value !== "number" && typeof value !== "boolean") {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}: the value must be a number, but got ${describeValue(value)}`,
    );
  }
  const [number] = withDtype(Float64Array.of(Number(value)), at.dtype);
  return fill(at.backend, number!, sizeOf(at.shape), at.dtype);
}

/** The two forms of a shape: `zeros([2, 3], options)` and `zeros(2, 3)`. */
export type Sizes<Options> =
  | readonly [shape: Shape, options?: Options]
  | readonly number[]
  | readonly [...sizes: number[], options: Options];

export function shapeAndOptions<Options extends TensorOptions>(
  op: string,
  args: Sizes<Options>,
  known: OptionTypes,
): [shape: unknown, options: Options] {
  const [first] = args;
  if (typeof first !== "number") {
    const options = args.length > 1 ? args[1] : {};
    checkOptions(op, options, known);
    if (args.length > 2) throw surplus(op, args.length);
    return [args.length === 0 ? [] : first, (options ?? {}) as Options];
  }
  const last = args.at(-1);
  if (typeof last !== "object") return [args, {} as Options];
  checkOptions(op, last, known);
  return [args.slice(0, -1), last as Options];
}

const surplus = (op: string, count: number): Corr2dError =>
  new Corr2dError(
    "INVALID_ARGUMENT",
    `${op} takes a shape and options, or sizes one by one, but got ${count} arguments`,
  );
