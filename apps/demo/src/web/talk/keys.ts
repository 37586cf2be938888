/**
 * The keys of the presentation: P begins and ends it, Escape ends it, PageDown and PageUp (what a clicker sends) move what
 * the tab shows on and back.
 */
import { useEffect } from "preact/hooks";
import { shownAs } from "../state/shown-as.ts";

type Move = (by: 1 | -1) => void;
let mover: Move | undefined;

/** While the component is on the page, a clicker moves this. */
export function useClicker(move: Move): void {
  useEffect(() => {
    mover = move;
    return () => {
      if (mover === move) mover = undefined;
    };
  }, [move]);
}

/** Whether what is shown is stepped through; what is only read may scroll. */
export const hasSteps = (): boolean => mover !== undefined;

const WRITING = "input:not([type=range], [type=radio], [type=checkbox]), select, textarea";

function onKeyDown(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || shownAs.value === "embed") return;
  const isTalk = shownAs.value === "talk";
  if ((event.target as Element).matches(WRITING)) return;
  if (event.key === "p" || event.key === "P") shownAs.value = isTalk ? "page" : "talk";
  else if (event.key === "Escape" && isTalk) shownAs.value = "page";
  else if (event.key === "PageDown" && isTalk && mover !== undefined) mover(1);
  else if (event.key === "PageUp" && isTalk && mover !== undefined) mover(-1);
  else return;
  event.preventDefault();
}

export function useTalkKeys(): void {
  useEffect(() => {
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}
