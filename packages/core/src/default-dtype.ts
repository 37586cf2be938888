/** The dtype of new tensors of numbers that name none. */
import { DTYPE_NAMES, DTYPES, type FloatDType, isFloating } from "./dtype.ts";
import { Corr2dError } from "./errors.ts";
import { describeValue } from "./options.ts";

let current: FloatDType = "float32";

/**
 * Sets the dtype of tensors that are made without naming one, parameters of layers among them, and of whole numbers where they
 * become fractions. Tensors there are, and typed arrays of another dtype, keep theirs.
 *
 * A backend that lacks the dtype says so where a tensor is made on it.
 * @throws INVALID_ARGUMENT unless it holds fractions.
 */
export function setDefaultDtype(dtype: FloatDType): void {
  if (typeof dtype === "string" && Object.hasOwn(DTYPES, dtype) && isFloating(dtype)) {
    current = dtype;
    return;
  }
  const floating = DTYPE_NAMES.filter(isFloating);
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `setDefaultDtype: only floating-point types are supported as the default type, '${floating.join("', '")}', but got ` +
      describeValue(dtype),
  );
}

/** The dtype given to `setDefaultDtype`; float32 at first. */
export function getDefaultDtype(): FloatDType {
  return current;
}
