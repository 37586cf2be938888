/**
 * Where in a network an error came from: `Sequential.0 (Conv2d): Given groups=1, …`.
 *
 * An error that leaves a module's forward passes each module around it; each puts the name of the one below in
 * front of the path. The error stays the same object, with its code and its stack.
 */
import { Corr2dError } from "@corr2d/core";

interface Origin {
  /** The message before any path. */
  readonly message: string;
  /** The type of the module whose forward failed. */
  readonly type: string;
  /** The module that the error left last, and the path from it to where it failed. */
  readonly module: object;
  readonly path: string;
}

const origins = new WeakMap<object, Origin>();

/**
 * Notes that `error` left `module`, and rewrites its message accordingly.
 *
 * @param type the module's type, as printed.
 * @param nameOf the name under which `module` holds another, or undefined.
 */
export function addModulePath(
  error: unknown,
  module: object,
  type: string,
  nameOf: (child: object) => string | undefined,
): void {
  if (!Corr2dError.isInstance(error)) return;
  const before = origins.get(error);
  const name = before === undefined ? undefined : nameOf(before.module);
  const path = [name, before?.path].filter(Boolean).join(".");
  const origin: Origin = {
    message: before?.message ?? error.message,
    type: before?.type ?? type,
    module,
    path,
  };
  origins.set(error, origin);
  const place = path === "" ? type : `${type}.${path} (${origin.type})`;
  setMessage(error, `${place}: ${origin.message}`);
}

/** Replaces the message, also in the stack: it holds a copy, and is what an uncaught error shows. */
export function setMessage(error: Error, message: string): void {
  const { message: old, stack } = error; // The stack before the message: some hosts write it when it is first read.
  error.message = message;
  if (stack?.includes(old)) error.stack = stack.replace(old, () => message);
}
