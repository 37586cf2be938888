/** The buttons that begin and end the presentation. */
import { words } from "../i18n/index.ts";
import { shownAs } from "../state/shown-as.ts";
import { Button } from "../ui/controls.tsx";
import { Icon } from "../ui/icons.tsx";

export function TalkButton() {
  const { present, presentHint } = words.value.frame;
  return (
    <button
      type="button"
      class="button talk-button"
      aria-label={present}
      title={`${present}. ${presentHint}`}
      aria-keyshortcuts="p"
      onClick={() => {
        shownAs.value = "talk";
      }}
    >
      <Icon name="screen" />
    </button>
  );
}

export function TalkBar() {
  return (
    <header class="talk-bar">
      <Button
        label={words.value.frame.leave}
        onClick={() => {
          shownAs.value = "page";
        }}
      >
        ×
      </Button>
    </header>
  );
}
