/** Starts the page. */
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/grids.css";
import "./styles/layout.css";
import "./styles/exercises.css";
import "./styles/lessons.css";
import "./styles/shown-as.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { nextTask } from "./compute/next-task.ts";
import { startSession } from "./compute/session.ts";
import { startLanguage } from "./i18n/index.ts";
import { bindSlide } from "./slide/state.ts";
import { startAppearance } from "./state/appearance.ts";
import { startRouting } from "./state/route.ts";
import { bindShell } from "./state/shell.ts";

bindShell();
bindSlide();
startRouting();
startLanguage();
startAppearance();
startSession();
// The code of the page has just been run: that was one task.
void nextTask().then(() => render(<App />, document.querySelector("#app")!));

// Works offline from the second visit on. Not in development, where files change under their names.
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  void navigator.serviceWorker.register("./sw.js").catch(() => {}); // not from a file, and not where it is forbidden
}
