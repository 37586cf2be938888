/** Loading a state dict: everything that does not fit is found first and reported in one error, as PyTorch words it. */
import { Corr2dError, isTensor, noGrad, scope, type Tensor } from "@corr2d/core";

export interface LoadOptions {
  /** Whether missing and unexpected names are errors (default true). */
  readonly strict?: boolean | undefined;
}

export interface LoadResult {
  readonly missingKeys: string[];
  readonly unexpectedKeys: string[];
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
const torchSize = ({ shape }: Tensor): string => `torch.Size([${shape.join(", ")}])`;

/** Why `value` cannot be loaded into `target`, or null. */
function misfit(name: string, target: Tensor, value: unknown): string | null {
  if (!isTensor(value)) {
    return `While copying the parameter named "${name}", expected a Tensor from checkpoint but received ${typeof value}.`;
  }
  if (value.shape.length !== target.shape.length || value.shape.some((n, axis) => n !== target.shape[axis])) {
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
 * @throws STATE_DICT.
 */
export function loadStateDict(
  typeName: string,
  targets: readonly (readonly [name: string, tensor: Tensor])[],
  state: Readonly<Record<string, Tensor>>,
  options: LoadOptions,
): LoadResult {
  const names = new Set(targets.map(([name]) => name));
  const present = targets.filter(([name]) => Object.hasOwn(state, name));
  const missingKeys = targets.map(([name]) => name).filter((name) => !Object.hasOwn(state, name));
  const unexpectedKeys = Object.keys(state).filter((name) => !names.has(name));

  const problems: string[] = [];
  if (options.strict ?? true) {
    if (missingKeys.length > 0) problems.push(`Missing key(s) in state_dict: ${quoted(missingKeys)}. `);
    if (unexpectedKeys.length > 0)
      problems.push(`Unexpected key(s) in state_dict: ${quoted(unexpectedKeys)}. `);
  }
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
      for (const [name, target] of present) target.assign(state[name]!.type(target.dtype));
    }),
  );
  return { missingKeys, unexpectedKeys };
}
