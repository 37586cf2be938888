/** The settings that all tabs share, in the address: language, appearance, backend and its threads, how it is shown. */
import { BACKEND_NAMES, backendChoice, DEFAULT_BACKEND, MOST_THREADS } from "../compute/session.ts";
import { LANGUAGES, language, preferredLanguage } from "../i18n/index.ts";
import { THEMES, theme } from "./appearance.ts";
import { parseChoice, parseInteger } from "./codec.ts";
import { bindAddress } from "./route.ts";
import { SHOWN_AS, shownAs } from "./shown-as.ts";

export function bindShell(): void {
  bindAddress("shell", {
    read(params) {
      language.value = parseChoice(params.lang, LANGUAGES) ?? preferredLanguage;
      theme.value = parseChoice(params.theme, THEMES) ?? "system";
      const name = parseChoice(params.backend, BACKEND_NAMES) ?? DEFAULT_BACKEND.name;
      const threads = parseInteger(params.threads, 1, MOST_THREADS) ?? 1;
      const { name: oldName, threads: oldThreads } = backendChoice.peek();
      if (name !== oldName || threads !== oldThreads) backendChoice.value = { name, threads };
      shownAs.value = parseChoice(params.as, SHOWN_AS) ?? "page";
    },
    write() {
      const { name, threads } = backendChoice.value;
      return {
        lang: language.value,
        theme: theme.value === "system" ? undefined : theme.value,
        backend: name === DEFAULT_BACKEND.name ? undefined : name,
        threads: name === "cpu-js" || threads === 1 ? undefined : String(threads),
        as: shownAs.value === "page" ? undefined : shownAs.value,
      };
    },
  });
}
