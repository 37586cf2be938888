/** What is counted of a classifier: tensors, so that nothing waits; read them when you show them. */
import { Corr2dError, noGrad, scatterAdd, type Tensor, zeros } from "@corr2d/core";
import { checkPositive, checkTensor, named } from "./arguments.ts";
import { sameSizes, sizesText } from "./sizes.ts";

/** The classes that `output` stands for, in the target's shape: itself, or where its scores are highest. */
function classesOf(name: string, output: Tensor, target: Tensor): Tensor {
  checkTensor(name, output);
  checkTensor(name, target);
  const { shape } = output;
  if (sameSizes(shape, target.shape)) return output;
  const axis = shape.length === 1 ? 0 : 1;
  const rest = shape.filter((_, i) => i !== axis);
  if (shape.length > 0 && sameSizes(rest, target.shape)) return output.argmax(axis);
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    `${name}: expected scores [N, C, ...] or classes for targets ${sizesText(target.shape)}, but got ${sizesText(shape)}`,
  );
}

/**
 * The share of elements whose class is right.
 *
 * @param output scores [N, C, d1, …] or [C], the highest of which says the class; or classes of the target's shape.
 * @param target int32 or bool classes, [N, d1, …] or [].
 * @returns a float32 scalar; NaN for no elements.
 */
export function accuracy(output: Tensor, target: Tensor): Tensor {
  const found = classesOf("accuracy", output, target);
  return noGrad(() => found.eq(target).type("float32").mean());
}

/** Truth values are the classes 0 and 1. */
const asIndex = (classes: Tensor): Tensor => (classes.dtype === "bool" ? classes.int() : classes);

/**
 * How often each class was taken for each: the true class is the row, the one found is the column.
 *
 * @param output scores or classes, as for `accuracy`.
 * @param target int32 or bool classes.
 * @param classes how many there are.
 * @returns int32 [classes, classes]
 * @throws INVALID_ARGUMENT, SHAPE_MISMATCH, DTYPE_MISMATCH; INDEX_OUT_OF_RANGE for a class that is none (on a backend that works
 *   later: when the result is read).
 */
export function confusionMatrix(output: Tensor, target: Tensor, classes: number): Tensor {
  named("confusionMatrix", () => checkPositive("classes", classes));
  const found = classesOf("confusionMatrix", output, target);
  return noGrad(() => {
    // Through one axis after the other, so that no class out of range lands in the row of another.
    const pairs = target.numel();
    const rows = asIndex(target).reshape([pairs, 1]).expand([pairs, classes]);
    const none = zeros([pairs, classes], { dtype: "int32", backend: target.backend });
    const columns = scatterAdd(none, 1, asIndex(found).reshape([pairs, 1]), none.slice(":", [0, 1]).add(1));
    const counts = zeros([classes, classes], { dtype: "int32", backend: target.backend });
    return scatterAdd(counts, 0, rows, columns);
  });
}
