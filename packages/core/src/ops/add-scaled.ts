/** The step of an optimiser, in one pass where the backend has one. */
import { apply, checkTensors, makeTensor, type Op } from "../autograd.ts";
import { Corr2dError } from "../errors.ts";
import { sameShape } from "../shape.ts";
import { runScoped, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { checkFloating, checkSameDtype } from "./operands.ts";

const ADD_SCALED: Op<{ readonly scaleA: number; readonly scaleB: number }> = {
  name: "AddBackward0",
  forward([a, b], { scaleA, scaleB }) {
    const { backend, size, stored, handle } = a!.storage;
    if (backend.addScaled === undefined || size === 0) {
      return runScoped(() => a!.mul(scaleA).add(b!.mul(scaleB)));
    }
    const sum = backend.addScaled(handle, scaleA, b!.storage.handle, scaleB, size, stored);
    return makeTensor(new Storage(backend, sum, size, stored), a!.ownShape);
  },
  gradients: [(g, c) => g.mul(c.attributes.scaleA), (g, c) => g.mul(c.attributes.scaleB)],
};

/**
 * `scaleA · a + scaleB · b` in one pass: the step of an optimiser.
 *
 * @param a floating
 * @param b of the same shape and dtype
 * @throws SHAPE_MISMATCH, DTYPE_MISMATCH, DTYPE_UNSUPPORTED, BACKEND_MISMATCH.
 */
export function addScaled(a: Tensor, scaleA: number, b: Tensor, scaleB: number): Tensor {
  checkTensors("addScaled", [a, b]);
  checkFloating("addScaled", a);
  checkFloating("addScaled", b);
  checkSameDtype("addScaled", a, b);
  if (!sameShape(a.ownShape, b.ownShape)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `addScaled: shapes [${a.ownShape}] and [${b.ownShape}] must be equal`,
    );
  }
  return apply(ADD_SCALED, [a, b], { scaleA, scaleB });
}
