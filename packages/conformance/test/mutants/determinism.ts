/** Results that differ: from call to call for every sample of every member, by history, and between instances. */
import type { Backend, CompleteBackend, OperationName, TypedArray } from "@corr2d/core";
import { samplesOf } from "../../src/cases/samples/index.ts";
import { type Mutant, memory, spoil } from "./mutant.ts";

/** The next number, in the last bit or thereabouts. */
const nudged = (data: TypedArray): number => {
  if (data instanceof Int32Array) return data[0]! + 1;
  return data[0] === 0 ? 1e-30 : data[0]! * (1 + (data instanceof Float32Array ? 2 ** -23 : 2 ** -52));
};

/** Every second call of `member`, of those that `applies` tells, differs in one bit of its first element. */
function alternating(
  member: OperationName,
  applies: (operand: TypedArray, first: unknown) => boolean = () => true,
): Mutant["mutate"] {
  return (right) => {
    let calls = 0;
    return spoil(member, (result, args) => {
      const operand = args.find((each) => typeof each === "object" && "data" in each);
      if (applies(operand === undefined ? result : memory(operand), args[0]) && calls++ % 2 === 1)
        result[0] = nudged(result);
    })(right);
  };
}

/** Terms added backwards on every second call: in float32, other bits. */
function alternatingOrder(right: CompleteBackend): Partial<Backend> {
  let calls = 0;
  return spoil("stridedAdd", (result, [x, view]) => {
    if (calls++ % 2 === 0 || view.shape.length !== 2) return;
    const data = memory(x);
    result.fill(0);
    for (let i = data.length - 1; i >= 0; i--) {
      const row = Math.floor(i / view.shape[1]);
      const at = view.offset + row * view.strides[0] + (i % view.shape[1]) * view.strides[1];
      result[at] = Math.fround(result[at]! + data[i]!);
    }
  })(right);
}

let instances = 0;

export const DETERMINISM_MUTANTS: readonly Mutant[] = [
  ...samplesOf("float32").map(
    (sample): Mutant => ({
      name: `every second call of ${sample.name} differs`,
      killedBy: `determinism/${sample.name}`,
      mutate: alternating(sample.member),
    }),
  ),
  {
    name: "every second call of a float64 product differs in its last bit",
    killedBy: "determinism/matmul/float64",
    mutate: alternating("matmul"),
  },
  {
    name: "overlapping additions in turns forwards and backwards",
    killedBy: "determinism/stridedAdd",
    mutate: alternatingOrder,
  },
  {
    name: "an instance computes as its number says",
    killedBy: "determinism/logSoftmax",
    mutate: (right) => {
      const odd = instances++ % 2 === 1;
      return spoil("logSoftmax", (result) => {
        if (odd) result[0] = nudged(result);
      })(right);
    },
  },
  {
    name: "a sum depends on what was summed before",
    killedBy: "determinism/sum",
    mutate: (right) => {
      let history = 0;
      return spoil("reduce", (result, [op]) => {
        if (op !== "sum" && history > 0) history++;
        if (op === "sum" && history++ > 2) result[0] = nudged(result);
      })(right);
    },
  },
  ...(
    [
      "sum",
      "scatterAdd",
      "stridedAdd",
      "matmul",
      "corr2dKernel",
      "avgPool2dInput",
      "softmax",
      "logSoftmax",
    ] as const
  ).map(
    (name): Mutant => ({
      name: `much work of ${name} is joined in the order in which it ends`,
      killedBy: `determinism/large-${name}`,
      mutate: alternating(name === "sum" ? "reduce" : name, (operand) => operand.length > 65_536),
    }),
  ),
  ...(["log", "sigmoid", "erf", "expm1"] as const).map(
    (op): Mutant => ({
      name: `every second ${op} differs`,
      killedBy: "determinism/every-function/float32",
      mutate: alternating("unary", (_, name) => name === op),
    }),
  ),
  ...(["div", "pow", "maximum"] as const).map(
    (op): Mutant => ({
      name: `every second ${op} differs`,
      killedBy: "determinism/every-function/float64",
      mutate: alternating("binary", (_, name) => name === op),
    }),
  ),
];
