/** Light or dark, the reader's language, and whether motion is wanted. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const theme: Signal<Theme> = signal("system");

function followMedia(query: string): ReadonlySignal<boolean> {
  const list = matchMedia(query);
  const matches = signal(list.matches);
  list.addEventListener("change", () => {
    matches.value = list.matches;
  });
  return matches;
}

const systemIsDark = followMedia("(prefers-color-scheme: dark)");
export const motionIsReduced: ReadonlySignal<boolean> = followMedia("(prefers-reduced-motion: reduce)");

export const isDark: ReadonlySignal<boolean> = computed(
  () => theme.value === "dark" || (theme.value === "system" && systemIsDark.value),
);

/** Canvases cannot read the style sheet's colours by themselves: they redraw when `isDark` changes. */
export function startAppearance(): void {
  effect(() => {
    document.documentElement.dataset.theme = isDark.value ? "dark" : "light";
  });
}
