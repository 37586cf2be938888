/**
 * `defineBackend`: a plain object in, a checked and frozen backend out.
 *
 * It checks the contract's version and every member at once (all faults in one error, unknown names with the
 * nearest known one), by the table of operations. A composite that the author did not write stays absent: the operation
 * that would use it has a fallback.
 */
import type { Backend, BackendDefinition, Composites, Features, OptionalOp } from "./backend.ts";
import { didYouMean } from "./did-you-mean.ts";
import { DTYPE_NAMES } from "./dtype.ts";
import { Corr2dError } from "./errors.ts";
import { BINARY_OPS, OPERATION_NAMES, OPERATIONS, type OpRow, REDUCE_OPS, UNARY_OPS } from "./operations.ts";
import { describeValue, isList } from "./options.ts";

/** The contract version this core speaks. */
export const CONTRACT = 1;

const VALUES = ["name", "contract", "features", "dtypes", "optionalOps"];
const STORAGE = ["upload", "read", "free"];
const CAPABILITIES = ["readSync", "settled", "close", "stats"];
const PRIMITIVES: readonly string[] = OPERATION_NAMES.filter((name) => OPERATIONS[name].primitive);

/** Every composite of the contract. */
export const COMPOSITES: readonly (keyof Composites<unknown>)[] = Object.freeze(
  OPERATION_NAMES.filter((name) => !OPERATIONS[name].primitive) as (keyof Composites<unknown>)[],
);

/** Every optional function of `unary`, `binary` and `reduce`. */
export const OPTIONAL_OPS: readonly OptionalOp[] = Object.freeze(
  [UNARY_OPS, BINARY_OPS, REDUCE_OPS].flatMap((ops: Readonly<Record<string, OpRow>>) =>
    Object.keys(ops).filter((op) => ops[op]!.optional),
  ) as OptionalOp[],
);

const isMade = Symbol.for("@corr2d/core.backend");

/** Whether `value` was made by `defineBackend`, of this or any other copy of core. */
export function isBackend(value: unknown): value is Backend {
  try {
    return typeof value === "object" && value !== null && isMade in value;
  } catch {
    return false; // a proxy that was revoked
  }
}

/** What is wrong with a list of names: entries that are not known. */
function strangers(member: string, list: unknown, known: readonly string[]): string[] {
  if (!isList(list)) return [`'${member}' must be an array`];
  // A hole in an array is an entry, too.
  return Array.from(list)
    .filter((entry) => !known.includes(entry))
    .map(
      (entry) =>
        `'${member}' lists unknown '${typeof entry === "string" ? entry : describeValue(entry)}'${typeof entry === "string" ? didYouMean(entry, known) : ""}`,
    );
}

/** Everything that is wrong with a definition. */
function faultsOf(definition: Readonly<Record<string, unknown>>): string[] {
  const faults: string[] = [];
  const { name, contract, features, dtypes, optionalOps = [] } = definition;
  if (typeof name !== "string" || !/^\S+$/.test(name)) {
    faults.push(`'name' must be one word, as messages show it, but is ${describeValue(name)}`);
  }
  if (contract !== CONTRACT) {
    faults.push(`implements contract ${describeValue(contract)}; this core accepts ${CONTRACT}`);
  }
  if (typeof features !== "object" || features === null || !("syncRead" in features)) {
    faults.push("'features' must be an object with a boolean 'syncRead'");
  } else if (typeof features.syncRead !== "boolean") {
    faults.push("'features' must be an object with a boolean 'syncRead'");
  } else if (features.syncRead !== (typeof definition.readSync === "function")) {
    faults.push("'readSync' must be there exactly when features.syncRead is true");
  } else if (!["string", "undefined"].includes(typeof (features as Features).build)) {
    faults.push(`'features.build' must be a string, but is ${describeValue((features as Features).build)}`);
  }
  if (!isList(dtypes) || !dtypes.includes("float32") || !dtypes.includes("int32")) {
    faults.push("'dtypes' must list at least 'float32' and 'int32'");
  } else faults.push(...strangers("dtypes", dtypes, DTYPE_NAMES));
  faults.push(...strangers("optionalOps", optionalOps, OPTIONAL_OPS));
  for (const member of [...STORAGE, ...PRIMITIVES]) {
    if (typeof definition[member] !== "function") faults.push(`required function '${member}' is missing`);
  }
  for (const member of [...COMPOSITES, ...CAPABILITIES]) {
    if (definition[member] !== undefined && typeof definition[member] !== "function") {
      faults.push(`'${member}' must be a function`);
    }
  }
  const known = [...VALUES, ...STORAGE, ...PRIMITIVES, ...COMPOSITES, ...CAPABILITIES];
  for (const member of Object.keys(definition)) {
    if (!known.includes(member)) faults.push(`unknown member '${member}'${didYouMean(member, known)}`);
  }
  return faults;
}

/**
 * Checks a backend's definition and freezes it.
 *
 * Members are copied, so they may not rely on `this`.
 * @throws BACKEND_INVALID, listing everything that is wrong.
 */
export function defineBackend<H>(definition: BackendDefinition<H>): Backend<H> {
  if (typeof definition !== "object" || definition === null || "then" in definition) {
    throw new Corr2dError(
      "BACKEND_INVALID",
      `defineBackend takes an object of members, but got ${
        describeValue(definition) === "an object" ? "a promise: await it" : describeValue(definition)
      }`,
    );
  }
  const faults = faultsOf(definition as unknown as Readonly<Record<string, unknown>>);
  if (faults.length > 0) {
    const name = typeof definition.name === "string" ? definition.name : "(no name)";
    throw new Corr2dError(
      "BACKEND_INVALID",
      `backend "${name}" breaks the contract:\n  - ${faults.join("\n  - ")}`,
      { faults },
    );
  }
  const members = Object.entries(definition).filter(([, value]) => value !== undefined);
  const optionalOps = Object.freeze([...(definition.optionalOps ?? [])]);
  const backend = { ...Object.fromEntries(members), optionalOps, [isMade]: true };
  return Object.freeze(backend) as unknown as Backend<H>;
}

/** The composites that a backend supplies itself. */
export function nativeComposites(backend: Backend): readonly (keyof Composites<unknown>)[] {
  return COMPOSITES.filter((member) => backend[member] !== undefined);
}

/** A few lines on a backend: its name, dtypes, features, and which composites and optional functions it supplies itself. */
export function describeBackend(backend: Backend): string {
  const native = nativeComposites(backend);
  const composed = COMPOSITES.filter((member) => !native.includes(member));
  const fallbacks = OPTIONAL_OPS.filter((op) => !backend.optionalOps.includes(op));
  const features = Object.entries(backend.features).map(([key, value]) => `${key}=${String(value)}`);
  return [
    `${backend.name} (contract ${backend.contract})`,
    `  dtypes: ${backend.dtypes.join(", ")}`,
    `  features: ${features.join(", ")}`,
    `  native composites ${native.length} of ${COMPOSITES.length}: ${native.join(", ") || "none"}`,
    ...(composed.length > 0 ? [`  composed by core: ${composed.join(", ")}`] : []),
    ...(fallbacks.length > 0 ? [`  optional functions that core supplies: ${fallbacks.join(", ")}`] : []),
  ].join("\n");
}
