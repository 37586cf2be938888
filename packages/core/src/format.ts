/**
 * Tensors as text, exactly as PyTorch prints them.
 *
 * All numbers of one tensor share a *style* (integral like `3.`, fixed like `3.1416`, scientific like
 * `3.1416e+00`) and a width, both chosen from its finite non-zero values. Of a tensor above `threshold` elements
 * only the *edges* of each axis are shown, and only they choose. Method: observed from PyTorch 2.13's output.
 */
import { getDefaultDtype } from "./default-dtype.ts";
import { isBool, isFloating, TENSOR_DTYPES, type TensorDType } from "./dtype.ts";
import { Corr2dError } from "./errors.ts";
import { checkOptions, describeValue, type OptionTypes } from "./options.ts";
import { type Shape, sizeOf, stridesOf } from "./shape.ts";

/** The options of `torch.set_printoptions`. */
export interface PrintOptions {
  /** Digits after the point, 0 to 100; default 4. */
  precision: number;
  /** Most elements that are printed in full; default 1000. */
  threshold: number;
  /** Elements shown at both ends of an axis of a larger tensor; default 3. */
  edgeitems: number;
  /** Characters in a line; default 80. */
  linewidth: number;
  /** Scientific style always (true), never (false), or by PyTorch's rule (null, the default). */
  sciMode: boolean | null;
}

/** `undefined` is as good as absent. */
export type PartialPrintOptions = { [K in keyof PrintOptions]?: PrintOptions[K] | undefined };

/** What is said behind the elements. */
interface Provenance {
  /** Append `requires_grad=True`. */
  requiresGrad?: boolean | undefined;
  /** Append `grad_fn=<…>` with this name, such as `MulBackward0`, instead of `requires_grad=True`. */
  gradFn?: string | null | undefined;
}

export type FormatOptions = PartialPrintOptions & Provenance;

/** PyTorch's named sets of options. */
export type PrintProfile = "default" | "short" | "full";

const defaults: PrintOptions = { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sciMode: null };
const profiles: Record<PrintProfile, Partial<PrintOptions>> = {
  default: {},
  short: { precision: 2, edgeitems: 2 },
  full: { threshold: Infinity },
};

const PRINT_OPTIONS: OptionTypes = {
  precision: "number",
  threshold: "number",
  edgeitems: "number",
  linewidth: "number",
  sciMode: "any",
  profile: Object.keys(profiles),
};

let current: PrintOptions = defaults;

/**
 * Sets how tensors print from now on, and returns all options in force. A profile sets all of them first; what is
 * neither in a profile nor given stays as it was.
 * @throws INVALID_ARGUMENT when an option is out of its range.
 */
export function setPrintoptions(
  options: PartialPrintOptions & {
    /** 'default', 'short' or 'full', which sets all options first. */
    profile?: PrintProfile;
  } = {},
): PrintOptions {
  checkOptions("setPrintoptions", options, PRINT_OPTIONS, "{ precision: 2 }");
  const { profile, ...given } = options;
  const base = profile === undefined ? current : { ...defaults, ...profiles[profile] };
  current = merge(base, given);
  return { ...current };
}

/**
 * The text of `print(t)` in PyTorch.
 *
 * `data` holds the elements row-major, at least as many as `shape` (any rank, `[]` is a scalar) has. Only the
 * printed ones are read.
 * @throws INVALID_ARGUMENT when an option is out of its range.
 */
export function formatTensor(
  data: ArrayLike<number>,
  shape: Shape,
  dtype: TensorDType,
  options: FormatOptions = {},
): string {
  return formatBy(merge(current, options), data, shape, dtype, options);
}

/** `formatTensor` by the options in force, which were checked when they were set. */
export function formatAsSet(
  data: ArrayLike<number>,
  shape: Shape,
  dtype: TensorDType,
  provenance: Provenance,
): string {
  return formatBy(current, data, shape, dtype, provenance);
}

function formatBy(
  print: PrintOptions,
  data: ArrayLike<number>,
  shape: Shape,
  dtype: TensorDType,
  { requiresGrad, gradFn }: Provenance,
): string {
  const size = sizeOf(shape);
  const summarised = size > print.threshold;
  const hidden = summarised && print.edgeitems === 0 && shape.length > 0;

  let body = "[]";
  if (hidden) body = "[...]";
  else if (size > 0) body = formatBody(data, shape, dtype, print, summarised);

  const suffixes: string[] = [];
  // The text of an empty tensor does not tell its shape; without edge items PyTorch gives the size of any other.
  const sized = size === 0 ? shape.length !== 1 : print.edgeitems === 0;
  if (sized) suffixes.push(`size=${formatTuple(shape)}`);
  // Truth values say what they are, where there are any.
  const told = dtype === getDefaultDtype() || (size > 0 && isBool(dtype));
  if (!told) suffixes.push(`dtype=${TENSOR_DTYPES[dtype].torchName}`);
  if (gradFn) suffixes.push(`grad_fn=<${gradFn}>`);
  else if (requiresGrad) suffixes.push("requires_grad=True");
  return appendSuffixes(prefix + body, suffixes, print.linewidth);
}

const prefix = "tensor(";
const indentation = prefix.length;

/** The place of the elements left out of an axis. */
const gap = -1;

/** The indices of an axis that are printed. */
function shownIndices(size: number, summarised: boolean, edgeitems: number): number[] {
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
  if (!summarised || size <= 2 * edgeitems) return range(0, size);
  return [...range(0, edgeitems), gap, ...range(size - edgeitems, size)];
}

function formatBody(
  data: ArrayLike<number>,
  shape: Shape,
  dtype: TensorDType,
  print: PrintOptions,
  summarised: boolean,
): string {
  const rank = shape.length;
  const strides = stridesOf(shape);
  const shown = shape.map((size) => shownIndices(size, summarised, print.edgeitems));

  const values: number[] = [];
  const collect = (axis: number, offset: number): void => {
    if (axis === rank) values.push(data[offset]!);
    else for (const i of shown[axis]!) if (i !== gap) collect(axis + 1, offset + i * strides[axis]!);
  };
  collect(0, 0);
  const { format, width } = chooseStyle(values, dtype, print);
  if (rank === 0) return format(data[0]!);

  const row = (offset: number, indent: number): string => {
    const perLine = Math.max(1, Math.floor((print.linewidth - indent) / (width + 2)));
    const cells = shown[rank - 1]!.map((i) =>
      i === gap ? " ..." : format(data[offset + i]!).padStart(width),
    );
    const lines: string[] = [];
    for (let i = 0; i < cells.length; i += perLine) lines.push(cells.slice(i, i + perLine).join(", "));
    return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
  };
  const block = (axis: number, offset: number, indent: number): string => {
    if (axis === rank - 1) return row(offset, indent);
    const parts = shown[axis]!.map((i) =>
      i === gap ? "..." : block(axis + 1, offset + i * strides[axis]!, indent + 1),
    );
    return `[${parts.join(`,${"\n".repeat(rank - 1 - axis)}${" ".repeat(indent + 1)}`)}]`;
  };
  return block(0, 0, indentation);
}

interface Style {
  format(value: number): string;
  /** Characters of the longest finite non-zero value; zeros, NaN and infinities may be longer. */
  width: number;
}

function chooseStyle(values: readonly number[], dtype: TensorDType, print: PrintOptions): Style {
  if (!isFloating(dtype)) {
    const format = isBool(dtype) ? (value: number) => (value === 0 ? "False" : "True") : String;
    return { format, width: longest(values.map(format)) };
  }

  const counted = values.filter((value) => value !== 0 && Number.isFinite(value));
  let smallest = Infinity;
  let largest = 0;
  for (const value of counted) {
    smallest = Math.min(smallest, Math.abs(value));
    largest = Math.max(largest, Math.abs(value));
  }
  const integral = counted.every(Number.isInteger);
  const wide = largest / smallest > 1000 || largest > 1e8 || (!integral && smallest < 1e-4);
  // Where nothing counts, not even sciMode makes zeros scientific.
  const scientific = counted.length > 0 && (print.sciMode ?? wide);

  const finite = (value: number): string => {
    if (scientific) return toScientific(value, print.precision);
    return integral ? `${toFixed(value, 0)}.` : toFixed(value, print.precision);
  };
  const format = (value: number): string => {
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
    return finite(value);
  };
  return { format, width: longest(counted.map(finite)) };
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 1);
}

/**
 * `toFixed` with ties to even, as Python and C print, where JavaScript rounds them up; and with the sign of -0.
 * A value is a tie exactly if value * 2 ** (digits + 1) is an odd integer. Rounded up to an odd last digit, the even
 * one is the digit before.
 */
function toFixed(value: number, digits: number): string {
  const magnitude = Math.abs(value);
  let text = magnitude < 1e21 ? magnitude.toFixed(digits) : longInteger(magnitude, digits);
  if (isOdd(magnitude * 2 ** (digits + 1))) text = lowerIfOdd(text);
  return sign(value) + text;
}

/** Like `toFixed`, for 1.2346e+05: the exponent has at least two digits. */
function toScientific(value: number, digits: number): string {
  const magnitude = Math.abs(value);
  const [mantissa, exponent] = magnitude.toExponential(digits).split("e") as [string, string];
  const power = Math.abs(Number(exponent));
  const rounded = isScientificTie(magnitude, digits - Number(exponent)) ? lowerIfOdd(mantissa) : mantissa;
  return `${sign(value)}${rounded}e${exponent[0]}${String(power).padStart(2, "0")}`;
}

/** Whether value * 10 ** places is half an odd integer. */
function isScientificTie(value: number, places: number): boolean {
  if (places >= 0) return isOdd(value * 2 ** (places + 1));
  if (!Number.isInteger(value)) return false;
  const doubled = 2n * BigInt(value);
  const unit = 10n ** BigInt(-places);
  return doubled % unit === 0n && (doubled / unit) % 2n === 1n;
}

/** False for numbers past 2 ** 53, which are all even, and for infinity. */
function isOdd(value: number): boolean {
  return Number.isInteger(value) && value % 2 === 1;
}

function lowerIfOdd(text: string): string {
  const last = Number(text.at(-1));
  return last % 2 === 1 ? text.slice(0, -1) + (last - 1) : text;
}

/** Fixed notation of 1e21 and more, where `Number.prototype.toFixed` turns to exponents. */
function longInteger(magnitude: number, digits: number): string {
  return BigInt(magnitude) + (digits > 0 ? `.${"0".repeat(digits)}` : "");
}

function sign(value: number): string {
  return value < 0 || Object.is(value, -0) ? "-" : "";
}

/** `(2, 3)`, `(2,)`, `()`: a Python tuple. */
function formatTuple(shape: Shape): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** A suffix goes on a line of its own when it would pass the line width, two characters for its comma included. */
function appendSuffixes(text: string, suffixes: readonly string[], linewidth: number): string {
  let out = text;
  let column = text.length - text.lastIndexOf("\n") + 1;
  for (const suffix of suffixes) {
    if (column + suffix.length + 2 > linewidth) {
      out += `,\n${" ".repeat(indentation)}${suffix}`;
      column = indentation + suffix.length;
    } else {
      out += `, ${suffix}`;
      column += suffix.length + 2;
    }
  }
  return `${out})`;
}

function merge(base: PrintOptions, given: PartialPrintOptions): PrintOptions {
  const {
    precision = base.precision,
    threshold = base.threshold,
    edgeitems = base.edgeitems,
    linewidth = base.linewidth,
    sciMode = base.sciMode,
  } = given;
  checkOption("precision", precision, 0, 100);
  checkOption("threshold", threshold, 0, Infinity);
  checkOption("edgeitems", edgeitems, 0, Infinity);
  checkOption("linewidth", linewidth, 1, Infinity);
  if (sciMode !== null && typeof sciMode !== "boolean") {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `expected sciMode to be true, false or null, but got ${describeValue(sciMode)}`,
    );
  }
  return { precision, threshold, edgeitems, linewidth, sciMode };
}

function checkOption(name: string, value: number, least: number, most: number): void {
  const whole = Number.isInteger(value) || value === Infinity;
  if (!whole || value < least || value > most) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `expected ${name} to be an integer from ${least} to ${most}, but got ${describeValue(value)}`,
    );
  }
}
