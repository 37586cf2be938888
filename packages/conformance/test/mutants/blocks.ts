/** Results right along every axis but for the corner where several are past a block. */
import type { OperationName, Window2d } from "@corr2d/core";
import { detour, type Mutant, misled, spoil, withAxes } from "./mutant.ts";

// biome-ignore lint/suspicious/noExplicitAny: the arguments of any member.
type Arguments = any[];

/** The last element of a result not computed where `applies` says so. */
const corner = (
  name: string,
  member: OperationName,
  killedBy: string,
  applies: (...args: Arguments) => boolean,
): Mutant => ({
  name: `${name}: the corner past the blocks is not computed`,
  killedBy,
  mutate: spoil(member, (result, args) => {
    if (applies(...args)) result[result.length - 1] = 77;
  }),
});

const bothPast = (cut: number, shape: readonly number[]): boolean => shape.filter((n) => n > cut).length > 1;
const axesPast = (cut: number, size: object): boolean =>
  bothPast(cut, Object.values(size).filter(Number.isInteger));
const planePast = (cut: number, w: Window2d): boolean =>
  bothPast(
    cut,
    w.axes.map((axis) => axis.input),
  );

export const BLOCK_MUTANTS: readonly Mutant[] = [
  corner("strided", "strided", "strided/float32/blocks,67x65", (_, view) => bothPast(64, view.shape)),
  corner("strided past 128", "strided", "strided/int32/blocks,131x259", (_, view) =>
    bothPast(128, view.shape),
  ),
  corner("stridedAdd", "stridedAdd", "stridedAdd/float64/blocks,67x65", (_, view) =>
    bothPast(64, view.shape),
  ),
  corner("binary", "binary", "binary/broadcast/float32/blocks,130x1,1x131", (...args) =>
    bothPast(128, args[5]),
  ),
  corner(
    "binary along a middle axis",
    "binary",
    "binary/broadcast/int32/blocks,66x1x67,66x3x67",
    (...args) => args[5].length === 3 && bothPast(64, args[5]),
  ),
  corner("select", "select", "select/float32/blocks,130x1,130x131", (...args) => bothPast(128, args[6])),
  corner(
    "sum of rows",
    "reduce",
    "reduce/sum/float32/blocks,67x65,axes=1",
    (op, _, shape, axes) => op === "sum" && axes[0] === 1 && bothPast(64, shape),
  ),
  corner(
    "max of columns",
    "reduce",
    "reduce/max/int32/blocks,129x257,axes=0",
    (op, _, shape, axes) => op === "max" && axes[0] === 0 && bothPast(128, shape),
  ),
  corner(
    "argmin of a middle axis",
    "reduce",
    "reduce/argmin/float64/blocks,3x131x67,axes=1",
    (op, _, shape) => op === "argmin" && shape.length === 3 && bothPast(64, shape),
  ),
  corner(
    "prod of two axes",
    "reduce",
    "reduce/prod/float32/blocks,66x5x67,axes=0+2",
    (op, _, shape, axes) => op === "prod" && axes.length === 2 && bothPast(64, shape),
  ),
  corner("gather", "gather", "gather/float32/blocks,66x67x1x65", (_x, _index, size) => axesPast(64, size)),
  corner(
    "scatterAdd",
    "scatterAdd",
    "scatterAdd/int32/blocks,3x67x66x65",
    (_x, _index, size) => size.inner > 64 && axesPast(64, size),
  ),
  corner("softmax", "softmax", "softmax/float32/blocks,67x66x1", (_, ...sizes) =>
    bothPast(64, sizes.slice(0, 3)),
  ),
  corner("logSoftmax", "logSoftmax", "logSoftmax/float64/blocks,3x131x65", (_, ...sizes) =>
    bothPast(64, sizes.slice(0, 3)),
  ),
  corner("maxPool2d", "maxPool2d", "maxPool2d/float32/blocks,plane-of-67x131", (_, w) => planePast(64, w)),
  corner(
    "maxPool2d of planes",
    "maxPool2d",
    "maxPool2d/float32/blocks,planes-of-2x4",
    (_, w) => w.batch > 64 && w.inChannels > 64,
  ),
  corner("avgPool2d", "avgPool2d", "avgPool2d/float32/blocks,dense-67x131", (_, w) => planePast(64, w)),
  corner("avgPool2dInput", "avgPool2dInput", "avgPool2dInput/float64/blocks,dense-67x131", (_, w) =>
    planePast(64, w),
  ),
  corner(
    "concat",
    "concat",
    "concat/float32/blocks",
    (parts, _, outer, inner) => parts.length > 64 && outer > 1 && inner > 64,
  ),
  corner(
    "corr2d of 1 × 1",
    "corr2d",
    "corr2d/x=1x65x3x67,k=66x65x1x1",
    (_x, _k, w) => w.inChannels > 64 && w.axes[1].input > 64,
  ),
  corner(
    "corr2dKernel",
    "corr2dKernel",
    "corr2dKernel/x=66x33x3x3,k=9x33x2x2",
    (_x, _g, w) => w.batch > 64 && w.inChannels > 32,
  ),
  corner(
    "corr2dInput, depthwise",
    "corr2dInput",
    "corr2dInput/x=1x65x5x67,k=65x1x3x3,pad=1,groups=65",
    (_g, _k, w) => w.groups > 64 && w.axes[1].input > 64,
  ),
  corner(
    "corr2dBias",
    "corr2dBias",
    "corr2dBias/x=1x65x3x67,k=66x65x1x1",
    (_x, _k, _b, w) => w.outChannels > 64 && w.axes[1].input > 64,
  ),
  {
    name: "a stride past 64 counts as 64",
    killedBy: "corr2d/x=1x2x6x203,k=2x2x2x3,stride=1+67",
    mutate: misled("corr2d", (x, k, w, dtype) => [
      x,
      k,
      withAxes(w, [{}, { stride: Math.min(64, w.axes[1].stride) }]),
      dtype,
    ]),
  },
  {
    name: "a dilation past 64 counts as 64 in the kernel's gradient",
    killedBy: "corr2dKernel/x=1x2x5x140,k=2x2x2x3,dilation=1+65",
    mutate: misled("corr2dKernel", (x, g, w, dtype) => [
      x,
      g,
      withAxes(w, [{}, { dilation: Math.min(64, w.axes[1].dilation) }]),
      dtype,
    ]),
  },
  {
    name: "a padding past 64 counts as 64 in the input's gradient",
    killedBy: "corr2dInput/x=1x2x3x5,k=2x2x2x3,pad=1+70",
    mutate: misled("corr2dInput", (g, k, w, dtype) => [
      g,
      k,
      withAxes(w, [{}, { before: Math.min(64, w.axes[1].before) }]),
      dtype,
    ]),
  },
  {
    name: "rows past 64 of columns past 64 not summed by a product",
    killedBy: "matmul/float32/past-blocks,nn",
    mutate: detour("matmul", [0], (value, at, [, , size]) =>
      size.rows > 64 && size.inner > 64 && !size.transposeA && at === size.rows * size.inner - 1 ? 0 : value,
    ),
  },
];
