/** Shapes that broadcast to each other. */
import { broadcast as spread } from "@corr2d/conformance/oracle";
import * as fc from "fast-check";
import type { Shape } from "./operation.ts";

/** `x` of `shape` repeated to fill `out`, which may have more axes. */
export const broadcast = (x: ArrayLike<number>, shape: Shape, out: Shape): Float64Array =>
  spread(x, [...Array<number>(out.length - shape.length).fill(1), ...shape], out);

/** How an operand differs from the result's shape: leading axes left out, others of size 1. */
export interface Narrowed {
  readonly drop: number;
  /** Bit i: axis i is 1. */
  readonly ones: number;
}

export const narrowed: fc.Arbitrary<Narrowed> = fc.record({
  drop: fc.integer({ min: 0, max: 4 }),
  ones: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 15 })),
});

export const narrow = (shape: Shape, { drop, ones }: Narrowed): number[] =>
  shape.map((n, axis) => ((ones >> axis) & 1 ? 1 : n)).slice(Math.min(drop, shape.length));

/** What two shapes that fit broadcast to. */
export function together(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    return m === 1 ? n : m;
  });
}
