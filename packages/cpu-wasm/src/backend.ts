/**
 * The backend: each operation of the contract finds its operands in the heap, makes room for its result, and calls
 * the wrapper of the driver that computes it.
 *
 * Every operation reads the same way: `start`, which pins the operands and makes the result, the wrapper on their addresses,
 * `end`. An operation that throws in between is cleaned up by the next one.
 */
import {
  type BackendDefinition,
  type CompleteBackend,
  type Composites,
  type DType,
  defineBackend,
  type Features,
  reducedSizeOf,
  sizeOf,
} from "@corr2d/core";
import type { TensorHandle } from "./cell.ts";
import { concat } from "./concat.ts";
import { corr2d, corr2dInput, corr2dKernel } from "./conv.ts";
import { activationGrad, addScaled, binary, cast, fill, select, unary, unsupported } from "./elementwise.ts";
import { gather, scatterAdd } from "./gather.ts";
import { matmul } from "./matmul.ts";
import { nameFailures } from "./name-failures.ts";
import { putNormSize } from "./norm.ts";
import type { OpenRuntime } from "./open-runtime.ts";
import { avgPool2d, maxPool2d } from "./pool.ts";
import { reduce } from "./reduce.ts";
import { strided, stridedAdd } from "./strided.ts";
import { putWindow } from "./window.ts";

/** The address of a handle that `start` has pinned or made. */
const at = (handle: TensorHandle): number => handle.cell.pointer;

/** The backend over an open runtime; `features` says what it could get. */
export function createBackend(open: OpenRuntime, features: Features): CompleteBackend<TensorHandle> {
  const { heap, runtime } = open;

  /** Begins an operation on up to four operands; gives the handle of its result of `size` elements. */
  function start(
    size: number,
    a?: TensorHandle,
    b?: TensorHandle,
    c?: TensorHandle,
    d?: TensorHandle,
  ): TensorHandle {
    heap.begin();
    if (a !== undefined) heap.pointer(a);
    if (b !== undefined) heap.pointer(b);
    if (c !== undefined) heap.pointer(c);
    if (d !== undefined) heap.pointer(d);
    return heap.result(size * 4);
  }

  function end(out: TensorHandle): TensorHandle {
    heap.end();
    return out;
  }

  function softmax(
    isLog: boolean,
    x: TensorHandle,
    outer: number,
    length: number,
    inner: number,
  ): TensorHandle {
    const out = start(outer * length * inner, x);
    runtime.call.softmax(isLog, at(x), at(out), outer, length, inner);
    return end(out);
  }

  const definition: BackendDefinition<TensorHandle> & Composites<TensorHandle> = {
    name: "cpu-wasm",
    contract: 1,
    features,
    dtypes: ["float32", "int32"],
    optionalOps: [
      ...(["square", "rsqrt", "tan", "gelu", "geluSlope"] as const),
      ...(["notEqual", "greater", "greaterEqual", "min", "argmin"] as const),
    ],

    upload(data) {
      const out = start(data.length);
      if (data instanceof Int32Array) heap.i32.set(data, at(out) >> 2);
      else heap.f32.set(data, at(out) >> 2);
      return end(out);
    },
    async read(handle, size, dtype, into) {
      return heap.read(handle, size, dtype, into);
    },
    readSync: (handle, size, dtype, into) => heap.read(handle, size, dtype, into),
    free(handle) {
      heap.free(handle);
    },
    stats: () => ({ ...heap.stats(), threads: runtime.threads }),
    close: () => open.close(),

    cast(x, size, from, to) {
      const out = start(size, x);
      cast(runtime, at(x), at(out), size, from, to);
      return end(out);
    },
    unary(op, x, size, dtype) {
      const out = start(size, x);
      unary(runtime, op, at(x), at(out), size, dtype);
      return end(out);
    },
    binary(op, a, shapeA, b, shapeB, shape, dtype) {
      const out = start(sizeOf(shape), a, b);
      binary(runtime, op, at(a), shapeA, at(b), shapeB, at(out), shape, dtype);
      return end(out);
    },
    select(condition, shapeCondition, a, shapeA, b, shapeB, shape) {
      const out = start(sizeOf(shape), condition, a, b);
      select(runtime, at(condition), shapeCondition, at(a), shapeA, at(b), shapeB, at(out), shape);
      return end(out);
    },
    reduce(op, x, shape, axes, dtype) {
      const out = start(reducedSizeOf(shape, axes), x);
      reduce(runtime, op, at(x), at(out), shape, axes, dtype);
      return end(out);
    },
    strided(x, view) {
      const out = start(sizeOf(view.shape), x);
      strided(runtime, at(x), at(out), view);
      return end(out);
    },
    stridedAdd(x, view, dtype) {
      const out = start(view.sourceSize, x);
      stridedAdd(runtime, at(x), at(out), view, dtype);
      return end(out);
    },
    gather(x, index, size) {
      const out = start(size.outer * size.count * size.inner, x, index);
      gather(runtime, at(x), at(index), at(out), size);
      return end(out);
    },
    scatterAdd(x, index, size, dtype) {
      const out = start(size.outer * size.length * size.inner, x, index);
      scatterAdd(runtime, at(x), at(index), at(out), size, dtype);
      return end(out);
    },
    matmul(a, b, size, dtype) {
      requireFloat("matmul", dtype);
      const out = start(size.batch * size.rows * size.columns, a, b);
      matmul(runtime, at(a), at(b), at(out), size);
      return end(out);
    },

    fill(value, size, dtype) {
      const out = start(size);
      fill(runtime, value, at(out), size, dtype);
      return end(out);
    },
    concat(parts, lengths, outer, inner) {
      // The result first: many parts that come back into the heap would leave no room for it in one piece.
      const length = lengths.reduce((sum, some) => sum + some, 0);
      const out = start(outer * length * inner);
      const pointers = parts.map((part) => heap.pointer(part));
      concat(runtime, pointers, lengths, outer, inner, at(out));
      return end(out);
    },
    corr2d(x, kernel, window, dtype) {
      requireFloat("corr2d", dtype);
      const out = start(putWindow(runtime, window).outputSize, x, kernel);
      corr2d(runtime, at(x), at(kernel), 0, at(out), window);
      return end(out);
    },
    corr2dBias(x, kernel, bias, window, dtype) {
      requireFloat("corr2d", dtype);
      const out = start(putWindow(runtime, window).outputSize, x, kernel, bias);
      corr2d(runtime, at(x), at(kernel), at(bias), at(out), window);
      return end(out);
    },
    corr2dInput(g, kernel, window, dtype) {
      requireFloat("corr2d", dtype);
      const out = start(putWindow(runtime, window).inputSize, g, kernel);
      corr2dInput(runtime, at(g), at(kernel), at(out), window);
      return end(out);
    },
    corr2dKernel(x, g, window, dtype) {
      requireFloat("corr2d", dtype);
      const out = start(putWindow(runtime, window).kernelSize, x, g);
      corr2dKernel(runtime, at(x), at(g), at(out), window);
      return end(out);
    },
    maxPool2d(x, window) {
      const { outputSize } = putWindow(runtime, window);
      const values = start(outputSize, x);
      const indices = heap.result(outputSize * 4);
      maxPool2d(runtime, at(x), at(values), at(indices), window);
      heap.end();
      return [values, indices];
    },
    avgPool2d(x, window, average, dtype) {
      requireFloat("avgPool2d", dtype);
      const out = start(putWindow(runtime, window).outputSize, x);
      avgPool2d(runtime, false, at(x), at(out), window, average);
      return end(out);
    },
    avgPool2dInput(g, window, average, dtype) {
      requireFloat("avgPool2d", dtype);
      const out = start(putWindow(runtime, window).inputSize, g);
      avgPool2d(runtime, true, at(g), at(out), window, average);
      return end(out);
    },
    gatherSum(x, index, weights, { outer, length, inner, count }, taps) {
      const out = start(outer * count * inner, x, index, weights);
      runtime.call.gatherSum(at(x), at(index), at(weights), at(out), outer, length, inner, count, taps);
      return end(out);
    },
    normalize(x, weight, bias, size, eps) {
      const out = start(size.outer * size.groups * size.inner, x, weight, bias);
      const moments = heap.result(3 * size.groups * 4);
      putNormSize(runtime, size);
      runtime.call.normalize(at(x), at(weight), at(bias), at(out), at(moments), eps);
      heap.end();
      return [out, moments];
    },
    normalizeInput(g, x, weight, moments, size) {
      const out = start(size.outer * size.groups * size.inner, g, x, weight, moments);
      putNormSize(runtime, size);
      runtime.call.normalizeInput(at(g), at(x), at(weight), at(moments), at(out));
      return end(out);
    },
    normalizeGrads(g, x, weight, moments, size) {
      const out = start(size.outer * size.groups * size.inner, g, x, weight, moments);
      const scale = heap.result(size.channels * 4);
      const shift = heap.result(size.channels * 4);
      putNormSize(runtime, size);
      runtime.call.normalizeGrads(at(g), at(x), at(weight), at(moments), at(out), at(scale), at(shift));
      heap.end();
      return [out, scale, shift];
    },
    softmax: (x, outer, length, inner) => softmax(false, x, outer, length, inner),
    logSoftmax: (x, outer, length, inner) => softmax(true, x, outer, length, inner),
    sort(x, outer, length, inner, descending, dtype) {
      const values = start(outer * length * inner, x);
      const indices = heap.result(outer * length * inner * 4);
      runtime.call.sort(dtype === "int32", descending, at(x), at(values), at(indices), outer, length, inner);
      heap.end();
      return [values, indices];
    },
    cumsum(x, outer, length, inner, dtype) {
      const out = start(outer * length * inner, x);
      runtime.call.cumsum(dtype === "int32", at(x), at(out), outer, length, inner);
      return end(out);
    },
    activationGrad(op, y, g, size) {
      const out = start(size, y, g);
      activationGrad(runtime, op, at(y), at(g), at(out), size);
      return end(out);
    },
    addScaled(a, scaleA, b, scaleB, size) {
      const out = start(size, a, b);
      addScaled(runtime, at(a), scaleA, at(b), scaleB, at(out), size);
      return end(out);
    },
  };
  return defineBackend(nameFailures(definition)) as CompleteBackend<TensorHandle>;
}

/** @throws DTYPE_UNSUPPORTED */
function requireFloat(op: string, dtype: DType): void {
  if (dtype !== "float32") throw unsupported(op, dtype);
}
