/**
 * What each operation's arguments say about its operands and results, with the arguments themselves checked:
 * the caller's half of the contract (§3 to §8), as core promises it.
 */
import type {
  BinaryOp,
  DType,
  GatherSize,
  MatmulSize,
  ReduceOp,
  StridedView,
  UnaryOp,
  Window2d,
} from "@corr2d/core";
import type { OperationName } from "./handles.ts";

/** Size and dtype of a value. */
export interface Operand {
  readonly size: number;
  readonly dtype: DType;
}

export interface Signature {
  readonly operands: readonly Operand[];
  readonly results: readonly Operand[];
}

/** Reports a broken promise. */
type Fail = (message: string) => never;
type Shape = readonly number[];

const INT32_UNARY: readonly UnaryOp[] = [
  "neg",
  "abs",
  "sign",
  "square",
  "relu",
  "toFloat32",
  "toFloat64",
  "toInt32",
];
const COMPARISONS: readonly BinaryOp[] = [
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
];
const CASTS: Partial<Record<UnaryOp, DType>> = {
  toFloat32: "float32",
  toFloat64: "float64",
  toInt32: "int32",
};

const sizeOf = (shape: Shape): number => shape.reduce((size, n) => size * n, 1);

function checkSize(size: number, what: string, fail: Fail): void {
  if (!Number.isInteger(size) || size < 1) fail(`${what} is ${size}, not a positive integer`);
}

function checkShape(shape: Shape, what: string, fail: Fail): void {
  if (shape.length > 8) fail(`${what} has ${shape.length} axes, more than 8`);
  for (const n of shape) checkSize(n, `a size of ${what} [${shape.join(", ")}]`, fail);
}

function checkFloating(dtype: DType, what: string, fail: Fail): void {
  if (dtype === "int32") fail(`${what} was asked for int32`);
}

function checkBroadcast(operand: Shape, shape: Shape, what: string, fail: Fail): void {
  checkShape(operand, what, fail);
  if (operand.length !== shape.length) fail(`${what} has ${operand.length} axes, the result ${shape.length}`);
  operand.forEach((n, axis) => {
    if (n !== 1 && n !== shape[axis])
      fail(`${what} [${operand.join(", ")}] does not broadcast to [${shape.join(", ")}]`);
  });
}

function checkView(view: StridedView, fail: Fail): void {
  checkShape(view.shape, "view.shape", fail);
  checkSize(view.sourceSize, "view.sourceSize", fail);
  if (view.strides.length !== view.shape.length) fail("view.strides and view.shape differ in length");
  let lowest = view.offset;
  let highest = view.offset;
  view.shape.forEach((n, axis) => {
    const reach = (n - 1) * view.strides[axis]!;
    if (!Number.isInteger(reach)) fail("view.strides holds something else than integers");
    if (reach < 0) lowest += reach;
    else highest += reach;
  });
  if (!(lowest >= 0 && highest < view.sourceSize)) {
    fail(`view reaches addresses ${lowest} to ${highest} of a source of ${view.sourceSize}`);
  }
}

/** Sizes of the input, kernel and output of a window. */
function windowSizes(w: Window2d, fail: Fail): { input: number; kernel: number; output: number } {
  if (!Object.isFrozen(w)) fail("the window is not frozen");
  const { padTop, padBottom, padLeft, padRight, ...positive } = w;
  for (const [name, value] of Object.entries(positive)) checkSize(value, `window.${name}`, fail);
  for (const pad of [padTop, padBottom, padLeft, padRight]) {
    if (!Number.isInteger(pad) || pad < 0) fail(`a padding of the window is ${pad}`);
  }
  if (w.inChannels % w.groups !== 0 || w.outChannels % w.groups !== 0) {
    fail(`${w.inChannels} and ${w.outChannels} channels do not split into ${w.groups} groups`);
  }
  return {
    input: w.batch * w.inChannels * w.inputHeight * w.inputWidth,
    kernel: w.outChannels * (w.inChannels / w.groups) * w.kernelHeight * w.kernelWidth,
    output: w.batch * w.outChannels * w.outputHeight * w.outputWidth,
  };
}

type Rule = (args: readonly unknown[], fail: Fail) => Signature;

/** Operands and results of one floating dtype, given by their sizes. */
function floating(dtype: unknown, operands: number[], result: number, what: string, fail: Fail): Signature {
  checkFloating(dtype as DType, what, fail);
  const of = (size: number): Operand => ({ size, dtype: dtype as DType });
  return { operands: operands.map(of), results: [of(result)] };
}

const correlation =
  (roles: readonly ("input" | "kernel" | "output" | "bias")[], result: "input" | "kernel" | "output"): Rule =>
  (args, fail) => {
    const w = args[roles.length] as Window2d;
    const sizes = { ...windowSizes(w, fail), bias: w.outChannels };
    return floating(
      args[roles.length + 1],
      roles.map((role) => sizes[role]),
      sizes[result],
      "a correlation",
      fail,
    );
  };

const pool =
  (from: "input" | "output", to: "input" | "output"): Rule =>
  ([, window, , dtype], fail) => {
    const sizes = windowSizes(window as Window2d, fail);
    return floating(dtype, [sizes[from]], sizes[to], "average pooling", fail);
  };

const picking =
  (gather: boolean): Rule =>
  ([, , size, dtype], fail) => {
    const { outer, length, inner, count } = size as GatherSize;
    for (const n of [outer, length, inner, count]) checkSize(n, "a size of gather or scatterAdd", fail);
    const whole: Operand = { size: outer * length * inner, dtype: dtype as DType };
    const picked: Operand = { size: outer * count * inner, dtype: dtype as DType };
    const index: Operand = { size: picked.size, dtype: "int32" };
    return gather
      ? { operands: [whole, index], results: [picked] }
      : { operands: [picked, index], results: [whole] };
  };

const softmax: Rule = ([, outer, length, inner, dtype], fail) => {
  const size = (outer as number) * (length as number) * (inner as number);
  checkSize(size, "softmax's size", fail);
  return floating(dtype, [size], size, "softmax", fail);
};

const RULES: Readonly<Record<OperationName, Rule>> = {
  unary([op, , size, dtype], fail) {
    checkSize(size as number, "size", fail);
    if (dtype === "int32" && !INT32_UNARY.includes(op as UnaryOp)) fail(`unary ${op} was asked for int32`);
    const result = CASTS[op as UnaryOp] ?? dtype;
    return {
      operands: [{ size: size as number, dtype: dtype as DType }],
      results: [{ size: size as number, dtype: result as DType }],
    };
  },
  binary([op, , shapeA, , shapeB, shape, dtype], fail) {
    checkShape(shape as Shape, "shape", fail);
    checkBroadcast(shapeA as Shape, shape as Shape, "shapeA", fail);
    checkBroadcast(shapeB as Shape, shape as Shape, "shapeB", fail);
    if (op === "pow") checkFloating(dtype as DType, "pow", fail);
    const result = COMPARISONS.includes(op as BinaryOp) ? "int32" : dtype;
    return {
      operands: [shapeA, shapeB].map((s) => ({ size: sizeOf(s as Shape), dtype: dtype as DType })),
      results: [{ size: sizeOf(shape as Shape), dtype: result as DType }],
    };
  },
  select([, shapeCondition, , shapeA, , shapeB, shape, dtype], fail) {
    checkShape(shape as Shape, "shape", fail);
    checkBroadcast(shapeCondition as Shape, shape as Shape, "shapeCondition", fail);
    checkBroadcast(shapeA as Shape, shape as Shape, "shapeA", fail);
    checkBroadcast(shapeB as Shape, shape as Shape, "shapeB", fail);
    const branch = (s: unknown): Operand => ({ size: sizeOf(s as Shape), dtype: dtype as DType });
    return {
      operands: [{ size: sizeOf(shapeCondition as Shape), dtype: "int32" }, branch(shapeA), branch(shapeB)],
      results: [branch(shape)],
    };
  },
  reduce([op, , shape, axes, dtype], fail) {
    checkShape(shape as Shape, "shape", fail);
    const reduced = axes as Shape;
    const index = op === "argmax" || op === "argmin";
    if (reduced.length === 0) fail("reduce was given no axes");
    if (index && reduced.length !== 1) fail(`${op as ReduceOp} was given ${reduced.length} axes`);
    reduced.forEach((axis, i) => {
      const sorted = i === 0 || axis > reduced[i - 1]!;
      if (!sorted || axis < 0 || axis >= (shape as Shape).length)
        fail(`reduce over axes [${reduced.join(", ")}]`);
    });
    const kept = (shape as Shape).filter((_, axis) => !reduced.includes(axis));
    return {
      operands: [{ size: sizeOf(shape as Shape), dtype: dtype as DType }],
      results: [{ size: sizeOf(kept), dtype: index ? "int32" : (dtype as DType) }],
    };
  },
  strided([, view, dtype], fail) {
    const { shape, sourceSize } = view as StridedView;
    checkView(view as StridedView, fail);
    return {
      operands: [{ size: sourceSize, dtype: dtype as DType }],
      results: [{ size: sizeOf(shape), dtype: dtype as DType }],
    };
  },
  stridedAdd([, view, dtype], fail) {
    const { shape, sourceSize } = view as StridedView;
    checkView(view as StridedView, fail);
    return {
      operands: [{ size: sizeOf(shape), dtype: dtype as DType }],
      results: [{ size: sourceSize, dtype: dtype as DType }],
    };
  },
  gather: picking(true),
  scatterAdd: picking(false),
  matmul([, , size, dtype], fail) {
    const { batch, rows, inner, columns } = size as MatmulSize;
    for (const n of [batch, rows, inner, columns]) checkSize(n, "a size of matmul", fail);
    return floating(
      dtype,
      [batch * rows * inner, batch * inner * columns],
      batch * rows * columns,
      "matmul",
      fail,
    );
  },
  fill([, size, dtype], fail) {
    if (!Number.isInteger(size) || (size as number) < 0) fail(`fill was asked for ${size} elements`);
    return { operands: [], results: [{ size: size as number, dtype: dtype as DType }] };
  },
  corr2d: correlation(["input", "kernel"], "output"),
  corr2dInput: correlation(["output", "kernel"], "input"),
  corr2dKernel: correlation(["input", "output"], "kernel"),
  corr2dBias: correlation(["input", "kernel", "bias"], "output"),
  maxPool2d([, window, dtype], fail) {
    const { input, output } = windowSizes(window as Window2d, fail);
    const values = floating(dtype, [input], output, "maxPool2d", fail);
    return { operands: values.operands, results: [...values.results, { size: output, dtype: "int32" }] };
  },
  avgPool2d: pool("input", "output"),
  avgPool2dInput: pool("output", "input"),
  softmax,
  logSoftmax: softmax,
  activationGrad([, , , size, dtype], fail) {
    checkSize(size as number, "size", fail);
    return floating(dtype, [size as number, size as number], size as number, "activationGrad", fail);
  },
  addScaled([, , , , size, dtype], fail) {
    checkSize(size as number, "size", fail);
    return floating(dtype, [size as number, size as number], size as number, "addScaled", fail);
  },
};

/** Operands and results that a call promises; `fail` is called where the call breaks the contract itself. */
export function operationSignature(name: OperationName, args: readonly unknown[], fail: Fail): Signature {
  return RULES[name](args, fail);
}
