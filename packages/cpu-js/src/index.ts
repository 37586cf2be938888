/**
 * `@corr2d/cpu-js`: the pure JavaScript backend.
 *
 * This file only assembles: every operation allocates its result (buffers.ts) and hands plain typed arrays, and sizes
 * as integers (int32.ts), to a kernel. There is no eval and no generated code, so it runs under the strictest
 * Content-Security-Policy.
 */
import {
  type Backend,
  binaryDtype,
  Corr2dError,
  defineBackend,
  dtypeOf,
  inputSizeOf,
  kernelSizeOf,
  outputSizeOf,
  reduceDtype,
  reducedSizeOf,
  sizeOf,
} from "@corr2d/core";
import { binary, select } from "./binary.ts";
import { BufferPool, type Handle } from "./buffers.ts";
import { corr2d, corr2dInput, corr2dKernel } from "./corr2d.ts";
import { cumsum } from "./cumulative.ts";
import { checkIndices, gather, gatherSum, scatterAdd } from "./gather.ts";
import { int32MatmulSize } from "./int32.ts";
import { matmul } from "./matmul.ts";
import { normalize, normalizeInput } from "./normalize.ts";
import { avgPool2d, avgPool2dInput, maxPool2d } from "./pool2d.ts";
import { reduce } from "./reduce.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { sort } from "./sort.ts";
import { concat, strided, stridedAdd } from "./strided.ts";
import { activationGrad, addScaled, cast, unary } from "./unary.ts";

/** Options of `cpuJs`. */
export interface CpuJsOptions {
  /**
   * How many bytes of freed memory are kept for the next operations (default 256 MiB). 0 keeps none.
   */
  readonly poolBytes?: number;
}

const DEFAULT_POOL_BYTES = 256 * 2 ** 20;

/**
 * A new backend. Synchronous; `await cpuJs()` works too, so that all backends can be made alike.
 *
 * It computes float32, float64 and int32, at once and on the calling thread, sums in float64, and supplies every
 * composite and every optional function itself.
 *
 * @throws INVALID_ARGUMENT for a `poolBytes` that is no number from 0 on.
 */
export function cpuJs(options: CpuJsOptions = {}): Backend<Handle> {
  const { poolBytes = DEFAULT_POOL_BYTES } = options;
  if (typeof poolBytes !== "number" || !(poolBytes >= 0)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `cpuJs: poolBytes must be a number from 0 on, but got ${String(poolBytes)}`,
    );
  }
  const pool = new BufferPool(poolBytes);

  return defineBackend<Handle>({
    name: "cpu-js",
    contract: 1,
    features: { syncRead: true },
    dtypes: ["float32", "float64", "int32"],
    optionalOps: [
      ...(["square", "rsqrt", "tan", "gelu", "geluSlope"] as const),
      ...(["notEqual", "greater", "greaterEqual", "min", "argmin"] as const),
    ],

    upload(data) {
      const out = pool.take("upload", dtypeOf(data)!, data.length);
      out.set(data);
      return pool.own(out);
    },

    async read(handle, _size, _dtype, into) {
      return pool.read(handle, into);
    },

    readSync(handle, _size, _dtype, into) {
      return pool.read(handle, into);
    },

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

    cast(x, size, from, to) {
      const out = pool.take("cast", to, size);
      cast(x.data, from, out, to);
      return pool.own(out);
    },

    unary(op, x, size, dtype) {
      const out = pool.take(op, dtype, size);
      unary(op, x.data, out, dtype);
      return pool.own(out);
    },

    binary(op, a, shapeA, b, shapeB, shape, dtype) {
      const out = pool.take(op, binaryDtype(op, dtype), sizeOf(shape));
      binary(op, a.data, shapeA, b.data, shapeB, out, shape, dtype);
      return pool.own(out);
    },

    select(condition, shapeCondition, a, shapeA, b, shapeB, shape, dtype) {
      const out = pool.take("select", dtype, sizeOf(shape));
      select(condition.data, shapeCondition, a.data, shapeA, b.data, shapeB, out, shape);
      return pool.own(out);
    },

    reduce(op, x, shape, axes, dtype) {
      const out = pool.take(op, reduceDtype(op, dtype), reducedSizeOf(shape, axes));
      reduce(op, x.data, shape, axes, out, dtype, pool);
      return pool.own(out);
    },

    strided(x, view, dtype) {
      const out = pool.take("strided", dtype, sizeOf(view.shape));
      strided(x.data, view, out);
      return pool.own(out);
    },

    stridedAdd(x, view, dtype) {
      const out = pool.take("stridedAdd", dtype, view.sourceSize);
      stridedAdd(x.data, view, out, dtype, pool);
      return pool.own(out);
    },

    gather(x, index, size, dtype) {
      const out = pool.take("gather", dtype, size.outer * size.count * size.inner);
      checkIndices("gather", index.data, size);
      gather(x.data, index.data, size, out);
      return pool.own(out);
    },

    scatterAdd(x, index, size, dtype) {
      const out = pool.take("scatterAdd", dtype, size.outer * size.length * size.inner);
      checkIndices("scatterAdd", index.data, size);
      scatterAdd(x.data, index.data, size, out, pool);
      return pool.own(out);
    },

    matmul(a, b, size, dtype) {
      const out = pool.take("matmul", dtype, size.batch * size.rows * size.columns);
      matmul(a.data, b.data, int32MatmulSize(size), out, pool);
      return pool.own(out);
    },

    fill(value, size, dtype) {
      return pool.own(pool.take("fill", dtype, size).fill(value));
    },

    concat(parts, lengths, outer, inner, dtype) {
      const line = lengths.reduce((total, length) => total + length, 0) * inner;
      const out = pool.take("concat", dtype, outer * line);
      concat(
        parts.map((part) => part.data),
        lengths,
        outer,
        inner,
        out,
      );
      return pool.own(out);
    },

    corr2d(x, kernel, w, dtype) {
      const out = pool.take("corr2d", dtype, outputSizeOf(w));
      corr2d(x.data, kernel.data, null, w, out, pool);
      return pool.own(out);
    },

    corr2dBias(x, kernel, bias, w, dtype) {
      const out = pool.take("corr2dBias", dtype, outputSizeOf(w));
      corr2d(x.data, kernel.data, bias.data, w, out, pool);
      return pool.own(out);
    },

    corr2dInput(g, kernel, w, dtype) {
      const out = pool.take("corr2dInput", dtype, inputSizeOf(w));
      corr2dInput(g.data, kernel.data, w, out, pool);
      return pool.own(out);
    },

    corr2dKernel(x, g, w, dtype) {
      const out = pool.take("corr2dKernel", dtype, kernelSizeOf(w));
      corr2dKernel(x.data, g.data, w, out, pool);
      return pool.own(out);
    },

    maxPool2d(x, w, dtype) {
      const values = pool.take("maxPool2d", dtype, outputSizeOf(w));
      const indices = pool.take("maxPool2d", "int32", outputSizeOf(w));
      maxPool2d(x.data, w, values, indices);
      return [pool.own(values), pool.own(indices)];
    },

    avgPool2d(x, w, average, dtype) {
      const out = pool.take("avgPool2d", dtype, outputSizeOf(w));
      avgPool2d(x.data, w, average, out);
      return pool.own(out);
    },

    avgPool2dInput(g, w, average, dtype) {
      const out = pool.take("avgPool2dInput", dtype, inputSizeOf(w));
      avgPool2dInput(g.data, w, average, out, pool);
      return pool.own(out);
    },

    gatherSum(x, index, weights, size, taps, dtype) {
      const out = pool.take("gatherSum", dtype, size.outer * size.count * size.inner);
      gatherSum(x.data, index.data, weights.data, size, taps, out);
      return pool.own(out);
    },

    normalize(x, weight, bias, size, eps, dtype) {
      const out = pool.take("normalize", dtype, size.outer * size.groups * size.inner);
      const moments = pool.take("normalize", dtype, 3 * size.groups);
      normalize(x.data, weight.data, bias.data, size, eps, out, moments);
      return [pool.own(out), pool.own(moments)];
    },

    normalizeInput(g, x, weight, moments, size, dtype) {
      const out = pool.take("normalizeInput", dtype, size.outer * size.groups * size.inner);
      normalizeInput(g.data, x.data, weight.data, moments.data, size, out, null);
      return pool.own(out);
    },

    normalizeGrads(g, x, weight, moments, size, dtype) {
      const { channels } = size;
      const out = pool.take("normalizeGrads", dtype, size.outer * size.groups * size.inner);
      const scale = pool.take("normalizeGrads", dtype, channels);
      const shift = pool.take("normalizeGrads", dtype, channels);
      const totals = pool.borrow(2 * channels).fill(0);
      normalizeInput(g.data, x.data, weight.data, moments.data, size, out, totals);
      scale.set(totals.subarray(0, channels));
      shift.set(totals.subarray(channels));
      pool.giveBack(totals);
      return [pool.own(out), pool.own(scale), pool.own(shift)];
    },

    softmax(x, outer, length, inner, dtype) {
      const out = pool.take("softmax", dtype, outer * length * inner);
      softmax(x.data, length | 0, inner | 0, out);
      return pool.own(out);
    },

    logSoftmax(x, outer, length, inner, dtype) {
      const out = pool.take("logSoftmax", dtype, outer * length * inner);
      logSoftmax(x.data, length | 0, inner | 0, out);
      return pool.own(out);
    },

    sort(x, outer, length, inner, descending, dtype) {
      const values = pool.take("sort", dtype, outer * length * inner);
      const indices = pool.take("sort", "int32", outer * length * inner);
      sort(x.data, length | 0, inner | 0, descending, values, indices, pool);
      return [pool.own(values), pool.own(indices)];
    },

    cumsum(x, outer, length, inner, dtype) {
      const out = pool.take("cumsum", dtype, outer * length * inner);
      cumsum(x.data, length | 0, inner | 0, out);
      return pool.own(out);
    },

    activationGrad(op, y, g, size, dtype) {
      const out = pool.take("activationGrad", dtype, size);
      activationGrad(op, y.data, g.data, out, dtype);
      return pool.own(out);
    },

    addScaled(a, scaleA, b, scaleB, size, dtype) {
      const out = pool.take("addScaled", dtype, size);
      addScaled(a.data, scaleA, b.data, scaleB, out);
      return pool.own(out);
    },
  });
}

export default cpuJs;
