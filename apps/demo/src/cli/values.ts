/**
 * Values as they are written on the command line: whole numbers, real numbers, pairs, matrices, names. Each reader
 * takes the option's name for its message, and says what is allowed.
 */
import type { Padding } from "@corr2d/core";
import { reasonOf } from "./failure.ts";
import { UsageError } from "./usage-error.ts";

/** What was written, for a message: its beginning is enough. */
export function quoted(text: string): string {
  return text.length > 60 ? `'${text.slice(0, 60)}…'` : `'${text}'`;
}

/** The largest number that makes sense: sums of squares of such stay far below what a float32 holds. */
const LARGEST = 1e9;
/** On a side of a matrix. */
const MOST_CELLS = 256;
const MOST_PADDING = 4096;

/** @throws UsageError unless `text` is an integer from `least` to `most`. */
export function readInteger(
  option: string,
  text: string,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(
    `${option}: expected a whole number from ${least} to ${most}, but got ${quoted(text)}`,
  );
}

/** @throws UsageError unless `text` is a number from `least` to `most`. */
export function readNumber(
  option: string,
  text: string,
  least: number = -LARGEST,
  most: number = LARGEST,
): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new UsageError(`${option}: expected a number from ${least} to ${most}, but got ${quoted(text)}`);
}

/** `a,b` or `[a, b]`. */
export function readPair(option: string, text: string): [number, number] {
  const parts = text.replace(/^\s*\[|\]\s*$/g, "").split(",");
  if (parts.length !== 2) {
    throw new UsageError(
      `${option}: expected two numbers with a comma, as in 0.5,0.5, but got ${quoted(text)}`,
    );
  }
  return [readNumber(option, parts[0]!), readNumber(option, parts[1]!)];
}

/**
 * A matrix: rows with semicolons, numbers with commas or spaces ("1,0,-1; 2,0,-2; 1,0,-1"), or JSON
 * ("[[1,0,-1],[2,0,-2],[1,0,-1]]"). Fractions such as 1/9 are numbers too.
 * @throws UsageError for anything else, for rows of different lengths, and for what is too large.
 */
export function readMatrix(option: string, text: string): number[][] {
  const rows = text.trim().startsWith("[")
    ? readJsonRows(option, text)
    : text
        .split(";")
        .map((row) => row.trim())
        .filter((row, i, all) => row !== "" || i < all.length - 1)
        .map((row) => row.split(/\s*,\s*|\s+/).map((cell) => readCell(option, cell)));
  const width = rows[0]?.length ?? 0;
  if (width === 0) throw new UsageError(`${option}: the matrix is empty`);
  const ragged = rows.findIndex((row) => row.length !== width);
  if (ragged > 0) {
    throw new UsageError(
      `${option}: all rows must have the same length, but row 1 has ${width} and row ${ragged + 1} has ` +
        `${rows[ragged]!.length}`,
    );
  }
  if (rows.length > MOST_CELLS || width > MOST_CELLS) {
    throw new UsageError(
      `${option}: expected at most ${MOST_CELLS} rows and columns, but got ${rows.length} and ${width}`,
    );
  }
  const large = rows.flat().find((cell) => Math.abs(cell) > LARGEST);
  if (large !== undefined) {
    throw new UsageError(`${option}: expected numbers from ${-LARGEST} to ${LARGEST}, but got ${large}`);
  }
  return rows;
}

function readCell(option: string, cell: string): number {
  const [numerator, denominator, ...more] = cell.split("/");
  const value = Number(numerator) / (denominator === undefined ? 1 : Number(denominator));
  const complete = numerator !== "" && denominator !== "" && more.length === 0;
  if (complete && Number.isFinite(value)) return value;
  throw new UsageError(
    `${option}: ${quoted(cell)} is not a number; write rows with semicolons and numbers with commas, as in "1,0,-1; 2,0,-2; 1,0,-1"`,
  );
}

function readJsonRows(option: string, text: string): number[][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${option}: this is not JSON: ${reasonOf(error)}`);
  }
  const list = value as unknown[];
  // One row may be written without its outer brackets: [1, -1].
  const rows = list.every((item) => typeof item === "number") ? [list] : list;
  const isRow = (row: unknown): row is number[] =>
    Array.isArray(row) && row.every((cell) => typeof cell === "number" && Number.isFinite(cell));
  if (rows.every(isRow)) return rows;
  throw new UsageError(`${option}: expected rows of numbers, as in [[1,0,-1],[2,0,-2],[1,0,-1]]`);
}

/** `1`, `1,2` (vertical, horizontal), `same` or `valid`. @throws UsageError for anything else, and beyond the limit. */
export function readPadding(option: string, text: string): Padding {
  if (text === "same" || text === "valid") return text;
  const parts = text.split(",");
  const right = (part: string): boolean => /^\s*\d+\s*$/.test(part) && Number(part) <= MOST_PADDING;
  if (parts.length > 2 || !parts.every(right)) {
    throw new UsageError(
      `${option}: expected a whole number from 0 to ${MOST_PADDING}, two of them (vertical,horizontal), same or ` +
        `valid, but got ${quoted(text)}`,
    );
  }
  return parts.length === 1 ? Number(parts[0]) : [Number(parts[0]), Number(parts[1])];
}

/** @throws UsageError unless `text` is one of `allowed`. */
export function readName<const Name extends string>(
  option: string,
  text: string,
  allowed: readonly Name[],
): Name {
  const found = allowed.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(`${option}: expected one of ${allowed.join(", ")}, but got ${quoted(text)}`);
}
