/**
 * Core's fallbacks as functions on handles, for those who work at the level of the contract: the conformance suite
 * compares a backend's own functions with them. Programs need none of this.
 */
import { isTensor, makeTensor, noGrad } from "./autograd.ts";
import type {
  Backend,
  BinaryOp,
  CompleteBackend,
  Composites,
  DType,
  OptionalOp,
  Primitives,
  ReduceOp,
  UnaryOp,
} from "./backend.ts";
import { OPTIONAL_OPS } from "./define-backend.ts";
import { activationGrad, gelu, geluSlope } from "./ops/activation.ts";
import { addScaled } from "./ops/add-scaled.ts";
import { compare } from "./ops/binary.ts";
import { cat } from "./ops/cat.ts";
import { correlate, towardsInput, towardsKernel } from "./ops/corr2d.ts";
import { cumsum } from "./ops/cumulative.ts";
import { fill } from "./ops/fill.ts";
import { composedGatherSum } from "./ops/gather-sum.ts";
import { composedGrads, composedNormalize, gradientForInput } from "./ops/normalize.ts";
import { forgetScalars } from "./ops/operands.ts";
import { average, averageInput, maxPool, poolShape } from "./ops/pool.ts";
import { amin, argmin } from "./ops/reduce.ts";
import { logSoftmax, softmax } from "./ops/softmax.ts";
import { sortedRows } from "./ops/sort.ts";
import { unary } from "./ops/unary.ts";
import { type Shape, sizeOf } from "./shape.ts";
import { inputSizeOf, kernelSizeOf, normalizedSizeOf, outputSizeOf } from "./sizes.ts";
import { keep, runScope, runScoped, Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** The optional functions of one operand. */
const UNARY: { readonly [op in OptionalOp & UnaryOp]: (x: Tensor) => Tensor } = {
  square: (x) => unary("square", x),
  rsqrt: (x) => unary("rsqrt", x),
  tan: (x) => unary("tan", x),
  gelu,
  geluSlope,
};

/** The optional comparisons, as tensors have them. */
const COMPARISONS: { readonly [op in OptionalOp & BinaryOp]: "ne" | "gt" | "ge" } = {
  notEqual: "ne",
  greater: "gt",
  greaterEqual: "ge",
};

/** The optional reductions, on a tensor of which some axes are reduced. */
const REDUCTIONS: { readonly [op in OptionalOp & ReduceOp]: (x: Tensor, axes: readonly number[]) => Tensor } =
  {
    min: amin,
    argmin: (x, axes) => argmin(x, axes[0]!),
  };

/**
 * The backend with every composite and every optional function there: its own, and core's fallback for each that it lacks.
 *
 * A fallback gives a fresh handle and frees its temporaries, as a backend's own would.
 */
export function withFallbacks<H>(backend: Backend<H>): CompleteBackend<H> {
  const plain = backend as unknown as Backend;
  /** A handle as a tensor that does not own it: its storage has one holder more than will let go. */
  const borrow = (handle: H, shape: Shape, dtype: DType): Tensor =>
    makeTensor(new Storage(plain, handle, sizeOf(shape), dtype).retain(), shape);
  const take = (compose: () => Tensor): H => {
    // Kept: the caller frees the handle, no scope around does.
    const { handle } = keep(noGrad(() => runScoped(compose))).storage;
    forgetScalars(plain);
    return handle as H;
  };
  const has = (op: UnaryOp | BinaryOp | ReduceOp): boolean =>
    !(OPTIONAL_OPS as readonly string[]).includes(op) || backend.optionalOps.includes(op as OptionalOp);

  const optional: Pick<Primitives<H>, "unary" | "binary" | "reduce"> = {
    unary: (op, x, size, dtype) =>
      has(op)
        ? backend.unary(op, x, size, dtype)
        : take(() => UNARY[op as UnaryOp & OptionalOp](borrow(x, [size], dtype))),
    binary: (op, a, shapeA, b, shapeB, shape, dtype) =>
      has(op)
        ? backend.binary(op, a, shapeA, b, shapeB, shape, dtype)
        : take(() =>
            compare(
              COMPARISONS[op as keyof typeof COMPARISONS],
              borrow(a, shapeA, dtype),
              borrow(b, shapeB, dtype),
            ),
          ),
    reduce: (op, x, shape, axes, dtype) => {
      if (has(op)) return backend.reduce(op, x, shape, axes, dtype);
      return take(() => REDUCTIONS[op as keyof typeof REDUCTIONS](borrow(x, shape, dtype), axes));
    },
  };

  const composites: Composites<H> = {
    fill: (value, size, dtype) => fill(plain, value, size, dtype).handle as H,
    concat: (parts, lengths, outer, inner, dtype) => {
      const all = { shape: [outer, lengths[0]!, inner], strides: [lengths[0]! * inner, inner, 1], offset: 0 };
      if (parts.length === 1)
        return backend.strided(parts[0]!, { ...all, sourceSize: sizeOf(all.shape) }, dtype);
      return take(() =>
        cat(
          parts.map((part, i) => borrow(part, [outer, lengths[i]!, inner], dtype)),
          1,
        ),
      );
    },
    corr2d: (x, kernel, window, dtype) =>
      take(() =>
        correlate(borrow(x, [inputSizeOf(window)], dtype), borrow(kernel, [kernelSizeOf(window)], dtype), {
          window,
          shape: [outputSizeOf(window)],
        }),
      ),
    corr2dInput: (g, kernel, window, dtype) =>
      take(() =>
        towardsInput(
          borrow(g, [outputSizeOf(window)], dtype),
          borrow(kernel, [kernelSizeOf(window)], dtype),
          {
            window,
            shape: [inputSizeOf(window)],
          },
        ),
      ),
    corr2dKernel: (x, g, window, dtype) =>
      take(() =>
        towardsKernel(borrow(x, [inputSizeOf(window)], dtype), borrow(g, [outputSizeOf(window)], dtype), {
          window,
          shape: [kernelSizeOf(window)],
        }),
      ),
    corr2dBias: (x, kernel, bias, window, dtype) =>
      take(() =>
        correlate(
          borrow(x, [inputSizeOf(window)], dtype),
          borrow(kernel, [kernelSizeOf(window)], dtype),
          { window, shape: [outputSizeOf(window)] },
          borrow(bias, [window.outChannels], dtype),
        ),
      ),
    maxPool2d: (x, window, dtype) =>
      noGrad(() => {
        const [values, indices] = maxPool(borrow(x, [inputSizeOf(window)], dtype), window, [
          outputSizeOf(window),
        ]);
        forgetScalars(plain);
        return [values.handle as H, keep(indices).storage.handle as H];
      }),
    avgPool2d: (x, window, divisor, dtype) =>
      take(() =>
        average(borrow(x, [inputSizeOf(window)], dtype), {
          window,
          average: divisor,
          shape: poolShape(window),
        }),
      ),
    avgPool2dInput: (g, window, divisor, dtype) =>
      take(() =>
        averageInput(borrow(g, poolShape(window), dtype), {
          window,
          average: divisor,
          shape: [inputSizeOf(window)],
        }),
      ),
    gatherSum: (x, index, weights, size, taps, dtype) =>
      take(() =>
        composedGatherSum(
          borrow(x, [size.outer * size.length * size.inner], dtype),
          borrow(index, [size.count, taps], "int32"),
          borrow(weights, [size.count, taps], dtype),
          size,
        ),
      ),
    normalize: (x, weight, bias, size, eps, dtype) =>
      noGrad(() => {
        const { values, moments } = runScope(
          () =>
            composedNormalize(
              borrow(x, [normalizedSizeOf(size)], dtype),
              borrow(weight, [size.channels], dtype),
              borrow(bias, [size.channels], dtype),
              size,
              eps,
            ),
          isTensor,
        );
        forgetScalars(plain);
        return [keep(values).storage.handle as H, keep(moments).storage.handle as H];
      }),
    normalizeInput: (g, x, weight, moments, size, dtype) =>
      take(() =>
        gradientForInput(
          borrow(g, [normalizedSizeOf(size)], dtype),
          borrow(x, [normalizedSizeOf(size)], dtype),
          borrow(weight, [size.channels], dtype),
          borrow(moments, [3, size.groups], dtype),
          size,
        ),
      ),
    normalizeGrads: (g, x, weight, moments, size, dtype) =>
      noGrad(() => {
        const grads = runScope(
          () =>
            composedGrads(
              borrow(g, [normalizedSizeOf(size)], dtype),
              borrow(x, [normalizedSizeOf(size)], dtype),
              borrow(weight, [size.channels], dtype),
              borrow(moments, [3, size.groups], dtype),
              size,
            ),
          isTensor,
        );
        forgetScalars(plain);
        const [input, scale, shift] = grads.map((tensor) => keep(tensor).storage.handle as H);
        return [input!, scale!, shift!];
      }),
    softmax: (x, outer, length, inner, dtype) =>
      take(() => softmax(borrow(x, [outer, length, inner], dtype), 1)),
    logSoftmax: (x, outer, length, inner, dtype) =>
      take(() => logSoftmax(borrow(x, [outer, length, inner], dtype), 1)),
    sort: (x, outer, length, inner, descending, dtype) =>
      noGrad(() => {
        const { values, indices } = sortedRows(borrow(x, [outer, length, inner], dtype), descending);
        forgetScalars(plain);
        return [keep(values).storage.handle as H, keep(indices).storage.handle as H];
      }),
    cumsum: (x, outer, length, inner, dtype) =>
      take(() => cumsum(borrow(x, [outer, length, inner], dtype), 1)),
    activationGrad: (op, y, g, size, dtype) =>
      take(() => activationGrad(op, borrow(y, [size], dtype), borrow(g, [size], dtype))),
    addScaled: (a, scaleA, b, scaleB, size, dtype) =>
      take(() => addScaled(borrow(a, [size], dtype), scaleA, borrow(b, [size], dtype), scaleB)),
  };
  return Object.freeze({ ...composites, ...backend, ...optional, optionalOps: OPTIONAL_OPS });
}
