/** The tab's words, loaded with it, in the reader's language. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { train as en, type TrainTexts } from "../i18n/en/train.ts";
import { language } from "../i18n/index.ts";
import { train as zh } from "../i18n/zh/train.ts";

export const trainWords: ReadonlySignal<TrainTexts> = computed(() => (language.value === "zh" ? zh : en));
