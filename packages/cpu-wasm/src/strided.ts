/** The strided copies and sums (`assembly/view/driver.ts`). */
import type { DType, StridedView } from "@corr2d/core";
import { DIMENSIONS } from "./layout.ts";
import { putIntegers, type Runtime } from "./runtime.ts";

function putView(rt: Runtime, { shape, strides }: StridedView): void {
  putIntegers(rt, DIMENSIONS, shape);
  putIntegers(rt, DIMENSIONS + 4 * shape.length, strides);
}

/** `out`, contiguous of `view.shape`, = x read through the view. */
export function strided(rt: Runtime, x: number, out: number, view: StridedView): void {
  putView(rt, view);
  rt.call.strided(x, out, view.shape.length, view.offset);
}

/** `out`, of `view.sourceSize` elements, = zeros to which x, of `view.shape`, is added through the view. */
export function stridedAdd(rt: Runtime, x: number, out: number, view: StridedView, dtype: DType): void {
  putView(rt, view);
  rt.call.stridedAdd(dtype === "int32", x, out, view.shape.length, view.offset, view.sourceSize);
}
