/**
 * An exercise as data: what is given, what the learner fills in, and how the library checks it.
 *
 * Every answer is a list of grids (a row of numbers, or the number of a choice, is a grid too), with NaN where nothing
 * has been filled in yet. Texts are in the dictionaries, under the exercise's id.
 */
import type { Backend } from "@corr2d/core";

export type Grid = readonly (readonly number[])[];
export type Answer = readonly Grid[];

/** Numbers computed in the course of the check, to look at. */
export type Evidence = readonly Grid[];

export interface Verdict {
  readonly ok: boolean;
  readonly evidence?: Evidence;
}

export type ExerciseId =
  | "pixelwise"
  | "boundary"
  | "commute"
  | "diagonal"
  | "direction"
  | "second"
  | "orders"
  | "blur"
  | "handmade"
  | "matrix"
  | "shape"
  | "mirror"
  | "strideCost"
  | "half"
  | "compose"
  | "cost"
  | "double"
  | "equal"
  | "blocks"
  | "average"
  | "nonlinear"
  | "relu"
  | "poolCost"
  | "minimum"
  | "softmax"
  | "lenetShapes"
  | "lenetWeights";

export const SECTIONS = ["whyConv", "convLayer", "padding", "channels", "pooling", "lenet"] as const;
export type Section = (typeof SECTIONS)[number];

export interface Exercise {
  readonly id: ExerciseId;
  readonly section: Section;
  /** The exercise's number in the book's section; undefined for one that the book leaves to its reader. */
  readonly number: number | undefined;
  /** Grids to look at. */
  readonly given: readonly Grid[];
  readonly kind: "grids" | "numbers" | "choice";
  /** What the answer starts as. A choice has one cell: the number of the option. */
  readonly blank: Answer;
  /** Cells that are given and stay, for grids. */
  readonly isFixed?: (grid: number, row: number, column: number) => boolean;
  check(backend: Backend, answer: Answer): Promise<Verdict>;
}

export const blankGrid = (rows: number, columns: number, value = Number.NaN): number[][] =>
  Array.from({ length: rows }, () => Array<number>(columns).fill(value));

/** Fields for `count` numbers, or the one of a choice. */
export const blankNumbers = (count: number): Answer => [blankGrid(1, count)];

export const isComplete = (answer: Answer): boolean => !answer.flat(2).some(Number.isNaN);

/** Whether every number is the same, within `tolerance`. */
export function matches(actual: Answer, expected: Answer, tolerance = 1e-6): boolean {
  const [a, b] = [actual.flat(2), expected.flat(2)];
  return a.length === b.length && a.every((value, i) => Math.abs(value - b[i]!) <= tolerance);
}

/** Checks an answer against what the library computes. */
export async function compare(
  answer: Answer,
  expected: Promise<Answer>,
  tolerance?: number,
): Promise<Verdict> {
  return { ok: matches(answer, await expected, tolerance) };
}
