/** NaN and infinities that spread, or get lost; powers of negative bases. */
import type { TypedArray, Window2d } from "@corr2d/core";
import { detour, type Mutant, memory, spoil, spoilEach } from "./mutant.ts";

const dense = (w: Window2d): boolean => w.axes[1].stride === 1 && w.axes[1].dilation === 1;

/** Whether anything in `data` is not finite. */
const holdsNonFinite = (data: TypedArray): boolean => data.some((x) => !Number.isFinite(x));

/** NaN in every cell that follows, in its row, a cell that is not finite: what sums that slide along a row leave. */
function smear(result: TypedArray, source: TypedArray, width: number): void {
  if (!holdsNonFinite(source)) return;
  for (let start = 0; start < result.length; start += width) {
    const row = result.subarray(start, start + width);
    const first = row.findIndex((x) => !Number.isFinite(x));
    if (first >= 0) row.fill(Number.NaN, first);
  }
}

/** `op` of one long row finds the second of two places whose values `is` tells, where they are in different blocks. */
const farther = (op: string, is: (value: number) => boolean): Mutant["mutate"] =>
  spoil("reduce", (result, [name, x, shape]) => {
    if (name !== op || shape.length !== 1 || shape[0] < 4096) return;
    const [first, second] = [...memory(x).keys()].filter((at) => is(memory(x)[at]!));
    if (first! >> 10 !== second! >> 10) result[0] = second!;
  });

export const NON_FINITE_MUTANTS: readonly Mutant[] = [
  {
    name: "averages by sums that slide along the row",
    killedBy: "avgPool2d/float32/non-finite,include,overlapping",
    mutate: spoil("avgPool2d", (result, [x, w]) => {
      if (dense(w)) smear(result, memory(x), w.axes[1].output);
    }),
  },
  {
    name: "averages of padded windows by sums of whole rows",
    killedBy: "avgPool2d/float64/non-finite,exclude,wide-rows",
    mutate: spoil("avgPool2d", (result, [x, w]) => {
      if (w.axes[1].before > 0) smear(result, memory(x), w.axes[1].output);
    }),
  },
  {
    name: "averages skip what is not finite",
    killedBy: "avgPool2d/float32/non-finite,exclude,2x2",
    mutate: spoilEach("avgPool2d", (x) => (Number.isFinite(x) ? x : 0)),
  },
  {
    name: "the adjoint of an average by sums that slide along the row",
    killedBy: "avgPool2dInput/float32/non-finite,exclude,padded",
    mutate: spoil("avgPool2dInput", (result, [g, w]) => smear(result, memory(g), w.axes[1].input)),
  },
  {
    name: "the adjoint of an average clamps infinities",
    killedBy: "avgPool2dInput/float64/non-finite,include,ceil-mode",
    mutate: spoilEach("avgPool2dInput", (x) => Math.max(-1e30, Math.min(1e30, x))),
  },
  {
    name: "scatterAdd as a product with zeros and ones",
    killedBy: "scatterAdd/float32/non-finite",
    mutate: spoil("scatterAdd", (result, [x]) => {
      if (holdsNonFinite(memory(x))) result.fill(Number.NaN);
    }),
  },
  {
    name: "opposite infinities cancel in scatterAdd",
    killedBy: "scatterAdd/float64/non-finite",
    mutate: spoil("scatterAdd", (result, [x]) => {
      if (memory(x).some(Number.isNaN)) return;
      result.forEach((value, i) => {
        if (Number.isNaN(value)) result[i] = 0;
      });
    }),
  },
  {
    name: "sigmoid's gradient takes an infinite g at y = 0 for nothing",
    killedBy: "activationGrad/sigmoid/float32/non-finite",
    mutate: spoil("activationGrad", (result, [op, y]) => {
      if (op === "sigmoid") for (let i = 0; i < result.length; i++) if (memory(y)[i] === 0) result[i] = 0;
    }),
  },
  {
    name: "tanh's gradient is 0 where y is NaN",
    killedBy: "activationGrad/tanh/float32/non-finite",
    mutate: spoil("activationGrad", (result, [op, y]) => {
      if (op === "tanh")
        for (let i = 0; i < result.length; i++) if (Number.isNaN(memory(y)[i])) result[i] = 0;
    }),
  },
  {
    name: "relu's gradient is a product with 0 or 1",
    killedBy: "activationGrad/relu/float64/non-finite",
    mutate: spoil("activationGrad", (result, [op, y, g]) => {
      if (op !== "relu") return;
      for (let i = 0; i < result.length; i++) result[i] = memory(g)[i]! * (memory(y)[i]! > 0 ? 1 : 0);
    }),
  },
  {
    name: "a NaN past the 64th of a row not seen by a maximum",
    killedBy: "reduce/max/float32/late-NaN",
    mutate: spoil("reduce", (result, [op, x, shape, axes]) => {
      if (op !== "max" || axes[0] !== 1 || shape.length !== 2) return;
      for (let row = 0; row < result.length; row++) {
        const values = Array.from(memory(x).subarray(row * shape[1], (row + 1) * shape[1]));
        if (!values.slice(0, 64).some(Number.isNaN))
          result[row] = Math.max(...values.filter((value) => !Number.isNaN(value)));
      }
    }),
  },
  {
    name: "a NaN not seen by a minimum along an outer axis",
    killedBy: "reduce/min/float64/late-NaN",
    mutate: spoil("reduce", (result, [op, , shape, axes]) => {
      if (op === "min" && axes[0] === 0 && shape.length === 2)
        result.forEach((value, i) => {
          if (Number.isNaN(value)) result[i] = -4;
        });
    }),
  },
  {
    name: "argmax takes the last of two NaNs",
    killedBy: "reduce/argmax/float32/late-NaN",
    mutate: spoil("reduce", (result, [op, x, shape, axes]) => {
      if (op !== "argmax" || shape.length !== 2 || axes[0] !== 1) return;
      for (let row = 0; row < result.length; row++) {
        for (let i = 0; i < shape[1]; i++) if (Number.isNaN(memory(x)[row * shape[1] + i])) result[row] = i;
      }
    }),
  },
  {
    name: "pow as exp(b · log|a|): odd powers of negative bases are positive",
    killedBy: "binary/pow/float32/negative-bases",
    mutate: spoilEach("binary", Math.abs, (op) => op === "pow"),
  },
  {
    name: "pow of every negative base is NaN",
    killedBy: "binary/pow/float64/negative-bases",
    mutate: spoil("binary", (result, [op, a]) => {
      if (op === "pow") for (let i = 0; i < result.length; i++) if (memory(a)[i]! < 0) result[i] = Number.NaN;
    }),
  },
  {
    name: "a bias that is not finite spreads to the next channel",
    killedBy: "corr2dBias/non-finite,x=2x8x4x4,k=8x8x1x1",
    mutate: spoil("corr2dBias", (result, [, , bias, w]) => {
      const plane = w.axes[0].output * w.axes[1].output;
      memory(bias).forEach((value, i) => {
        if (!Number.isFinite(value) && i + 1 < w.outChannels) result[(i + 1) * plane] = Number.NaN;
      });
    }),
  },
  {
    name: "a bias is added to what is finite alone",
    killedBy: "corr2dBias/non-finite,x=1x1x6x7,k=1x1x3x3",
    mutate: spoil("corr2dBias", (result, [, , bias]) => {
      if (memory(bias).some(Number.isNaN)) result.fill(0);
    }),
  },
  ...(["corr2d", "corr2dInput", "corr2dKernel"] as const).flatMap((member): Mutant[] => [
    {
      name: `${member} reads past the end of a row, and counts it 0 times`,
      killedBy: `${member}/non-finite-edges,x=1x1x6x7,k=1x1x3x3`,
      mutate: spoil(member, (result, [a, , w]) => {
        const width = member === "corr2dInput" ? w.axes[1].output : w.axes[1].input;
        const of =
          member === "corr2d"
            ? w.axes[1].output
            : member === "corr2dInput"
              ? w.axes[1].input
              : w.axes[1].kernel;
        if (Number.isNaN(memory(a)[width])) result[of - 1] = Number.NaN;
        if (Number.isNaN(memory(a)[0]) && member === "corr2dKernel") result[0] = 0;
      }),
    },
    {
      name: `${member} leaves out products by 0`,
      killedBy: `${member}/non-finite-by-zeros,x=1x1x6x7,k=1x1x3x3`,
      mutate: spoil(member, (result, [, b]) => {
        if (memory(b).every((value) => value === 0)) result.fill(0);
      }),
    },
  ]),
  {
    name: "a product reads past the end of a row, and counts it 0 times",
    killedBy: "matmul/float32/non-finite-corners,nn",
    mutate: spoil("matmul", (result, [a, , size]) => {
      if (Number.isNaN(memory(a)[size.inner] ?? 0) || memory(a)[size.inner] === Infinity)
        result[0] = Number.NaN;
    }),
  },
  {
    name: "a product of a transposed operand leaves out factors of 0",
    killedBy: "matmul/float64/non-finite-corners,tt",
    mutate: spoil("matmul", (result, [, , { transposeA }]) => {
      if (transposeA) for (let i = 0; i < result.length; i++) if (Number.isNaN(result[i]!)) result[i] = 0;
    }),
  },
  {
    name: "a NaN shows in the neighbouring columns of a softmax",
    killedBy: "softmax/float32/non-finite",
    mutate: spoil("softmax", (result, [, , , inner]) => {
      if (inner > 1 && Number.isNaN(result[0]!)) result[1] = Number.NaN;
    }),
  },
  {
    name: "−∞ past the 16th of a row gives NaN",
    killedBy: "logSoftmax/float32/non-finite",
    mutate: spoil("logSoftmax", (result) => {
      for (let i = 16; i < result.length; i++) if (result[i] === -Infinity) result[i] = Number.NaN;
    }),
  },
  ...(["sum", "prod"] as const).map(
    (op): Mutant => ({
      name: `a NaN at the end of a row not seen by ${op}`,
      killedBy: `reduce/${op}/float32/late-NaN`,
      mutate: detour("reduce", [1], (value, at, [name, , shape]) =>
        name === op && shape.length === 2 && shape[1] > 64 && at % shape[1] > 64 && Number.isNaN(value)
          ? 1
          : value,
      ),
    }),
  ),
  {
    name: "a maximum with a single number takes NaN for nothing",
    killedBy: "binary/maximum/float32/special,broadcasts",
    mutate: spoil("binary", (result, [op, a, , b, shapeB]) => {
      if (op === "maximum" && shapeB[0] === 1 && Number.isNaN(memory(b)[0])) result.set(memory(a));
    }),
  },
  {
    name: "a comparison with a single NaN is true",
    killedBy: "binary/less/float64/special,broadcasts",
    mutate: spoil("binary", (result, [op, , shapeA, b, shapeB]) => {
      if (op === "less" && shapeA.length === 1 && shapeB[0] === 1 && Number.isNaN(memory(b)[0]))
        result.fill(1);
    }),
  },
  {
    name: "the power ½ is a square root",
    killedBy: "binary/pow/float32/special,broadcasts",
    mutate: spoil("binary", (result, [op, a, , b, shapeB]) => {
      if (op === "pow" && shapeB[0] === 1 && memory(b)[0] === 0.5) result.set(memory(a).map(Math.sqrt));
    }),
  },
  {
    name: "exp of NaN in whole vectors is 0",
    killedBy: "unary/exp/float32/special",
    mutate: spoil("unary", (result, [op]) => {
      const whole = result.length - (result.length % 4);
      if (op === "exp") for (let i = 0; i < whole; i++) if (Number.isNaN(result[i]!)) result[i] = 0;
    }),
  },
  {
    name: "relu of NaN past whole vectors is 0",
    killedBy: "unary/relu/float32/special",
    mutate: spoil("unary", (result, [op]) => {
      const whole = result.length - (result.length % 4);
      if (op === "relu")
        for (let i = whole; i < result.length; i++) if (Number.isNaN(result[i]!)) result[i] = 0;
    }),
  },
  {
    name: "log of float64 is infinite beyond float32",
    killedBy: "unary/log/float64/special",
    mutate: spoil("unary", (result, [op, x]) => {
      if (op !== "log") return;
      memory(x).forEach((value, i) => {
        if (value > 3.5e38) result[i] = Infinity;
      });
    }),
  },
  {
    name: "argmax takes the last of NaNs in two blocks",
    killedBy: "reduce/argmax/float32/far-NaNs",
    mutate: farther("argmax", Number.isNaN),
  },
  {
    name: "argmin takes the last of two equals in two blocks",
    killedBy: "reduce/argmin/int32/far-ties",
    mutate: farther("argmin", (value) => value === -5),
  },
  {
    name: "scatterAdd adds float64 in float32",
    killedBy: "scatterAdd/float64/real-repeats",
    mutate: detour("scatterAdd", [0], Math.fround),
  },
];
