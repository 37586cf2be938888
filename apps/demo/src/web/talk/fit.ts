/**
 * Makes what is presented as large as the screen lets it be: everything is measured in rem, so one number, the root's font
 * size, scales cells and text alike.
 *
 * What is stepped through has to be whole, however small; what is only read scrolls rather than becoming unreadable.
 *
 * While only the position changes the size may shrink, where a step has longer numbers, but does not grow again: nothing
 * jumps to and fro from step to step.
 */
import { useLayoutEffect } from "preact/hooks";
import { addressOf, tab } from "../state/route.ts";
import { shownAs } from "../state/shown-as.ts";
import { hasSteps } from "./keys.ts";

const LEAST = 8;
const MOST = 72;

/** Of the screen's height: text that is read from the last row. */
const READABLE = 1 / 42;

const root = document.documentElement;

/** Whether all of the page is in view in this size. Not by innerWidth: on a phone that grows with what overflows. */
function fits(size: number): boolean {
  root.style.fontSize = `${size}px`;
  if (root.scrollHeight > root.clientHeight || root.scrollWidth > root.clientWidth) return false;
  const boxes = document.querySelectorAll("main .grid-box");
  return Array.from(boxes).every((box) => box.scrollWidth <= box.clientWidth);
}

/** The largest size up to `most` that fits, to half a pixel; a readable one where none does. */
function largestThatFits(most: number): number {
  if (fits(most)) return most;
  const readable = Math.min(most, root.clientHeight * READABLE);
  const least = hasSteps() ? Math.min(most, LEAST) : readable;
  if (!fits(least)) {
    fits(readable);
    return readable;
  }
  let [good, bad] = [least, most];
  while (bad - good > 0.5) {
    const middle = (good + bad) / 2;
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  fits(good);
  return good;
}

function keepFitting(): () => void {
  let size = MOST;
  let shown = "";
  const fit = (): void => {
    if (shownAs.peek() !== "talk") return; // the page is back, and its size is about to be
    // With the number of cells: what an address shows is there only once it is computed.
    const cells = document.querySelectorAll("main .cell").length;
    const address = addressOf(tab.peek(), { at: undefined, pixel: undefined });
    const now = `${address} ${cells} ${root.clientWidth} × ${root.clientHeight}`;
    if (now === shown && fits(size)) return;
    size = largestThatFits(now === shown ? size : MOST);
    shown = now;
  };
  const observer = new ResizeObserver(fit);
  observer.observe(document.querySelector("main")!);
  addEventListener("resize", fit);
  return () => {
    observer.disconnect();
    removeEventListener("resize", fit);
    root.style.removeProperty("font-size");
  };
}

export function useFit(): void {
  const isTalk = shownAs.value === "talk";
  useLayoutEffect(() => (isTalk ? keepFitting() : undefined), [isTalk]);
}
