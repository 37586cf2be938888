/** Operands spread wrongly: along a middle axis, from a scalar, or both of them. */
import { type Backend, sizeOf, type TypedArray } from "@corr2d/core";
import { type Mutant, memory, misled } from "./mutant.ts";

type Shape = readonly number[];

/** `x` repeated from its start until it fills `shape`: right for trailing axes only. */
function spread(right: Backend, x: unknown, shape: Shape): unknown {
  const data = memory(x);
  const out = memory(x).constructor as new (size: number) => TypedArray;
  return right.upload(new out(sizeOf(shape)).map((_, i) => data[i % data.length]!) as TypedArray);
}

const middle = (shape: Shape, other: Shape): boolean =>
  shape.length === 3 && shape[1] === 1 && shape[0]! > 1 && shape[2]! > 1 && other[1]! > 1;

/** binary with an operand that is spread wrongly where `applies` says so. */
const binarySpread =
  (side: "left" | "right", applies: (shapeA: Shape, shapeB: Shape) => boolean): Mutant["mutate"] =>
  (right) => ({
    binary(op, a, shapeA, b, shapeB, shape, dtype) {
      if (!applies(shapeA, shapeB)) return right.binary(op, a, shapeA, b, shapeB, shape, dtype);
      const wrong = spread(right, side === "left" ? a : b, shape);
      const out =
        side === "left"
          ? right.binary(op, wrong, shape, b, shapeB, shape, dtype)
          : right.binary(op, a, shapeA, wrong, shape, shape, dtype);
      right.free(wrong);
      return out;
    },
  });

export const BROADCAST_MUTANTS: readonly Mutant[] = [
  {
    name: "a left operand spread along a middle axis as along an outer one",
    killedBy: "binary/broadcast/float32/2x1x3,2x5x3",
    mutate: binarySpread("left", middle),
  },
  {
    name: "a right operand spread along a middle axis as along an outer one",
    killedBy: "binary/mul/float32/broadcasts",
    mutate: binarySpread("right", (a, b) => middle(b, a)),
  },
  {
    name: "an inner axis of three spread as an outer one",
    killedBy: "binary/broadcast/int32/2x3x1,2x3x4",
    mutate: binarySpread("left", (a, b) => a.length === 3 && a[2] === 1 && b[2]! > 1 && a[1]! > 1),
  },
  {
    name: "of two operands that broadcast one is spread as it lies",
    killedBy: "binary/broadcast/float32/2x5x1,1x5x3",
    mutate: binarySpread("left", (a, b) => a.at(-1) === 1 && b[0] === 1 && b.at(-1)! > 1 && a[0]! > 1),
  },
  {
    name: "a scalar on the left taken for one on the right",
    killedBy: "binary/less/int32/broadcasts",
    mutate: misled("binary", (op, a, shapeA, b, shapeB, ...rest) =>
      op === "less" && shapeA.length === 1 && shapeA[0] === 1
        ? [op, b, shapeB, a, shapeA, ...rest]
        : [op, a, shapeA, b, shapeB, ...rest],
    ),
  },
  {
    name: "select spreads a branch along a middle axis as along an outer one",
    killedBy: "select/float32/2x5x3,2x1x3,2x5x3",
    mutate: (right) => ({
      select(c, shapeC, a, shapeA, b, shapeB, shape, dtype) {
        if (!middle(shapeA, shape)) return right.select(c, shapeC, a, shapeA, b, shapeB, shape, dtype);
        const wrong = spread(right, a, shape);
        const out = right.select(c, shapeC, wrong, shape, b, shapeB, shape, dtype);
        right.free(wrong);
        return out;
      },
    }),
  },
];
