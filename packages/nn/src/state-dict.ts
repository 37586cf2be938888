/** Loading a state dict: everything that does not fit is found first and reported in one error, as PyTorch words it. */
import {
  Corr2dError,
  describeValue,
  initializeTensor,
  isTensor,
  isUninitialized,
  noGrad,
  scope,
  type Tensor,
} from "@corr2d/core";
import { checkGiven, invalid, isRecord, type Signature } from "./arguments.ts";
import { sameSizes, torchSize } from "./sizes.ts";

/** Options of `loadStateDict`. */
export interface LoadOptions {
  /** Whether missing and unexpected names are errors (default true). */
  readonly strict?: boolean | undefined;
}

/** What `loadStateDict` gives. */
export interface LoadResult {
  readonly missingKeys: string[];
  readonly unexpectedKeys: string[];
}

const LOAD: Signature = { options: { strict: "boolean" }, positional: { boolean: ["strict"] } };

/** Why `value` cannot be loaded into `target`, or null. */
function misfit(name: string, target: Tensor, value: unknown): string | null {
  if (!isTensor(value)) {
    return `While copying the parameter named "${name}", expected a Tensor from checkpoint but received ${typeof value}.`;
  }
  if (value.isDisposed) return `the value for ${name} was disposed, or its scope has ended.`;
  if (isUninitialized(target)) return null;
  if (!sameSizes(value.shape, target.shape)) {
    return (
      `size mismatch for ${name}: copying a param with shape ${torchSize(value)} from checkpoint, the shape in ` +
      `current model is ${torchSize(target)}.`
    );
  }
  if (value.backend !== target.backend) {
    return (
      `backend mismatch for ${name}: the value is on ${value.backend.name}, the module on ${target.backend.name}; move ` +
      "it with await tensor.to(backend)."
    );
  }
  return null;
}

/**
 * Assigns the values of `state` to `targets`, by name.
 * @throws STATE_DICT, INVALID_ARGUMENT.
 */
export function loadStateDict(
  typeName: string,
  targets: readonly (readonly [name: string, tensor: Tensor])[],
  state: Readonly<Record<string, Tensor>>,
  options: LoadOptions,
): LoadResult {
  checkGiven("loadStateDict", LOAD, options);
  if (!isRecord(state)) {
    throw invalid(`Expected state_dict to be an object of tensors by name, but got ${describeValue(state)}`);
  }
  const names = targets.map(([name]) => name);
  const missingKeys = names.filter((name) => !Object.hasOwn(state, name));
  const known = new Set(names);
  const unexpectedKeys = Object.keys(state).filter((name) => !known.has(name));
  const present = targets.filter(([name]) => !missingKeys.includes(name));

  const problems: string[] = [];
  const report = (kind: string, keys: readonly string[]): void => {
    if ((options.strict ?? true) && keys.length > 0) {
      problems.push(`${kind} key(s) in state_dict: ${keys.map((name) => `"${name}"`).join(", ")}. `);
    }
  };
  report("Missing", missingKeys);
  report("Unexpected", unexpectedKeys);
  for (const [name, target] of present) {
    const problem = misfit(name, target, state[name]);
    if (problem !== null) problems.push(problem);
  }
  if (problems.length > 0) {
    throw new Corr2dError(
      "STATE_DICT",
      `Error(s) in loading state_dict for ${typeName}:\n\t${problems.join("\n\t")}`,
      { missingKeys, unexpectedKeys },
    );
  }
  noGrad(() =>
    scope(() => {
      for (const [name, target] of present) {
        const value = state[name]!;
        if (isUninitialized(target)) initializeTensor(target, value.detach());
        else target.assign(value.type(target.dtype));
      }
    }),
  );
  return { missingKeys, unexpectedKeys };
}
