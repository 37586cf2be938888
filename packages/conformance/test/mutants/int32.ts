/** int32 beyond 2²⁴: detours through floats, and sums and negatives that saturate. */
import type { BinaryOp, ReduceOp, UnaryOp } from "@corr2d/core";
import { addresses } from "../../src/oracle/arrays.ts";
import { detour, dtypeOf, type Mutant, memory, spoil } from "./mutant.ts";

const [LOWEST, HIGHEST] = [-(2 ** 31), 2 ** 31 - 1];
const saturated = (value: number): number => Math.max(LOWEST, Math.min(HIGHEST, value));

const through32 = (member: "binary" | "reduce" | "unary", op: string, positions: readonly number[]) =>
  detour(member, positions, Math.fround, (name, ...args) => name === op && dtypeOf(args) === "int32");

const binary = (op: BinaryOp): Mutant => ({
  name: `${op} of int32 by way of float32`,
  killedBy: `binary/${op}/int32/special`,
  mutate: through32("binary", op, [1, 3]),
});

const reduction = (op: ReduceOp): Mutant => ({
  name: `${op} of int32 by way of float32`,
  killedBy: `reduce/${op}/int32/5x9,axes=1`,
  mutate: through32("reduce", op, [1]),
});

/** A unary op whose result is `value` for `x`. */
const wrongAt = (op: UnaryOp, x: number, value: number): Mutant["mutate"] =>
  spoil("unary", (result, [name, operand, , dtype]) => {
    if (name !== op || dtype !== "int32") return;
    memory(operand).forEach((element, i) => {
      if (element === x) result[i] = value;
    });
  });

export const INT32_MUTANTS: readonly Mutant[] = [
  ...(["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"] as const).map(binary),
  ...(["add", "sub", "mul", "div", "maximum", "minimum"] as const).map(binary),
  ...(["sum", "prod", "max", "min", "argmax", "argmin"] as const).map(reduction),
  { name: "−2³¹ negated to 2³¹ − 1", killedBy: "unary/neg/int32", mutate: wrongAt("neg", LOWEST, HIGHEST) },
  { name: "|−2³¹| is 2³¹ − 1", killedBy: "unary/abs/int32", mutate: wrongAt("abs", LOWEST, HIGHEST) },
  {
    name: "relu of int32 by way of float32",
    killedBy: "unary/relu/int32",
    mutate: through32("unary", "relu", [1]),
  },
  {
    name: "a cast of int32 to float32 truncates",
    killedBy: "cast/int32,float32",
    mutate: spoil("cast", (result, [operand, , from, to]) => {
      if (from !== "int32" || to !== "float32") return;
      memory(operand).forEach((x, i) => {
        const step = Math.max(1, 2 ** (Math.floor(Math.log2(Math.abs(x) || 1)) - 23));
        result[i] = Math.trunc(x / step) * step;
      });
    }),
  },
  {
    name: "−2³¹ / −1 saturates",
    killedBy: "binary/div/int32/special",
    mutate: spoil("binary", (result, [op, a, , b, , , dtype]) => {
      if (op !== "div" || dtype !== "int32") return;
      const divisors = memory(b);
      memory(a).forEach((x, i) => {
        if (x === LOWEST && divisors[i % divisors.length] === -1) result[i] = HIGHEST;
      });
    }),
  },
  {
    name: "a product of int32 in float64",
    killedBy: "reduce/prod/int32/5x9,axes=1",
    mutate: spoil("reduce", (result, [op, x, shape, axes, dtype]) => {
      if (op !== "prod" || dtype !== "int32" || axes[0] !== shape.length - 1) return;
      const [data, length] = [memory(x), shape.at(-1) as number];
      for (let row = 0; row < result.length; row++) {
        result[row] = Array.from(data.slice(row * length, (row + 1) * length)).reduce((a, b) => a * b, 1) | 0;
      }
    }),
  },
  {
    name: "a sum of int32 saturates",
    killedBy: "reduce/sum/int32/33,axes=0",
    mutate: spoil("reduce", (result, [op, x, shape, , dtype]) => {
      if (op === "sum" && dtype === "int32" && shape.length === 1)
        result[0] = Array.from(memory(x)).reduce((a, b) => saturated(a + b), 0);
    }),
  },
  {
    name: "scatterAdd of int32 saturates",
    killedBy: "scatterAdd/int32/one-axis",
    mutate: spoil("scatterAdd", (result, [x, index, size, dtype]) => {
      if (dtype !== "int32" || size.inner !== 1 || size.outer !== 1) return;
      result.fill(0);
      memory(index).forEach((at, i) => {
        result[at] = saturated(result[at]! + memory(x)[i]!);
      });
    }),
  },
  {
    name: "scatterAdd of int32 by way of float32",
    killedBy: "scatterAdd/int32/middle",
    mutate: detour("scatterAdd", [0], Math.fround, (...args) => dtypeOf(args) === "int32"),
  },
  {
    name: "stridedAdd of int32 saturates",
    killedBy: "stridedAdd/int32/overlapping-windows",
    mutate: spoil("stridedAdd", (result, [x, view, dtype]) => {
      if (dtype !== "int32") return;
      result.fill(0);
      addresses(view).forEach((at, i) => {
        result[at] = saturated(result[at]! + memory(x)[i]!);
      });
    }),
  },
  {
    name: "stridedAdd of int32 by way of float32",
    killedBy: "stridedAdd/int32/transpose",
    mutate: detour("stridedAdd", [0], Math.fround, (...args) => dtypeOf(args) === "int32"),
  },
];
