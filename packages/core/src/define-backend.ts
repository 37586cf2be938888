/**
 * `defineBackend`: a plain object in, a complete and frozen backend out.
 *
 * It checks the contract's version and every member at once (all faults in one error, unknown names with the
 * nearest known one), fills the composites that the author did not write, and records which ones are native. For
 * authors that write them all, `defineCompleteBackend` checks the version and what is missing, without reaching for
 * core's composites, which bundlers then leave out.
 */
import type { Backend, BackendDefinition, CompleteBackendDefinition, Composites } from "./backend.ts";
import { type CompositeHost, defaultComposites } from "./composites.ts";
import { Corr2dError } from "./errors.ts";

/** The contract version this core speaks. */
export const CONTRACT = 1;

const REQUIRED_FUNCTIONS = [
  "upload",
  "read",
  "free",
  "unary",
  "binary",
  "select",
  "reduce",
  "strided",
  "stridedAdd",
  "gather",
  "scatterAdd",
  "matmul",
] as const;

/** Every composite of the contract. */
export const COMPOSITES: readonly (keyof Composites<unknown>)[] = Object.freeze([
  "fill",
  "corr2d",
  "corr2dInput",
  "corr2dKernel",
  "corr2dBias",
  "maxPool2d",
  "avgPool2d",
  "avgPool2dInput",
  "softmax",
  "logSoftmax",
  "activationGrad",
  "addScaled",
]);

const CAPABILITIES = ["readSync", "close", "stats"] as const;
const VALUES = ["name", "contract", "features", "dtypes"] as const;
const DTYPES = ["float32", "float64", "int32"];

/** Edit distance (Levenshtein 1966), to guess what a misspelt member was meant to be. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

function nearest(name: string, known: readonly string[]): string {
  const ranked = known.map((k) => [k, distance(name.toLowerCase(), k.toLowerCase())] as const);
  const [best, far] = ranked.sort((a, b) => a[1] - b[1])[0]!;
  return far <= Math.max(2, name.length / 3) ? ` (did you mean '${best}'?)` : "";
}

type Members = Readonly<Record<string, unknown>>;

/** What a backend lacks of this version of the contract. */
function missingMembers(definition: Members, required: readonly string[]): string[] {
  const faults = required
    .filter((member) => typeof definition[member] !== "function")
    .map((member) => `required function '${member}' is missing`);
  if (definition.contract === CONTRACT) return faults;
  return [`implements contract ${String(definition.contract)}; this core accepts ${CONTRACT}`, ...faults];
}

/** What else an author can get wrong where no compiler looks. */
function mistakes(definition: Members): string[] {
  const faults: string[] = [];
  const known: readonly string[] = [...VALUES, ...REQUIRED_FUNCTIONS, ...COMPOSITES, ...CAPABILITIES];
  if (typeof definition.name !== "string" || definition.name === "") {
    faults.push("'name' must be a non-empty string");
  }
  const features = definition.features as Record<string, unknown> | undefined;
  if (typeof features !== "object" || features === null || typeof features.syncRead !== "boolean") {
    faults.push("'features' must be an object with a boolean 'syncRead'");
  } else if (features.syncRead !== (typeof definition.readSync === "function")) {
    faults.push("'readSync' must be there exactly when features.syncRead is true");
  }
  const dtypes = definition.dtypes;
  if (!Array.isArray(dtypes) || !dtypes.includes("float32") || !dtypes.includes("int32")) {
    faults.push("'dtypes' must list at least 'float32' and 'int32'");
  } else {
    for (const dtype of dtypes)
      if (!DTYPES.includes(dtype)) faults.push(`'dtypes' lists unknown '${String(dtype)}'`);
  }
  for (const member of [...COMPOSITES, ...CAPABILITIES]) {
    if (definition[member] !== undefined && typeof definition[member] !== "function") {
      faults.push(`'${member}' must be a function`);
    }
  }
  for (const member of Object.keys(definition)) {
    if (!known.includes(member)) faults.push(`unknown member '${member}'${nearest(member, known)}`);
  }
  return faults;
}

function refuse(definition: { readonly name: unknown }, faults: readonly string[]): void {
  if (faults.length === 0) return;
  const name = typeof definition.name === "string" ? definition.name : "(no name)";
  throw new Corr2dError(
    "BACKEND_INVALID",
    `backend "${name}" breaks the contract:\n  - ${faults.join("\n  - ")}`,
    { faults },
  );
}

/**
 * Checks a backend's definition and completes it.
 *
 * Members are copied, so they may not rely on `this`.
 * @throws BACKEND_INVALID, listing everything that is wrong.
 */
export function defineBackend<H>(definition: BackendDefinition<H>): Backend<H> {
  const members = definition as unknown as Members;
  refuse(definition, [...missingMembers(members, REQUIRED_FUNCTIONS), ...mistakes(members)]);
  const backend = {} as CompositeHost<H>;
  const nativeComposites = Object.freeze(COMPOSITES.filter((member) => definition[member] !== undefined));
  Object.assign(backend, defaultComposites(backend), definition, { nativeComposites });
  return Object.freeze(backend) as Backend<H>;
}

/**
 * `defineBackend` for a backend that supplies every composite itself. A program bundled with it carries neither core's
 * composites nor the checks that a compiler and the conformance suite make: only the version and missing functions are
 * looked for. A later core may add a composite, and refuses such a backend until it has it: release the two together.
 *
 * @throws BACKEND_INVALID, listing everything that is missing.
 */
export function defineCompleteBackend<H>(definition: CompleteBackendDefinition<H>): Backend<H> {
  const members = definition as unknown as Members;
  refuse(definition, missingMembers(members, [...REQUIRED_FUNCTIONS, ...COMPOSITES]));
  return Object.freeze({ ...definition, nativeComposites: COMPOSITES });
}

/** A few lines on a backend: its name, dtypes, features, and which composites it supplies itself. */
export function describeBackend(backend: Backend): string {
  const native = backend.nativeComposites;
  const composed = COMPOSITES.filter((member) => !native.includes(member));
  const features = Object.entries(backend.features).map(([key, value]) => `${key}=${String(value)}`);
  return [
    `${backend.name} (contract ${backend.contract})`,
    `  dtypes: ${backend.dtypes.join(", ")}`,
    `  features: ${features.join(", ")}`,
    `  native composites ${native.length} of ${COMPOSITES.length}: ${native.join(", ") || "none"}`,
    ...(composed.length > 0 ? [`  composed by core: ${composed.join(", ")}`] : []),
  ].join("\n");
}
