/** Correlations and pools: windows of every geometry. */
import {
  avgPool2d as averagesOf,
  avgPool2dInput,
  corr2dBias,
  corr2dInput,
  corr2dKernel,
  corr2d as correlationOf,
  type Expected,
  maxPool2d as maximaOf,
  Sums,
} from "@corr2d/conformance/oracle";
import {
  adaptiveAvgPool2d,
  avgPool2d,
  convTranspose2d,
  corr2d,
  corr2dKernelGrad,
  maxPool2dWithIndices,
  type Window2d,
  type WindowAxis,
} from "@corr2d/core";
import * as fc from "fast-check";
import {
  due,
  expectShape,
  expectTensor,
  finite,
  huge,
  isTriable,
  length,
  make,
  numbers,
  type Operation,
  outcome,
  size,
  sizeOf,
  type Values,
  values,
} from "./operation.ts";

interface Axis {
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  /** Of a transposed convolution. */
  readonly extra: number;
}

const isHuge = (axis: Axis): boolean => Object.values(axis).some((n) => n > 2 ** 20);

/** @param wide whether numbers from 2²⁹ on occur. */
function axis(wide: boolean, kernels: fc.Arbitrary<number>): fc.Arbitrary<Axis> {
  const maybe = (usual: fc.Arbitrary<number>): fc.Arbitrary<number> =>
    wide ? fc.oneof({ weight: 2, arbitrary: usual }, { weight: 1, arbitrary: huge }) : usual;
  return fc.record({
    input: fc.oneof({ weight: 4, arbitrary: size(7) }, { weight: 1, arbitrary: size(wide ? 7 : 20) }),
    kernel: kernels,
    stride: maybe(length(4)),
    dilation: maybe(fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: length(3) })),
    before: maybe(fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: size(5) })),
    after: maybe(fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: size(5) })),
    extra: maybe(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: size(3) })),
  });
}

interface Correlation {
  readonly batch: number;
  readonly groups: number;
  /** Per group. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly axes: readonly [Axis, Axis];
  readonly bias: boolean;
  readonly values: Values;
}

const correlations = (wide: boolean): fc.Arbitrary<Correlation> =>
  fc.record({
    batch: fc.oneof({ weight: 4, arbitrary: length(2) }, { weight: 1, arbitrary: size(4) }),
    groups: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: length(4) }),
    inChannels: fc.oneof({ weight: 6, arbitrary: length(3) }, { weight: 1, arbitrary: size(20) }),
    outChannels: fc.oneof({ weight: 6, arbitrary: length(3) }, { weight: 1, arbitrary: size(20) }),
    axes: fc.tuple(axis(wide, size(4)), axis(wide, size(4))),
    bias: fc.boolean(),
    values,
  });

const output = ({ input, kernel, stride, dilation, before, after }: Axis): number =>
  Math.floor((before + input + after - dilation * (kernel - 1) - 1) / stride) + 1;

const toAxis = (axis: Axis): WindowAxis => {
  const { input, kernel, stride, dilation, before, after } = axis;
  return { input, kernel, output: output(axis), stride, dilation, before, after };
};

/** A window of the case, written down here: core's own arithmetic is what is tried. */
function windowOf(
  { batch, groups, inChannels, outChannels }: Correlation,
  axes: readonly [WindowAxis, WindowAxis],
): Window2d {
  return { batch, inChannels: inChannels * groups, outChannels: outChannels * groups, groups, axes };
}

const inputShape = (w: Window2d): number[] => [w.batch, w.inChannels, w.axes[0].input, w.axes[1].input];
const outputShape = (w: Window2d): number[] => [w.batch, w.outChannels, w.axes[0].output, w.axes[1].output];
const kernelShape = (w: Window2d): number[] => [
  w.outChannels,
  w.inChannels / w.groups,
  w.axes[0].kernel,
  w.axes[1].kernel,
];

/** Options of core for the case. */
function options({ axes: [height, width], groups }: { axes: readonly [Axis, Axis]; groups: number }) {
  return {
    stride: [height.stride, width.stride] as const,
    dilation: [height.dilation, width.dilation] as const,
    padding: [height.before, height.after, width.before, width.after] as const,
    groups,
  };
}

/** What must come of a window: by whether anything fits, and whether the numbers are of this world. */
function verdictOf(axes: readonly Axis[], outputs: readonly number[]): "result" | "refusal" | "either" {
  if (axes.some(({ kernel }) => kernel === 0) || outputs.some((n) => n <= 0)) return "refusal";
  return axes.some(isHuge) ? "either" : "result";
}

/** Whether the suite's loops, which list the cells that an axis meets, come to an end. */
const isCountable = (w: Window2d): boolean =>
  w.axes.every(({ output, kernel }) => output * kernel <= 2 ** 16);

/** F, with its gradients T and G; and G called directly. */
export const correlation = (wide: boolean): Operation<Correlation> => ({
  name: "corr2d",
  cases: correlations(wide),
  run(given, backend) {
    const w = windowOf(given, [toAxis(given.axes[0]), toAxis(given.axes[1])]);
    const verdict = verdictOf(given.axes, [w.axes[0].output, w.axes[1].output]);
    if (!isTriable(sizeOf(outputShape(w)))) return;
    const data = {
      x: numbers(given.values, 1, sizeOf(inputShape(w))),
      k: numbers(finite(given.values), 2, sizeOf(kernelShape(w))),
      bias: numbers(finite(given.values), 3, w.outChannels),
    };
    const x = make(backend, data.x, inputShape(w), true);
    const k = make(backend, data.k, kernelShape(w), true);
    const bias = given.bias ? make(backend, data.bias, [w.outChannels], true) : null;
    const y = outcome(verdict, () => corr2d(x, k, { ...options(given), bias }));
    if (y === null) return;
    if (!isCountable(w)) return expectShape("y", y, outputShape(w));
    const forward = given.bias
      ? corr2dBias(data.x, data.k, data.bias, w, "float32")
      : correlationOf(data.x, data.k, w, "float32");
    expectTensor("y", y, outputShape(w), due(given.values, forward));

    // Towards the kernel a factor that is not finite may meet padding, of which the contract says nothing.
    const g = numbers(finite(given.values), 4, sizeOf(outputShape(w)));
    const cotangent = make(backend, g, outputShape(w));
    y.backward(cotangent);
    const towardsInput = corr2dInput(g, data.k, w, "float32");
    const towardsKernel = corr2dKernel(data.x, g, w, "float32");
    expectTensor("x.grad", x.grad!, inputShape(w), due(given.values, towardsInput));
    expectTensor("k.grad", k.grad!, kernelShape(w), due(given.values, towardsKernel));
    const direct = corr2dKernelGrad(x.detach(), cotangent, kernelShape(w), options(given));
    expectTensor("corr2dKernelGrad", direct, kernelShape(w), due(given.values, towardsKernel));
  },
});

/** T, with its gradients F and G. */
export const transposed = (wide: boolean): Operation<Correlation> => ({
  name: "convTranspose2d",
  cases: correlations(wide),
  run(given, backend) {
    // Here `input` is the size that T is given, which is the window's output.
    const axes = given.axes.map((axis): WindowAxis => {
      const span = (axis.input - 1) * axis.stride + axis.dilation * (axis.kernel - 1) + 1;
      const { kernel, stride, dilation, before, after, extra } = axis;
      return {
        input: span - before - after + extra,
        kernel,
        output: axis.input,
        stride,
        dilation,
        before,
        after,
      };
    }) as [WindowAxis, WindowAxis];
    const w = windowOf(given, axes);
    const outputs = axes.map(({ input }) => input);
    const tooMuch = given.axes.some(({ extra, stride, dilation }) => extra >= Math.max(stride, dilation));
    const verdict = tooMuch ? "refusal" : verdictOf(given.axes, outputs);
    const empty = given.axes.some(({ input }) => input === 0);
    if (!isTriable(sizeOf(inputShape(w)))) return;
    const data = {
      g: numbers(given.values, 1, sizeOf(outputShape(w))),
      k: numbers(finite(given.values), 2, sizeOf(kernelShape(w))),
    };
    const g = make(backend, data.g, outputShape(w), true);
    const k = make(backend, data.k, kernelShape(w), true);
    const [height, width] = given.axes;
    const x = outcome(empty ? "either" : verdict, () =>
      convTranspose2d(g, k, { ...options(given), outputPadding: [height.extra, width.extra] }),
    );
    if (x === null) return;
    if (!isCountable(w)) return expectShape("x", x, inputShape(w));
    expectTensor("x", x, inputShape(w), due(given.values, corr2dInput(data.g, data.k, w, "float32")));
    const c = numbers(finite(given.values), 4, sizeOf(inputShape(w)));
    x.backward(make(backend, c, inputShape(w)));
    expectTensor(
      "g.grad",
      g.grad!,
      outputShape(w),
      due(given.values, correlationOf(c, data.k, w, "float32")),
    );
    // G of c and g, where g holds what may not be finite: only where nothing of it meets padding is the value known.
    if (given.values.kind !== "special") {
      expectTensor(
        "k.grad",
        k.grad!,
        kernelShape(w),
        due(given.values, corr2dKernel(c, data.g, w, "float32")),
      );
    }
  },
});

interface Pool {
  readonly batch: number;
  readonly channels: number;
  readonly axes: readonly [Axis, Axis];
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
  readonly values: Values;
}

const pools = (wide: boolean): fc.Arbitrary<Pool> => {
  const kernels = wide
    ? fc.oneof({ weight: 2, arbitrary: size(5) }, { weight: 1, arbitrary: huge })
    : size(5);
  return fc.record({
    batch: fc.oneof({ weight: 4, arbitrary: length(2) }, { weight: 1, arbitrary: size(3) }),
    channels: fc.oneof({ weight: 4, arbitrary: length(3) }, { weight: 1, arbitrary: size(5) }),
    axes: fc.tuple(axis(wide, kernels), axis(wide, kernels)),
    ceilMode: fc.boolean(),
    countIncludePad: fc.boolean(),
    divisorOverride: fc.option(fc.constantFrom(1, 2, 3, -2, 0.5), { freq: 3 }),
    values,
  });
};

function poolAxis(axis: Axis, ceilMode: boolean): WindowAxis {
  const steps = (axis.before + axis.input + axis.after - axis.dilation * (axis.kernel - 1) - 1) / axis.stride;
  let count = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  if (ceilMode && (count - 1) * axis.stride >= axis.before + axis.input) count--;
  return { ...toAxis(axis), output: count };
}

/**
 * An equal axis whose kernel is no longer than what can be met: the suite's loops go over the kernel. Null where it would
 * not be equal, since the padding is as long.
 */
function shortened(axis: WindowAxis): WindowAxis | null {
  const reached = Math.ceil((axis.before + axis.input + axis.after) / axis.dilation);
  const kernel = Math.max(1, Math.min(axis.kernel, reached));
  return kernel * axis.output > 2 ** 16 ? null : { ...axis, kernel };
}

export const pool = (wide: boolean): Operation<Pool> => ({
  name: "pools",
  cases: pools(wide),
  run(given, backend) {
    const axes = given.axes.map((axis) => poolAxis(axis, given.ceilMode)) as [WindowAxis, WindowAxis];
    const { batch, channels } = given;
    const w: Window2d = { batch, inChannels: channels, outChannels: channels, groups: channels, axes };
    if (!isTriable(sizeOf(outputShape(w)))) return;
    const tooWide = given.axes.some(
      ({ before, after, kernel, dilation }) => Math.max(before, after) > dilation * (kernel - 1),
    );
    // As in PyTorch, only the batch may be empty.
    const empty = channels === 0 || given.axes.some(({ input }) => input === 0);
    const verdict = tooWide || empty ? "refusal" : verdictOf(given.axes, [axes[0].output, axes[1].output]);
    const data = numbers(given.values, 1, sizeOf(inputShape(w)));
    const { groups: _, ...common } = { ...options({ ...given, groups: 1 }), ceilMode: given.ceilMode };
    const kernelSize = [axes[0].kernel, axes[1].kernel] as const;

    const x = make(backend, data, inputShape(w), true);
    const found = outcome(verdict, () => maxPool2dWithIndices(x, kernelSize, common));
    const average = { countIncludePad: given.countIncludePad, divisorOverride: given.divisorOverride };
    const means = outcome(verdict, () => avgPool2d(x, kernelSize, { ...common, ...average }));
    if (found === null && means === null) return;
    const short = axes.map(shortened);
    if (short[0] === null || short[1] === null) return;
    const small: Window2d = { ...w, axes: short as [WindowAxis, WindowAxis] };
    const g = numbers(finite(given.values), 2, sizeOf(outputShape(w)));
    const cotangent = make(backend, g, outputShape(w));

    if (found !== null) {
      const expected = maximaOf(data, small);
      expectTensor("maxima", found.values, outputShape(w), expected.values);
      expectTensor("indices", found.indices, outputShape(w), expected.indices);
      found.values.backward(cotangent);
      expectTensor(
        "x.grad of maxima",
        x.grad!,
        inputShape(w),
        due(given.values, toWinners(g, expected.indices, w)),
      );
      x.grad = null;
    }
    if (means !== null) {
      const exact =
        given.divisorOverride === 1 ? given.values : ({ ...given.values, kind: "reals" } as const);
      expectTensor("means", means, outputShape(w), due(exact, averagesOf(data, small, average, "float32")));
      means.backward(cotangent);
      const spread = avgPool2dInput(g, small, average, "float32");
      expectTensor("x.grad of means", x.grad!, inputShape(w), due(exact, spread));
    }
  },
});

/** Each cotangent added to the cell that won its window. */
function toWinners(g: ArrayLike<number>, indices: Expected, w: Window2d): Expected {
  const cells = w.axes[0].input * w.axes[1].input;
  const windows = w.axes[0].output * w.axes[1].output;
  const sums = new Sums(w.batch * w.inChannels * cells);
  for (let i = 0; i < indices.values.length; i++) {
    const at = indices.values[i]!;
    if (at >= 0) sums.add(Math.floor(i / windows) * cells + at, g[i]!);
  }
  return sums.expected("float32");
}

interface AdaptivePool {
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly channels: number;
  readonly values: Values;
}

export const adaptive = (wide: boolean): Operation<AdaptivePool> => ({
  name: "adaptiveAvgPool2d",
  cases: fc.record({
    input: fc.tuple(size(9), size(9)),
    output: wide ? fc.tuple(fc.oneof(size(9), huge), fc.oneof(size(9), huge)) : fc.tuple(size(9), size(9)),
    channels: size(3),
    values,
  }),
  run({ input, output: bins, channels, values: given }, backend) {
    if (!isTriable(channels * bins[0] * bins[1]) || bins.some((n) => n > 2 ** 20 && !isTriable(n))) return;
    const x = numbers(given, 1, channels * input[0] * input[1]);
    const refused = [...input, ...bins].some((n) => n === 0);
    const verdict = refused ? "refusal" : bins.some((n) => n > 2 ** 20) ? "either" : "result";
    const y = outcome(verdict, () => adaptiveAvgPool2d(make(backend, x, [channels, ...input]), bins));
    if (y === null) return;
    const sums = new Sums(channels * bins[0] * bins[1]);
    const range = (axis: 0 | 1, bin: number): [number, number] => [
      Math.floor((bin * input[axis]) / bins[axis]),
      Math.ceil(((bin + 1) * input[axis]) / bins[axis]),
    ];
    for (let at = 0; at < channels * bins[0] * bins[1]; at++) {
      const [c, row, column] = [
        Math.floor(at / (bins[0] * bins[1])),
        Math.floor(at / bins[1]) % bins[0],
        at % bins[1],
      ];
      const [[top, bottom], [left, right]] = [range(0, row), range(1, column)];
      const count = (bottom - top) * (right - left);
      for (let i = top; i < bottom; i++) {
        for (let j = left; j < right; j++) sums.add(at, x[(c * input[0] + i) * input[1] + j]! / count);
      }
    }
    expectTensor("y", y, [channels, ...bins], sums.expected("float32"));
  },
});
