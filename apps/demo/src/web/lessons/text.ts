/** The words of the lessons, in the reader's language. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Section } from "../exercises/exercise.ts";
import { lessons as en } from "../i18n/en/lessons.ts";
import { language } from "../i18n/index.ts";
import { lessons as zh } from "../i18n/zh/lessons.ts";
import type { ViewId } from "./lessons.ts";

export interface LessonTexts {
  readonly heading: string;
  readonly intro: string;
  /** The link to the book. */
  readonly read: string;
  readonly exercise: string;
  readonly sections: Readonly<Record<Section, string>>;
  readonly views: Readonly<Record<ViewId, { readonly title: string; readonly look: string }>>;
}

export const lessonWords: ReadonlySignal<LessonTexts> = computed(() => (language.value === "zh" ? zh : en));
