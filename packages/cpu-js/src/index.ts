/**
 * `@corr2d/cpu-js`: the pure JavaScript backend.
 *
 * This file only assembles: every operation allocates its result (buffers.ts) and hands plain typed arrays, and sizes
 * as integers (int32.ts), to a kernel. There is no eval and no generated code, so it runs under the strictest
 * Content-Security-Policy.
 */
import { type Backend, type DType, defineCompleteBackend, sizeOf, type TypedArray } from "@corr2d/core";
import { binary, binaryDtype, select } from "./binary.ts";
import { BufferPool, type Handle } from "./buffers.ts";
import { corr2d, corr2dInput, corr2dKernel } from "./corr2d.ts";
import { checkIndices, gather, scatterAdd } from "./gather.ts";
import { int32MatmulSize, int32Window } from "./int32.ts";
import { matmul } from "./matmul.ts";
import { avgPool2d, avgPool2dInput, maxPool2d } from "./pool2d.ts";
import { reduce, reduceDtype, reducedSize } from "./reduce.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { strided, stridedAdd } from "./strided.ts";
import { activationGrad, addScaled, unary, unaryDtype } from "./unary.ts";

/** Options of `cpuJs`. */
export interface CpuJsOptions {
  /**
   * How many bytes of freed memory are kept for the next operations (default 256 MiB). 0 keeps none.
   */
  readonly poolBytes?: number;
}

const DEFAULT_POOL_BYTES = 256 * 2 ** 20;

function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return "float32";
  return data instanceof Float64Array ? "float64" : "int32";
}

/**
 * A new backend. Synchronous; `await cpuJs()` works too, so that all backends can be made alike.
 *
 * It computes float32, float64 and int32, at once and on the calling thread, sums in float64, and supplies every
 * composite itself.
 */
export function cpuJs(options: CpuJsOptions = {}): Backend<Handle> {
  const pool = new BufferPool(options.poolBytes ?? DEFAULT_POOL_BYTES);

  const readSync = (handle: Handle): TypedArray => pool.elementsOf(handle).slice();

  return defineCompleteBackend<Handle>({
    name: "cpu-js",
    contract: 1,
    features: { syncRead: true },
    dtypes: ["float32", "float64", "int32"],

    upload(data) {
      const out = pool.allocate(dtypeOf(data), data.length);
      out.data.set(data);
      return out;
    },

    async read(handle) {
      return readSync(handle);
    },

    readSync,

    free(handle) {
      pool.free(handle);
    },

    close() {
      pool.close();
    },

    stats() {
      return {
        liveHandles: pool.liveHandles,
        liveBytes: pool.liveBytes,
        pooledBytes: pool.pooledBytes,
      };
    },

    unary(op, x, size, dtype) {
      const out = pool.allocate(unaryDtype(op, dtype), size);
      unary(op, x.data, out.data, dtype);
      return out;
    },

    binary(op, a, shapeA, b, shapeB, shape, dtype) {
      const out = pool.allocate(binaryDtype(op, dtype), sizeOf(shape));
      binary(op, a.data, shapeA, b.data, shapeB, out.data, shape, dtype);
      return out;
    },

    select(condition, shapeCondition, a, shapeA, b, shapeB, shape, dtype) {
      const out = pool.allocate(dtype, sizeOf(shape));
      select(condition.data, shapeCondition, a.data, shapeA, b.data, shapeB, out.data, shape);
      return out;
    },

    reduce(op, x, shape, axes, dtype) {
      const out = pool.allocate(reduceDtype(op, dtype), reducedSize(shape, axes));
      reduce(op, x.data, shape, axes, out.data, dtype, pool);
      return out;
    },

    strided(x, view, dtype) {
      const out = pool.allocate(dtype, sizeOf(view.shape));
      strided(x.data, view, out.data);
      return out;
    },

    stridedAdd(x, view, dtype) {
      const out = pool.allocate(dtype, view.sourceSize);
      stridedAdd(x.data, view, out.data);
      return out;
    },

    gather(x, index, size, dtype) {
      checkIndices(index.data, size.length);
      const out = pool.allocate(dtype, size.outer * size.count * size.inner);
      gather(x.data, index.data, size, out.data);
      return out;
    },

    scatterAdd(x, index, size, dtype) {
      checkIndices(index.data, size.length);
      const out = pool.allocate(dtype, size.outer * size.length * size.inner);
      scatterAdd(x.data, index.data, size, out.data);
      return out;
    },

    matmul(a, b, size, dtype) {
      const out = pool.allocate(dtype, size.batch * size.rows * size.columns);
      matmul(a.data, b.data, int32MatmulSize(size), out.data, pool);
      return out;
    },

    fill(value, size, dtype) {
      const out = pool.allocate(dtype, size);
      out.data.fill(value);
      return out;
    },

    corr2d(x, kernel, w, dtype) {
      const out = pool.allocate(dtype, w.batch * w.outChannels * w.outputHeight * w.outputWidth);
      corr2d(x.data, kernel.data, null, int32Window(w), out.data, pool);
      return out;
    },

    corr2dBias(x, kernel, bias, w, dtype) {
      const out = pool.allocate(dtype, w.batch * w.outChannels * w.outputHeight * w.outputWidth);
      corr2d(x.data, kernel.data, bias.data, int32Window(w), out.data, pool);
      return out;
    },

    corr2dInput(g, kernel, w, dtype) {
      const out = pool.allocate(dtype, w.batch * w.inChannels * w.inputHeight * w.inputWidth);
      corr2dInput(g.data, kernel.data, int32Window(w), out.data, pool);
      return out;
    },

    corr2dKernel(x, g, w, dtype) {
      const terms = (w.inChannels / w.groups) * w.kernelHeight * w.kernelWidth;
      const out = pool.allocate(dtype, w.outChannels * terms);
      corr2dKernel(x.data, g.data, int32Window(w), out.data, pool);
      return out;
    },

    maxPool2d(x, w, dtype) {
      const size = w.batch * w.inChannels * w.outputHeight * w.outputWidth;
      const values = pool.allocate(dtype, size);
      const indices = pool.allocate("int32", size);
      maxPool2d(x.data, int32Window(w), values.data, indices.data);
      return [values, indices];
    },

    avgPool2d(x, w, average, dtype) {
      const out = pool.allocate(dtype, w.batch * w.inChannels * w.outputHeight * w.outputWidth);
      avgPool2d(x.data, int32Window(w), average, out.data);
      return out;
    },

    avgPool2dInput(g, w, average, dtype) {
      const out = pool.allocate(dtype, w.batch * w.inChannels * w.inputHeight * w.inputWidth);
      avgPool2dInput(g.data, int32Window(w), average, out.data);
      return out;
    },

    softmax(x, outer, length, inner, dtype) {
      const out = pool.allocate(dtype, outer * length * inner);
      softmax(x.data, length | 0, inner | 0, out.data);
      return out;
    },

    logSoftmax(x, outer, length, inner, dtype) {
      const out = pool.allocate(dtype, outer * length * inner);
      logSoftmax(x.data, length | 0, inner | 0, out.data);
      return out;
    },

    activationGrad(op, y, g, size, dtype) {
      const out = pool.allocate(dtype, size);
      activationGrad(op, y.data, g.data, out.data, dtype);
      return out;
    },

    addScaled(a, scaleA, b, scaleB, size, dtype) {
      const out = pool.allocate(dtype, size);
      addScaled(a.data, scaleA, b.data, scaleB, out.data);
      return out;
    },
  });
}

export default cpuJs;
