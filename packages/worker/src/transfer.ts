/** Which memory moves with a value instead of being copied. */
import { Corr2dError, isTensor } from "@corr2d/core";

/**
 * The buffers of a value's typed arrays. Only whole ones: a part of a buffer is copied, since moving it would take the
 * rest along.
 *
 * @throws INVALID_ARGUMENT for a tensor, which cannot leave its thread.
 */
export function buffersOf(owner: string, value: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const seen = new Set<object>();
  const visit = (part: unknown, path: string): void => {
    if (typeof part !== "object" || part === null || seen.has(part)) return;
    if (isTensor(part)) {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `${owner}: a tensor cannot be sent${path && ` (at '${path}')`}: send await x.data() and x.shape`,
      );
    }
    seen.add(part);
    if (part instanceof ArrayBuffer) buffers.add(part);
    else if (ArrayBuffer.isView(part)) {
      const whole = part.buffer instanceof ArrayBuffer && part.byteLength === part.buffer.byteLength;
      if (whole) buffers.add(part.buffer as ArrayBuffer);
    } else if (part instanceof Map || part instanceof Set) {
      for (const item of part) visit(item, path);
    } else {
      for (const [name, item] of Object.entries(part)) visit(item, path === "" ? name : `${path}.${name}`);
    }
  };
  visit(value, "");
  return [...buffers];
}
