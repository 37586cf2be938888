/** Choosing between two values, element by element. */
import { apply, checkTensor, checkTensors, makeTensor, type Op } from "../autograd.ts";
import { Corr2dError } from "../errors.ts";
import { broadcastShapes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { checkSameDtype, defaultScalar, type Operand, operands } from "./operands.ts";
import { select } from "./primitives.ts";
import { promoted } from "./promote.ts";

export const WHERE: Op = {
  name: "WhereBackward0",
  forward([condition, a, b]) {
    const shape = broadcastShapes(
      condition!.ownShape,
      broadcastShapes(a!.ownShape, b!.ownShape, "where"),
      "where",
    );
    const storage = select(
      condition!.storage,
      condition!.ownShape,
      a!.storage,
      a!.ownShape,
      b!.storage,
      b!.ownShape,
      shape,
    );
    return makeTensor(storage, shape);
  },
  savesInputs: [0],
  gradients: [null, (g, c) => where(c.input(0), g, 0), (g, c) => where(c.input(0), 0, g)],
};

/**
 * `condition ? a : b` as another of PyTorch's operations, to print as that one.
 *
 * @param op WHERE under its name.
 * @throws DTYPE_MISMATCH, SHAPE_MISMATCH, BACKEND_MISMATCH.
 */
export function choose(op: Op, label: string, condition: Tensor, a: Tensor, b: Tensor): Tensor {
  checkCondition(label, condition);
  checkTensors(label, [condition, a, b]);
  checkSameDtype(label, a, b);
  return apply(op, [condition, a, b], undefined);
}

/**
 * Throws unless `condition` is a tensor of truth values: what comparisons give.
 * @throws INVALID_ARGUMENT, DTYPE_MISMATCH.
 */
function checkCondition(label: string, condition: Tensor): void {
  checkTensor(label, condition);
  if (condition.dtype === "int32") return;
  throw new Corr2dError(
    "DTYPE_MISMATCH",
    `${label}: the condition must be an int32 tensor (what comparisons give), but got ${condition.dtype}; write for ` +
      "example x.ne(0)",
  );
}

/**
 * `condition ? a : b` elementwise, broadcasting. A NaN in the branch not taken does not leak. Two numbers give the
 * default dtype.
 *
 * @param condition int32, anything but 0 is true (what comparisons give).
 * @throws DTYPE_MISMATCH, SHAPE_MISMATCH, BACKEND_MISMATCH.
 */
export function where(condition: Tensor, x: Operand, y: Operand): Tensor {
  checkCondition("where", condition);
  const scalar = (value: number): Tensor => defaultScalar("where", value, condition.backend);
  const [left, right] =
    typeof x === "number" && typeof y === "number" ? [scalar(x), scalar(y)] : operands("where", x, y);
  checkTensors("where", [condition, left]);
  return promoted(left, right, (yes, no) => apply(WHERE, [condition, yes, no], undefined));
}
