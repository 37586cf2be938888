/** The frame of the page: heading, tabs, settings; each tab's code is loaded when it is first opened. */
import { type ComponentType, h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { BACKEND_NAMES, backendChoice, MOST_THREADS, session, sessionIsStarting } from "./compute/session.ts";
import { EmbedFoot, Footer } from "./footer.tsx";
import { LANGUAGES, language, words } from "./i18n/index.ts";
import { SlideTab } from "./slide/tab.tsx";
import { THEMES, theme } from "./state/appearance.ts";
import { addressOf, TABS, type TabId, tab } from "./state/route.ts";
import { shownAs } from "./state/shown-as.ts";
import { TalkBar, TalkButton } from "./talk/bar.tsx";
import { useFit } from "./talk/fit.ts";
import { useTalkKeys } from "./talk/keys.ts";
import { Select } from "./ui/controls.tsx";
import { CopyButton } from "./ui/notes.tsx";

const LATER: Readonly<Record<Exclude<TabId, "slide">, () => Promise<ComponentType>>> = {
  edges: () => import("./edges/tab.tsx").then((module) => module.EdgesTab),
  learn: () => import("./learn/tab.tsx").then((module) => module.LearnTab),
  train: () => import("./train/tab.tsx").then((module) => module.TrainTab),
  backends: () => import("./backends/tab.tsx").then((module) => module.BackendsTab),
  exercises: () => import("./exercises/tab.tsx").then((module) => module.ExercisesTab),
  lessons: () => import("./lessons/tab.tsx").then((module) => module.LessonsTab),
};

const loaded = new Map<TabId, ComponentType>([["slide", SlideTab]]);

function TabContent({ id }: { readonly id: TabId }) {
  const [failed, setFailed] = useState(false);
  const [, redraw] = useState(0);
  const known = loaded.get(id);
  useEffect(() => {
    if (known !== undefined || id === "slide") return;
    setFailed(false);
    LATER[id]().then(
      (component) => {
        loaded.set(id, component);
        redraw((n) => n + 1);
      },
      () => setFailed(true),
    );
  }, [id]);
  if (known !== undefined) return h(known, {});
  return <p role="status">{failed ? words.value.shell.loadFailed : words.value.shell.loading}</p>;
}

const BACKEND_OPTIONS = [
  "cpu-js",
  ...Array.from({ length: MOST_THREADS }, (_, i) => `cpu-wasm ${i + 1}` as const),
] as const;
type BackendOption = (typeof BACKEND_OPTIONS)[number];

function BackendSelect() {
  const { shell } = words.value;
  const { name, threads } = backendChoice.value;
  const names = Object.fromEntries(
    BACKEND_OPTIONS.map((option) => {
      const [backend, count] = option.split(" ");
      return [option, count === undefined ? backend : `${backend}, ${shell.threads(Number(count))}`];
    }),
  ) as Record<BackendOption, string>;
  return (
    <Select
      label={shell.backend}
      hideLabel
      options={BACKEND_OPTIONS}
      names={names}
      value={(name === "cpu-js" ? name : `${name} ${threads}`) as BackendOption}
      onChange={(option) => {
        const [chosen, count = "1"] = option.split(" ");
        backendChoice.value = {
          name: BACKEND_NAMES.find((known) => known === chosen)!,
          threads: Number(count),
        };
      }}
    />
  );
}

function Settings() {
  const { shell } = words.value;
  return (
    <fieldset class="settings" aria-label={shell.settingsLabel}>
      <BackendSelect />
      <Select
        label={shell.language}
        hideLabel
        options={LANGUAGES}
        names={{ en: "English", zh: "中文" }}
        value={language.value}
        onChange={(value) => {
          language.value = value;
        }}
      />
      <Select
        label={shell.theme}
        hideLabel
        options={THEMES}
        names={shell.themes}
        value={theme.value}
        onChange={(value) => {
          theme.value = value;
        }}
      />
      <CopyButton text={() => new URL(addressOf(tab.peek()), location.href).href} label={shell.copyLink} />
      <TalkButton />
    </fieldset>
  );
}

/** What the reader should know about the backend: that it starts, or why it is not what was chosen. */
function BackendNote() {
  const { shell, errors } = words.value;
  const { backend, reason } = session.value;
  const chosen = backendChoice.value.name;
  const note = sessionIsStarting.value ? undefined : reason;
  return (
    <p
      role="status"
      class={note === undefined ? "visually-hidden" : "backend-note"}
      data-backend={backend.name}
    >
      {note === undefined ? null : (
        <>
          {backend.name === chosen ? null : `${shell.fellBack(chosen, backend.name)} `}
          {errors.explain(note)} <span lang="en">{note}</span>
        </>
      )}
    </p>
  );
}

function Header() {
  const { shell } = words.value;
  const tabs = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // Where the row of tabs scrolls, the present one is in sight. Not by scrollIntoView: Chromium goes on from there at Tab.
    const row = tabs.current!;
    const chosen = row.querySelector('[aria-current="page"]');
    if (chosen === null) return;
    const [seen, wanted] = [row.getBoundingClientRect(), chosen.getBoundingClientRect()];
    row.scrollLeft += Math.min(0, wanted.left - seen.left) + Math.max(0, wanted.right - seen.right);
  }, [tab.value]);
  return (
    <header class="site-header">
      {/* biome-ignore lint/a11y/useValidAnchor: it goes somewhere; the address is taken by the state. */}
      <a class="skip" href="#content" onClick={skipToContent}>
        {shell.skip}
      </a>
      <h1>{shell.title}</h1>
      <nav aria-label={shell.tabsLabel}>
        <ul ref={tabs}>
          {TABS.map((id) => (
            <li>
              <a href={addressOf(id)} aria-current={id === tab.value ? "page" : undefined}>
                {shell.tabs[id]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <Settings />
    </header>
  );
}

export function App() {
  const { shell } = words.value;
  const as = shownAs.value;
  useTalkKeys();
  useFit();
  return (
    <>
      {as === "page" ? <Header /> : null}
      {as === "talk" ? <TalkBar /> : null}
      <main id="content" tabIndex={-1} data-as={as}>
        {as === "page" ? null : <h1 class="visually-hidden">{shell.title}</h1>}
        <BackendNote />
        <TabContent key={tab.value} id={tab.value} />
      </main>
      {as === "page" ? <Footer /> : null}
      {as === "embed" ? <EmbedFoot /> : null}
    </>
  );
}

/** Without changing the address, which is the state. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#content")!.focus();
}
