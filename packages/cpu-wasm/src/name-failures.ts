/** Failures that say which operation failed, and what it was called with. */
import { type ArgumentRow, Corr2dError, OPERATION_NAMES, OPERATIONS, type TypedArray } from "@corr2d/core";

/** Longer lists are cut: a concatenation may have hundreds of lengths. */
const MOST_ENTRIES = 8;

/** An argument as a message shows it: `[2, 3]`, `{outer 2, length 3}`. */
function show(value: unknown): string {
  if (Array.isArray(value)) {
    const entries = value.slice(0, MOST_ENTRIES).map(show);
    if (value.length > MOST_ENTRIES) entries.push(`… ${value.length} in all`);
    return `[${entries.join(", ")}]`;
  }
  if (typeof value !== "object" || value === null) return String(value);
  return `{${Object.entries(value).map(showNamed).join(", ")}}`;
}

const showNamed = ([name, value]: readonly [string, unknown]): string => `${name} ${show(value)}`;

/** The arguments of a call that are no handles. */
function showCall(rows: readonly ArgumentRow[], args: readonly unknown[]): string {
  return rows.flatMap((row, i) => ("is" in row ? [showNamed([row.name, args[i]])] : [])).join(", ");
}

const REQUEST =
  ". This is a bug in corr2d: please report it, with this message, at https://github.com/corr2d/corr2d/issues. " +
  "The backend can still be used.";

/** The error, naming its operation. What is no error of corr2d is a trap in the module: a bug. */
function named(error: unknown, name: string, call: string): Corr2dError {
  const known = Corr2dError.isInstance(error);
  if (known && error.message.startsWith(`${name}:`)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const { code, details } = known ? error : { code: "INTERNAL" as const, details: {} };
  const request = code === "INTERNAL" ? REQUEST : "";
  return new Corr2dError(code, `${name} (${call}): ${message}${request}`, details, { cause: error });
}

type Member = (...args: readonly unknown[]) => unknown;

function naming(name: string, member: Member, call: (args: readonly unknown[]) => string): Member {
  return (...args) => {
    try {
      return member(...args);
    } catch (error) {
      throw named(error, name, call(args));
    }
  };
}

/** The definition of a backend, whose operations name themselves when they fail. */
export function nameFailures<Definition extends object>(definition: Definition): Definition {
  const members = definition as Readonly<Record<string, Member>>;
  const wrapped: Record<string, Member> = {
    upload: naming("upload", members.upload!, ([data]) => `size ${(data as TypedArray).length}`),
  };
  for (const name of OPERATION_NAMES) {
    const rows = OPERATIONS[name].arguments;
    wrapped[name] = naming(name, members[name]!, (args) => showCall(rows, args));
  }
  return { ...definition, ...wrapped };
}
