/** JSON and the parts of a file as the tree that they were (see encode.ts). */
import { damaged } from "../errors.ts";
import { rowOf } from "./arrays.ts";
import { formOf, type Json, unescaped } from "./forms.ts";

/** What a tree refers to in its file. */
export interface Reference {
  readonly name: string;
  /** The class of a typed array; null for a tensor. */
  readonly array: string | null;
}

const NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
  "-0": -0,
};

/** More digits than any state has; BigInt takes time with the square of them. */
const MOST_DIGITS = 10_000;

function fromForm(
  kind: string,
  value: unknown,
  file: string,
  resolve: (reference: Reference) => unknown,
): unknown {
  switch (kind) {
    case "tensor":
      if (typeof value === "string") return resolve({ name: value, array: null });
      break;
    case "array": {
      const [array, name] = Array.isArray(value) && value.length === 2 ? value : [];
      if (rowOf(array) !== null && typeof name === "string") return resolve({ name, array });
      break;
    }
    case "number":
      if (typeof value === "string" && Object.hasOwn(NUMBERS, value)) return NUMBERS[value];
      break;
    case "bigint":
      if (typeof value === "string" && value.length <= MOST_DIGITS && /^-?\d+$/.test(value))
        return BigInt(value);
      break;
    case "undefined":
      if (value === true) return undefined;
  }
  throw damaged(
    file,
    `the checkpoint's JSON has a '$${kind}' that is none: was it written by a later version?`,
  );
}

/**
 * The tree.
 * @param resolve gives what is referred to.
 * @throws FILE_INVALID
 */
export function decodeTree(json: Json, file: string, resolve: (reference: Reference) => unknown): unknown {
  const visit = (value: Json): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(visit);
    const found = formOf(value as Readonly<Record<string, unknown>>);
    if (found !== null) return fromForm(...found, file, resolve);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [unescaped(key), visit(inner)]));
  };
  return visit(json);
}
