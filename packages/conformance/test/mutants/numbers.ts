/** Bugs in elementwise functions, reductions and the composites made of them. */
import { type Backend, type DType, type NormSize, sizeOf, type TypedArray } from "@corr2d/core";
import { detour, elements, type Mutant, memory } from "./mutant.ts";

/** A unary op replaced by a sequence of others. */
const unaryAs = (op: string, change: (right: Backend, x: unknown, size: number, dtype: DType) => unknown) =>
  ((right) => ({
    unary: (name, x, size, dtype) =>
      name === op ? change(right, x, size, dtype) : right.unary(name, x, size, dtype),
  })) satisfies Mutant["mutate"];

/** The sums of `normalizeGrads` without some elements, where `applies` says so. */
export const sumsOf =
  (has: (at: number, size: NormSize) => boolean, applies: (size: NormSize) => boolean): Mutant["mutate"] =>
  (right) => ({
    normalizeGrads(g, x, weight, moments, size, dtype) {
      const grads = right.normalizeGrads(g, x, weight, moments, size, dtype);
      if (!applies(size)) return grads;
      const some = right.upload(memory(g).map((value, at) => (has(at, size) ? value : 0)) as TypedArray);
      const wrong = right.normalizeGrads(some, x, weight, moments, size, dtype);
      right.free(some);
      right.free(wrong[0]);
      right.free(grads[1]);
      right.free(grads[2]);
      return [grads[0], wrong[1], wrong[2]];
    },
  });

export const NUMBER_MUTANTS: readonly Mutant[] = [
  {
    name: "the last of several maxima wins argmax",
    killedBy: "reduce/argmax/float32/ties",
    mutate: (right) => ({
      reduce(op, x, shape, axes, dtype) {
        if (op !== "argmax" || axes[0] !== shape.length - 1) return right.reduce(op, x, shape, axes, dtype);
        const length = shape.at(-1)!;
        const data = elements(right, x, sizeOf(shape), dtype);
        const rows = Array.from({ length: data.length / length }, (_, i) =>
          data.slice(i * length, (i + 1) * length),
        );
        return right.upload(Int32Array.from(rows, (row) => row.lastIndexOf(Math.max(...row))));
      },
    }),
  },
  {
    name: "NaN lost in max",
    killedBy: "reduce/max/float32/special",
    mutate: (right) => ({
      reduce(op, x, shape, axes, dtype) {
        if (op !== "max") return right.reduce(op, x, shape, axes, dtype);
        const data = elements(right, x, sizeOf(shape), dtype);
        const cleaned = right.upload(
          data.map((value) => (Number.isNaN(value) ? -Infinity : value)) as TypedArray,
        );
        const out = right.reduce(op, cleaned, shape, axes, dtype);
        right.free(cleaned);
        return out;
      },
    }),
  },
  {
    name: "an outer axis reduced instead of an inner one",
    killedBy: "reduce/sum/float32/5x9,axes=1",
    mutate: (right) => ({
      reduce(op, x, shape, axes, dtype) {
        if (shape.length !== 2 || axes.length !== 1) return right.reduce(op, x, shape, axes, dtype);
        return right.reduce(op, x, [...shape].reverse(), [1 - axes[0]!], dtype);
      },
    }),
  },
  {
    name: "sums kept in half precision",
    killedBy: "reduce/sum/float32/real",
    mutate: (right) => ({
      reduce(op, x, shape, axes, dtype) {
        const out = right.reduce(op, x, shape, axes, dtype);
        if (op === "sum" && dtype === "float32") {
          const bits = new Int32Array(memory(out).buffer, memory(out).byteOffset, memory(out).length);
          for (let i = 0; i < bits.length; i++) bits[i]! &= ~0xfff;
        }
        return out;
      },
    }),
  },
  {
    name: "sums added one after the other in float32",
    killedBy: "reduce/long-sums,65537,axis=0",
    mutate: (right) => ({
      reduce(op, x, shape, axes, dtype) {
        const out = right.reduce(op, x, shape, axes, dtype);
        if (op === "sum" && dtype === "float32" && shape.length === 1) {
          let sum = 0;
          for (const value of memory(x)) sum = Math.fround(sum + value);
          memory(out)[0] = sum;
        }
        return out;
      },
    }),
  },
  {
    name: "lessEqual as not greater: true for NaN",
    killedBy: "binary/lessEqual/float32/special",
    mutate: (right) => ({
      binary(op, a, shapeA, b, shapeB, shape, dtype) {
        if (op !== "lessEqual") return right.binary(op, a, shapeA, b, shapeB, shape, dtype);
        const out = right.binary("greater", a, shapeA, b, shapeB, shape, dtype);
        const values = memory(out);
        for (let i = 0; i < values.length; i++) values[i] = 1 - values[i]!;
        return out;
      },
    }),
  },
  {
    name: "int32 division rounds toward −∞",
    killedBy: "binary/div/int32",
    mutate: (right) => ({
      binary(op, a, shapeA, b, shapeB, shape, dtype) {
        if (op !== "div" || dtype !== "int32") return right.binary(op, a, shapeA, b, shapeB, shape, dtype);
        const left = elements(right, a, sizeOf(shapeA), dtype);
        const divisor = elements(right, b, sizeOf(shapeB), dtype);
        return right.upload(
          Int32Array.from({ length: sizeOf(shape) }, (_, i) =>
            divisor[i] === 0 ? 0 : Math.floor(left[i]! / divisor[i]!),
          ),
        );
      },
    }),
  },
  {
    name: "only trailing axes broadcast",
    killedBy: "binary/broadcast/float32/3x1,3x5",
    mutate: (right) => ({
      binary(op, a, shapeA, b, shapeB, shape, dtype) {
        const repeated = shapeA.length === 2 && shapeA[1] === 1 && shapeA[0] === 3;
        if (!repeated) return right.binary(op, a, shapeA, b, shapeB, shape, dtype);
        const view = { shape: [1, shape[1]!], strides: [0, 0], offset: 0, sourceSize: 3 };
        const row = right.strided(a, view, dtype);
        const out = right.binary(op, row, [1, shape[1]!], b, shapeB, shape, dtype);
        right.free(row);
        return out;
      },
    }),
  },
  {
    name: "select by multiplication: a masked NaN leaks",
    killedBy: "select/float32/ignores-the-other-branch",
    mutate: (right) => ({
      select(c, shapeC, a, shapeA, b, shapeB, shape, dtype) {
        const out = right.select(c, shapeC, a, shapeA, b, shapeB, shape, dtype);
        if (sizeOf(shapeA) !== sizeOf(shape) || sizeOf(shapeB) !== sizeOf(shape)) return out;
        const [left, other] = [
          elements(right, a, sizeOf(shape), dtype),
          elements(right, b, sizeOf(shape), dtype),
        ];
        const values = memory(out);
        for (let i = 0; i < values.length; i++) values[i]! += 0 * left[i]! + 0 * other[i]!;
        return out;
      },
    }),
  },
  {
    name: "a cast to int32 rounds",
    killedBy: "cast/float32,int32",
    mutate: (right) => ({
      cast(x, size, from, to) {
        if (from === "int32" || to !== "int32") return right.cast(x, size, from, to);
        const rounded = right.unary("round", x, size, from);
        const out = right.cast(rounded, size, from, to);
        right.free(rounded);
        return out;
      },
    }),
  },
  {
    name: "a cast to int32 wraps instead of saturating",
    killedBy: "cast/float32,int32",
    mutate: (right) => ({
      cast: (x, size, from, to) =>
        from === "int32" || to !== "int32"
          ? right.cast(x, size, from, to)
          : right.upload(Int32Array.from(elements(right, x, size, from), (value) => value | 0)),
    }),
  },
  {
    name: "halves round up",
    killedBy: "unary/round/float32/special",
    mutate: unaryAs("round", (right, x, size, dtype) =>
      right.upload(elements(right, x, size, dtype).map((value) => Math.floor(value + 0.5)) as TypedArray),
    ),
  },
  {
    name: "sigmoid overflows",
    killedBy: "unary/sigmoid/float32/special",
    mutate: unaryAs("sigmoid", (right, x, size, dtype) =>
      right.upload(
        elements(right, x, size, dtype).map(
          (v) => Math.fround(Math.exp(v)) / (1 + Math.fround(Math.exp(v))),
        ) as TypedArray,
      ),
    ),
  },
  {
    name: "exp good to five digits",
    killedBy: "unary/exp/float32",
    mutate: unaryAs("exp", (right, x, size, dtype) =>
      right.upload(elements(right, x, size, dtype).map((value) => Math.exp(value) * 1.00001) as TypedArray),
    ),
  },
  {
    name: "softmax without subtracting the maximum",
    killedBy: "softmax/float32/5x10x1,far-up",
    mutate: (right) => ({
      softmax(x, outer, length, inner, dtype) {
        const shape = [outer, length, inner];
        const powers = right.unary("exp", x, sizeOf(shape), dtype);
        const sums = right.reduce("sum", powers, shape, [1], dtype);
        const out = right.binary("div", powers, shape, sums, [outer, 1, inner], shape, dtype);
        right.free(powers);
        right.free(sums);
        return out;
      },
    }),
  },
  {
    name: "logSoftmax as the logarithm of softmax",
    killedBy: "logSoftmax/float32/1x33x5,wide",
    mutate: (right) => ({
      logSoftmax(x, outer, length, inner, dtype) {
        const shares = right.softmax(x, outer, length, inner, dtype);
        const out = right.unary("log", shares, outer * length * inner, dtype);
        right.free(shares);
        return out;
      },
    }),
  },
  {
    name: "relu passes the gradient at 0",
    killedBy: "activationGrad/relu/float32/at-zero-and-special",
    mutate: (right) => ({
      activationGrad(op, y, g, size, dtype) {
        const out = right.activationGrad(op, y, g, size, dtype);
        if (op !== "relu") return out;
        const [result, slope] = [elements(right, y, size, dtype), elements(right, g, size, dtype)];
        for (let i = 0; i < size; i++) if (result[i] === 0) memory(out)[i] = slope[i]!;
        return out;
      },
    }),
  },
  {
    name: "gatherSum leaves the last of each list out",
    killedBy: "gatherSum/float32/integers",
    mutate: (right) => ({
      gatherSum(x, index, weights, size, taps, dtype) {
        const shorter = memory(index).slice() as Int32Array;
        for (let at = taps - 1; at < shorter.length; at += taps) shorter[at] = -1;
        return right.gatherSum(x, right.upload(shorter), weights, size, taps, dtype);
      },
    }),
  },
  {
    name: "gatherSum adds 0 times what a list does not name",
    killedBy: "gatherSum/float32/non-finite",
    mutate: (right) => ({
      gatherSum(x, index, weights, size, taps, dtype) {
        const cells = memory(index).map((cell) => Math.max(cell, 0)) as Int32Array;
        const factors = memory(weights).map((weight, at) => (memory(index)[at]! < 0 ? 0 : weight));
        return right.gatherSum(x, right.upload(cells), right.upload(factors), size, taps, dtype);
      },
    }),
  },
  {
    name: "normalize divides the variance by one less",
    killedBy: "normalize/float32/instance",
    mutate: (right) => ({
      normalize(x, weight, bias, size, eps, dtype) {
        const [values, moments] = right.normalize(x, weight, bias, size, eps, dtype);
        const count = size.outer * size.inner;
        memory(moments)
          .subarray(size.groups, 2 * size.groups)
          .forEach((variance, group, all) => {
            all[group] = (variance * count) / (count - 1);
          });
        return [values, moments];
      },
    }),
  },
  {
    name: "normalize takes the variance for the mean square less the squared mean",
    killedBy: "normalize/float32/large-means",
    mutate: (right) => ({
      normalize(x, weight, bias, size, eps, dtype) {
        const [values, moments] = right.normalize(x, weight, bias, size, eps, dtype);
        if (dtype !== "float32") return [values, moments];
        const own = memory(moments);
        for (let group = 0; group < size.groups; group++) {
          const square = Math.fround(own[group]! ** 2);
          own[size.groups + group] = Math.fround(own[size.groups + group]! + square) - square;
        }
        return [values, moments];
      },
    }),
  },
  {
    name: "normalize gives the channels of a group one weight",
    killedBy: "normalize/float32/group",
    mutate: detour(
      "normalize",
      [1],
      (weight, at, [, weights, , { inner, cells }]) =>
        at % (inner / cells) === 0 ? weight : memory(weights)[at - 1]!,
      (_x, _weight, _bias, { inner, cells }) => cells > 1 && inner > cells,
    ),
  },
  {
    name: "normalizeInput leaves out what goes through the variance",
    killedBy: "normalizeInput/float32/batch",
    mutate: (right) => ({
      normalizeInput(g, x, weight, moments, size, dtype) {
        // Where x is the mean, standardised values are 0.
        const { inner, groups } = size;
        const means = memory(x).map((_, at) => memory(moments)[Math.floor(at / inner) % groups]!);
        const flat = right.upload(means as TypedArray);
        const out = right.normalizeInput(g, flat, weight, moments, size, dtype);
        right.free(flat);
        return out;
      },
    }),
  },
  {
    name: "normalizeGrads sums over the first of the batch alone",
    killedBy: "normalizeGrads/float64/batch",
    mutate: sumsOf(
      (at, { groups, inner }) => at < groups * inner,
      ({ outer }) => outer > 1,
    ),
  },
  {
    name: "normalizeGrads gives the bias the weight's",
    killedBy: "normalizeGrads/float32/layer",
    mutate: (right) => ({
      normalizeGrads(g, x, weight, moments, size, dtype) {
        const grads = right.normalizeGrads(g, x, weight, moments, size, dtype);
        memory(grads[2]).set(memory(grads[1]));
        return grads;
      },
    }),
  },
  {
    name: "addScaled subtracts",
    killedBy: "addScaled/float32/integers",
    mutate: (right) => ({
      addScaled: (a, scaleA, b, scaleB, size, dtype) => right.addScaled(a, scaleA, b, -scaleB, size, dtype),
    }),
  },
];
