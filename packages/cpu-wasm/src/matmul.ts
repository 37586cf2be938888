/** Batched matrix products of float32 matrices (`assembly/matmul/driver.ts`). */
import type { MatmulSize } from "@corr2d/core";
import type { Runtime } from "./runtime.ts";

/** out = a · b; pointers to contiguous matrices. */
export function matmul(rt: Runtime, a: number, b: number, out: number, size: MatmulSize): void {
  const { batch, rows, inner, columns, transposeA, transposeB } = size;
  rt.call.matmul(a, b, out, batch, rows, inner, columns, transposeA, transposeB);
}
