/** Where a checkpoint comes from, which decides whether training goes on bit for bit. */
import { type Backend, Corr2dError } from "@corr2d/core";
import { VERSION } from "../version.ts";

/** A backend, as far as it decides the bits of results. */
export interface BackendOrigin {
  readonly name: string;
  /** What else decides them (`features.build`); null where nothing does. */
  readonly build: string | null;
}

/** What wrote a checkpoint. */
export interface CheckpointOrigin {
  /** The version of the library. */
  readonly version: string;
  /** The backends that its tensors were on. */
  readonly backends: readonly BackendOrigin[];
}

const backendOrigin = ({ name, features }: Backend): BackendOrigin => ({
  name,
  build: features.build ?? null,
});

/** What a checkpoint with tensors of these backends says of itself. */
export function originOf(backends: Iterable<Backend>): CheckpointOrigin {
  const all = new Map([...backends].map(backendOrigin).map((origin) => [textOf(origin), origin]));
  return { version: VERSION, backends: [...all.values()] };
}

const textOf = ({ name, build }: BackendOrigin): string => (build === null ? name : `${name} (${build})`);

/** What differs between then and now, in words; null where nothing does. */
function difference(then: CheckpointOrigin, backend: Backend): string | null {
  const now = textOf(backendOrigin(backend));
  const others = then.backends.map(textOf).filter((text) => text !== now);
  if (others.length > 0) return `was saved on ${others.join(" and ")}, and is loaded on ${now}`;
  return then.version === VERSION
    ? null
    : `was saved by version ${then.version}, and is loaded by ${VERSION}`;
}

/**
 * Tells of a difference that makes training go on otherwise than it would have.
 * @param strict true: throw, false: say nothing, undefined: warn.
 * @throws BACKEND_MISMATCH
 */
export function tellDifference(
  file: string,
  then: CheckpointOrigin,
  backend: Backend,
  strict: boolean | undefined,
): void {
  const found = strict === false ? null : difference(then, backend);
  if (found === null) return;
  const message = `${file} ${found}: training goes on, but not bit for bit as it would have there.`;
  if (strict)
    throw new Corr2dError(
      "BACKEND_MISMATCH",
      `${message} Leave { strict: true } out to load it nevertheless.`,
    );
  console.warn(`${message} ({ strict: false } says nothing, { strict: true } makes it an error.)`);
}
