/**
 * The backend: each operation of the contract finds its operands in the heap, makes room for its result, and calls
 * the wrapper of the kernels that compute it.
 *
 * Every operation reads the same way: `begin`, the operands' pointers (which pins them), the result, the wrapper,
 * `end`. An operation that throws in between is cleaned up by the next `begin`.
 */
import { type Backend, type DType, defineCompleteBackend, type Features } from "@corr2d/core";
import type { TensorHandle } from "./cell.ts";
import { corr2d, corr2dInput, corr2dKernel } from "./conv.ts";
import { activationGrad, addScaled, binary, fill, select, unary, unsupported } from "./elementwise.ts";
import { gather, scatterAdd } from "./gather.ts";
import { matmul } from "./matmul.ts";
import type { OpenRuntime } from "./open-runtime.ts";
import { avgPool2d, avgPool2dInput, maxPool2d } from "./pool.ts";
import { reduce } from "./reduce.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { strided, stridedAdd } from "./strided.ts";

function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis]!;
  return size;
}

/** The backend over an open runtime; `features` says what it could get. */
export function createBackend(open: OpenRuntime, features: Features): Backend<TensorHandle> {
  const { heap, runtime } = open;

  return defineCompleteBackend<TensorHandle>({
    name: "cpu-wasm",
    contract: 1,
    features,
    dtypes: ["float32", "int32"],

    upload(data) {
      heap.begin();
      const out = heap.result(data.length * 4);
      const at = heap.pointer(out) >> 2;
      if (data instanceof Int32Array) heap.i32.set(data, at);
      else heap.f32.set(data, at);
      heap.end();
      return out;
    },
    async read(handle, size, dtype) {
      return heap.read(handle, size, dtype);
    },
    readSync: (handle, size, dtype) => heap.read(handle, size, dtype),
    free(handle) {
      heap.free(handle);
    },
    stats: () => ({ ...heap.stats(), threads: runtime.threads }),
    close: () => open.close(),

    unary(op, x, size, dtype) {
      heap.begin();
      const pointer = heap.pointer(x);
      const out = heap.result(size * 4);
      unary(runtime, op, pointer, heap.pointer(out), size, dtype);
      heap.end();
      return out;
    },
    binary(op, a, shapeA, b, shapeB, shape, dtype) {
      heap.begin();
      const pointerA = heap.pointer(a);
      const pointerB = heap.pointer(b);
      const out = heap.result(sizeOf(shape) * 4);
      binary(runtime, op, pointerA, shapeA, pointerB, shapeB, heap.pointer(out), shape, dtype);
      heap.end();
      return out;
    },
    select(condition, shapeCondition, a, shapeA, b, shapeB, shape) {
      heap.begin();
      const pointer = heap.pointer(condition);
      const pointerA = heap.pointer(a);
      const pointerB = heap.pointer(b);
      const out = heap.result(sizeOf(shape) * 4);
      select(runtime, pointer, shapeCondition, pointerA, shapeA, pointerB, shapeB, heap.pointer(out), shape);
      heap.end();
      return out;
    },
    reduce(op, x, shape, axes, dtype) {
      heap.begin();
      const pointer = heap.pointer(x);
      let size = sizeOf(shape);
      for (const axis of axes) size /= shape[axis]!;
      const out = heap.result(size * 4);
      reduce(runtime, op, pointer, heap.pointer(out), shape, axes, dtype);
      heap.end();
      return out;
    },
    strided(x, view) {
      heap.begin();
      const pointer = heap.pointer(x);
      const out = heap.result(sizeOf(view.shape) * 4);
      strided(runtime, pointer, heap.pointer(out), view);
      heap.end();
      return out;
    },
    stridedAdd(x, view, dtype) {
      heap.begin();
      const pointer = heap.pointer(x);
      const out = heap.result(view.sourceSize * 4);
      stridedAdd(runtime, pointer, heap.pointer(out), view, dtype);
      heap.end();
      return out;
    },
    gather(x, index, size) {
      heap.begin();
      const pointer = heap.pointer(x);
      const indexPointer = heap.pointer(index);
      const out = heap.result(size.outer * size.count * size.inner * 4);
      gather(runtime, pointer, indexPointer, heap.pointer(out), size);
      heap.end();
      return out;
    },
    scatterAdd(x, index, size, dtype) {
      heap.begin();
      const pointer = heap.pointer(x);
      const indexPointer = heap.pointer(index);
      const out = heap.result(size.outer * size.length * size.inner * 4);
      scatterAdd(runtime, pointer, indexPointer, heap.pointer(out), size, dtype);
      heap.end();
      return out;
    },
    matmul(a, b, size, dtype) {
      requireFloat("matmul", dtype);
      heap.begin();
      const pointerA = heap.pointer(a);
      const pointerB = heap.pointer(b);
      const out = heap.result(size.batch * size.rows * size.columns * 4);
      matmul(runtime, pointerA, pointerB, heap.pointer(out), size);
      heap.end();
      return out;
    },

    fill(value, size, dtype) {
      heap.begin();
      const out = heap.result(size * 4);
      fill(runtime, value, heap.pointer(out), size, dtype);
      heap.end();
      return out;
    },
    corr2d(x, kernel, window, dtype) {
      requireFloat("corr2d", dtype);
      heap.begin();
      const pointer = heap.pointer(x);
      const kernelPointer = heap.pointer(kernel);
      const out = heap.result(
        window.batch * window.outChannels * window.outputHeight * window.outputWidth * 4,
      );
      corr2d(runtime, pointer, kernelPointer, 0, heap.pointer(out), window);
      heap.end();
      return out;
    },
    corr2dBias(x, kernel, bias, window, dtype) {
      requireFloat("corr2d", dtype);
      heap.begin();
      const pointer = heap.pointer(x);
      const kernelPointer = heap.pointer(kernel);
      const biasPointer = heap.pointer(bias);
      const out = heap.result(
        window.batch * window.outChannels * window.outputHeight * window.outputWidth * 4,
      );
      corr2d(runtime, pointer, kernelPointer, biasPointer, heap.pointer(out), window);
      heap.end();
      return out;
    },
    corr2dInput(g, kernel, window, dtype) {
      requireFloat("corr2d", dtype);
      heap.begin();
      const pointer = heap.pointer(g);
      const kernelPointer = heap.pointer(kernel);
      const out = heap.result(window.batch * window.inChannels * window.inputHeight * window.inputWidth * 4);
      corr2dInput(runtime, pointer, kernelPointer, heap.pointer(out), window);
      heap.end();
      return out;
    },
    corr2dKernel(x, g, window, dtype) {
      requireFloat("corr2d", dtype);
      heap.begin();
      const pointer = heap.pointer(x);
      const gPointer = heap.pointer(g);
      const kernelSize = window.kernelHeight * window.kernelWidth;
      const out = heap.result(window.outChannels * (window.inChannels / window.groups) * kernelSize * 4);
      corr2dKernel(runtime, pointer, gPointer, heap.pointer(out), window);
      heap.end();
      return out;
    },
    maxPool2d(x, window) {
      heap.begin();
      const pointer = heap.pointer(x);
      const bytes = window.batch * window.inChannels * window.outputHeight * window.outputWidth * 4;
      const values = heap.result(bytes);
      const indices = heap.result(bytes);
      maxPool2d(runtime, pointer, heap.pointer(values), heap.pointer(indices), window);
      heap.end();
      return [values, indices];
    },
    avgPool2d(x, window, average, dtype) {
      requireFloat("avgPool2d", dtype);
      heap.begin();
      const pointer = heap.pointer(x);
      const out = heap.result(
        window.batch * window.inChannels * window.outputHeight * window.outputWidth * 4,
      );
      avgPool2d(runtime, pointer, heap.pointer(out), window, average);
      heap.end();
      return out;
    },
    avgPool2dInput(g, window, average, dtype) {
      requireFloat("avgPool2d", dtype);
      heap.begin();
      const pointer = heap.pointer(g);
      const out = heap.result(window.batch * window.inChannels * window.inputHeight * window.inputWidth * 4);
      avgPool2dInput(runtime, pointer, heap.pointer(out), window, average);
      heap.end();
      return out;
    },
    softmax: (x, outer, length, inner) => normalised(softmax, x, outer, length, inner),
    logSoftmax: (x, outer, length, inner) => normalised(logSoftmax, x, outer, length, inner),
    activationGrad(op, y, g, size) {
      heap.begin();
      const pointer = heap.pointer(y);
      const gPointer = heap.pointer(g);
      const out = heap.result(size * 4);
      activationGrad(runtime, op, pointer, gPointer, heap.pointer(out), size);
      heap.end();
      return out;
    },
    addScaled(a, scaleA, b, scaleB, size) {
      heap.begin();
      const pointerA = heap.pointer(a);
      const pointerB = heap.pointer(b);
      const out = heap.result(size * 4);
      addScaled(runtime, pointerA, scaleA, pointerB, scaleB, heap.pointer(out), size);
      heap.end();
      return out;
    },
  });

  function normalised(
    kernel: typeof softmax,
    x: TensorHandle,
    outer: number,
    length: number,
    inner: number,
  ): TensorHandle {
    heap.begin();
    const pointer = heap.pointer(x);
    const out = heap.result(outer * length * inner * 4);
    kernel(runtime, pointer, heap.pointer(out), outer, length, inner);
    heap.end();
    return out;
  }
}

function requireFloat(op: string, dtype: DType): void {
  if (dtype !== "float32") throw unsupported(op, dtype);
}
