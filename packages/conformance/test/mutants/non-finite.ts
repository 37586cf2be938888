/** NaN and infinities that spread, or get lost; powers of negative bases. */
import type { TypedArray, Window2d } from "@corr2d/core";
import { type Mutant, memory, spoil, spoilEach } from "./mutant.ts";

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
];
