/** Nested numbers as source text, in the notation that TypeScript and Python share. */

export type Nested = number | readonly Nested[];

function shortest(value: number): string {
  return String(Math.round(value * 1e6) / 1e6);
}

/** Python wants to see that the numbers are floats. */
const floating = (value: number): string =>
  Number.isInteger(value) ? `${shortest(value)}.0` : shortest(value);

function write(value: Nested, number: (value: number) => string, indent: string): string {
  if (typeof value === "number") return number(value);
  const isRow = value.every((item) => typeof item === "number");
  const isShort = isRow || (value.length === 1 && JSON.stringify(value).length < 60);
  if (isShort) return `[${value.map((item) => write(item, number, indent)).join(", ")}]`;
  const inner = `${indent}  `;
  return `[\n${value.map((item) => `${inner}${write(item, number, inner)},\n`).join("")}${indent}]`;
}

export const tsLiteral = (value: Nested): string => write(value, shortest, "");
export const pyLiteral = (value: Nested): string => write(value, floating, "").replaceAll("  ", "    ");

/** `2` for [2, 2], else a pair in the language's brackets. */
export function pairCode([a, b]: readonly [number, number], open: "[" | "("): string {
  if (a === b) return `${a}`;
  return open === "[" ? `[${a}, ${b}]` : `(${a}, ${b})`;
}
