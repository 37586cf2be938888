/**
 * Layers that may be taken in the other order. The maximum of rectified numbers is the rectified maximum, and the same cell gets
 * the gradient: pooled first, a ReLU has a quarter of the numbers or fewer, forwards and backwards, and none of them is kept.
 */
import { hasHooks } from "../calls.ts";
import type { Module } from "../module.ts";

/** What a class of layers says of itself, for itself alone: a subclass may do anything. */
interface Ordered {
  readonly prototype: Module;
  /** That it keeps the order of numbers, and gives no gradient where it makes different ones equal. */
  readonly rises?: true;
  /** Whether a layer of it gives one of the numbers that it is given, the greatest. */
  readonly selects?: (layer: never) => boolean;
}

/** Whether nobody sees it if `module` is called before or after another. */
function isPlain(module: Module, type: Ordered): boolean {
  return module.forward === type.prototype.forward && !hasHooks(module);
}

/** Whether `second` may come before `first`. */
export function commute(first: Module, second: Module): boolean {
  const rising = first.constructor as unknown as Ordered;
  const selecting = second.constructor as unknown as Ordered;
  return (
    Object.hasOwn(rising, "rises") &&
    Object.hasOwn(selecting, "selects") &&
    selecting.selects!(second as never) &&
    isPlain(first, rising) &&
    isPlain(second, selecting)
  );
}
