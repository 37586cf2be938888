/**
 * The page's words in the reader's language. The English dictionary gives the type; the Chinese one must have the same
 * entries, or the page does not compile. Terms of the library and its own errors stay as they are.
 */
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { en } from "./en/index.ts";
import { zh } from "./zh/index.ts";

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

export type Messages = typeof en;

const DICTIONARIES: Readonly<Record<Language, Messages>> = { en, zh };

export const preferredLanguage: Language = navigator.languages.some((tag) => /^(zh|en)/i.test(tag))
  ? ((navigator.languages
      .find((tag) => /^(zh|en)/i.test(tag))!
      .slice(0, 2)
      .toLowerCase() as Language) ?? "en")
  : "en";

export const language: Signal<Language> = signal(preferredLanguage);

/** The dictionary in force: `words.value.slide.play`. */
export const words: ReadonlySignal<Messages> = computed(() => DICTIONARIES[language.value]);

/** Tells the browser (hyphenation, screen readers, fonts) which language the page is in. */
export function startLanguage(): void {
  effect(() => {
    document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
    document.title = words.value.shell.title;
  });
}
