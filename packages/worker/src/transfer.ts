/** Which memory moves with a value instead of being copied. */
import { Corr2dError, isTensor } from "@corr2d/core";

/**
 * The buffers of a value's typed arrays. Only whole ones: a part of a buffer is copied, since moving it would take the
 * rest along.
 *
 * @throws INVALID_ARGUMENT for a tensor or a function, which cannot leave their thread, and for memory that has left already.
 */
export function buffersOf(owner: string, value: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const seen = new Set<object>();
  const refuse = (what: string, path: string, instead: string): never => {
    const message = `${owner}: ${what} cannot be sent${path && ` (at '${path}')`}: ${instead}`;
    throw new Corr2dError("INVALID_ARGUMENT", message);
  };
  const add = (buffer: ArrayBuffer, path: string): void => {
    if (isGone(buffer)) refuse("memory that was moved before", path, "send a copy, array.slice(), each time");
    buffers.add(buffer);
  };
  const visit = (part: unknown, path: string): void => {
    if (typeof part === "function") {
      refuse("a function", path, "send data; of a module, that of its stateDict()");
    }
    if (typeof part !== "object" || part === null || seen.has(part)) return;
    if (isTensor(part)) refuse("a tensor", path, "send await x.data() and x.shape");
    seen.add(part);
    if (part instanceof ArrayBuffer) add(part, path);
    else if (ArrayBuffer.isView(part)) {
      const whole = part.buffer instanceof ArrayBuffer && part.byteLength === part.buffer.byteLength;
      if (whole) add(part.buffer as ArrayBuffer, path);
    } else if (part instanceof Map || part instanceof Set) {
      for (const item of part) visit(item, path);
    } else {
      for (const [name, item] of Object.entries(part)) visit(item, path === "" ? name : `${path}.${name}`);
    }
  };
  visit(value, "");
  return [...buffers];
}

/** Whether the memory was moved to another thread. */
function isGone(buffer: ArrayBuffer): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    buffer.slice(0); // throws
    return false;
  } catch {
    return true;
  }
}
