/** What stands below the stage: the links out of the lab; inside another page, only the one into it. */
import { language, words } from "./i18n/index.ts";
import { bookPage, buildingOn, sourceCode, tutorialAbout } from "./links.ts";
import { addressOf, tab } from "./state/route.ts";
import { CopyButton } from "./ui/notes.tsx";

/** The present view as HTML for another page; its height is the stage's, at that width. */
function frameHtml(): string {
  const url = new URL(addressOf(tab.peek(), { as: "embed" }), location.href).href;
  const title = words.peek().shell.title;
  return `<iframe src="${url.replaceAll("&", "&amp;")}" title="${title}" width="800" height="600"></iframe>`;
}

export function Footer() {
  const { shell, frame } = words.value;
  const links: readonly (readonly [text: string, href: string])[] = [
    [frame.book, bookPage("index", language.value)],
    [frame.about, tutorialAbout(tab.value, language.value)],
    [frame.build, buildingOn],
    [frame.source, sourceCode],
  ];
  return (
    <footer class="site-footer">
      <p>{shell.footer}</p>
      <nav aria-label={frame.links}>
        <ul>
          {links.map(([text, href]) => (
            <li>
              <a href={href}>{text}</a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="copy-frame">
        <CopyButton text={frameHtml} label={frame.copyFrame} /> <span>{frame.copyFrameHint}</span>
      </div>
    </footer>
  );
}

export function EmbedFoot() {
  return (
    <footer class="embed-foot">
      <a href={addressOf(tab.value, { as: undefined })} target="_blank" rel="noopener">
        {words.value.frame.openLab}
      </a>
    </footer>
  );
}
