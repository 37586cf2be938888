/** The settings that all tabs share, in the address: language, appearance, backend and its threads. */
import { BACKEND_NAMES, backendChoice, MOST_THREADS } from "../compute/session.ts";
import { LANGUAGES, language, preferredLanguage } from "../i18n/index.ts";
import { THEMES, theme } from "./appearance.ts";
import { parseChoice, parseInteger } from "./codec.ts";
import { bindAddress } from "./route.ts";

export function bindShell(): void {
  bindAddress("shell", {
    read(params) {
      language.value = parseChoice(params.lang, LANGUAGES) ?? preferredLanguage;
      theme.value = parseChoice(params.theme, THEMES) ?? "system";
      const name = parseChoice(params.backend, BACKEND_NAMES) ?? "cpu-js";
      const threads = parseInteger(params.threads, 1, MOST_THREADS) ?? 1;
      const { name: oldName, threads: oldThreads } = backendChoice.peek();
      if (name !== oldName || threads !== oldThreads) backendChoice.value = { name, threads };
    },
    write() {
      const { name, threads } = backendChoice.value;
      return {
        lang: language.value,
        theme: theme.value === "system" ? undefined : theme.value,
        backend: name === "cpu-js" ? undefined : name,
        threads: name === "cpu-js" || threads === 1 ? undefined : String(threads),
      };
    },
  });
}
