/**
 * The arguments of each operation checked, by the contract's table: the caller's half of the contract (§3 to §8), as
 * core promises it. A kind of attribute is checked in one place, whatever operation it belongs to; the few rules that
 * join two arguments follow below.
 */
import {
  type ArgumentRow,
  type Backend,
  BINARY_OPS,
  DTYPES,
  type DType,
  isFloating,
  type NormSize,
  OPERATIONS,
  type OperationName,
  type OpRow,
  type OptionalOp,
  REDUCE_OPS,
  type StridedView,
  UNARY_OPS,
  type Window2d,
} from "@corr2d/core";

/** Reports a broken promise. */
type Fail = (message: string) => never;
type Shape = readonly number[];
type Check = (value: unknown, what: string, fail: Fail) => void;

const MAX_RANK = 8;

function checkPositive(value: unknown, what: string, fail: Fail): void {
  if (!Number.isInteger(value) || (value as number) < 1) fail(`${what} is ${value}, not a positive integer`);
}

function checkSizes(record: object, what: string, fail: Fail): void {
  for (const [name, value] of Object.entries(record)) {
    if (typeof value !== "boolean") checkPositive(value, `${what}.${name}`, fail);
  }
}

function checkShape(value: unknown, what: string, fail: Fail): void {
  const shape = value as Shape;
  if (shape.length > MAX_RANK) fail(`${what} has ${shape.length} axes, more than ${MAX_RANK}`);
  for (let i = 0; i < shape.length; i++) {
    checkPositive(shape[i], `a size of ${what} [${shape.join(", ")}]`, fail);
  }
}

function checkView(value: unknown, what: string, fail: Fail): void {
  const { shape, strides, offset, sourceSize } = value as StridedView;
  checkShape(shape, `${what}.shape`, fail);
  checkPositive(sourceSize, `${what}.sourceSize`, fail);
  if (strides.length !== shape.length) fail(`${what}.strides and ${what}.shape differ in length`);
  let lowest = offset;
  let highest = offset;
  shape.forEach((n, axis) => {
    const reach = (n - 1) * strides[axis]!;
    if (!Number.isInteger(reach)) fail(`${what}.strides holds something else than integers`);
    if (reach < 0) lowest += reach;
    else highest += reach;
  });
  if (!(lowest >= 0 && highest < sourceSize)) {
    fail(`${what} reaches addresses ${lowest} to ${highest} of a source of ${sourceSize}`);
  }
}

function checkWindow(value: unknown, what: string, fail: Fail): void {
  const { axes, ...counts } = value as Window2d;
  if (!Object.isFrozen(value) || !Object.isFrozen(axes) || !axes.every(Object.isFrozen)) {
    fail(`the ${what} is not frozen`);
  }
  if (axes.length !== 2) fail(`the ${what} has ${axes.length} axes`);
  checkSizes(counts, what, fail);
  for (const { before, after, ...sizes } of axes) {
    checkSizes(sizes, `an axis of the ${what}`, fail);
    for (const pad of [before, after]) {
      if (!Number.isInteger(pad) || pad < 0) fail(`a padding of the ${what} is ${pad}`);
    }
  }
  const { inChannels, outChannels, groups } = counts;
  if (inChannels % groups !== 0 || outChannels % groups !== 0) {
    fail(`${inChannels} and ${outChannels} channels do not split into ${groups} groups`);
  }
}

const oneOf =
  (names: object): Check =>
  (value, what, fail) => {
    if (!Object.hasOwn(names, value as string)) fail(`${what} is ${String(value)}, which is unknown`);
  };

type Kind = Extract<ArgumentRow, { is: unknown }>["is"];

/** Each kind of attribute. */
const CHECKS: { readonly [kind in Kind]: Check } = {
  unaryOp: oneOf(UNARY_OPS),
  binaryOp: oneOf(BINARY_OPS),
  reduceOp: oneOf(REDUCE_OPS),
  activation: oneOf({ relu: 1, sigmoid: 1, tanh: 1 }),
  size(value, what, fail) {
    if (!Number.isInteger(value) || (value as number) < 0) fail(`${what} is ${value}`);
  },
  length: checkPositive,
  number(value, what, fail) {
    if (typeof value !== "number") fail(`${what} is ${String(value)}, not a number`);
  },
  flag(value, what, fail) {
    if (typeof value !== "boolean") fail(`${what} is ${String(value)}, not a boolean`);
  },
  shape: checkShape,
  axes(value, what, fail) {
    const axes = value as Shape;
    if (axes.length === 0) fail(`${what} are none`);
    axes.forEach((axis, i) => {
      const isSorted = i === 0 || axis > axes[i - 1]!;
      if (!Number.isInteger(axis) || axis < 0 || !isSorted) fail(`${what} are [${axes.join(", ")}]`);
    });
  },
  lengths(value, what, fail) {
    if ((value as Shape).length === 0) fail(`${what} are none`);
    for (const length of value as Shape) checkPositive(length, `one of ${what}`, fail);
  },
  view: checkView,
  gatherSize: (value, what, fail) => checkSizes(value as object, what, fail),
  matmulSize: (value, what, fail) => checkSizes(value as object, what, fail),
  normSize(value, what, fail) {
    checkSizes(value as object, what, fail);
    const { outer, groups, inner, channels, cells } = value as NormSize;
    const perGroup = inner / cells;
    if (channels % perGroup !== 0 || (outer * groups * perGroup) % channels !== 0) {
      fail(`${channels} channels of ${cells} cells do not split into ${groups} groups of ${inner} elements`);
    }
  },
  window: checkWindow,
  average(value, what, fail) {
    const { countIncludePad, divisorOverride } = value as Record<string, unknown>;
    if (typeof countIncludePad !== "boolean") fail(`${what}.countIncludePad is no boolean`);
    if (divisorOverride !== null && typeof divisorOverride !== "number")
      fail(`${what}.divisorOverride is no number`);
  },
  dtype: oneOf(DTYPES),
};

function checkBroadcast(operand: Shape, shape: Shape, what: string, fail: Fail): void {
  if (operand.length !== shape.length) fail(`${what} has ${operand.length} axes, the result ${shape.length}`);
  operand.forEach((n, axis) => {
    if (n !== 1 && n !== shape[axis])
      fail(`${what} [${operand.join(", ")}] does not broadcast to [${shape.join(", ")}]`);
  });
}

/** Every function of `unary`, `binary` and `reduce`. */
const OPS: Readonly<Record<string, OpRow>> = { ...UNARY_OPS, ...BINARY_OPS, ...REDUCE_OPS };

/** An op of `unary`, `binary` or `reduce`, asked of a backend for a dtype. */
function checkOp(op: string, dtype: DType, backend: Backend, fail: Fail): void {
  const row = OPS[op]!;
  if (!isFloating(dtype) && !row.integers) fail(`${op} was asked for ${dtype}`);
  if (row.optional && !backend.optionalOps.includes(op as OptionalOp)) {
    fail(`${op} is optional, and was asked of a backend that does not list it`);
  }
}

/** Checks a call's arguments, handles aside; `fail` is called where the call breaks the contract. */
export function checkArguments(
  name: OperationName,
  args: readonly unknown[],
  backend: Backend,
  fail: Fail,
): void {
  const row = OPERATIONS[name];
  const rows: readonly ArgumentRow[] = row.arguments;
  if (args.length !== rows.length) fail(`${name} was given ${args.length} arguments, not ${rows.length}`);
  const named: Record<string, unknown> = {};
  rows.forEach((argument, i) => {
    named[argument.name] = args[i];
    if ("is" in argument) CHECKS[argument.is](args[i], `${name}'s ${argument.name}`, fail);
  });
  if (name !== "fill" && typeof named.size === "number") checkPositive(named.size, `${name}'s size`, fail);
  for (const key of ["dtype", "from", "to"]) {
    const dtype = named[key] as DType | undefined;
    if (dtype === undefined) continue;
    if (!backend.dtypes.includes(dtype)) fail(`${name} was asked for ${dtype}, which is not declared`);
    if (row.floating && !isFloating(dtype)) fail(`${name} was asked for ${dtype}`);
  }
  if (name === "unary" || name === "binary" || name === "reduce") {
    checkOp(named.op as string, named.dtype as DType, backend, fail);
  }
  for (const key of ["shapeCondition", "shapeA", "shapeB"]) {
    if (named[key] !== undefined) checkBroadcast(named[key] as Shape, named.shape as Shape, key, fail);
  }
  if (name === "reduce") {
    const { op, shape, axes } = named as { op: string; shape: Shape; axes: Shape };
    if (axes.at(-1)! >= shape.length) fail(`reduce over axes [${axes.join(", ")}] of [${shape.join(", ")}]`);
    if (op.startsWith("arg") && axes.length !== 1) fail(`${op} was given ${axes.length} axes`);
  }
  if (name === "concat" && (named.parts as unknown[]).length !== (named.lengths as Shape).length) {
    fail("concat was given other numbers of parts and lengths");
  }
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}

/** Freezes the arrays and records of a call, and its lists of handles; handles themselves are the backend's. */
export function freezeArguments(name: OperationName, args: readonly unknown[]): void {
  const rows: readonly ArgumentRow[] = OPERATIONS[name].arguments;
  rows.forEach((argument, i) => {
    if ("is" in argument) freeze(args[i]);
    else if ("operands" in argument) Object.freeze(args[i]);
  });
}
