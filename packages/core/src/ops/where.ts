/** Choosing between two values, element by element. */
import { apply, checkTensor, checkTensors, makeTensor, type Op } from "../autograd.ts";
import { Corr2dError } from "../errors.ts";
import { broadcastShapes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { defaultScalar, type Operand, operands } from "./operands.ts";
import { select } from "./primitives.ts";
import { promoted } from "./promote.ts";

const WHERE: Op = {
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
 * `condition ? a : b` elementwise, broadcasting. A NaN in the branch not taken does not leak. Two numbers give the
 * default dtype.
 *
 * @param condition int32, anything but 0 is true (what comparisons give).
 * @throws DTYPE_MISMATCH, SHAPE_MISMATCH, BACKEND_MISMATCH.
 */
export function where(condition: Tensor, x: Operand, y: Operand): Tensor {
  checkTensor("where", condition);
  if (condition.dtype !== "int32") {
    throw new Corr2dError(
      "DTYPE_MISMATCH",
      `where: the condition must be an int32 tensor (what comparisons give), but got ${condition.dtype}; write for ` +
        "example x.ne(0)",
    );
  }
  const scalar = (value: number): Tensor => defaultScalar("where", value, condition.backend);
  const [left, right] =
    typeof x === "number" && typeof y === "number" ? [scalar(x), scalar(y)] : operands("where", x, y);
  checkTensors("where", [condition, left]);
  return promoted(left, right, (yes, no) => apply(WHERE, [condition, yes, no], undefined));
}
