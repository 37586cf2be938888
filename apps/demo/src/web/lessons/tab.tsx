/** The lessons tab: the book's sections in order, what to open, what to look at there, and one exercise each. */

import { exerciseWords } from "../exercises/text.ts";
import { language } from "../i18n/index.ts";
import { bookPage } from "../links.ts";
import { addressOf, bindAddress } from "../state/route.ts";
import { LESSONS, type Lesson } from "./lessons.ts";
import { lessonWords } from "./text.ts";

// It has no state of its own.
bindAddress("lessons", { read: () => {}, write: () => ({}) });

/** An address of the lab with the reader's settings. */
function withSettings(address: string): string {
  const [, settings] = addressOf("lessons").split("?");
  if (settings === undefined) return `#/${address}`;
  return `#/${address}${address.includes("?") ? "&" : "?"}${settings}`;
}

function LessonCard({ lesson }: { readonly lesson: Lesson }) {
  const words = lessonWords.value;
  const { section, page, views, exercise } = lesson;
  return (
    <section class="card lesson" aria-labelledby={`lesson-${section}`} data-lesson={section}>
      <h3 id={`lesson-${section}`}>{words.sections[section]}</h3>
      <p class="hint">
        <a href={bookPage(page, language.value)}>{words.read}</a>
      </p>
      <ol>
        {views.map(({ id, address }) => (
          <li>
            <a href={withSettings(address)}>{words.views[id].title}</a>
            <p>{words.views[id].look}</p>
          </li>
        ))}
        <li>
          <a href={withSettings(`exercises?open=${exercise}`)}>
            {words.exercise} {exerciseWords.value.items[exercise].title}
          </a>
        </li>
      </ol>
    </section>
  );
}

export function LessonsTab() {
  const words = lessonWords.value;
  return (
    <div class="tab lessons-tab">
      <div class="intro">
        <h2 class="tab-heading">{words.heading}</h2>
        <p>{words.intro}</p>
      </div>
      <div class="lessons">
        {LESSONS.map((lesson) => (
          <LessonCard key={lesson.section} lesson={lesson} />
        ))}
      </div>
    </div>
  );
}
