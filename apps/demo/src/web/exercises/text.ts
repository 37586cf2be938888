/** The words of an exercise, in the reader's language: both dictionaries have an entry for every exercise. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { exercises as en } from "../i18n/en/exercises.ts";
import { language } from "../i18n/index.ts";
import { exercises as zh } from "../i18n/zh/exercises.ts";
import type { Exercise, ExerciseId, Section } from "./exercise.ts";

export interface ExerciseText {
  readonly title: string;
  readonly question: string;
  /** Of the given grids, in order. */
  readonly given?: readonly string[];
  /** Of the grids or numbers to fill in, or the options of a choice. */
  readonly labels: readonly string[];
  /** Of the grids that the check shows. */
  readonly evidence?: readonly string[];
  /** Shown when the answer is right. */
  readonly explanation: string;
}

export interface ExerciseTexts {
  readonly heading: string;
  readonly intro: string;
  readonly solved: (n: number, count: number) => string;
  readonly isSolved: string;
  /** Of an exercise without a number: its own name. */
  readonly number: (n: number | undefined) => string;
  readonly check: string;
  readonly clear: string;
  readonly right: string;
  readonly wrong: string;
  readonly incomplete: Readonly<Record<Exercise["kind"], string>>;
  readonly evidence: string;
  readonly sections: Readonly<Record<Section, string>>;
  readonly items: Readonly<Record<ExerciseId, ExerciseText>>;
}

export const exerciseWords: ReadonlySignal<ExerciseTexts> = computed(() =>
  language.value === "zh" ? zh : en,
);
