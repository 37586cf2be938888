/** Choosing between two values, element by element. */
import { apply, checkTensor, checkTensors, makeTensor, type Op } from "../autograd.ts";
import { isFloating } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { broadcastShapes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { checkSameDtype, defaultScalar, isPlain, type Operand, operands, scalarOf } from "./operands.ts";
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

function scalars({ backend }: Tensor, x: number | boolean, y: number | boolean): [Tensor, Tensor] {
  const scalar =
    typeof x === "boolean" && typeof y === "boolean"
      ? (value: number | boolean) => scalarOf("where", value, backend, "bool")
      : (value: number | boolean) => defaultScalar("where", Number(value), backend);
  return [scalar(x), scalar(y)];
}

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
  if (!isFloating(condition.ownDtype)) return;
  throw new Corr2dError(
    "DTYPE_MISMATCH",
    `${label}: the condition must be a bool tensor (what comparisons give) or int32, but got ${condition.dtype}; write for ` +
      "example x.ne(0)",
  );
}

/**
 * `condition ? a : b` elementwise, broadcasting. A NaN in the branch not taken does not leak. Two numbers give the
 * default dtype, two truth values bool.
 *
 * @param condition bool (what comparisons give), or int32, of which anything but 0 is true.
 * @throws DTYPE_MISMATCH, SHAPE_MISMATCH, BACKEND_MISMATCH.
 */
export function where(condition: Tensor, x: Operand, y: Operand): Tensor {
  checkCondition("where", condition);
  const [left, right] = isPlain(x) && isPlain(y) ? scalars(condition, x, y) : operands("where", x, y);
  checkTensors("where", [condition, left]);
  if (left.ownDtype === right.ownDtype) return apply(WHERE, [condition, left, right], undefined);
  return promoted(left, right, (yes, no) => apply(WHERE, [condition, yes, no], undefined));
}
