/** int32 beyond 2²⁴: detours through floats, and sums and negatives that saturate. */
import type { BinaryOp, ReduceOp, UnaryOp } from "@corr2d/core";
import { addresses } from "../../src/oracle/arrays.ts";
import { detour, dtypeOf, type Mutant, memory, misled, spoil, spoilEach } from "./mutant.ts";

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
  {
    name: "a maximum of int32 begins at 0",
    killedBy: "reduce/max/int32/extremes",
    mutate: spoilEach(
      "reduce",
      (value) => Math.max(0, value),
      (op, ...rest) => op === "max" && dtypeOf(rest) === "int32",
    ),
  },
  {
    name: "a maximum of int32 begins at −2³¹ + 1",
    killedBy: "reduce/max/int32/extremes",
    mutate: spoilEach(
      "reduce",
      (value) => Math.max(LOWEST + 1, value),
      (op, ...rest) => op === "max" && dtypeOf(rest) === "int32",
    ),
  },
  {
    name: "a minimum of int32 begins at 2³¹ − 2",
    killedBy: "reduce/min/int32/extremes",
    mutate: spoilEach(
      "reduce",
      (value) => Math.min(HIGHEST - 1, value),
      (op, ...rest) => op === "min" && dtypeOf(rest) === "int32",
    ),
  },
  {
    name: "argmax finds nothing where all are lowest",
    killedBy: "reduce/argmax/int32/extremes",
    mutate: spoil("reduce", (result, [op, x]) => {
      if (op === "argmax" && memory(x).every((value) => value === LOWEST)) result.fill(-1);
    }),
  },
  {
    name: "int32 times a single number by way of float32",
    killedBy: "binary/mul/int32/special,broadcasts",
    mutate: detour(
      "binary",
      [1],
      Math.fround,
      (op, _a, _shapeA, _b, shapeB, ...rest) => op === "mul" && shapeB[0] === 1 && dtypeOf(rest) === "int32",
    ),
  },
  {
    name: "int32 divided by 2 by a shift",
    killedBy: "binary/div/int32/special,broadcasts",
    mutate: spoil("binary", (result, [op, a, , b, shapeB, , dtype]) => {
      if (op !== "div" || dtype !== "int32" || shapeB[0] !== 1 || memory(b)[0] !== 2) return;
      memory(a).forEach((value, i) => {
        result[i] = value >> 1;
      });
    }),
  },
  {
    name: "a cast of int32 to float64 goes by way of float32",
    killedBy: "cast/int32,float64",
    mutate: spoilEach("cast", Math.fround, (_x, _size, from, to) => from === "int32" && to === "float64"),
  },
  {
    name: "a square of int32 in float64",
    killedBy: "unary/square/int32",
    mutate: spoil("unary", (result, [op, x, , dtype]) => {
      if (op === "square" && dtype === "int32")
        memory(x).forEach((value, i) => {
          result[i] = value * value;
        });
    }),
  },
  {
    name: "indices of gather by way of float32",
    killedBy: "gather/float32/positions-past-2^24",
    mutate: detour("gather", [1], Math.fround),
  },
  {
    name: "indices of scatterAdd by way of float32",
    killedBy: "gather/float32/positions-past-2^24",
    mutate: detour("scatterAdd", [1], Math.fround),
  },
  {
    name: "argmax gives a float32 that was rounded",
    killedBy: "gather/float32/positions-past-2^24",
    mutate: spoilEach("reduce", Math.fround, (op) => op === "argmax"),
  },
  {
    name: "the offset of a view by way of float32",
    killedBy: "gather/float32/positions-past-2^24",
    mutate: misled("strided", (x, view, dtype) => [x, { ...view, offset: Math.fround(view.offset) }, dtype]),
  },
];
